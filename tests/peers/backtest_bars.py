"""SYNTHETIC bars for the comparison of backtests, deterministic from numpy seeds.

    python tests/peers/backtest_bars.py      writes golden/backtest_bars.csv.gz (numpy 2.x)

Columns: series, ts (UTC, start of the bar), open, high, low, close, volume. The interval is the end of a series' name.

- walk_1d   a random walk over weekdays with overnight gaps, prices of four decimals
- trend_1h  hours around the clock that trend up and down, nearly without gaps
- jumpy_1h  gaps of several per cent and wicks so long that one bar often touches both a stop and a target
- tick_1d   every price a multiple of 0.25, which binary floats hold exactly: averages tie, limits are touched exactly
- touch_1d  lows and highs lie exactly on the levels `fill * (1 - 0.02)` and `fill * (1 + 0.03)` of a 10/20 crossing

Where prices are not exact, no two averages come nearer to each other than 1e-9, so that no rounding decides a cross.
"""

import csv
import gzip
import io
import pathlib

import numpy as np

GOLDEN = pathlib.Path(__file__).parent / "golden"
PATH = GOLDEN / "backtest_bars.csv.gz"
PAIRS = ((10, 20), (3, 8))
STOP, TARGET = 0.02, 0.03
DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")
PRICES = ("open", "high", "low", "close")


def weekdays(start, n):
    days = np.datetime64(start, "D") + np.arange(2 * n)
    return days[np.is_busday(days)][:n].astype("datetime64[s]")


def hours(start, n):
    return np.datetime64(start, "s") + np.arange(n) * HOUR


def path(seed, n, sigma, gap, drift=None, wick=0.0):
    """Open, high, low, close around 100: `gap(rng, n)` moves the opens, `wick(rng, n)` lengthens both shadows."""
    rng = np.random.default_rng(seed)
    gaps, wicks = gap(rng, n), wick(rng, n) if wick else np.zeros((2, n))
    drift = drift(rng, n) if drift else np.zeros(n)
    rows, log = np.empty((n, 4)), 0.0
    for i in range(n):
        opened = log + gaps[i]
        walk = opened + np.cumsum(drift[i] / 8 + rng.normal(0, sigma / np.sqrt(8), 8))
        log = walk[-1] - 0.01 * walk[-1]  # drawn back to 100 a little
        high, low = max(opened, log, *walk), min(opened, log, *walk)
        rows[i] = opened, high + wicks[0, i], low - wicks[1, i], log
    return 100 * np.exp(rows)


def rare(chance, size):
    """Normal moves of `size` with a chance; small ones of a tenth of it otherwise."""
    return lambda rng, n: np.where(rng.random(n) < chance, rng.normal(0, size, n), rng.normal(0, size / 10, n))


def regimes(rng, n):
    return np.repeat(rng.choice([-0.0025, 0.0, 0.0025], n // 40 + 1), 40)[:n]


def long_wicks(rng, n):
    return np.where(rng.random((2, n)) < 0.25, rng.uniform(0.01, 0.06, (2, n)), 0.0)


def snapped(rows, unit):
    """Prices on multiples of `unit`, or of four decimals, with the high and the low still outside."""
    rows = np.round(rows / unit) * unit if unit else np.round(rows, 4)
    rows[:, 1], rows[:, 2] = rows.max(axis=1), rows.min(axis=1)
    return rows


def crosses(close, fast=10, slow=20):
    """+1 and -1 where the fast average has just come to lie above and below the slow one; their gap."""
    quick, lazy = (np.convolve(close, np.ones(n))[: len(close)] / n for n in (fast, slow))
    gap = quick - lazy
    gap[: slow - 1] = np.nan
    before = np.concatenate([[np.nan], gap[:-1]])
    return np.where((before <= 0) & (gap > 0), 1, np.where((before >= 0) & (gap < 0), -1, 0)), gap


def touching(rows):
    """Ends the shadows that reach a level of the position of that time exactly there."""
    sides, _ = crosses(rows[:, 3])
    side, entry = 0, np.nan
    for i in range(1, len(rows)):
        if sides[i - 1]:
            side, entry = sides[i - 1], rows[i, 0]
        if not side:
            continue
        body = rows[i, [0, 3]]
        for level in (entry * (1 - side * STOP), entry * (1 + side * TARGET)):
            if level <= body.min() and rows[i, 2] < level * 1.003:
                rows[i, 2] = level
            if level >= body.max() and rows[i, 1] > level * 0.997:
                rows[i, 1] = level
    return rows


def series():
    """{name: (times, prices)}."""
    quiet = rare(0.05, 0.03)
    return {
        "walk_1d": (weekdays("2015-01-02", 900), snapped(path(1, 900, 0.012, quiet), 0)),
        "trend_1h": (hours("2021-03-01", 1200), snapped(path(2, 1200, 0.007, rare(0.01, 0.004), regimes), 0)),
        "jumpy_1h": (hours("2022-06-06", 900), snapped(path(3, 900, 0.008, rare(0.12, 0.04), None, long_wicks), 0)),
        "tick_1d": (weekdays("2016-02-01", 900), snapped(path(4, 900, 0.010, quiet), 0.25)),
        "touch_1d": (weekdays("2017-09-04", 700), touching(snapped(path(5, 700, 0.012, quiet), 0))),
    }


def read():
    """{series: {column: array}} of the committed file; `ts` stays text."""
    with gzip.open(PATH, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for name in dict.fromkeys(row["series"] for row in rows):
        own = [row for row in rows if row["series"] == name]
        found[name] = {column: np.array([float(row[column]) for row in own]) for column in (*PRICES, "volume")}
        found[name]["ts"] = [row["ts"] for row in own]
    return found


def main():
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["series", "ts", *PRICES, "volume"])
    for number, (name, (times, rows)) in enumerate(series().items()):
        found = [crosses(rows[:, 3], *pair) for pair in PAIRS]
        if not name.startswith("tick"):
            assert min(np.nanmin(np.abs(gap)) for _, gap in found) > 1e-9, f"{name}: averages too near each other"
        volume = np.random.default_rng(100 + number).integers(1_000, 100_000, len(rows))
        for ts, row, traded in zip(times, rows, volume):
            out.writerow([name, f"{ts}Z", *(repr(float(x)) for x in row), traded])
        counts = (f"{np.count_nonzero(sides):4} crosses, {np.sum(gap == 0):3} ties" for sides, gap in found)
        print(f"{name:<10} {len(rows):5} bars, {', '.join(counts)}")
    PATH.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
