"""Writes tests/it/golden/talib_edges.csv: what TA-Lib says of awkward bars.

Flat stretches, bars without range, single-price bars, gaps, tiny and huge prices: where an indicator's range or
denominator is zero. Run with TA-Lib's Python package (0.8.2, library 0.8.1):  python tests/peers/talib_edges.py
"""

import pathlib

import numpy as np
import talib

COLUMNS = "case,open,high,low,close,volume,sma_10,sma_20,macd_line,macd_signal,macd_hist,rsi_14,stoch_k,stoch_d," \
    "adx_14,atr_14,bb_bandwidth,obv,volume_sma_20,ret_1"


def walk(rng, n, scale):
    close = scale * 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    open_ = np.r_[close[0], close[:-1]] * np.exp(rng.normal(0, 0.004, n))
    high = np.maximum(open_, close) * (1 + abs(rng.normal(0, 0.003, n)))
    low = np.minimum(open_, close) * (1 - abs(rng.normal(0, 0.003, n)))
    return open_, high, low, close, np.round(rng.lognormal(8, 1, n))


def flat(bars, start, end):
    """One price from start to end: the last close before."""
    price = bars[3][start - 1] if start else bars[3][0]
    for column in bars[:4]:
        column[start:end] = price
    return bars


def cases():
    rng = np.random.default_rng(20260101)
    yield "flat_from_the_start", flat(walk(rng, 100, 1), 0, 60)
    yield "flat_in_the_middle", flat(walk(rng, 140, 1), 45, 100)
    yield "flat_throughout", flat(walk(rng, 60, 1.001), 0, 60)
    bars = walk(rng, 100, 1)
    yield "single_price_bars", (bars[3].copy(), bars[3].copy(), bars[3].copy(), bars[3], bars[4])
    yield "tiny_prices", walk(rng, 80, 1e-9)
    yield "huge_prices", walk(rng, 80, 1e9)
    bars = walk(rng, 80, 1)
    bars[4][20:60] = 0
    yield "no_volume", bars
    up = np.arange(1.0, 81.0)
    yield "straight_up", (up, up + 0.5, up - 0.5, up, up * 10)
    down = up[::-1].copy()
    yield "straight_down", (down, down + 0.5, down - 0.5, down, up * 10)


def indicators(high, low, close, volume):
    macd = talib.MACD(close, 12, 26, 9)
    stoch = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    return [talib.SMA(close, 10), talib.SMA(close, 20), *macd, talib.RSI(close, 14), *stoch,
            talib.ADX(high, low, close, 14), talib.ATR(high, low, close, 14), (upper - lower) / middle,
            talib.OBV(close, volume), talib.SMA(volume, 20), talib.ROCP(close, 1)]


def main():
    lines = [COLUMNS]
    for name, bars in cases():
        # Bars are written with 10 digits, so TA-Lib must see what the test reads.
        bars = [np.array([float(f"{x:.10g}") for x in column]) for column in bars]
        columns = bars + indicators(*bars[1:])
        for row in zip(*columns):
            lines.append(",".join([name] + ["" if np.isnan(x) else f"{x:.10g}" for x in row]))
    out = pathlib.Path(__file__).parent.parent / "it" / "golden" / "talib_edges.csv"
    out.parent.mkdir(exist_ok=True)
    out.write_text("\n".join(lines) + "\n")


main()
