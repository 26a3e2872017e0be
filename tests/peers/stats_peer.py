"""Statistics of the room stats by mpmath, SciPy, statsmodels and arch, as golden numbers for its tests.

    python tests/peers/stats_peer.py        (needs numpy, mpmath, scipy, statsmodels, arch)

Writes golden/stats.json. Series are not stored: both sides make them, SYNTHETIC, from a seed by the same exact arithmetic.
A 64-bit linear congruential generator (Knuth's MMIX constants) gives u = (state >> 11) / 2^53; a shock is the sum of twelve
u in order, minus 6; the series is x = level + scale * y with y = phi * (y before) + shock, from y = 0.
"""

import json
import pathlib

import mpmath
import numpy as np
import scipy
import statsmodels
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from scipy import special, stats
from statsmodels.stats.multitest import multipletests
import arch


def series(seed, n, phi=0.0, level=0.0, scale=0.01):
    state, y, out = seed, 0.0, []
    for _ in range(n):
        shock = 0.0
        for _ in range(12):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            shock += (state >> 11) / 2**53
        y = phi * y + (shock - 6.0)
        out.append(level + scale * y)
    return np.array(out)


def outside(t, df):
    """P(|T| >= t): the incomplete beta function, or quadrature of the density (t = sqrt(df) tan(angle)) where it fails."""
    df, t, quarter = mpmath.mpf(df), mpmath.mpf(t), mpmath.pi / 2
    if df < 300:
        return mpmath.betainc(df / 2, mpmath.mpf(0.5), 0, df / (df + t * t), regularized=True)
    scale = mpmath.exp(mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2)) / mpmath.sqrt(mpmath.pi)
    start = mpmath.atan(t / mpmath.sqrt(df))
    # Steps of half a deviation, or of where the density falls by that much, until nothing is left.
    step = min(1 / (1 + t), mpmath.mpf(0.5)) / mpmath.sqrt(df)
    cuts = [start + step * k for k in range(400) if start + step * k < quarter] + [quarter]
    return 2 * scale * mpmath.quad(lambda angle: mpmath.cos(angle) ** (df - 1), cuts)


def t_grid():
    rows = []
    for df in (0.5, 1, 1.7, 2, 3, 4.25, 5, 10, 29, 30.5, 100, 499, 1234.5, 1e4, 1e6, 1e9):
        for t in (0.0, 1e-8, 1e-3, 0.1, 0.5, 1.0, 1.96, 2.5, 4.0, 7.5, 12.0, 37.0, 1e3, 1e6):
            p = outside(t, df)
            if p > 1e-280:
                # SciPy's own t loses digits near 0 and for many degrees of freedom, so it is held to less.
                assert abs(2 * stats.t.sf(t, df) - p) < 1e-7 * p + 1e-8, (t, df)
                rows.append([t, df, float(p)])
    return rows


def main():
    mpmath.mp.dps = 40
    beta = [[x, a, b, float(special.betainc(a, b, x))] for a in (0.05, 0.5, 1, 2.5, 9.5, 10.5, 60, 800, 5e4)
            for b in (0.5, 1, 3.3, 11, 250) for x in (1e-6, 0.01, 0.2, 0.5, 0.77, 0.95, 0.9999)]
    beta = [row for row in beta if 1e-250 < row[3]]
    gamma = [[x, float(mpmath.loggamma(x))] for x in (1e-9, 0.01, 0.3, 0.5, 0.999, 1.5, 2.5, 4.2, 9.99, 10.0, 15.5, 171.3, 1e4, 1e8)]
    ppf = [[p, df, float(stats.t.ppf(p, df))] for df in (1, 1.7, 2, 5, 29, 499.5, 1e6) for p in (1e-6, 0.005, 0.025, 0.2, 0.5, 0.6, 0.975, 0.999)]

    shapes = {
        "a": dict(seed=1, n=250, level=0.0005), "b": dict(seed=2, n=250, level=0.0002, scale=0.02),
        "c": dict(seed=3, n=400, phi=0.4), "d": dict(seed=4, n=12, scale=1.0, level=5.0),
        "e": dict(seed=5, n=2, level=1.0), "f": dict(seed=6, n=250, phi=-0.3, scale=3.0),
    }
    made = {name: series(**shape) for name, shape in shapes.items()}
    welch, paired, moments = [], [], []
    for left, right in ("ab", "ac", "ad", "de", "cf", "fb", "bc"):
        found = stats.ttest_ind(made[left], made[right], equal_var=False)
        interval = found.confidence_interval(0.95)
        welch.append([left, right, found.statistic, found.df, found.pvalue, interval.low, interval.high])
    for left, right in ("ab", "af", "bf"):
        found = stats.ttest_rel(made[left], made[right])
        interval = found.confidence_interval(0.95)
        paired.append([left, right, found.statistic, found.df, found.pvalue, interval.low, interval.high,
                       np.corrcoef(made[left], made[right])[0, 1]])
    for name, x in made.items():
        if len(x) > 2:
            cuts = [np.quantile(x, p) for p in (0.0, 0.025, 0.3, 0.5, 0.975, 1.0)]
            moments.append([name, x.mean(), x.std(ddof=1), stats.skew(x), stats.kurtosis(x), *cuts])

    blocks = []
    for seed, n, phi in [(s, n, phi) for s in (11, 12, 13) for n in (30, 100, 250, 1000, 2500) for phi in (-0.5, 0.0, 0.2, 0.5, 0.8, 0.95)]:
        length = optimal_block_length(series(seed, n, phi))["stationary"].iloc[0]
        blocks.append([seed, n, phi, max(float(length), 1.0)])

    resampled = []
    for seed, n, phi, length in ((21, 200, 0.0, 1), (22, 200, 0.5, 8), (23, 500, 0.8, 25), (24, 60, -0.4, 3), (25, 250, 0.3, 60)):
        x = series(seed, n, phi, level=0.001)
        means = StationaryBootstrap(length, x, seed=7).apply(np.mean, 100_000).ravel()
        resampled.append([seed, n, phi, length, means.std(), *np.quantile(means, (0.025, 0.25, 0.5, 0.75, 0.975))])

    many = [[0.01], [0.04, 0.01, 0.03], [0.5, 0.9, 0.2, 0.9], [0.001, 0.02, 0.02, 0.03, 0.6], [0.05, 0.05], [1.0, 0.3]]
    holm = [[p, multipletests(p, method="holm")[1].tolist()] for p in many]

    found = {
        "made_by": f"mpmath {mpmath.__version__}, numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, arch {arch.__version__}",
        "about": "SYNTHETIC series and what others make of them",
        "series": shapes, "first": {name: x[:3].tolist() for name, x in made.items()},
        "beta": beta, "ln_gamma": gamma, "two_sided": t_grid(), "t_quantile": ppf,
        "welch": welch, "paired": paired, "moments": moments, "block_length": blocks, "stationary": resampled, "holm": holm,
    }
    path = pathlib.Path(__file__).parent / "golden" / "stats.json"
    text = json.dumps(found, separators=(",", ":"), default=float)
    path.write_text(text.replace("[[", "[\n[").replace("],[", "],\n[").replace(',"', ',\n"') + "\n")
    print({name: len(rows) for name, rows in found.items() if isinstance(rows, list)})


if __name__ == "__main__":
    main()
