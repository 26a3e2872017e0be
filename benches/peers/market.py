"""One account over 10 000 SYNTHETIC daily series of 2500 days, about 2000 entries a day: ws beside vectorbt.

    benches/peers/run.sh market        makes the environment, the store and the table

Both trade the crossings of two short averages, 10 units long and short, decided at a close and filled at the next open, 0.1 % a
side, from one cash account that never runs out. `ws backtest` is the whole program: it reads the store, simulates, and
records every order, fill, trade, trace and account value with the metrics. vectorbt reads two matrices and keeps its
records in memory. Trades and the account at every close but the last (where ws pays for leaving) are compared
first; leaves with 1 when they differ.
"""

import os
import shutil
import subprocess
import sys

import duckdb
import numpy as np

from contest import HERE, compete, table

FAST, SLOW, UNITS, CAPITAL, FEE, BOUND, ROUNDS = 2, 5, 10, 1e9, 0.001, 1e-9, 3


def make(folder, ws):
    """The store, and its opens and closes as matrices: days down, symbols across."""
    store = os.path.join(folder, "market.duckdb")
    subprocess.run([ws, "init", "--db", store, "-q"], check=True, stdout=subprocess.DEVNULL)
    connection = duckdb.connect(store)
    connection.execute("SET memory_limit = '4GB'")
    with open(os.path.join(HERE, "..", "daily_market.sql")) as file:
        connection.execute(file.read())
    for column in ("open", "close"):
        values = connection.execute(f"SELECT {column} FROM bars ORDER BY symbol, ts").fetchnumpy()[column]
        np.save(os.path.join(folder, f"{column}.npy"), np.ascontiguousarray(values.reshape(10_000, -1).T))
    connection.close()
    return store


def agrees(work, values, count):
    """Prints how far the accounts lie apart, as a share of the capital."""
    connection = duckdb.connect(work, read_only=True)
    ours = connection.execute("SELECT equity FROM equity ORDER BY ts").fetchnumpy()["equity"]
    trades = connection.execute("SELECT count(*) FROM trades").fetchone()[0]
    connection.close()
    theirs = np.load(values)
    apart = np.max(np.abs(ours[:-1] - theirs[:-1])) / CAPITAL
    fine = len(ours) == len(theirs) and apart <= BOUND and trades == count
    print(f"check: {trades} trades (vectorbt {count}), {apart:.1e} apart: {'agrees' if fine else 'DIFFERS'}")
    return fine


def main():
    folder, ws, vectorbt = sys.argv[1:4]
    store, work, values = make(folder, ws), os.path.join(folder, "work.duckdb"), os.path.join(folder, "values.npy")
    ours = [ws, "backtest", "--db", work, "-q", "--strategy", "sma_cross", "-p", f"fast={FAST}", "-p", f"slow={SLOW}"]
    ours += ["--sizing", f"units:{UNITS}", "--capital", str(int(CAPITAL)), "--slippage-bps", "0"]
    ours += ["--commission", str(FEE)]
    settings = [str(value) for value in (FAST, SLOW, UNITS, CAPITAL, FEE)]
    theirs = [vectorbt, os.path.join(HERE, "market_vectorbt.py"), folder, values, *settings]
    runs = compete({"ws": ours, "vectorbt": theirs}, {"ws": lambda: shutil.copyfile(store, work)}, ROUNDS)
    fine = not runs["ws"][-1].failure
    if fine and not runs["vectorbt"][-1].failure:
        with open(values + ".count") as file:
            fine = agrees(work, values, int(file.read()))
    table("sma_cross 2/5, one account, 10 000 SYNTHETIC symbols x 2500 days", runs, "ws")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
