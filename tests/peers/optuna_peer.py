"""Optuna, pymoo, scikit-learn and SciPy beside the room search, as golden numbers for its tests.

    python tests/peers/optuna_peer.py           (needs optuna, pymoo, scikit-learn, scipy, mpmath)

Writes golden/search.json (about three minutes, most of it Optuna's own suggestions):

- race: the best loss after N trials, as quartiles over seeds, of Optuna's TPE with its defaults (one trial after the
  other, and in batches of eight by ask and tell) and of its random sampler, on Branin, Hartmann6, Rosenbrock in four
  dimensions and a SYNTHETIC model search with logarithms, ints, steps, categories and conditions. All are minimised and
  written down in `src/search/tests/problems.rs` as well; `at` has values of each for both sides to agree on.
- pruners: at which report Optuna's MedianPruner and SuccessiveHalvingPruner stop SYNTHETIC sequences, one trial after
  the other, where its semantics and ours coincide.
- ranks: pymoo's fast non-dominated sort of SYNTHETIC points, many of them equal.
- importance: SYNTHETIC rows, and what permuting each column costs scikit-learn's random forest, out of bag.
- mass: ln of the normal probability of intervals, by mpmath, the middle checked with SciPy.
"""

import json
import math
import pathlib
import warnings

import mpmath
import numpy as np
import optuna
import pymoo
import sklearn
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
from scipy import stats
from sklearn.ensemble import RandomForestRegressor

SEEDS = 40
AFTER = [30, 60, 100]


def branin(x, y):
    b, c, t = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)
    return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - t) * math.cos(x) + 10


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]


def hartmann6(*x):
    weights, total = [1.0, 1.2, 3.0, 3.2], 0.0
    for weight, a, p in zip(weights, HARTMANN_A, HARTMANN_P):
        total += weight * math.exp(-sum(a[j] * (x[j] - p[j] / 1e4) ** 2 for j in range(6)))
    return -total


def rosenbrock(*x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def model_loss(p):
    rate = math.log10(p["rate"])
    loss = {"linear": 1.0, "trees": 0.5, "net": 0.2}[p["model"]] + 0.1 * (not p["volume"])
    loss += ((p["window"] - 60) / 100) ** 2
    if p["model"] == "linear":
        return loss + 0.1 * (rate + 2) ** 2
    if p["model"] == "trees":
        return loss + 0.2 * (rate + 1.5) ** 2 + 0.02 * (p["depth"] - 5) ** 2
    return loss + 0.2 * (rate + 3.5) ** 2 + 0.02 * math.log2(p["width"] / 64) ** 2 + 2 * (p["dropout"] - 0.2) ** 2


def box(trial, bounds):
    return [trial.suggest_float(f"x{i}", low, high) for i, (low, high) in enumerate(bounds)]


def model_point(trial):
    p = {"model": trial.suggest_categorical("model", ["linear", "trees", "net"])}
    p["rate"] = trial.suggest_float("rate", 1e-5, 1.0, log=True)
    p["window"] = trial.suggest_int("window", 5, 200, step=5)
    p["volume"] = trial.suggest_categorical("volume", [False, True])
    if p["model"] == "trees":
        p["depth"] = trial.suggest_int("depth", 1, 12)
    if p["model"] == "net":
        p["width"] = trial.suggest_int("width", 4, 1024, log=True)
        p["dropout"] = trial.suggest_float("dropout", 0.0, 0.5, step=0.1)
    return p


PROBLEMS = {
    "branin": lambda t: branin(*box(t, [(-5, 10), (0, 15)])),
    "hartmann6": lambda t: hartmann6(*box(t, [(0, 1)] * 6)),
    "rosenbrock": lambda t: rosenbrock(*box(t, [(-2, 2)] * 4)),
    "model": lambda t: model_loss(model_point(t)),
}


def best_after(sampler, problem, batch):
    study, losses = optuna.create_study(sampler=sampler), []
    while len(losses) < AFTER[-1]:
        trials = [(t, PROBLEMS[problem](t)) for t in (study.ask() for _ in range(batch))]
        for trial, loss in trials:
            study.tell(trial, loss)
            losses.append(loss)
    return [min(losses[:n]) for n in AFTER]


def race():
    out = {}
    for problem in PROBLEMS:
        ways = {
            "random": lambda seed: best_after(optuna.samplers.RandomSampler(seed=seed), problem, 1),
            "tpe": lambda seed: best_after(optuna.samplers.TPESampler(seed=seed), problem, 1),
            "tpe_batch8": lambda seed: best_after(optuna.samplers.TPESampler(seed=seed), problem, 8),
        }
        out[problem] = {}
        for way, run in ways.items():
            best = np.array([run(seed) for seed in range(SEEDS)])
            out[problem][way] = [[float(f"{q:.6g}") for q in row] for row in np.percentile(best, [25, 50, 75], axis=0).T]
            print(problem, way, out[problem][way], flush=True)
    return out


def values_at():
    net = {"model": "net", "rate": 0.001, "window": 50, "volume": True, "width": 100, "dropout": 0.3}
    trees = {"model": "trees", "rate": 0.1, "window": 200, "volume": False, "depth": 9}
    return {
        "branin": branin(1.5, 2.5),
        "hartmann6": hartmann6(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        "rosenbrock": rosenbrock(0.5, -1.0, 1.5, 0.25),
        "net": model_loss(net),
        "trees": model_loss(trees),
        "linear": model_loss({"model": "linear", "rate": 0.05, "window": 10, "volume": True}),
    }


def sequences(rng, trials, steps):
    """Learning curves that rise to levels of their own, some values unknown."""
    levels, out = rng.uniform(0, 1, trials), []
    for level in levels:
        curve = level * (1 - np.exp(-np.arange(1, steps + 1) / 3)) + rng.normal(0, 0.1, steps)
        curve = np.round(curve, 4).tolist()
        out.append([None if rng.uniform() < 0.05 else value for value in curve])
    return out


def stops(pruner, direction, curves, first):
    study, out = optuna.create_study(pruner=pruner, direction=direction), []
    for curve in curves:
        trial, stopped = study.ask(), None
        for at, value in enumerate(curve):
            trial.report(float("nan") if value is None else value, at + first)
            if trial.should_prune():
                stopped = at
                break
        out.append(stopped)
        study.tell(trial, None if stopped is not None else 0.0, state=None if stopped is None else optuna.trial.TrialState.PRUNED)
    return out


def pruners():
    curves = sequences(np.random.default_rng(7), 60, 12)
    cases = []
    for direction in ("maximize", "minimize"):
        for startup, warmup in ((5, 0), (5, 3), (1, 2), (0, 0)):
            pruner = optuna.pruners.MedianPruner(n_startup_trials=startup, n_warmup_steps=warmup)
            stopped = stops(pruner, direction, curves, 0)
            cases.append({"kind": "median", "direction": direction, "parameters": [startup, warmup], "stopped": stopped})
        for resource, factor, rate in ((1, 4, 0), (2, 3, 0), (1, 2, 1), (3, 2, 0)):
            # Reports are numbered from 1: a step is what has been spent.
            pruner = optuna.pruners.SuccessiveHalvingPruner(resource, factor, rate)
            stopped = stops(pruner, direction, curves, 1)
            cases.append(
                {"kind": "halving", "direction": direction, "parameters": [resource, factor, rate], "stopped": stopped}
            )
    return {"curves": curves, "cases": cases}


def ranks():
    out = []
    for seed, objectives, digits in ((1, 2, 1), (2, 3, 1), (3, 2, 6), (4, 4, 0)):
        points = np.round(np.random.default_rng(seed).normal(size=(120, objectives)), digits)
        rank = np.full(len(points), -1)
        for level, front in enumerate(NonDominatedSorting().do(points)):
            rank[front] = level
        out.append({"points": points.tolist(), "ranks": rank.tolist()})
    return out


def importance():
    rng = np.random.default_rng(11)
    n = 300
    x = np.column_stack([rng.uniform(0, 1, n), rng.uniform(0, 1, n), rng.integers(0, 4, n), rng.integers(1, 20, n), rng.uniform(0, 1, n)])
    x = np.round(x, 4)
    y = 3 * x[:, 0] + np.sin(6 * x[:, 1]) + np.array([0.0, 1.0, 0.3, -0.5])[x[:, 2].astype(int)] + 0.02 * x[:, 3]
    y = np.round(y + rng.normal(0, 0.3, n), 4)
    scores, drops = [], []
    for seed in range(5):
        forest = RandomForestRegressor(n_estimators=100, bootstrap=True, random_state=seed).fit(x, y)
        bags = forest.estimators_samples_

        def out_of_bag(columns):
            total, count = np.zeros(n), np.zeros(n)
            for tree, bag in zip(forest.estimators_, bags):
                left = np.setdiff1d(np.arange(n), bag)
                total[left] += tree.predict(columns[left])
                count[left] += 1
            return 1 - np.sum((y - total / count) ** 2) / np.sum((y - y.mean()) ** 2)

        base = out_of_bag(x)
        scores.append(base)
        row = []
        for column in range(x.shape[1]):
            lost = []
            for _ in range(10):
                other = x.copy()
                other[:, column] = rng.permutation(other[:, column])
                lost.append(base - out_of_bag(other))
            row.append(np.mean(lost))
        drops.append(row)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "r2": round(float(np.mean(scores)), 4),
        "drops": np.round(np.mean(drops, axis=0), 4).tolist(),
        "spread": np.round(np.std(drops, axis=0), 4).tolist(),
    }


def mass():
    mpmath.mp.dps = 40
    rows = []
    for low in (-30.0, -8.0, -3.0, -1.0, -0.01, 0.0, 0.5, 2.0, 6.0, 20.0, 37.0):
        for width in (1e-9, 1e-3, 0.1, 1.0, 5.0, 60.0):
            a, b = mpmath.mpf(low), mpmath.mpf(low) + mpmath.mpf(width)
            sign = (-b, -a) if a > 0 else (a, b)
            exact = mpmath.log((mpmath.erfc(-sign[1] / mpmath.sqrt(2)) - mpmath.erfc(-sign[0] / mpmath.sqrt(2))) / 2)
            if abs(low) < 6 and width >= 0.1:
                assert abs(exact - math.log(stats.norm.cdf(low + width) - stats.norm.cdf(low))) < 1e-9
            rows.append([low, width, float(exact)])
    return rows


def main():
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    golden = {
        "made_with": {"optuna": optuna.__version__, "pymoo": pymoo.__version__, "scikit-learn": sklearn.__version__},
        "synthetic": "every number here comes from formulas and seeds in tests/peers/optuna_peer.py",
        "after": AFTER,
        "at": values_at(),
        "mass": mass(),
        "pruners": pruners(),
        "ranks": ranks(),
        "importance": importance(),
        "race": race(),
    }
    path = pathlib.Path(__file__).parent / "golden" / "search.json"
    # One line a part: small, and a change shows where it is.
    lines = [f"{json.dumps(name)}: {json.dumps(part, separators=(',', ':'))}" for name, part in golden.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
