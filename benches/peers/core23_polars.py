"""core23 in polars, Parquet to Parquet: `core23_polars.py BARS SENTIMENT OUT`; prints the seconds after the imports.

TA-Lib's conventions, on the streaming engine, with lazy expressions over("symbol"): the fastest of the forms tried
(over, group_by().agg().explode(), one frame a symbol, threads over such frames). Recursive averages start as TA-Lib's
do: the simple mean of the first n values stands in for the n-th, earlier ones are null, and ewm_mean(adjust=False)
goes on from there. Where it deviates: a range or denominator of zero gives NaN or inf, where TA-Lib gives 0; the
columns come in the order of core23, the file is sorted by symbol and ts as read.
"""

import math
import sys
import time

import polars as pl

BARS, SENTIMENT, OUT = sys.argv[1:4]
STARTED = time.perf_counter()
BAR = pl.int_range(pl.len())
OPEN, HIGH, LOW, CLOSE, VOLUME = (pl.col(name) for name in ("open", "high", "low", "close", "volume"))
WILDER = 1 / 14


def recursive(values, seed, at, alpha):
    """An exponential average that is `seed` at bar `at` and null before."""
    return pl.when(BAR == at).then(seed).when(BAR > at).then(values).ewm_mean(alpha=alpha, adjust=False)


def ema(values, n, at, alpha=None):
    return recursive(values, values.rolling_mean(n), at, alpha or 2 / (n + 1))


def directional(name):
    """TA-Lib's directional movement: the sum of 13 values, then Wilder's smoothing (as averages: only ratios matter)."""
    values = pl.when(BAR > 0).then(pl.col(name))
    return recursive(values, values.rolling_sum(13) / 14, 13, WILDER)


def stages():
    """Columns by stage: each stage reads the ones before."""
    move, last = CLOSE.diff(), CLOSE.shift(1)
    up, down = HIGH.diff(), -LOW.diff()
    bottom = LOW.rolling_min(14)
    yield {
        "sma_10": CLOSE.rolling_mean(10),
        "sma_20": CLOSE.rolling_mean(20),
        "macd_line": ema(CLOSE, 12, 25) - ema(CLOSE, 26, 25),
        "gain": ema(move.clip(lower_bound=0), 14, 14, WILDER),
        "loss": ema((-move).clip(lower_bound=0), 14, 14, WILDER),
        "range": pl.when(BAR > 0).then(pl.max_horizontal(HIGH - LOW, (HIGH - last).abs(), (LOW - last).abs())),
        "up": pl.when((up > down) & (up > 0)).then(up).otherwise(0.0),
        "down": pl.when((down > up) & (down > 0)).then(down).otherwise(0.0),
        "fast_k": 100 * (CLOSE - bottom) / (HIGH.rolling_max(14) - bottom),
        "bb_bandwidth": 4 * CLOSE.rolling_std(20, ddof=0) / CLOSE.rolling_mean(20),
        "obv": pl.when(BAR > 0).then(move.sign() * VOLUME).otherwise(VOLUME).cum_sum(),
        "volume_sma_20": VOLUME.rolling_mean(20),
        "ret_1": CLOSE / last - 1,
    }
    yield {
        "macd_signal": ema(pl.col("macd_line"), 9, 33),
        "rsi_14": 100 * pl.col("gain") / (pl.col("gain") + pl.col("loss")),
        "stoch_k": pl.col("fast_k").rolling_mean(3),
        "atr_14": ema(pl.col("range"), 14, 14, WILDER),
        "plus": directional("up"),
        "minus": directional("down"),
    }
    plus, minus = pl.col("plus"), pl.col("minus")
    yield {
        "macd_hist": pl.col("macd_line") - pl.col("macd_signal"),
        "stoch_d": pl.col("stoch_k").rolling_mean(3),
        "adx_14": ema(100 * (plus - minus).abs() / (plus + minus), 14, 27, WILDER),
    }


def main():
    bars = pl.scan_parquet(BARS)
    scores = pl.scan_parquet(SENTIMENT)
    # Both sides are in order of time within a symbol, which is all that an as-of join by symbol needs.
    frame = bars.join_asof(scores, left_on="close_ts", right_on="known_ts", by="symbol", check_sortedness=False)
    for stage in stages():
        frame = frame.with_columns(**{name: column.over("symbol") for name, column in stage.items()})
    angle = 2 * math.pi * (pl.col("session_date").dt.weekday() - 1) / 7
    frame = frame.select(
        "symbol", "interval", "ts", "open", "high", "low", "close", "volume",
        pl.coalesce("vwap", (HIGH + LOW + CLOSE) / 3).alias("vwap"),
        "sma_10", "sma_20", "macd_line", "macd_signal", "macd_hist", "rsi_14", "stoch_k", "stoch_d", "adx_14",
        "atr_14", "bb_bandwidth", "obv", "volume_sma_20", "ret_1",
        angle.sin().alias("day_of_week_sin"), angle.cos().alias("day_of_week_cos"),
        pl.col("score").fill_null(0.0).alias("sentiment_score"),
    )  # fmt: skip
    frame.sink_parquet(OUT)


main()
print(time.perf_counter() - STARTED)
