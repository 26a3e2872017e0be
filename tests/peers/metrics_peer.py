#!/usr/bin/env python3
"""Recomputes the metric views of a store with numpy, scipy and scikit-learn from its raw tables, and compares.

Nothing here reads a view except to compare with it. A value that is NULL in a view must be undefined here too.
Exit status 1 when a value differs by more than its tolerance (relative to its size, at least 1), or when the store
held nothing to compare.

usage: metrics_peer.py STORE
"""

import math
import sys
import warnings

import duckdb
import numpy as np
from scipy import stats
from sklearn import calibration, metrics

PERFORMANCE_TOLERANCE = 1e-9
CLASSIFIER_TOLERANCE = 1e-10
SQRT = math.sqrt
BENCHMARK_COLUMNS = (
    "benchmark_return excess_return beta information_ratio benchmark_cagr benchmark_volatility benchmark_sharpe "
    "benchmark_sortino benchmark_max_drawdown benchmark_calmar"
).split()


class Comparison:
    """Collects differences view by view and prints them as a table."""

    def __init__(self) -> None:
        self.views: dict[str, tuple[int, float]] = {}
        self.faults: list[str] = []

    def check(self, view: str, key: tuple, column: str, theirs, ours, tolerance: float) -> None:
        """Compares one value; `ours` is None where the definition gives none."""
        count, worst = self.views.get(view, (0, 0.0))
        where = f"{view}.{column} of {'/'.join(map(str, key))}"
        gap = 0.0
        if (theirs is None) != (ours is None):
            self.faults.append(f"{where}: view {theirs}, peer {ours}")
        elif theirs is not None:
            gap = abs(float(theirs) - float(ours)) / max(abs(float(ours)), 1.0)
            if not gap <= tolerance:
                self.faults.append(f"{where}: view {theirs!r}, peer {ours!r}")
        self.views[view] = (count + 1, max(worst, gap))

    def report(self) -> int:
        """Prints what was compared; returns the exit status."""
        print(f"{'view':26} {'values':>8} {'largest difference':>20}")
        for view, (count, worst) in sorted(self.views.items()):
            print(f"{view:26} {count:>8} {worst:>20.2e}")
        for fault in self.faults[:40]:
            print(f"MISMATCH {fault}")
        print(f"{sum(count for count, _ in self.views.values())} values compared, {len(self.faults)} mismatches")
        return 1 if self.faults or not self.views else 0


class Rows:
    """Query results as dictionaries."""

    def __init__(self, path: str) -> None:
        self.connection = duckdb.connect(path, read_only=True)

    def __call__(self, sql: str, *values) -> list[dict]:
        cursor = self.connection.execute(sql, list(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def array(self, sql: str, *values) -> np.ndarray:
        """One numeric column."""
        return np.array([row[0] for row in self.connection.execute(sql, list(values)).fetchall()], dtype=float)


def ratio(above: float, below: float):
    """Quotient, or None where it is undefined."""
    return above / below if below else None


def deviation(values: np.ndarray):
    """Sample standard deviation; None when there is none beyond rounding."""
    if len(values) < 2:
        return None
    spread = float(np.std(values, ddof=1))
    return spread if spread > 1e-12 else None


def sharpe(returns: np.ndarray, rate: float, periods: float):
    """Annualised Sharpe ratio."""
    spread = deviation(returns)
    return None if spread is None else SQRT(periods) * float(np.mean(returns - rate / periods)) / spread


def worst_drawdown(values: np.ndarray, capital: float) -> float:
    """Deepest fall below the running maximum that starts at the capital."""
    path = np.concatenate([[capital], values])
    return float(np.min(path / np.maximum.accumulate(path) - 1))


def performance(rows: Rows, run_id: str) -> dict:
    """run_performance by the definitions, from equity, run_returns, trades, fills and run_params."""
    params = {row["key"]: row["value"] for row in rows("SELECT key, value FROM run_params WHERE run_id = ?", run_id)}
    days = rows('SELECT session_date, "return" AS r FROM run_returns WHERE run_id = ? ORDER BY session_date', run_id)
    curve = rows("SELECT * FROM equity WHERE run_id = ? ORDER BY ts", run_id)
    returns = np.array([day["r"] for day in days])
    capital = float(params.get("capital") or 100_000)
    rate = float(params.get("risk_free_rate") or 0.02)
    weekends = any(day["session_date"].isoweekday() >= 6 for day in days)
    calendars = rows(
        "SELECT c.periods_per_year AS p FROM (SELECT unnest(symbols) AS symbol FROM runs WHERE run_id = ?) s "
        "LEFT JOIN instruments i USING (symbol) LEFT JOIN calendars c USING (calendar)",
        run_id,
    )
    known = [row["p"] or (365 if weekends else 252) for row in calendars]
    periods = float(params.get("periods_per_year") or max(known, default=252))
    equity = np.array([row["equity"] for row in curve])
    first, last = curve[0]["session_date"], curve[-1]["session_date"]
    years = (last - first).days / 365.25
    growth = float(equity[-1]) / capital
    excess = returns - rate / periods
    downside = SQRT(float(np.mean(np.minimum(excess, 0) ** 2)))
    spread = deviation(returns)
    depth = worst_drawdown(equity, capital)
    cagr = growth ** (1 / years) - 1 if years > 0 and growth >= 0 else None
    found = {
        "n_days": len(returns),
        "start_equity": capital,
        "end_equity": float(equity[-1]),
        "total_return": growth - 1,
        "cagr": cagr,
        "volatility": float(np.std(returns, ddof=1)) * SQRT(periods) if len(returns) > 1 else None,
        "sharpe": None if spread is None else SQRT(periods) * float(np.mean(excess)) / spread,
        "sortino": SQRT(periods) * float(np.mean(excess)) / downside if downside > 1e-12 else None,
        "max_drawdown": depth,
        "calmar": None if cagr is None or depth == 0 else cagr / abs(depth),
        "exposure": float(np.mean([row["exposure"] > 0 for row in curve])),
        "risk_free_rate": rate,
        "periods_per_year": periods,
    }
    found |= trading(rows, run_id, capital, float(np.mean(equity)))
    found |= against_benchmark(curve, days, capital, rate, periods)
    return found


def trading(rows: Rows, run_id: str, capital: float, mean_equity: float) -> dict:
    """The part of run_performance that comes from trades and fills."""
    pnl = rows.array("SELECT pnl FROM trades WHERE run_id = ?", run_id)
    minutes = rows.array("SELECT holding_minutes FROM trades WHERE run_id = ?", run_id)
    fills = rows("SELECT size * price AS value, commission + slippage AS cost FROM fills WHERE run_id = ?", run_id)
    wins, losses = pnl[pnl > 0], pnl[pnl < 0]
    mean = lambda values: float(np.mean(values)) if len(values) else None
    return {
        "n_trades": len(pnl),
        "win_rate": ratio(len(wins), len(pnl)),
        "profit_factor": ratio(math.fsum(wins), abs(math.fsum(losses))),
        "avg_win": mean(wins),
        "avg_loss": mean(losses),
        "expectancy": mean(pnl),
        "avg_holding_minutes": mean(minutes),
        "turnover": math.fsum(fill["value"] for fill in fills) / mean_equity,
        "cost_drag": math.fsum(fill["cost"] for fill in fills) / capital,
    }


def against_benchmark(curve: list[dict], days: list[dict], capital: float, rate: float, periods: float) -> dict:
    """The part of run_performance that compares with buy-and-hold."""
    if any(row["benchmark"] is None for row in curve):
        return dict.fromkeys(BENCHMARK_COLUMNS) if all(row["benchmark"] is None for row in curve) else {}
    ends = {}
    for row in curve:
        ends[row["session_date"]] = row["benchmark"]
    levels = np.array([capital] + [ends[day["session_date"]] for day in days])
    held = levels[1:] / levels[:-1] - 1
    returns = np.array([day["r"] for day in days])
    total = curve[-1]["benchmark"] / capital - 1
    spread, active = deviation(held), deviation(returns - held)
    years = (curve[-1]["session_date"] - curve[0]["session_date"]).days / 365.25
    cagr = (1 + total) ** (1 / years) - 1 if years > 0 and total >= -1 else None
    depth = worst_drawdown(np.array([row["benchmark"] for row in curve]), capital)
    downside = SQRT(float(np.mean(np.minimum(held - rate / periods, 0) ** 2)))
    return {
        "benchmark_cagr": cagr,
        "benchmark_volatility": float(np.std(held, ddof=1)) * SQRT(periods) if len(held) > 1 else None,
        "benchmark_sortino": SQRT(periods) * float(np.mean(held - rate / periods)) / downside if downside > 1e-12 else None,
        "benchmark_calmar": None if cagr is None or depth == 0 else cagr / abs(depth),
        "benchmark_return": total,
        "excess_return": curve[-1]["equity"] / capital - 1 - total,
        "beta": None if spread is None else float(np.cov(returns, held, ddof=1)[0, 1]) / spread**2,
        "information_ratio": None if active is None else SQRT(periods) * float(np.mean(returns - held)) / active,
        "benchmark_sharpe": sharpe(held, rate, periods),
        "benchmark_max_drawdown": depth,
    }


def check_performance(rows: Rows, found: Comparison) -> None:
    """run_performance, monthly_returns and drawdowns of every run with equity."""
    for row in rows("SELECT * FROM run_performance"):
        run_id = row["run_id"]
        for column, ours in performance(rows, run_id).items():
            found.check("run_performance", (run_id,), column, row[column], ours, PERFORMANCE_TOLERANCE)
        check_months(rows, found, run_id)
        check_depths(rows, found, run_id)


def check_months(rows: Rows, found: Comparison, run_id: str) -> None:
    """Months compounded one session at a time."""
    months: dict[tuple, float] = {}
    for day in rows('SELECT session_date AS d, "return" AS r FROM run_returns WHERE run_id = ? ORDER BY 1', run_id):
        key = (day["d"].year, day["d"].month)
        months[key] = months.get(key, 1.0) * (1 + day["r"])
    for row in rows('SELECT year, month, "return" AS r FROM monthly_returns WHERE run_id = ?', run_id):
        key = (row["year"], row["month"])
        found.check("monthly_returns", (run_id, *key), "return", row["r"], months.pop(key) - 1, PERFORMANCE_TOLERANCE)
    for key in months:
        found.faults.append(f"monthly_returns has no row for {run_id}/{key}")


def check_depths(rows: Rows, found: Comparison, run_id: str) -> None:
    """Drawdown stretches, found by walking the curve."""
    capital = rows("SELECT max(value) AS v FROM run_params WHERE run_id = ? AND key = 'capital'", run_id)[0]["v"]
    peak, stretches = float(capital or 100_000), []
    under = False
    for row in rows("SELECT ts, equity FROM equity WHERE run_id = ? ORDER BY ts", run_id):
        if row["equity"] >= peak:
            if under:
                stretches[-1]["recovered_ts"] = row["ts"]
            peak, under = row["equity"], False
            continue
        depth = row["equity"] / peak - 1
        if not under:
            stretches.append({"start_ts": row["ts"], "depth": depth, "recovered_ts": None, "bars": 0})
            under = True
        stretches[-1]["depth"] = min(stretches[-1]["depth"], depth)
        stretches[-1]["bars"] += 1
    theirs = rows("SELECT * FROM drawdowns WHERE run_id = ? ORDER BY start_ts", run_id)
    if [(s["start_ts"], s["recovered_ts"]) for s in stretches] != [(t["start_ts"], t["recovered_ts"]) for t in theirs]:
        found.faults.append(f"drawdowns of {run_id}: other stretches than the peer's")
        return
    for ours, row in zip(stretches, theirs):
        for column in ("depth", "bars"):
            found.check("drawdowns", (run_id, row["start_ts"]), column, row[column], ours[column], PERFORMANCE_TOLERANCE)


def check_classifiers(rows: Rows, found: Comparison) -> None:
    """Everything computed from labelled predictions, split by split."""
    groups = rows("SELECT DISTINCT run_id, split FROM predictions WHERE label IS NOT NULL AND probability IS NOT NULL")
    for group in groups:
        key = (group["run_id"], group["split"])
        picked = rows(
            "SELECT probability AS p, label AS y, threshold AS t, forward_return AS f FROM predictions "
            "WHERE run_id = ? AND split = ? AND label IS NOT NULL AND probability IS NOT NULL",
            *key,
        )
        p = np.array([row["p"] for row in picked])
        y = np.array([row["y"] for row in picked])
        t = np.array([row["t"] if row["t"] is not None else np.nan for row in picked])
        compare_classifier(rows, found, key, p, y, t)
        compare_curves(rows, found, key, p, y)
        compare_correlation(rows, found, key)


def compare_classifier(rows: Rows, found: Comparison, key: tuple, p, y, t) -> None:
    """classifier_metrics against scikit-learn."""
    theirs = rows("SELECT * FROM classifier_metrics WHERE run_id = ? AND split = ?", *key)[0]
    both = len(set(y)) == 2
    ours = {
        "n": len(y),
        "base_rate": float(np.mean(y)),
        "roc_auc": metrics.roc_auc_score(y, p) if both else None,
        "pr_auc": metrics.average_precision_score(y, p) if y.any() else None,
        "log_loss": metrics.log_loss(y, np.column_stack([1 - p, p]), labels=[0, 1]),
        "brier": metrics.brier_score_loss(y, p, pos_label=1, labels=[0, 1]),
    }
    if not np.isnan(t).any():
        called = (p >= t).astype(int)
        tn, fp, fn, tp = metrics.confusion_matrix(y, called, labels=[0, 1]).ravel()
        ours |= {"tp": tp, "fp": fp, "tn": tn, "fn": fn, "accuracy": metrics.accuracy_score(y, called)}
        for suffix, label in (("", 1), ("_negative", 0)):
            asked = {"labels": [label], "average": "macro", "zero_division": np.nan}
            for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)):
                value = float(score(y, called, **asked))
                ours[name + suffix] = None if math.isnan(value) else value
        ours["f1_macro"] = float(metrics.f1_score(y, called, average="macro"))
    for column, value in ours.items():
        found.check("classifier_metrics", key, column, theirs[column], value, CLASSIFIER_TOLERANCE)


def compare_curves(rows: Rows, found: Comparison, key: tuple, p, y) -> None:
    """roc_curve, pr_curve, calibration and threshold_sweep."""
    where = "WHERE run_id = ? AND split = ?"
    if len(set(y)) == 2:
        fpr, tpr, _ = metrics.roc_curve(y, p, drop_intermediate=False)
        precision, recall, _ = metrics.precision_recall_curve(y, p)
        pairs = {
            ("roc_curve", "fpr", f"SELECT fpr FROM roc_curve {where} ORDER BY point"): fpr,
            ("roc_curve", "tpr", f"SELECT tpr FROM roc_curve {where} ORDER BY point"): tpr,
            # The last point there (recall 0, precision 1) belongs to no threshold.
            ("pr_curve", "precision", f"SELECT precision FROM pr_curve {where} ORDER BY threshold"): precision[:-1],
            ("pr_curve", "recall", f"SELECT recall FROM pr_curve {where} ORDER BY threshold"): recall[:-1],
        }
        for (view, column, sql), ours in pairs.items():
            compare_series(found, view, key, column, rows.array(sql, *key), ours)
    rate, mean = calibration.calibration_curve(y, p, n_bins=10)
    compare_series(found, "calibration", key, "observed_rate", rows.array(f"SELECT observed_rate FROM calibration {where} ORDER BY bin", *key), rate)
    compare_series(found, "calibration", key, "mean_probability", rows.array(f"SELECT mean_probability FROM calibration {where} ORDER BY bin", *key), mean)
    for row in rows(f"SELECT * FROM threshold_sweep {where} ORDER BY threshold", *key):
        called = (p >= row["threshold"]).astype(int)
        tn, fp, fn, tp = metrics.confusion_matrix(y, called, labels=[0, 1]).ravel()
        for column, ours in {"tp": tp, "fp": fp, "tn": tn, "fn": fn, "f1": ratio(2 * tp, 2 * tp + fp + fn)}.items():
            found.check("threshold_sweep", (*key, row["threshold"]), column, row[column], ours, CLASSIFIER_TOLERANCE)


def compare_series(found: Comparison, view: str, key: tuple, column: str, theirs, ours) -> None:
    """Two columns of the same order."""
    if len(theirs) != len(ours):
        found.faults.append(f"{view}.{column} of {'/'.join(key)}: view {len(theirs)} points, peer {len(ours)}")
        return
    for place, (a, b) in enumerate(zip(theirs, ours)):
        found.check(view, (*key, place), column, a, b, CLASSIFIER_TOLERANCE)


def compare_correlation(rows: Rows, found: Comparison, key: tuple) -> None:
    """information_coefficient against scipy."""
    pairs = rows(
        "SELECT probability AS p, forward_return AS f FROM predictions "
        "WHERE run_id = ? AND split = ? AND probability IS NOT NULL AND forward_return IS NOT NULL",
        *key,
    )
    theirs = rows("SELECT * FROM information_coefficient WHERE run_id = ? AND split = ?", *key)
    if not pairs:
        if theirs:
            found.faults.append(f"information_coefficient of {'/'.join(key)}: a row without known returns")
        return
    p, f = (np.array([pair[name] for pair in pairs]) for name in ("p", "f"))
    varied = len(set(p)) > 1 and len(set(f)) > 1
    for column, correlate in (("ic", stats.pearsonr), ("rank_ic", stats.spearmanr)):
        ours = float(correlate(p, f)[0]) if varied else None
        found.check("information_coefficient", key, column, theirs[0][column], ours, CLASSIFIER_TOLERANCE)


def check_traces(rows: Rows, found: Comparison) -> None:
    """classification_report of every run with traces."""
    for theirs in rows("SELECT * FROM classification_report"):
        run_id = theirs["run_id"]
        traces = rows("SELECT * FROM prediction_traces WHERE run_id = ?", run_id)
        said = np.array([trace["predicted_direction"] for trace in traces])
        came = np.array([trace["actual_direction"] for trace in traces])
        gains = np.array([trace["realized_return_pct"] for trace in traces]) / 100
        ours = {"n": len(traces), "accuracy": metrics.accuracy_score(came, said), "mean_return": float(np.mean(gains))}
        for side in ("LONG", "SHORT"):
            asked = {"labels": [side], "average": "macro", "zero_division": np.nan}
            for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)):
                value = float(score(came, said, **asked))
                ours[f"{name}_{side.lower()}"] = None if math.isnan(value) else value
        directional = said != "NOOP"
        ours["hit_ratio"] = float(np.mean(came[directional] == said[directional])) if directional.any() else None
        ours["win_rate"] = float(np.mean(gains > 0))
        times = [trace["ts"] for trace in traces]
        years = (max(times) - min(times)).total_seconds() / (86400 * 365.25)
        spread = deviation(gains)
        known = len(traces) >= 30 and spread is not None and years > 0
        ours["sharpe"] = float(np.mean(gains)) / spread * SQRT(len(traces) / years) if known else None
        for column, value in ours.items():
            found.check("classification_report", (run_id,), column, theirs[column], value, PERFORMANCE_TOLERANCE)


def main(path: str) -> int:
    """Compares everything; returns the exit status."""
    warnings.filterwarnings("ignore", module="sklearn")
    rows, found = Rows(path), Comparison()
    check_performance(rows, found)
    check_classifiers(rows, found)
    check_traces(rows, found)
    return found.report()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
