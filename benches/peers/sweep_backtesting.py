"""sma_cross in backtesting.py: `sweep_backtesting.py BARS.npy PAIRS.csv OUT.csv`; prints the seconds after the imports.

The same orders as in sweep_vectorbt.py, decided bar by bar in `next`.
"""

import csv
import sys
import time
import warnings

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy, backtesting

BARS, PAIRS, OUT = sys.argv[1:4]
backtesting._tqdm = lambda bars, **_: bars  # no progress bars


def mean(values, n):
    return pd.Series(values).rolling(n).mean()


class Crossing(Strategy):
    quick, lazy = 10, 20

    def init(self):
        self.fast = self.I(mean, self.data.Close, self.quick)
        self.slow = self.I(mean, self.data.Close, self.lazy)

    def next(self):
        before, now = self.fast[-2] - self.slow[-2], self.fast[-1] - self.slow[-1]
        if before <= 0 < now:
            self.position.close()
            self.buy(size=100)
        elif before >= 0 > now:
            self.position.close()
            self.sell(size=100)


def main():
    bars, pairs = np.load(BARS), [tuple(map(int, row)) for row in csv.reader(open(PAIRS))]
    warnings.simplefilter("ignore")  # what is open at the end stays open, as everywhere here
    started = time.perf_counter()
    frame = pd.DataFrame(bars, columns=["Open", "High", "Low", "Close", "Volume"])
    frame.index = pd.date_range("2020-01-01", periods=len(bars), freq="min")
    rows = []
    for quick, lazy in pairs:
        found = Backtest(frame, Crossing, cash=1e8, commission=0.001).run(quick=quick, lazy=lazy)
        still_open = len(found._strategy.trades)
        rows.append((quick, lazy, found["# Trades"] + still_open, found["Equity Final [$]"]))
    seconds = time.perf_counter() - started
    with open(OUT, "w") as out:
        csv.writer(out).writerows(rows)
    print(seconds)


if __name__ == "__main__":
    main()
