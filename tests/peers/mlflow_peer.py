"""Loads an export into MLflow with the export's own script and MLflow's own client, and compares what MLflow then holds
with the tables of the store: every parameter, metric, step, tag, time, status, nesting and artifact, of every run.

usage: mlflow_peer.py STORE EXPORT [EXPERIMENT]

EXPORT is what `ws experiment export EXPERIMENT --format mlflow --out EXPORT` wrote. MLflow tracks in a SQLite file of a
temporary folder. By hand, in an environment of its own:

    python3 -m venv ~/.cache/ws-peers/venv-mlflow && ~/.cache/ws-peers/venv-mlflow/bin/pip install mlflow 'duckdb==1.5.*'
"""

import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import duckdb  # noqa: E402
import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

STATUS = {"finished": "FINISHED", "failed": "FAILED", "pruned": "KILLED", "running": "RUNNING"}


def expected(store, experiment):
    """What the store's tables say, run by run, without looking at the export."""
    db = duckdb.connect(store, read_only=True)
    row = db.execute(
        "SELECT experiment_id, name, test_run_id, baseline_test_run_id, winner_trial, objectives FROM experiments"
        " WHERE name = coalesce(?, name) ORDER BY experiment_id DESC LIMIT 1",
        [experiment],
    ).fetchone()
    parent, name, *tests, winner, objectives = row
    runs = {}
    for run_id, status, started, ended in db.execute(
        "SELECT run_id, status, epoch_us(started_at) // 1000, epoch_us(ended_at) // 1000 FROM runs WHERE run_id = ? OR parent_run_id = ?"
        " AND kind = 'trial' OR run_id IN (?, ?)",
        [parent, parent, *tests],
    ).fetchall():
        params = db.execute("SELECT key, coalesce(value, '') FROM run_params WHERE run_id = ?", [run_id]).fetchall()
        points = db.execute("SELECT split || '/' || key, step, value FROM run_metrics WHERE run_id = ?", [run_id]).fetchall()
        runs[run_id] = {
            "status": STATUS[status],
            "times": (started, ended),
            "params": dict(params),
            "metrics": {(key, step): value for key, step, value in points if value is not None and math.isfinite(value)},
            "parent": None if run_id == parent else parent,
        }
    # What a backtest does not store and its view says.
    ratios = "accuracy precision_long recall_long f1_long precision_short recall_short f1_short hit_ratio".split()
    for run_id, *values in db.execute(
        f"SELECT run_id, {', '.join(ratios)} FROM classification_report WHERE run_id IN (?, ?)", tests
    ).fetchall():
        pairs = zip(ratios, values)
        runs[run_id]["metrics"].update({("backtest/" + key, 0): value for key, value in pairs if value is not None})
    for measure, value in db.execute("SELECT measure, value FROM experiment_luck WHERE experiment_id = ?", [parent]).fetchall():
        if value is not None and math.isfinite(value):
            runs[parent]["metrics"][("luck/" + measure, 0)] = value
    for trial, run_id, steps, violation, seconds in db.execute(
        "SELECT trial, run_id, steps, violation, seconds FROM trials WHERE experiment_id = ?", [parent]
    ).fetchall():
        metrics = runs[run_id]["metrics"]
        metrics[("violation", 0)], metrics[("seconds", 0)] = violation, seconds
        for step, value in enumerate(steps, 1):
            if value is not None and math.isfinite(value):
                metrics[("steps/" + objectives[0], step)] = value
        runs[run_id]["role"] = "winner" if trial == winner else "baseline" if trial == 0 else None
    return parent, name, runs


def loaded(uri, name):
    """What MLflow's client says, by our run ids."""
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(name)
    ids, token = {}, None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=100, page_token=token)
        ids.update((run.data.tags["ws.run_id"], run) for run in page)
        token = page.token
        if not token:
            break
    found = {}
    for run_id, run in ids.items():
        metrics = {}
        for key in run.data.metrics:
            for point in client.get_metric_history(run.info.run_id, key):
                metrics[(key, point.step)] = point.value
        found[run_id] = {
            "status": run.info.status,
            "times": (run.info.start_time, run.info.end_time),
            "params": dict(run.data.params),
            "metrics": metrics,
            "parent": run.data.tags.get("mlflow.parentRunId"),
            "tags": run.data.tags,
            "mlflow_id": run.info.run_id,
        }
    return client, found


def compare(parent, runs, found):
    assert set(found) == set(runs), set(found) ^ set(runs)
    counts = {"params": 0, "metrics": 0}
    for run_id, told in runs.items():
        have = found[run_id]
        for field in ("status", "times"):
            assert have[field] == told[field], (run_id, field, have[field], told[field])
        # The parent has how the search went about it beside its own parameters.
        own = {key: value for key, value in have["params"].items() if not (run_id == parent and key.startswith("experiment."))}
        wanted = {key: value if len(value) <= 6000 else value[:5997] + "..." for key, value in told["params"].items()}
        assert own == wanted, (run_id, set(own.items()) ^ set(wanted.items()))
        assert have["metrics"] == told["metrics"], (run_id, set(have["metrics"].items()) ^ set(told["metrics"].items()))
        above = told["parent"] and found[told["parent"]]["mlflow_id"]
        assert have["parent"] == above, (run_id, have["parent"], above)
        assert have["tags"].get("ws.role") == told.get("role"), (run_id, have["tags"])
        counts["params"] += len(wanted)
        counts["metrics"] += len(told["metrics"])
    return counts


def main():
    store, export, experiment = (sys.argv[1:] + [None])[:3]
    export = pathlib.Path(export).resolve()
    parent, name, runs = expected(store, experiment)
    with tempfile.TemporaryDirectory() as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        for wanted in (f"{len(runs)} runs loaded, 0 were there", f"0 runs loaded, {len(runs)} were there"):
            command = [sys.executable, str(export / "load_into_mlflow.py"), "--tracking-uri", uri, str(export)]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=folder).stdout
            assert wanted in said, said
        client, found = loaded(uri, name)
        counts = compare(parent, runs, found)
        told = json.loads((export / "mlflow.json").read_text())["runs"][0]["artifacts"]
        run_id = found[parent]["mlflow_id"]
        os.chdir(folder)
        for path in told:
            local = client.download_artifacts(run_id, pathlib.Path(path).name, folder)
            sums = [hashlib.sha256(pathlib.Path(file).read_bytes()).hexdigest() for file in (local, export / path)]
            assert sums[0] == sums[1], path
        os.chdir("/")
    print(
        f"mlflow {mlflow.__version__}: {len(runs)} runs of {name}, {counts['params']} parameters, {counts['metrics']} metrics,"
        f" {len(told)} artifacts are what the store holds"
    )


if __name__ == "__main__":
    main()
