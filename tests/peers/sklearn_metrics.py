"""Golden numbers for the models room, from scikit-learn and numpy.

Needs numpy and scikit-learn. Run from the repository root; rewrites
  tests/peers/golden/objectives.json   average precision, F1, log-loss, Platt and isotonic calibration
  tests/peers/golden/logistic.json     L2 logistic regression on a small data set
  tests/peers/golden/mlp_forward.json  a tiny network's weights, inputs and outputs, computed in numpy
  tests/peers/golden/scaler.json       means and scales of constant, nearly constant and plain features
Numbers are written with 12 significant digits; tests compare within the tolerance that each of them states.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, log_loss, precision_recall_curve
from sklearn.preprocessing import StandardScaler

GOLDEN = pathlib.Path("tests/peers/golden")


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(f"{float(value):.12g}")


def write(name, value):
    (GOLDEN / name).write_text(json.dumps(rounded(value), separators=(",", ":")) + "\n")


def platt(labels, scores):
    """Platt's smoothed targets, minimised by scipy (scikit-learn's own stops too early to pin digits to)."""
    positives, negatives = labels.sum(), (~labels).sum()
    target = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(theta):
        logit = theta[0] * scores + theta[1]
        return np.sum(np.logaddexp(0, logit) - target * logit)

    def gradient(theta):
        residual = expit(theta[0] * scores + theta[1]) - target
        return np.array([residual @ scores, residual.sum()])

    found = minimize(loss, [0.0, 0.0], jac=gradient, method="BFGS", options={"gtol": 1e-10})
    return found.x


def objective_case(labels, scores):
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    best = max(f1_score(labels, scores >= t) for t in thresholds)
    slope, intercept = platt(labels, scores)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    probes = np.concatenate([scores, np.linspace(scores.min() - 1, scores.max() + 1, 17)])
    return {
        "labels": labels,
        "log_odds": scores,
        "average_precision": average_precision_score(labels, scores),
        "best_f1": best,
        "f1_at_0": f1_score(labels, scores >= 0.0),
        "log_loss": log_loss(labels, expit(scores)),
        "platt": {"slope": slope, "intercept": intercept},
        "probes": probes,
        "isotonic": isotonic.predict(probes),
    }


def objectives(rng):
    cases = []
    for n, rate, signal, digits in [(40, 0.3, 1.0, 9), (200, 0.1, 0.7, 1), (300, 0.5, 0.0, 0), (120, 0.25, 2.0, 2)]:
        labels = rng.random(n) < rate
        scores = np.round(rng.normal(size=n) + signal * labels - 0.8, digits)
        cases.append(objective_case(labels, scores))
    # Every score the same: one tie.
    labels = np.array([True, False, False, True, False])
    tied = objective_case(labels, np.array([0.5, 0.25, 0.25, 0.25, -0.5]))
    return cases + [tied]


def logistic(rng):
    n, width, alpha = 150, 6, 2.5
    x = rng.normal(size=(n, width)) @ rng.normal(size=(width, width)) * 0.7
    y = rng.random(n) < expit(x @ rng.normal(size=width) - 0.6)
    x = np.round(x, 6)
    fits = []
    for labels in (y, ~y):  # once with either class the more frequent one
        model = LogisticRegression(C=1 / alpha, tol=1e-12, max_iter=10_000, solver="lbfgs").fit(x, labels)
        fits.append({"labels": labels, "coefficients": model.coef_[0], "intercept": model.intercept_[0]})
    return {"alpha": alpha, "x": x, "fits": fits}


def mlp_forward(rng):
    width, assets, dim, hidden, n = 6, 2, 3, [5, 4], 7
    tensors = {"embedding": rng.normal(size=(assets + 1, dim))}
    fan_in = width + dim
    for layer, out in enumerate(hidden):
        tensors[f"hidden.{layer}.weight"] = rng.normal(size=(out, fan_in)) / np.sqrt(fan_in)
        tensors[f"hidden.{layer}.norm.weight"] = rng.uniform(0.5, 1.5, out)
        tensors[f"hidden.{layer}.norm.bias"] = rng.normal(size=out) * 0.2
        tensors[f"hidden.{layer}.norm.running_mean"] = rng.normal(size=out) * 0.3
        tensors[f"hidden.{layer}.norm.running_var"] = rng.uniform(0.3, 2.0, out)
        fan_in = out
    tensors["head.weight"] = rng.normal(size=(1, fan_in))
    tensors["head.bias"] = rng.normal(size=1)
    windows = rng.normal(size=(n, width))
    rows = rng.integers(0, assets + 1, n)
    labels = rng.random(n) < 0.5
    weights = np.where(labels, 1.7, 0.6)

    def normed(h, p, mean, var):
        return (h - mean) / np.sqrt(var + 1e-5) * tensors[p + "weight"] + tensors[p + "bias"]

    def forward(training):
        h = np.concatenate([windows, tensors["embedding"][rows]], axis=1)
        statistics = {}
        for layer in range(len(hidden)):
            p = f"hidden.{layer}.norm."
            h = h @ tensors[f"hidden.{layer}.weight"].T
            if training:
                mean, var = h.mean(axis=0), h.var(axis=0)
                statistics[p + "running_mean"] = 0.9 * tensors[p + "running_mean"] + 0.1 * mean
                statistics[p + "running_var"] = 0.9 * tensors[p + "running_var"] + 0.1 * h.var(axis=0, ddof=1)
            else:
                mean, var = tensors[p + "running_mean"], tensors[p + "running_var"]
            h = np.maximum(normed(h, p, mean, var), 0)
        return (h @ tensors["head.weight"].T + tensors["head.bias"])[:, 0], statistics

    def loss():
        z, _ = forward(True)
        return np.sum(weights * (np.logaddexp(0, z) - labels * z)) / weights.sum()

    # Central differences of the training loss: an independent look at the whole backward pass.
    gradients = {}
    for name, tensor in tensors.items():
        if "running" in name:
            continue
        gradient = np.zeros_like(tensor)
        for at in np.ndindex(tensor.shape):
            kept, step = tensor[at], 1e-5
            tensor[at] = kept + step
            up = loss()
            tensor[at] = kept - step
            gradient[at] = (up - loss()) / (2 * step)
            tensor[at] = kept
        gradients[name] = gradient.ravel()
    evaluated, _ = forward(False)
    trained, statistics = forward(True)
    return {
        "width": width, "assets": assets, "embedding_dim": dim, "hidden": hidden,
        "tensors": {name: {"shape": tensor.shape, "values": tensor.ravel()} for name, tensor in tensors.items()},
        "windows": windows.ravel(), "rows": rows, "labels": labels, "class_weights": [0.6, 1.7],
        "log_odds_eval": evaluated, "log_odds_train": trained, "loss_train": loss(),
        "running_after_train": statistics, "gradients": gradients,
    }


def scaler():
    """StandardScaler on features that are constant, constant but for rounding, nearly constant, and neither.

    Values are a pattern and how often it is repeated; they keep all their digits, as the last ones are what it is about.
    """
    cases = {
        "a tenth": ([0.1], 1000),
        "small": ([1e-7], 777),
        "negative": ([-123456.789], 1000),
        "large": ([1e12 / 3], 4096),
        "zero": ([0.0], 100),
        "sums that should be three tenths": ([0.1 + 0.2, 0.3, 0.6 / 2], 400),
        "returns of a flat price": ([101.1 * 1.1 / 101.1 / 1.1 - 1.0, 0.0], 50),
        "a millionth of its mean": ([1.0, 1.000002], 500),
        "a billionth of its mean": ([1e6, 1e6 + 1e-3, 1e6 - 1e-3], 60),
        "small but all there is": ([1e-17, -1e-17, 3e-17], 30),
        "plain": ([0.5, -1.25, 3.0, 0.125, -0.75], 7),
    }
    found = []
    for name, (pattern, times) in cases.items():
        fitted = StandardScaler().fit(np.tile(pattern, times)[:, None])
        mean, scale = (float(f"{value:.12g}") for value in (fitted.mean_[0], fitted.scale_[0]))
        found.append({"name": name, "pattern": pattern, "times": times, "mean": mean, "scale": scale})
    return found


def write_exactly(name, value):
    (GOLDEN / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    write_exactly("scaler.json", scaler())
    rng = np.random.default_rng(20240131)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    write("objectives.json", {"cases": objectives(rng)})
    write("logistic.json", logistic(rng))
    write("mlp_forward.json", mlp_forward(rng))
