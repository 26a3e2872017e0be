"""14 factors of Qlib's kind at the size of Qlib's own task (800 stocks, about 13 years of daily bars), on one core:
`ws features build --set qlib14.toml` beside polars, pandas and Qlib itself.

    benches/peers/run.sh qlib14        makes the environments, the market and the table

The market is SYNTHETIC, the factors and where they come from stand in qlib14.toml. ws goes from store to store, Qlib
from its own binary store to Parquet, polars and pandas from Parquet to Parquet. Before the table, everybody's columns
are compared with those of pandas, from bar 20 on; Qlib's within what 4-byte prices allow. Leaves with 1 when they
differ. (Over flat stretches pandas' running deviation drifts by up to 3e-6, DuckDB's and polars' do not; the three
symbols compared have none.)
"""

import os
import sys

import duckdb
import numpy as np

from contest import DAYS, HERE, SYMBOLS, Market, agrees, compete, table

FROM, BOUND, BOUND_OF_FLOATS = 20, 1e-6, 1e-2
PINNED = ["taskset", "-c", "0"]
ONE_THREAD = {name: "1" for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


def write_qlib_store(bars, folder):
    """The rows in Qlib's binary form: a calendar, the instruments, one file a field of an instrument."""
    for name in ("calendars", "instruments", "features"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    connection = duckdb.connect()
    days = [day for (day,) in connection.execute(f"SELECT DISTINCT ts::DATE FROM '{bars}' ORDER BY 1").fetchall()]
    with open(os.path.join(folder, "calendars", "day.txt"), "w") as out:
        out.writelines(f"{day}\n" for day in days)
    fields = ("open", "high", "low", "close", "volume")
    rows = connection.execute(f"SELECT symbol, {', '.join(fields)} FROM '{bars}' ORDER BY symbol, ts").fetchnumpy()
    names, counts = np.unique(rows["symbol"].astype(str), return_counts=True)
    if set(counts) != {len(days)}:
        sys.exit("the market has gaps: Qlib's files would need a start of their own")
    with open(os.path.join(folder, "instruments", "all.txt"), "w") as out:
        out.writelines(f"{name}\t{days[0]}\t{days[-1]}\n" for name in names)
    for place, name in enumerate(names):
        home = os.path.join(folder, "features", name.lower())
        os.makedirs(home, exist_ok=True)
        for field in fields:
            values = rows[field][place * len(days) : (place + 1) * len(days)]
            np.concatenate([[0], values]).astype("<f4").tofile(os.path.join(home, f"{field}.day.bin"))


def main():
    market, qlib_python = Market(*sys.argv[1:3]), sys.argv[3]
    polars, pandas, qlib = (market.path(f"qlib14_{name}.parquet") for name in ("polars", "pandas", "qlib"))
    store = market.path("qlib")
    write_qlib_store(market.bars, store)

    def pinned(command):
        return PINNED + command, ONE_THREAD

    ours = "ws features build"
    runs = compete(
        {
            ours: pinned(market.build(os.path.join(HERE, "qlib14.toml"))),
            "polars": pinned(market.python("qlib14_polars.py", market.bars, polars)),
            "pandas": pinned(market.python("qlib14_pandas.py", market.bars, pandas)),
        },
        {ours: market.fresh_store},
    )
    # Minutes long, so once.
    alone = {"Qlib, no cache (once)": pinned([qlib_python, os.path.join(HERE, "qlib14_qlib.py"), store, qlib])}
    runs |= compete(alone, {}, rounds=1)

    fine = agrees("polars beside pandas", polars, pandas, FROM, BOUND)
    if not runs[ours][-1].failure:
        fine &= agrees("ws beside pandas", f"{market.work}:features_qlib14", pandas, FROM, BOUND)
    if os.path.exists(qlib):
        fine &= agrees("Qlib (4-byte floats) beside pandas", qlib, pandas, FROM, BOUND_OF_FLOATS)
    table(f"14 factors of Qlib's kind, {SYMBOLS} SYNTHETIC symbols x {DAYS} daily bars, one core", runs, ours)
    print("\nQlib's README, its own 14 factors and machine, 1 CPU: 147.0 s without a cache, 47.6 s with the")
    print("expression cache, 7.4 s with the dataset cache as well.")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
