"""sma_cross in vectorbt: `sweep_vectorbt.py BARS.npy PAIRS.csv OUT.csv`; prints the seconds after a first, small run.

The first run compiles what numba has to compile. Crosses of the closes of one bar become orders at the open of the
next, 100 units, 0.1 % a side, long and short. Pairs of one slow average run together as columns; all pairs at once
would need tens of GiB.
"""

import csv
import itertools
import sys
import time

import numpy as np
import vectorbt as vbt

BARS, PAIRS, OUT = sys.argv[1:4]


def averages(close, windows):
    return vbt.MA.run(close, windows).ma.to_numpy().reshape(len(close), -1)


def later(crossed):
    """What the close of a bar tells is done at the open of the next."""
    shifted = np.zeros_like(crossed)
    shifted[1:] = crossed[:-1]
    return shifted


def run(bars, pairs):
    opens, closes = bars[:, :1], bars[:, 3]
    for slow, group in itertools.groupby(pairs, key=lambda pair: pair[1]):
        quick = [fast for fast, _ in group]
        gap = averages(closes, quick) - averages(closes, slow)
        before = np.full_like(gap, np.nan)
        before[1:] = gap[:-1]
        portfolio = vbt.Portfolio.from_signals(
            closes[:, None],
            entries=later((before <= 0) & (gap > 0)),
            short_entries=later((before >= 0) & (gap < 0)),
            price=opens,
            size=100,
            fees=0.001,
            init_cash=1e8,
            freq="1min",
        )
        values, trades = np.ravel(portfolio.final_value()), np.ravel(portfolio.trades.count())
        yield from ((fast, slow, int(count), float(value)) for fast, count, value in zip(quick, trades, values))


def main():
    bars, pairs = np.load(BARS), [tuple(map(int, row)) for row in csv.reader(open(PAIRS))]
    list(run(bars[:1000], pairs[:2]))
    started = time.perf_counter()
    rows = list(run(bars, pairs))
    seconds = time.perf_counter() - started
    with open(OUT, "w") as out:
        csv.writer(out).writerows(rows)
    print(seconds)


if __name__ == "__main__":
    main()
