"""Writes the golden numbers of every kernel: what TA-Lib (or pandas, where TA-Lib has no such function) says.

Into tests/peers/golden:
  kernels_bars.csv.gz     SYNTHETIC bars from a fixed seed, several a session, with awkward stretches;
  kernels_talib.csv.gz    one column a kernel output, one row a bar; empty where unknown;
  kernels_columns.csv     what each column is: kernel, parameters, output, scale of its tolerance, inputs, source.

Scales are the smallest magnitude an error of 1e-8 is measured against: one = 1, hundredth = 0.01,
spread = 1e-6 times the bar's close. Golden numbers have 11 digits.

Run with TA-Lib's Python package (0.8.2, library 0.8.1), numpy and pandas:  python tests/peers/kernels.py
"""

import csv
import gzip
import io
import pathlib

import numpy as np
import pandas as pd
import talib

GOLDEN = pathlib.Path(__file__).parent / "golden"
PRICES = ["open", "high", "low", "close"]
EMA = 1  # TA-Lib's number of that average


def path(rng):
    """Open, high, low and close, stretch by stretch, in ticks of 5 cents."""
    bars, last = [], 1600

    def add(close, gap=0, up=0, down=0):
        nonlocal last
        open_ = last + gap
        bars.append((open_, max(open_, close) + up, min(open_, close) - down, close))
        last = close

    def walk(n, size=9):
        for _ in range(n):
            add(last + int(rng.integers(-size, size + 1)), 0, *map(int, rng.integers(0, 8, 2)))

    walk(95)
    for _ in range(40):  # one price
        add(last)
    walk(15)
    for _ in range(34):  # equal closes, moving highs and lows
        add(last, 0, *map(int, rng.integers(0, 9, 2)))
    for _ in range(45):  # up at every bar
        add(last + int(rng.integers(1, 9)), 0, 1, 0)
    add(last, 0, 0, 0)
    for _ in range(45):  # down at every bar
        add(last - int(rng.integers(1, 9)), 0, 0, 1)
    walk(20)
    add(last * 9 // 5, last * 7 // 10)  # a jump of 80 %
    walk(30)
    for _ in range(25):  # bars without range, moving
        step = int(rng.integers(-6, 7))
        add(last + step, step)
    for _ in range(50):  # gaps
        gap = int(rng.integers(-60, 61))
        add(last + gap + int(rng.integers(-5, 6)), gap, *map(int, rng.integers(0, 6, 2)))
    for _ in range(30):  # the same bar over and over, with a range
        bars.append((last - 2, last + 5, last - 4, last))
    walk(60, 4)
    add(last * 3 // 5)  # a crash inside one bar
    walk(500 - len(bars))
    return np.round(np.array(bars) * 0.05, 2)


def moving(rng, n, start):
    """Bars without an awkward stretch, from `start` on."""
    close = start * np.exp(np.cumsum(rng.normal(0, 0.006, n)))
    open_ = np.r_[start, close[:-1]] * np.exp(rng.normal(0, 0.002, n))
    high = np.maximum(open_, close) * (1 + abs(rng.normal(0, 0.002, n)))
    low = np.minimum(open_, close) * (1 - abs(rng.normal(0, 0.002, n)))
    open_, close = np.round(open_, 2), np.round(close, 2)
    high = np.maximum(np.round(high, 2), np.maximum(open_, close))
    low = np.minimum(np.round(low, 2), np.minimum(open_, close))
    return np.column_stack([open_, high, low, close])


def make_bars():
    rng = np.random.default_rng(20260404)
    ticks = path(rng)
    prices = np.vstack([ticks, moving(rng, 200, ticks[-1, 3])])
    bars = pd.DataFrame(prices, columns=PRICES)
    n = len(bars)
    bars["volume"] = np.round(rng.lognormal(7, 1, n))
    bars.loc[[0, 1, 60, 61, 62, 420], "volume"] = 0.0
    bars.loc[300:318, "volume"] = 0.0
    weight = rng.uniform(0, 1, n)
    bars["vwap"] = bars.low + weight * (bars.high - bars.low)
    bars.loc[(bars.volume == 0) | (rng.uniform(0, 1, n) < 0.1), "vwap"] = np.nan
    lengths = [13] * 20 + [2, 1, 30] + [13] * 60
    session = np.repeat(np.arange(len(lengths)), lengths)[:n]
    bars["session_date"] = pd.bdate_range("2024-01-02", periods=session[-1] + 1)[session].strftime("%Y-%m-%d")
    bars.insert(0, "symbol", "SYNTHETIC")
    return bars


class Columns:
    """The golden columns and what is said of them."""

    def __init__(self):
        self.values, self.about = {}, []

    def add(self, kernel, parameters, inputs, scale, outputs, source="talib"):
        """`outputs` by name; the output `value` given alone needs no name in the column's."""
        name = "_".join([kernel, *(f"{value:g}" for value in parameters.values())])
        text = ";".join(f"{key}={value:g}" for key, value in parameters.items())
        for output, values in outputs.items():
            column = name if output == "value" and len(outputs) == 1 else f"{name}_{output}"
            assert column not in self.values, column
            self.values[column] = np.asarray(values, dtype=float)
            self.about.append([column, kernel, text, output, scale, inputs, source])


def averages(columns, bars):
    close, n_only = bars.close, {"wma": talib.WMA, "dema": talib.DEMA, "tema": talib.TEMA, "trima": talib.TRIMA,
                                 "kama": talib.KAMA, "sma": talib.SMA, "ema": talib.EMA}
    for kernel, function in n_only.items():
        for n in (2, 10, 21):
            columns.add(kernel, {"n": n}, "close", "hundredth", {"value": function(close, n)})
    for n, v in ((5, 0.7), (2, 0.7), (8, 0.5)):
        columns.add("t3", {"n": n, "v": v}, "close", "hundredth", {"value": talib.T3(close, n, v)})


def windows(columns, bars):
    high, low, close = bars.high, bars.low, bars.close
    for n in (2, 14, 30):
        n_ = {"n": n}
        columns.add("highest", n_, "high", "hundredth", {"value": talib.MAX(high, n)})
        columns.add("lowest", n_, "low", "hundredth", {"value": talib.MIN(low, n)})
        columns.add("sum", n_, "volume", "one", {"value": talib.SUM(bars.volume, n)})
        columns.add("midpoint", n_, "close", "hundredth", {"value": talib.MIDPOINT(close, n)})
        columns.add("midprice", n_, "high;low", "hundredth", {"value": talib.MIDPRICE(high, low, n)})
        down, up = talib.AROON(high, low, n)
        columns.add("aroon", n_, "high;low", "one",
                    {"up": up, "down": down, "oscillator": talib.AROONOSC(high, low, n)})
        columns.add("willr", n_, "high;low;close", "one", {"value": talib.WILLR(high, low, close, n)})
    for n, width in ((20, 2), (3, 1.5)):
        upper, middle, lower = talib.BBANDS(close, n, width, width)
        parameters = {"n": n, "width": width}
        columns.add("bollinger", parameters, "close", "hundredth", {"upper": upper, "middle": middle, "lower": lower})
        columns.add("bollinger_bandwidth", parameters, "close", "hundredth", {"value": (upper - lower) / middle})
    for n in (20, 2, 5):
        columns.add("stddev", {"n": n}, "close", "hundredth", {"value": talib.STDDEV(close, n)})
        columns.add("var", {"n": n}, "close", "hundredth", {"value": talib.VAR(close, n)})
    for n in (14, 2, 30):
        outputs = {"value": talib.LINEARREG, "slope": talib.LINEARREG_SLOPE, "intercept": talib.LINEARREG_INTERCEPT,
                   "forecast": talib.TSF}
        columns.add("linearreg", {"n": n}, "close", "hundredth", {key: f(close, n) for key, f in outputs.items()})
        columns.add("linearreg", {"n": n}, "close", "one", {"angle": talib.LINEARREG_ANGLE(close, n)})
    for n in (30, 3, 10):
        columns.add("correl", {"n": n}, "high;low", "hundredth", {"value": talib.CORREL(high, low, n)})
        columns.add("beta", {"n": n}, "high;low", "hundredth", {"value": talib.BETA(high, low, n)})


def momentum(columns, bars):
    open_, high, low, close, volume = (bars[name].to_numpy() for name in [*PRICES, "volume"])
    for n in (14, 3, 1):
        columns.add("mom", {"n": n}, "close", "spread", {"value": talib.MOM(close, n)})
        columns.add("roc", {"n": n}, "close", "hundredth", {"value": talib.ROC(close, n)})
        columns.add("ret", {"n": n}, "close", "hundredth", {"value": talib.ROCP(close, n)})
        columns.add("trix", {"n": n}, "close", "hundredth", {"value": talib.TRIX(close, n)})
    for n in (14, 2, 20):
        columns.add("rsi", {"n": n}, "close", "one", {"value": talib.RSI(close, n)})
        columns.add("cmo", {"n": n}, "close", "one", {"value": talib.CMO(close, n)})
        columns.add("cci", {"n": n}, "high;low;close", "one", {"value": talib.CCI(high, low, close, n)})
        columns.add("mfi", {"n": n}, "high;low;close;volume", "one", {"value": talib.MFI(high, low, close, volume, n)})
    for fast, slow in ((12, 26), (2, 5)):
        pair = {"fast": fast, "slow": slow}
        columns.add("apo", pair, "close", "spread", {"value": talib.APO(close, fast, slow, EMA)})
        columns.add("ppo", pair, "close", "hundredth", {"value": talib.PPO(close, fast, slow, EMA)})
    for fast, slow, signal in ((12, 26, 9), (2, 5, 3)):
        line, average, hist = talib.MACD(close, fast, slow, signal)
        columns.add("macd", {"fast": fast, "slow": slow, "signal": signal}, "close", "spread",
                    {"line": line, "signal": average, "hist": hist})
    for short, middle, long in ((7, 14, 28), (2, 3, 5)):
        columns.add("ultosc", {"short": short, "middle": middle, "long": long}, "high;low;close", "one",
                    {"value": talib.ULTOSC(high, low, close, short, middle, long)})
    for n, d in ((5, 3), (14, 1), (2, 2)):
        k_values, d_values = talib.STOCHF(high, low, close, n, d)
        columns.add("stochf", {"n": n, "d": d}, "high;low;close", "one", {"k": k_values, "d": d_values})
    for n, k, d in ((14, 3, 3), (3, 2, 2)):
        k_values, d_values = talib.STOCH(high, low, close, n, k, 0, d, 0)
        columns.add("stoch", {"n": n, "k": k, "d": d}, "high;low;close", "one", {"k": k_values, "d": d_values})
    for n, k, d in ((14, 5, 3), (3, 2, 2), (14, 14, 1)):
        k_values, d_values = talib.STOCHRSI(close, n, k, d)
        columns.add("stochrsi", {"n": n, "k": k, "d": d}, "close", "one", {"k": k_values, "d": d_values})
    columns.add("bop", {}, "open;high;low;close", "hundredth", {"value": talib.BOP(open_, high, low, close)})


def direction_and_volume(columns, bars):
    high, low, close, volume = (bars[name].to_numpy() for name in ["high", "low", "close", "volume"])
    for n in (14, 2, 5):
        for kernel in ("dx", "adx", "adxr", "plus_di", "minus_di"):
            values = getattr(talib, kernel.upper())(high, low, close, n)
            columns.add(kernel, {"n": n}, "high;low;close", "one", {"value": values})
        for kernel in ("plus_dm", "minus_dm"):
            values = getattr(talib, kernel.upper())(high, low, n)
            columns.add(kernel, {"n": n}, "high;low", "hundredth", {"value": values})
        columns.add("atr", {"n": n}, "high;low;close", "hundredth", {"value": talib.ATR(high, low, close, n)})
        columns.add("natr", {"n": n}, "high;low;close", "hundredth", {"value": talib.NATR(high, low, close, n)})
    columns.add("plus_dm", {"n": 1}, "high;low", "hundredth", {"value": talib.PLUS_DM(high, low, 1)})
    columns.add("minus_dm", {"n": 1}, "high;low", "hundredth", {"value": talib.MINUS_DM(high, low, 1)})
    columns.add("trange", {}, "high;low;close", "hundredth", {"value": talib.TRANGE(high, low, close)})
    columns.add("obv", {}, "close;volume", "one", {"value": talib.OBV(close, volume)})
    columns.add("ad", {}, "high;low;close;volume", "one", {"value": talib.AD(high, low, close, volume)})
    for fast, slow in ((3, 10), (2, 3), (10, 3)):
        columns.add("adosc", {"fast": fast, "slow": slow}, "high;low;close;volume", "one",
                    {"value": talib.ADOSC(high, low, close, volume, fast, slow)})
    for acceleration, maximum in ((0.02, 0.2), (0.1, 0.3), (0.5, 0.2)):
        columns.add("sar", {"acceleration": acceleration, "maximum": maximum}, "high;low", "hundredth",
                    {"value": talib.SAR(high, low, acceleration, maximum)})


def rolling(values, n, function):
    """`function` of each full window, taken afresh."""
    return pd.Series(values).rolling(n).apply(function, raw=True)


def without_talib(columns, bars):
    close, volume = bars.close, bars.volume

    def zscore(window):
        return (window[-1] - window.mean()) / window.std() if np.ptp(window) > 0 else np.nan

    squares = np.log(close / close.shift()) ** 2
    ranges = np.log(bars.high / bars.low) ** 2
    for n in (20, 2, 5):
        n_ = {"n": n}
        columns.add("zscore", n_, "close", "hundredth", {"value": rolling(close, n, zscore)}, "pandas")
        columns.add("realised_volatility", n_, "close", "hundredth",
                    {"value": np.sqrt(rolling(squares, n, np.mean))}, "pandas")
        columns.add("parkinson", n_, "high;low", "hundredth",
                    {"value": np.sqrt(rolling(ranges, n, np.mean) / (4 * np.log(2)))}, "pandas")
        columns.add("percentile_rank", n_, "close", "hundredth",
                    {"value": rolling(close, n, lambda window: np.mean(window <= window[-1]))}, "pandas")
        before = rolling(volume, n, np.mean).shift()
        columns.add("volume_ratio", n_, "volume", "hundredth", {"value": (volume / before).where(before > 0)}, "pandas")
    sessions = bars.groupby("session_date")
    price = bars.vwap.fillna((bars.high + bars.low + close) / 3)
    money = (price * volume).groupby(bars.session_date).cumsum()
    units = sessions.volume.cumsum()
    columns.add("session_vwap", {}, "session_date;high;low;close;volume;vwap", "hundredth",
                {"value": (money / units).where(units > 0)}, "pandas")
    for n in (5, 1, 20):
        known = sessions.cumcount() >= n - 1
        first = sessions.cumcount() < n
        high = bars.high.where(first).groupby(bars.session_date).cummax().groupby(bars.session_date).ffill()
        low = bars.low.where(first).groupby(bars.session_date).cummin().groupby(bars.session_date).ffill()
        position = ((close - low) / (high - low)).where(high > low)
        columns.add("opening_range", {"n": n}, "session_date;high;low;close", "hundredth",
                    {"high": high.where(known), "low": low.where(known), "position": position.where(known)}, "pandas")


def cell(value, digits):
    if not isinstance(value, float):
        return value
    return "" if np.isnan(value) else f"{value:.{digits}g}"


def write_gzip(name, header, rows, digits):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value, digits) for value in row])
    # No time and no file name in the header: the same numbers give the same bytes.
    (GOLDEN / name).write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def main():
    bars = make_bars()
    columns = Columns()
    for part in (averages, windows, momentum, direction_and_volume, without_talib):
        part(columns, bars)
    write_gzip("kernels_bars.csv.gz", list(bars.columns), bars.itertuples(index=False), 17)
    rows = zip(*(map(float, x) for x in columns.values.values()))
    write_gzip("kernels_talib.csv.gz", list(columns.values), rows, 11)
    with open(GOLDEN / "kernels_columns.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["column", "kernel", "parameters", "output", "scale", "inputs", "source"])
        writer.writerows(columns.about)


main()
