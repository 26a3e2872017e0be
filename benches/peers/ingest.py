"""The same minute rows into a DuckDB file, in one run: `ws ingest csv` beside DuckDB's CTAS, pandas and polars.

    benches/peers/run.sh [ROWS]        makes the environment, the file (SYNTHETIC rows) and the table

ws checks every row, keeps provenance and refuses what is wrong; the others only read. Each side runs three times in
turn, the medians are compared; every run has a fresh store and its own process, so that peak memory is its own.
"""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

ROWS, FOLDER, WS = int(sys.argv[1]), sys.argv[2], sys.argv[3]
CSV = os.path.join(FOLDER, "BENCH_1m.csv")

PEERS = {
    "DuckDB CTAS from read_csv": """
import duckdb
c = duckdb.connect({db!r}); c.execute("CREATE TABLE bars AS SELECT * FROM read_csv({csv!r})"); c.close()""",
    "polars read_csv, then DuckDB": """
import duckdb, polars as pl
f = pl.read_csv({csv!r}, try_parse_dates=True); c = duckdb.connect({db!r})
c.execute("CREATE TABLE bars AS SELECT * FROM f"); c.close()""",
    "pandas read_csv, then DuckDB": """
import duckdb, pandas as pd
f = pd.read_csv({csv!r}, parse_dates=["timestamp"]); c = duckdb.connect({db!r})
c.execute("CREATE TABLE bars AS SELECT * FROM f"); c.close()""",
}


def write_rows():
    rng, price = np.random.default_rng(1), 100.0
    with open(CSV, "w") as out:
        out.write("timestamp,open,high,low,close,volume\n")
        for start in range(0, ROWS, 500_000):
            n = min(500_000, ROWS - start)
            close = price * np.exp(np.cumsum(rng.normal(0, 0.0002, n)))
            open_ = np.concatenate([[price], close[:-1]])
            wick = 1 + np.abs(rng.normal(0, 0.0002, (2, n)))
            stamps = pd.to_datetime((np.arange(start, start + n) * 60 + 946_684_800), unit="s")
            frame = {"t": stamps.strftime("%Y-%m-%d %H:%M:%S"), "o": open_}
            frame |= {"h": np.maximum(open_, close) * wick[0], "l": np.minimum(open_, close) / wick[1], "c": close}
            pd.DataFrame(frame | {"v": rng.integers(1, 10**6, n)}).to_csv(out, header=False, index=False)
            price = 100.0 if not 5 < close[-1] < 2000 else close[-1]


def timed(command, db):
    """Seconds and peak MiB of a process; the store is new."""
    for name in (db, db + ".wal"):
        if os.path.exists(name):
            os.remove(name)
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main():
    write_rows()
    db = os.path.join(FOLDER, "bench.duckdb")
    sides = {"ws ingest csv": [WS, "ingest", "csv", CSV, "--db", db, "-q"]}
    for name, code in PEERS.items():
        sides[name] = [sys.executable, "-c", code.format(csv=CSV, db=db)]
    runs = {name: [] for name in sides}
    for _ in range(3):
        for name, command in sides.items():
            runs[name].append(timed(command, db))
    ours = statistics.median(seconds for seconds, _ in runs["ws ingest csv"])
    print(f"{ROWS} SYNTHETIC minute rows, {os.path.getsize(CSV) / 1e6:.0f} MB, {os.cpu_count()} cores")
    for name, found in runs.items():
        seconds = statistics.median(s for s, _ in found)
        peak = max(m for _, m in found)
        print(f"{name:<30} {seconds:7.2f} s {peak:8.0f} MiB   {seconds / ours:5.2f} x the time of ws")


if __name__ == "__main__":
    main()
