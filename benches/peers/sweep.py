"""sma_cross over SYNTHETIC minute bars on one core: one pair over a million bars, and 1000 pairs over 93 750 bars.

    benches/peers/run.sh sweep        makes the environments, the bars and the tables
    WS_BENCH=PROGRAM benches/peers/run.sh sweep        with a line for ws

Everybody trades 100 units long and short, decides at a close and fills at the next open (NautilusTrader: at that
close), pays 0.1 % a side, and gives the trades and the final equity of every pair. Slow contenders do a part of the
work: the rate, million bars x pairs a second, is what can be compared. It rests on the seconds a contender printed:
without imports, compilation and loading. Trades and equities are compared with vectorbt's; leaves with 1 when they
differ.

A program in WS_BENCH is called with BARS.csv (timestamp, open, high, low, close, volume), PAIRS.csv (fast, slow; no
header) and OUT.csv (to write: fast, slow, trades, equity; no header). Its last word is its seconds without loading.
Its equity may have paid for closing the last position at the last close; the others value what is open.
"""

import csv
import math
import os
import shutil
import statistics
import subprocess
import sys

import numpy as np
import pandas as pd

from contest import HERE, compete

ROUNDS, SEED, CAPITAL, BOUND = 3, 11, 1e8, 1e-9
FULL, PART, SWEEP = 1_000_000, 100_000, 93_750
PAIRS = [(fast, slow) for slow in range(50, 300, 10) for fast in range(2, 42)]
PINNED = ["taskset", "-c", "0"] if shutil.which("taskset") else []
THREADS = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS")
ONE_THREAD = {name: "1" for name in THREADS}
#: Contender: its bars and pairs when there is one pair, and when there are many.
WORK = {
    "ws": ((FULL, 1), (SWEEP, len(PAIRS))),
    "vectorbt": ((FULL, 1), (SWEEP, len(PAIRS))),
    "backtesting.py": ((PART, 1), (SWEEP, 2)),
    "NautilusTrader": ((PART, 1), (SWEEP, 1)),
}


class Scene:
    """The files of all contenders, and how each is called."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        rng = np.random.default_rng(SEED)
        close = 100 * np.exp(np.cumsum(rng.normal(0, 2e-4, FULL)))
        opened = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0, 2e-5, FULL))
        wick = 1 + np.abs(rng.normal(0, 1e-4, (2, FULL)))
        high, low = np.maximum(opened, close) * wick[0], np.minimum(opened, close) / wick[1]
        rows = np.column_stack([opened, high, low, close, rng.integers(1, 10**5, FULL)])
        for count in (FULL, PART, SWEEP):
            np.save(self.path(f"bars_{count}.npy"), rows[:count])
        self.closing = {count: 0.001 * 100 * close[count - 1] for count in (FULL, PART, SWEEP)}
        if "ws" in programs:
            frame = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"])
            frame.insert(0, "timestamp", pd.date_range("2020-01-01", periods=FULL, freq="min"))
            for count in (FULL, SWEEP):
                frame[:count].to_csv(self.path(f"bars_{count}.csv"), index=False)
        self.write_pairs("one", [(10, 20)])
        for count in sorted({work[1][1] for work in WORK.values()}):
            self.write_pairs(count, PAIRS[:count])

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_pairs(self, name, pairs):
        with open(self.path(f"pairs_{name}.csv"), "w") as out:
            csv.writer(out, lineterminator="\n").writerows(pairs)

    def command(self, name, job, out):
        count, pairs = WORK[name][job]
        bars = self.path(f"bars_{count}.{'csv' if name == 'ws' else 'npy'}")
        return [*PINNED, *self.programs[name], bars, self.path(f"pairs_{pairs if job else 'one'}.csv"), out]

    def results(self, out):
        """{pair: (trades, equity)}."""
        with open(out) as file:
            return {(int(f), int(s)): (int(float(trades)), float(equity)) for f, s, trades, equity in csv.reader(file)}

    def truth(self, name, job):
        """vectorbt's results over the bars of a contender."""
        count, _ = WORK[name][job]
        out = self.path(f"{job}_vectorbt.csv")
        if count != WORK["vectorbt"][job][0]:
            out = self.path(f"{job}_truth.csv")
            bars = self.path(f"bars_{count}.npy")
            command = [*self.programs["vectorbt"], bars, self.path("pairs_one.csv"), out]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return self.results(out)


def agrees(scene, name, job):
    """Prints how far a contender's equities lie from vectorbt's; fills at the close are only counted."""
    out = scene.path(f"{job}_{name}.csv")
    if not os.path.exists(out):
        print(f"check: {name} wrote no results: DIFFERS")
        return False
    found, truth = scene.results(out), scene.truth(name, job)
    paid = (0.0, scene.closing[WORK[name][job][0]] if name == "ws" else 0.0)
    apart = max(min(abs(equity + p - truth[pair][1]) for p in paid) / CAPITAL for pair, (_, equity) in found.items())
    trades = sum(count for count, _ in found.values()), sum(truth[pair][0] for pair in found)
    fine = len(found) == WORK[name][job][1] and apart <= BOUND and trades[0] == trades[1]
    other = name == "NautilusTrader"
    said = "other fills" if other else "agrees" if fine else "DIFFERS"
    print(f"check: {name}, {len(found)} pairs, {trades[0]} trades (vectorbt {trades[1]}), {apart:.1e} apart: {said}")
    return fine or other


def table(title, job, runs):
    print(f"\n{title}\n")
    print("| contender | bars x pairs | seconds | without imports | processor s | peak MiB | M bars/s | time over ws |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")

    def middle(name, what):
        return statistics.median(getattr(run, what) for run in runs[name])

    rates = {}
    for name, found in runs.items():
        if not found[-1].failure and all(run.inside for run in found):
            rates[name] = math.prod(WORK[name][job]) / middle(name, "inside") / 1e6
    for name, found in runs.items():
        count, pairs = WORK[name][job]
        if name not in rates:
            why = found[-1].failure or "it printed no seconds"
            print(f"| {name} | did not run: {why.splitlines()[-1][:200]} | | | | | | |")
            continue
        cells = [f"{count} x {pairs}", *(f"{middle(name, what):.2f}" for what in ("seconds", "inside", "processor"))]
        cells += [f"{max(run.peak for run in found):.0f}", f"{rates[name]:.3f}"]
        cells.append(f"{rates['ws'] / rates[name]:.1f} x" if "ws" in rates else "")
        print(f"| {name} | {' | '.join(cells)} |")


def main():
    folder, vectorbt, backtesting, nautilus = sys.argv[1:5]
    programs = {"ws": [os.environ["WS_BENCH"]]} if os.environ.get("WS_BENCH") else {}
    programs["vectorbt"] = [vectorbt, os.path.join(HERE, "sweep_vectorbt.py")]
    programs["backtesting.py"] = [backtesting, os.path.join(HERE, "sweep_backtesting.py")]
    programs["NautilusTrader"] = [nautilus, os.path.join(HERE, "sweep_nautilus.py")]
    scene, fine = Scene(folder, programs), True
    titles = (f"sma_cross 10/20, {FULL} SYNTHETIC minute bars", f"sma_cross, {SWEEP} bars x {len(PAIRS)} pairs")
    for job, title in enumerate(titles):
        commands = {name: scene.command(name, job, scene.path(f"{job}_{name}.csv")) for name in programs}
        runs = compete({name: (command, ONE_THREAD) for name, command in commands.items()}, {}, ROUNDS)
        for name, found in runs.items():
            if name == "ws" and found[-1].failure:
                fine = False
            elif not found[-1].failure and not runs["vectorbt"][-1].failure:
                fine &= agrees(scene, name, job)
        table(f"{title}, one core", job, runs)
    if "ws" not in programs:
        print("\nws is not among them: name a program in WS_BENCH (see sweep.py)")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
