"""What the comparisons share: the SYNTHETIC market, timed processes, agreement of columns, the table.

Every contender is a whole program in a process of its own. `wait4` gives its peak memory (resident, which counts
mapped file pages too) and its processor time; Python contenders print the seconds they needed after their imports.
Each runs several times, one after the other in turn, and medians are compared.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb
import numpy as np

SYMBOLS, DAYS, SEED, ROUNDS = 800, 3276, 6, 5
CHECKED = ("SYN001", "SYN400", "SYN800")
HERE = os.path.dirname(os.path.abspath(__file__))
BARS_SQL = """SELECT symbol, "interval", ts, close_ts, session_date, open, high, low, close, volume, vwap
FROM bars ORDER BY symbol, "interval", ts"""
SENTIMENT_SQL = "SELECT symbol, known_ts, score FROM sentiment_snapshots ORDER BY symbol, known_ts"


class Market:
    """One simulated market: a store for ws, and the same rows as Parquet for everyone else."""

    def __init__(self, folder, ws):
        self.folder, self.ws = folder, ws
        self.store, self.bars, self.sentiment = map(self.path, ("market.duckdb", "bars.parquet", "sentiment.parquet"))
        self.work = self.path("work.duckdb")
        if os.path.exists(self.sentiment):
            return
        size = ["--symbols", str(SYMBOLS), "--days", str(DAYS), "--interval", "1d", "--seed", str(SEED)]
        subprocess.run([ws, "simulate", *size, "--db", self.store, "-q"], check=True, stdout=subprocess.DEVNULL)
        for sql, out in ((BARS_SQL, self.bars), (SENTIMENT_SQL, self.sentiment)):
            command = [ws, "sql", sql, "--db", self.store, "--format", "parquet", "-o", out]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def fresh_store(self):
        """A copy without features: a second build over the same store may have nothing left to do."""
        for name in (self.work, self.work + ".wal"):
            if os.path.exists(name):
                os.remove(name)
        shutil.copyfile(self.store, self.work)

    def build(self, features):
        return [self.ws, "features", "build", "--set", features, "--db", self.work, "-q"]

    def python(self, script, *arguments):
        return [sys.executable, os.path.join(HERE, script), *arguments]


class Run:
    """One run of a contender; `failure` is what it complained of, empty when it went well."""

    def __init__(self, command, env=None):
        os.sync()
        with tempfile.TemporaryFile("w+") as said:
            started = time.perf_counter()
            child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
            _, status, usage = os.wait4(child.pid, 0)
            self.seconds = time.perf_counter() - started
            said.seek(0)
            text = said.read().strip()
        self.failure = (text or "failed without a word") if status else ""
        self.processor, self.peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        last = text.split()[-1] if text else ""
        self.inside = float(last) if re.fullmatch(r"[0-9.]+", last) else None


def compete(sides, prepare, rounds=ROUNDS):
    """Runs {name: command or (command, environment)} in turn, prepare[name]() before each;
    gives {name: its runs}, ended by a failure."""
    runs = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            if runs[name] and runs[name][-1].failure:
                continue
            prepare.get(name, lambda: None)()
            runs[name].append(Run(*side) if isinstance(side, tuple) else Run(side))
    return runs


def table(title, runs, ours):
    """The medians as Markdown; the ratio is a contender's wall time over that of `ours`."""

    def middle(name, what):
        values = [getattr(run, what) for run in runs[name]]
        return None if any(value is None for value in values) else statistics.median(values)

    base = None if runs[ours][-1].failure else middle(ours, "seconds")
    print(f"\n{title}\n\n| contender | seconds | after imports | processor s | peak MiB | time over ws |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, found in runs.items():
        if found[-1].failure:
            print(f"| {name} | did not run: {found[-1].failure.splitlines()[-1][:200]} | | | | |")
            continue
        seconds, inside = middle(name, "seconds"), middle(name, "inside")
        cells = [f"{seconds:.2f}", "" if inside is None else f"{inside:.2f}", f"{middle(name, 'processor'):.2f}"]
        cells += [f"{max(run.peak for run in found):.0f}", "" if base is None else f"{seconds / base:.2f} x"]
        print(f"| {name} | {' | '.join(cells)} |")


def agrees(name, rows, truth, start, bound):
    """Prints how far `rows` lie from `truth` over CHECKED, and gives whether that is near enough.

    Each is the path of a Parquet file or "STORE:TABLE". The distance is |a - b| / max(|a|, |b|, 1) from bar `start` of a series on; a value
    known to one side only is a difference, too.
    """
    connection = duckdb.connect()
    for path in (rows, truth):
        if not path.endswith(".parquet"):
            connection.execute(f"ATTACH '{path.split(':')[0]}' AS store (READ_ONLY)")
    one, other = (f"'{path}'" if path.endswith(".parquet") else f"store.{path.split(':')[1]}" for path in (rows, truth))
    described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (symbol, ts) FROM {other}").fetchall()
    columns = [column for column, kind, *_ in described if kind == "DOUBLE"]
    pairs = ", ".join(f'a."{c}" AS a{i}, b."{c}" AS b{i}' for i, c in enumerate(columns))
    found = connection.execute(
        f"""WITH b AS (SELECT *, row_number() OVER (PARTITION BY symbol ORDER BY ts) AS bar
                       FROM {other} WHERE symbol IN {CHECKED})
        SELECT {pairs} FROM {one} AS a JOIN b USING (symbol, ts) WHERE bar > {start}"""
    ).fetchnumpy()
    worst, where, alone = 0.0, "none", 0
    for i, column in enumerate(columns):
        a, b = (np.ma.filled(np.ma.asarray(found[f"{side}{i}"], dtype=float), np.nan) for side in "ab")
        alone += int((np.isfinite(a) != np.isfinite(b)).sum())
        both = np.isfinite(a) & np.isfinite(b)
        apart = np.abs(a - b)[both] / np.maximum(np.maximum(np.abs(a), np.abs(b))[both], 1.0)
        if apart.size and apart.max() > worst:
            worst, where = float(apart.max()), column
    compared = len(found["a0"])
    fine = compared == len(CHECKED) * (DAYS - start) and worst <= bound and alone == 0
    print(
        f"check: {name}, {compared} rows x {len(columns)} columns: at most {worst:.1e} apart ({where}),"
        f" {alone} known to one side only: {'agrees' if fine else 'DIFFERS'}"
    )
    return fine
