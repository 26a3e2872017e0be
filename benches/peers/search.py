"""A search of sma_cross over ten SYNTHETIC symbols of minute bars: `ws experiment` beside Optuna over vectorbt.

    benches/peers/run.sh search             everything below, one after the other
    benches/peers/run.sh search contest     the search: 1000 trials of ws, PEER_TRIALS of the others
    benches/peers/run.sh search ask         Optuna's suggestions alone (`cargo bench -- suggest` has those of ws)
    benches/peers/run.sh search record      what ws needs beyond judging: trials that are cheap to judge, more and more

Everybody has the same bars (252 sessions), costs and account, and two processes or threads. ws is timed whole: reading
the store, the search, what it records, the odds of luck, two backtests of 63 further sessions, page and pictures. The
others are timed whole as well, but a trial is counted from when everything is loaded and compiled; 1000 trials of them
are extrapolated. TPE of Optuna takes longer the more trials there are: extrapolation flatters it. Both results of
CHECKED pairs are compared; leaves with 1 when they lie apart. What is not the same: ws closes what is open at the end,
and the averages of vectorbt's Rust engine round otherwise, which moves a cross here and there.

Memory is the peak of the proportional share of all processes of a contender, summed, looked at twice a second.
"""

import csv
import json
import os
import re
import subprocess
import sys
import threading
import time

from contest import HERE, Run

TRIALS, PEER_TRIALS, CHECKED = 1000, 50, 12
RETURN_BOUND, SHARPE_BOUND = 1e-3, 0.01
RECORDED = (300, 3_000, 10_000)
BARS_SQL = """SELECT symbol, session_date, open, close FROM bars
WHERE session_date < (SELECT DISTINCT CAST(test_from AS DATE) FROM experiments) ORDER BY symbol, ts"""
PAIRS_SQL = """SELECT params, sharpe, total_return, n_trades FROM experiment_trials
WHERE NOT is_baseline AND trial <= {} ORDER BY trial"""
TIMES_SQL = """SELECT epoch(min(r.started_at)) AS begun, epoch(max(r.ended_at)) AS ended, sum(t.seconds) AS judging
FROM trials AS t JOIN runs AS r ON r.run_id = t.run_id"""
SPEC = """name = "search"
strategy = "sma_cross"
[account]
commission = 0.001
slippage_bps = 5
tick = 0
lot = 0
[space]
fast = { int = [5, 60] }
slow = { int = [61, 400] }
[objective]
maximise = "sharpe"
[validation]
scheme = "kfold"
test = 0.2
"""
CHEAP = """name = "record"
strategy = "sma_cross"
[space]
fast = { int = [5, 60] }
slow = { int = [61, 200] }
account.stop_loss = { float = [0.01, 0.2] }
"""


class Watch(threading.Thread):
    """Looks at the processes below this one until it is told to stop: `peak` in MiB, `processor` as (time, seconds)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.processor, self.done = 0.0, [], threading.Event()
        self.start()

    def run(self):
        looks = 0
        while not self.done.wait(0.1):
            processes = below(os.getpid())
            self.processor.append((time.time(), sum(map(used, processes))))
            if looks % 5 == 0:
                self.peak = max(self.peak, sum(map(share, processes)) / 1024)
            looks += 1

    def stop(self):
        self.done.set()
        self.join()
        return self

    def until(self, moment):
        """Processor seconds used by then."""
        return max((seconds for at, seconds in self.processor if at <= moment), default=0.0)

    def last(self, seconds):
        """Processor seconds used in the last seconds."""
        return max(used for _, used in self.processor) - self.until(self.processor[-1][0] - seconds)


def stat(process):
    """What Linux counts of a process, from its state on; nothing once it is gone."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def below(parent):
    """Every process that descends from one."""
    stats = {int(process): stat(process) for process in os.listdir("/proc") if process.isdigit()}
    found = [parent]
    for process in found:
        found += [child for child, words in stats.items() if words and int(words[1]) == process]
    return found[1:]


def used(process):
    """Processor seconds of a process; 0 once it is gone."""
    return sum(map(int, stat(process)[11:13])) / os.sysconf("SC_CLK_TCK")


def share(process):
    """KiB that a process has, what it shares divided by those that share it; 0 once it is gone."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M)[1])
    except (OSError, TypeError):
        return 0


class Bench:
    """A folder with what contenders read and write."""

    def __init__(self, folder, ws, optuna):
        self.folder, self.ws, self.optuna = folder, ws, optuna

    def path(self, name):
        return os.path.join(self.folder, name)

    def simulate(self, store, *size):
        command = [self.ws, "simulate", *size, "--seed", "5", "--db", self.path(store), "-q"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def sql(self, store, sql):
        command = [self.ws, "sql", sql, "--db", store, "--format", "json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def watch(self, command):
        """Runs a command; gives the run as it was watched."""
        watch = Watch()
        run = Run(command)
        run.watched = watch.stop()
        run.peak = run.watched.peak
        if run.failure:
            sys.exit(f"{command[0]} failed: {run.failure}")
        return run

    def experiment(self, market, spec, sampler, trials):
        """An experiment of ws in a copy of a market; gives the run with the times of its search, and the store."""
        name = f"{sampler}_{trials}"
        store, file = self.path(f"{name}.duckdb"), self.path(f"{name}.toml")
        with open(self.path(market), "rb") as source, open(store, "wb") as copy:
            copy.write(source.read())
        with open(file, "w") as out:
            out.write(f'{spec}[sampler]\nkind = "{sampler}"\n[budget]\ntrials = {trials}\n')
        out = self.path(f"{name}_report")
        run = self.watch([self.ws, "experiment", "run", file, "--db", store, "--out", out, "-q"])
        times = self.sql(store, TIMES_SQL)[0]
        run.search, run.judging = times["ended"] - times["begun"], times["judging"]
        run.searched = run.watched.until(times["ended"]) - run.watched.until(times["begun"])
        return run, store


def row(cells):
    print(f"| {' | '.join(cells)} |", flush=True)


def load():
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def told(name, trials, seconds, each, processor, processor_each, peak):
    """A row of the contest; seconds and processor seconds of a trial are given as such."""
    times = f"{seconds:.1f}", f"{1e3 * each:.0f}", f"{TRIALS * each:.0f}"
    row((name, str(trials), *times, f"{processor:.1f}", f"{1e3 * processor_each:.0f}", f"{peak:.0f}"))


def contest(bench):
    bench.simulate("market.duckdb", "--symbols", "10", "--days", "315", "--interval", "1m", "--exchange", "NSE")
    print(f"\nsma_cross over 10 SYNTHETIC symbols, 252 sessions of minute bars; {load()}\n")
    times = ("seconds", "ms a trial", f"s for {TRIALS} trials", "processor s", "processor ms a trial")
    row(("contender", "trials", *times, "peak MiB"))
    row(("---", *["---:"] * 7))
    for sampler in ("random", "tpe"):
        run, store = bench.experiment("market.duckdb", SPEC, sampler, TRIALS)
        parts = (("all included", run.seconds, run.processor), ("its search alone", run.search, run.searched))
        for part, seconds, used in parts:
            told(f"ws, {sampler}, {part}", TRIALS, seconds, seconds / TRIALS, used, used / TRIALS, run.peak)
    bars = bench.path("bars.parquet")
    export = [bench.ws, "sql", BARS_SQL, "--db", store, "--format", "parquet", "-o", bars]
    subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
    peer = [bench.optuna, os.path.join(HERE, "search_optuna.py"), bars]
    for sampler in ("random", "tpe"):
        for storage in ("memory", "SQLite"):
            where = "memory" if storage == "memory" else bench.path(f"{sampler}.db")
            run = bench.watch([*peer, bench.path("found.csv"), str(PEER_TRIALS), sampler, where, "rust"])
            each = run.inside / PEER_TRIALS, run.watched.last(run.inside) / PEER_TRIALS
            name = f"Optuna {sampler} in {storage}, vectorbt"
            told(name, PEER_TRIALS, run.seconds, each[0], run.processor, each[1], run.peak)
    print(f"\n{load()}")
    return agrees(bench, store, peer)


def agrees(bench, store, peer):
    """Judges pairs of ws with vectorbt and prints how far they lie apart."""
    ours = bench.sql(store, PAIRS_SQL.format(CHECKED))
    pairs = [json.loads(trial["params"]) for trial in ours]
    fine = True
    for engine in ("rust", "numba"):
        asked, out = bench.path("pairs.csv"), bench.path("given.csv")
        with open(asked, "w") as file:
            csv.writer(file).writerows((pair["fast"], pair["slow"]) for pair in pairs)
        bench.watch([*peer, out, "0", "given", asked, engine])
        with open(out) as file:
            theirs = [tuple(map(float, line)) for line in csv.reader(file)]
        both = list(zip(ours, theirs, strict=True))
        returns = max(abs(trial["total_return"] - found[3]) for trial, found in both)
        sharpes = max(abs(trial["sharpe"] / found[2] - 1) for trial, found in both)
        trades = sum(trial["n_trades"] for trial in ours), sum(int(found[4]) for found in theirs)
        near = returns <= RETURN_BOUND and sharpes <= SHARPE_BOUND
        said = f"total returns at most {returns:.1e} apart, Sharpe ratios {sharpes:.1e} of their size"
        counted = f"{trades[0]} trades (vectorbt {trades[1]} closed)"
        print(f"check: {len(both)} pairs, engine {engine}: {said}, {counted}: {'agrees' if near else 'DIFFERS'}")
        fine &= near
    return fine


def ask(bench):
    subprocess.run([bench.optuna, os.path.join(HERE, "search_ask.py"), "1000", "20"], check=True)
    print(f"\n{load()}")


def record(bench):
    bench.simulate("days.duckdb", "--symbols", "1", "--days", "500", "--interval", "1d")
    print(f"\nrandom trials over 1 SYNTHETIC symbol of 500 daily bars; {load()}\n")
    times = ("seconds", "of them search", "processor s", "of them search", "of them judging")
    row(("trials", *times, "ms a trial, search", "processor ms a trial, search", "peak MiB", "store MiB"))
    row(["---:"] * 10)
    for trials in RECORDED:
        run, store = bench.experiment("days.duckdb", CHEAP, "random", trials)
        found = run.seconds, run.search, run.processor, run.searched, run.judging
        each = 1e3 * run.search / trials, 1e3 * run.searched / trials
        sizes = run.peak, os.path.getsize(store) / 2**20
        row((str(trials), *(f"{value:.2f}" for value in (*found, *each)), *(f"{size:.0f}" for size in sizes)))
    print(f"\n{load()}")


def main():
    folder, ws, optuna, part = sys.argv[1:5]
    bench, fine = Bench(folder, ws, optuna), True
    if part in ("all", "ask"):
        ask(bench)
    if part in ("all", "record"):
        record(bench)
    if part in ("all", "contest"):
        fine = contest(bench)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
