"""sma_cross over a whole market in vectorbt: `market_vectorbt.py FOLDER VALUES.npy FAST SLOW UNITS CAPITAL FEE`.

Reads open.npy and close.npy of the folder, writes the account at every close, and the number of trades beside it; prints the
seconds after a first, small run, which compiles what numba has to compile.
"""

import os
import sys
import time

import numpy as np
import vectorbt as vbt

FOLDER, VALUES = sys.argv[1:3]
FAST, SLOW, UNITS, CAPITAL, FEE = (float(value) for value in sys.argv[3:8])


def average(close, window):
    return vbt.MA.run(close, int(window)).ma.to_numpy().reshape(close.shape)


def later(crossed):
    """What the close of a bar tells is done at the open of the next."""
    shifted = np.zeros_like(crossed)
    shifted[1:] = crossed[:-1]
    return shifted


def run(opens, closes):
    gap = average(closes, FAST) - average(closes, SLOW)
    before = np.full_like(gap, np.nan)
    before[1:] = gap[:-1]
    portfolio = vbt.Portfolio.from_signals(
        closes,
        entries=later((before <= 0) & (gap > 0)),
        short_entries=later((before >= 0) & (gap < 0)),
        price=opens,
        size=UNITS,
        fees=FEE,
        init_cash=CAPITAL,
        group_by=True,
        cash_sharing=True,
        freq="1D",
    )
    return np.ravel(portfolio.value()), int(np.sum(portfolio.trades.count()))


def main():
    opens, closes = (np.load(os.path.join(FOLDER, f"{name}.npy")) for name in ("open", "close"))
    run(opens[:50, :3], closes[:50, :3])
    started = time.perf_counter()
    values, count = run(opens, closes)
    seconds = time.perf_counter() - started
    np.save(VALUES, values)
    with open(VALUES + ".count", "w") as out:
        out.write(str(count))
    print(seconds)


if __name__ == "__main__":
    main()
