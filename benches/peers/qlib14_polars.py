"""The 14 factors of qlib14.toml in polars: `qlib14_polars.py BARS OUT`; prints the seconds after the imports.

Lazy expressions over("symbol") on the streaming engine. The slope is a rolling sum with fixed weights, R2 and the
residual follow from it as in qlib14.toml.
"""

import sys
import time

import polars as pl

BARS, OUT = sys.argv[1:3]
STARTED = time.perf_counter()
HIGH, LOW, CLOSE, VOLUME = (pl.col(name) for name in ("high", "low", "close", "volume"))
WEIGHTS = [(place - 4.5) / 82.5 for place in range(10)]


def main():
    lowest, highest = LOW.rolling_min(20), HIGH.rolling_max(20)
    factors = {
        "kmid": (CLOSE - pl.col("open")) / pl.col("open"),
        "roc_5": CLOSE.shift(5) / CLOSE,
        "ma_20": CLOSE.rolling_mean(20) / CLOSE,
        "std_5": CLOSE.rolling_std(5) / CLOSE,
        "slope_10": CLOSE.rolling_sum(10, weights=WEIGHTS),
        "variance": CLOSE.rolling_var(10, ddof=0),
        "mean": CLOSE.rolling_mean(10),
        "max_20": highest / CLOSE,
        "min_20": lowest / CLOSE,
        "qtlu_20": CLOSE.rolling_quantile(0.8, interpolation="linear", window_size=20) / CLOSE,
        "rank_20": CLOSE.rolling_rank(20) / 20,
        "rsv_20": (CLOSE - lowest) / (highest - lowest + 1e-12),
        "corr_10": pl.rolling_corr(CLOSE, (VOLUME + 1).log(), window_size=10),
        "vma_20": VOLUME.rolling_mean(20) / (VOLUME + 1e-12),
    }
    slope = pl.col("slope_10")
    pl.scan_parquet(BARS).with_columns(**{name: factor.over("symbol") for name, factor in factors.items()}).select(
        "symbol", "interval", "ts", "kmid", "roc_5", "ma_20", "std_5", "slope_10",
        (slope * slope * 8.25 / pl.col("variance")).alias("rsqr_10"),
        ((CLOSE - pl.col("mean") - 4.5 * slope) / CLOSE).alias("resi_10"),
        "max_20", "min_20", "qtlu_20", "rank_20", "rsv_20", "corr_10", "vma_20",
    ).sink_parquet(OUT)  # fmt: skip


main()
print(time.perf_counter() - STARTED)
