"""How long Optuna's TPE takes to suggest: `search_ask.py TRIALS ROUNDS`; eight parameters, two of them conditional.

TRIALS finished trials of random parameters are in the study, in memory and in SQLite. Prints a line for each sampler,
as its default is and multivariate: the median milliseconds of an ask() with its suggestions. Every ask is told a value
at once, as a search would. The space and the loss are those of `cargo bench -- suggest`, which times ws.
"""

import math
import os
import statistics
import sys
import tempfile
import time
import warnings

import optuna

SEED = 1


def suggest(trial):
    """Suggests everything; gives the loss."""
    model = trial.suggest_categorical("model", ["linear", "trees", "net"])
    trial.suggest_float("rate", 1e-5, 1.0, log=True)
    share = trial.suggest_float("share", 0.0, 1.0)
    window = trial.suggest_int("window", 5, 200)
    trial.suggest_categorical("exit", ["stop", "time", "both"])
    trial.suggest_float("stop", 0.5, 10.0, step=0.5)
    width = 0
    if model == "net":
        width = trial.suggest_int("width", 4, 1024, log=True)
        trial.suggest_float("dropout", 0.0, 0.5)
    return (share - 0.3) ** 2 + (window / 100 - 1) ** 2 + math.log1p(width) / 10


def milliseconds(history, sampler, storage, rounds):
    """Median time of an ask with its suggestions, after the trials of a history."""
    study = optuna.create_study(sampler=sampler, storage=storage)
    study.add_trials(history)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        trial = study.ask()
        loss = suggest(trial)
        times.append(time.perf_counter() - started)
        study.tell(trial, loss)
    return 1e3 * statistics.median(times)


def main():
    trials, rounds = map(int, sys.argv[1:3])
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=SEED))
    study.optimize(suggest, n_trials=trials)
    history = study.trials
    print(f"\nOptuna {optuna.__version__}, TPE, a suggestion after {trials} trials\n")
    print("| sampler | storage | ms |\n| --- | --- | ---: |")
    for name, options in (("univariate, its default", {}), ("multivariate", {"multivariate": True})):
        with tempfile.TemporaryDirectory() as folder:
            for where, storage in (("memory", None), ("SQLite", f"sqlite:///{os.path.join(folder, 'study.db')}")):
                sampler = optuna.samplers.TPESampler(seed=SEED, **options)
                print(f"| {name} | {where} | {milliseconds(history, sampler, storage, rounds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
