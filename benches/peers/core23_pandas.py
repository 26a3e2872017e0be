"""core23 in pandas and TA-Lib, Parquet to Parquet: `core23_pandas.py BARS SENTIMENT OUT`; prints the seconds after
the imports.

One pass over the symbols with TA-Lib on contiguous arrays, into arrays made once: no frame a symbol and no concat.
"""

import sys
import time

import numpy as np
import pandas as pd
import talib

BARS, SENTIMENT, OUT = sys.argv[1:4]
STARTED = time.perf_counter()
INDICATORS = [
    "sma_10", "sma_20", "macd_line", "macd_signal", "macd_hist", "rsi_14", "stoch_k", "stoch_d", "adx_14", "atr_14",
    "bb_bandwidth", "obv", "volume_sma_20", "ret_1",
]  # fmt: skip


def indicators(high, low, close, volume):
    """TA-Lib's functions over one symbol, in the order of INDICATORS."""
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return [
        talib.SMA(close, 10),
        talib.SMA(close, 20),
        *talib.MACD(close, 12, 26, 9),
        talib.RSI(close, 14),
        *talib.STOCH(high, low, close, 14, 3, 0, 3, 0),
        talib.ADX(high, low, close, 14),
        talib.ATR(high, low, close, 14),
        (upper - lower) / middle,
        talib.OBV(close, volume),
        talib.SMA(volume, 20),
        talib.ROCP(close, 1),
    ]


def main():
    bars = pd.read_parquet(BARS)
    prices = {name: bars[name].to_numpy(np.float64) for name in ("high", "low", "close", "volume")}
    columns = {name: np.empty(len(bars)) for name in INDICATORS}
    symbols = bars["symbol"].to_numpy()
    edges = np.flatnonzero(symbols[1:] != symbols[:-1]) + 1
    for start, end in zip([0, *edges], [*edges, len(bars)]):
        found = indicators(*(values[start:end] for values in prices.values()))
        for name, values in zip(INDICATORS, found):
            columns[name][start:end] = values

    # merge_asof wants both sides in order of time.
    scores = pd.read_parquet(SENTIMENT).sort_values("known_ts")
    keys = bars[["symbol", "close_ts"]].reset_index().sort_values("close_ts")
    joined = pd.merge_asof(keys, scores, left_on="close_ts", right_on="known_ts", by="symbol")
    score = np.empty(len(bars))
    score[joined["index"].to_numpy()] = joined["score"].fillna(0.0).to_numpy()

    out = bars[["symbol", "interval", "ts", "open", "high", "low", "close", "volume"]].copy()
    out["vwap"] = bars["vwap"].fillna((bars["high"] + bars["low"] + bars["close"]) / 3)
    for name in INDICATORS:
        out[name] = columns[name]
    angle = 2 * np.pi * pd.to_datetime(bars["session_date"]).dt.day_of_week.to_numpy() / 7
    out["day_of_week_sin"], out["day_of_week_cos"] = np.sin(angle), np.cos(angle)
    out["sentiment_score"] = score
    out.to_parquet(OUT, index=False)


main()
print(time.perf_counter() - STARTED)
