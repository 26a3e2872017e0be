"""Selection honesty by purgedcv, skfolio, arch, SciPy and mpmath, as golden numbers for the room stats.

    python tests/peers/luck_peer.py        (needs purgedcv, skfolio, arch, scipy, statsmodels, mpmath)

Writes golden/luck.json, rounded to 12 significant digits but for the normal distribution. Series are SYNTHETIC and not stored: both sides make them as
stats_peer.py says. A column is [seed, level, scale, silent]: its first `silent` days are 0; of seed 0, all are.

What is compared:
- deflated and probabilistic Sharpe ratios with skfolio, which takes the same moments, and with purgedcv, which takes others,
  given those; minimum track records with purgedcv, which rounds up;
- PBO with purgedcv, which counts logits below 0 where the paper counts those up to 0;
- White's and Hansen's tests with arch, given the resamples that arch drew, stored as blocks [first day, length]. arch does
  not studentise: its `upper` is White's, and on columns divided by their deviation it is Hansen's.
"""

import json
import pathlib

import arch
import mpmath
import numpy as np
import purgedcv
import scipy
import skfolio
from arch.bootstrap import SPA, StationaryBootstrap
from scipy import stats
from skfolio import measures
from stats_peer import series


def column(spec, n):
    seed, level, scale, silent = spec
    made = series(seed, n, 0.0, level, scale) if seed else np.zeros(n)
    made[:silent] = 0.0
    return made


def spread(x):
    """Sharpe ratio and Mertens' variance, from SciPy's moments."""
    ratio = x.mean() / x.std(ddof=1)
    shape = 1 - stats.skew(x) * ratio + (stats.kurtosis(x) + 2) / 4 * ratio**2
    return ratio, shape / (len(x) - 1)


def normal():
    mpmath.mp.dps = 40
    cdf = [[z, float(mpmath.ncdf(z))] for z in (-37, -20, -8.5, -5, -3.1, -2.01, -2, -1.99, -1.2, -0.5, -1e-9, 0, 0.3, 1, 1.96, 2, 4, 9)]
    shares = (1e-300, 1e-100, 1e-20, 1e-9, 1e-5, 0.001, 0.02, 0.025, 0.1, 0.3, 0.499, 0.5, 0.51, 0.75, 0.9, 0.975, 0.999, 0.999999)
    found = []
    for p in shares:
        z = mpmath.findroot(lambda z: mpmath.log(mpmath.ncdf(z)) - mpmath.log(mpmath.mpf(p)), float(stats.norm.ppf(p)))
        assert abs(z - stats.norm.ppf(p)) < 1e-9 * max(abs(z), 1), p
        found.append([p, float(z)])
    return cdf, found


def sharpes():
    """Rows of seed, n, level and scale, then what is found."""
    deflated, records, gaps, maxima = [], [], [], []
    for seed, n, level, scale, trials in ((51, 500, 0.0006, 0.01, 7), (52, 250, 0.002, 0.02, 40), (53, 30, -0.001, 0.01, 3), (54, 1250, 0.0003, 0.004, 2)):
        # The square of a normal shock: skewed, with fat tails.
        x = series(seed, n, 0.0, level, scale) + series(seed + 100, n, 0.0, 0.0, 0.1) ** 2 - 0.01
        others = np.array([series(1000 + seed + k, n).mean() / 0.01 for k in range(trials)])
        variance = others.var(ddof=1)
        theirs = purgedcv.deflated_sharpe_ratio_full(x, trials, variance)
        deflated.append([seed, n, level, scale, trials, variance,
                         measures.deflated_sharpe_ratio(x, others), measures.probabilistic_sharpe_ratio(x, 0.0),
                         theirs.observed_sr, theirs.sr_star, theirs.skew, theirs.kurt - 3, theirs.dsr])
        (before, one), (after, two) = spread(x[: n // 2]), spread(x[n // 2:])
        z = (before - after) / np.sqrt(one + two)
        gaps.append([seed, n, level, scale, before, after, z, 2 * stats.norm.sf(abs(z))])
    for observed, benchmark, skew, excess, confidence in ((0.15, 0.0, 0, 0, 0.95), (0.1, 0.05, -1.2, 6, 0.99), (0.3, 0.29, 0.4, 1, 0.9), (0.2, -0.1, -3, 10, 0.6)):
        records.append([observed, benchmark, skew, excess, confidence,
                        purgedcv.min_track_record_length(observed, benchmark, 1 - confidence, skew, excess + 3)])
    for trials, variance in ((1, 0.01), (2, 0.01), (10, 0.002), (1000, 0.5), (10**6, 1e-4)):
        maxima.append([trials, variance, measures.expected_max_sharpe_ratio(trials, variance**0.5)])
    return {"deflated": deflated, "track_record": records, "gap": gaps, "maximum": maxima}


def overfit():
    noise = lambda seeds: [[seed, 0.0, 0.01, 0] for seed in seeds]
    cases = [
        (240, 8, noise(range(201, 211))),
        (203, 6, noise(range(221, 228))),
        (250, 8, [[231, 0.002, 0.01, 0], *noise(range(232, 237))]),
        # A column that never trades, two alike, and two that begin late.
        (120, 6, [[0, 0.0, 0.0, 0], [241, 0.0, 0.01, 0], [241, 0.0, 0.01, 0], [242, 0.0, 0.02, 70], [243, -0.001, 0.01, 61], [0, 0.0, 0.0, 0]]),
        (320, 12, noise(range(251, 256))),
    ]
    found = []
    for n, blocks, columns in cases:
        theirs = purgedcv.probability_of_backtest_overfitting(np.array([column(spec, n) for spec in columns]), blocks)
        # Theirs goes through the blocks out of sample, ours through those in sample.
        logits, (inside, outside) = theirs.logits[::-1], theirs.is_oos_performance[::-1].T
        line = stats.linregress(inside, outside)
        assert abs(line.slope - theirs.slope) < 1e-9
        every = slice(None) if len(logits) < 100 else slice(0, None, 11)
        found.append({"n": n, "blocks": blocks, "columns": columns, "combinations": theirs.n_combos, "below": theirs.pbo,
                      "middle": np.mean(np.abs(logits) < 1e-12), "slope": line.slope, "intercept": line.intercept,
                      "loss": np.mean(outside < 0), "sum": logits.sum(), "step": 1 if every.step is None else every.step,
                      "logits": logits[every], "in_sample": inside[every], "out_of_sample": outside[every]})
    return found


def runs(days):
    """A resample as blocks of neighbours."""
    n, found = len(days), []
    for day in days:
        if found and (found[-1][0] + found[-1][1]) % n == day:
            found[-1][1] += 1
        else:
            found.append([int(day), 1])
    return found


def superior():
    noise = lambda seeds, level: [[seed, level, 0.01, 0] for seed in seeds]
    cases = [
        (200, 5, 250, noise(range(301, 309), 0.0) + [[309, -0.006, 0.02, 0], [310, -0.0007, 0.01, 0], [311, 0.0004, 0.004, 0]]),
        (150, 1, 100, noise(range(321, 325), 0.0005)),
        (240, 20, 200, [[331, 0.0012, 0.01, 0], *noise(range(332, 340), -0.0003), [340, 0.002, 0.05, 0]]),
        (100, 4, 100, noise(range(351, 356), -0.004)),
    ]
    found = []
    for n, block, reps, columns in cases:
        excess = np.column_stack([column(spec, n) for spec in columns])
        losses = np.zeros((n, 1))
        plain = SPA(losses, -excess, block_size=block, reps=reps, seed=11)
        plain.compute()
        deviations = np.sqrt(plain._loss_diff_var)
        scaled = SPA(losses, -excess / deviations, block_size=block, reps=reps, seed=11)
        scaled.compute()
        drawn, kept = StationaryBootstrap(block, excess, seed=11), []
        for _ in drawn.bootstrap(reps):
            kept.append(runs(np.asarray(drawn.index)))
        found.append({"n": n, "block": block, "columns": columns, "resamples": kept,
                      "reality_check": plain.pvalues["upper"], "reality_check_statistic": n**0.5 * excess.mean(0).max(),
                      "spa": [scaled.pvalues[kind] for kind in ("lower", "consistent", "upper")],
                      "statistic": n**0.5 * (excess / deviations).mean(0).max()})
    return found


def rounded(value):
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(part) for part in value]
    return float(f"{value:.12g}") if isinstance(value, (float, np.floating)) else value


def main():
    cdf, quantiles = normal()
    versions = ((module.__name__, module.__version__) for module in (mpmath, np, scipy, purgedcv, skfolio, arch))
    found = {
        "made_by": ", ".join(" ".join(version) for version in versions),
        "about": "SYNTHETIC series and what others make of them",
        **sharpes(), "overfit": overfit(), "superior": superior(),
    }
    path = pathlib.Path(__file__).parent / "golden" / "luck.json"
    found = {**rounded(found), "normal_cdf": cdf, "normal_quantile": quantiles}
    text = json.dumps(found, separators=(",", ":"))
    path.write_text(text.replace("]],[[", "]],\n[[").replace(',"', ',\n"') + "\n")
    print({name: len(rows) for name, rows in found.items() if isinstance(rows, list)})
    for case in found["overfit"]:
        print({name: case[name] for name in ("n", "combinations", "below", "middle", "slope", "loss")})
    for case in found["superior"]:
        print({name: case[name] for name in ("n", "reality_check", "spa", "statistic")})


if __name__ == "__main__":
    main()
