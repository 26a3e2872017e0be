#!/usr/bin/env python3
"""Loads mlflow.json, beside this file, into an MLflow tracking store with MLflow's own client.

usage: load_into_mlflow.py [--tracking-uri URI] [FOLDER]

URI is what MLflow takes: sqlite:///mlflow.db or the address of a server; without it MLFLOW_TRACKING_URI or MLflow's
default holds. FOLDER is the export, by default the folder of this file. Runs that are there already (by the tag
ws.run_id) are left as they are, so that loading again adds only what is new.
"""

import argparse
import json
import pathlib

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType

# What MLflow takes in one request.
METRICS, PARAMS, TAGS = 1000, 100, 100


def batches(items, size):
    return (items[at : at + size] for at in range(0, len(items), size))


def experiment_of(client, told):
    """The experiment of that name, made when missing."""
    found = client.get_experiment_by_name(told["name"])
    if found is None:
        return client.create_experiment(told["name"], tags=told["tags"])
    for key, value in told["tags"].items():
        client.set_experiment_tag(found.experiment_id, key, value)
    return found.experiment_id


def known_runs(client, experiment_id):
    """MLflow's ids of the runs that are there, by ours."""
    known, token = {}, None
    while True:
        page = client.search_runs([experiment_id], run_view_type=ViewType.ALL, max_results=1000, page_token=token)
        known.update((run.data.tags["ws.run_id"], run.info.run_id) for run in page if "ws.run_id" in run.data.tags)
        token = page.token
        if not token:
            return known


def load_run(client, experiment_id, run, parent, folder):
    """Loads one run and returns MLflow's id of it."""
    tags = dict(run["tags"])
    if parent:
        tags["mlflow.parentRunId"] = parent
    # Set last: a run that was broken off is loaded anew.
    own = tags.pop("ws.run_id")
    made = client.create_run(experiment_id, start_time=run["start_time"], run_name=run["name"])
    run_id = made.info.run_id
    for part in batches([RunTag(key, value) for key, value in tags.items()], TAGS):
        client.log_batch(run_id, tags=part)
    for part in batches([Param(key, value) for key, value in run["params"].items()], PARAMS):
        client.log_batch(run_id, params=part)
    points = [Metric(point["key"], point["value"], point["timestamp"], point["step"]) for point in run["metrics"]]
    for part in batches(points, METRICS):
        client.log_batch(run_id, metrics=part)
    for path in run["artifacts"]:
        client.log_artifact(run_id, str(folder / path))
    client.set_tag(run_id, "ws.run_id", own)
    if run["status"] != "RUNNING":
        client.set_terminated(run_id, status=run["status"], end_time=run["end_time"])
    return run_id


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracking-uri", help="as MLflow takes it [default: MLflow's own]")
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    asked = parser.parse_args()
    document = json.loads((asked.folder / "mlflow.json").read_text(encoding="utf-8"))
    if document["format"] != "ws-mlflow-1":
        raise SystemExit(f"mlflow.json has format {document['format']}; this loader reads ws-mlflow-1")
    client = MlflowClient(tracking_uri=asked.tracking_uri)
    experiment_id = experiment_of(client, document["experiment"])
    known = known_runs(client, experiment_id)
    before = len(known)
    # The parent comes first, so that its id is there for its children.
    for run in document["runs"]:
        if run["run_id"] not in known:
            parent = known.get(run["parent_run_id"])
            known[run["run_id"]] = load_run(client, experiment_id, run, parent, asked.folder)
    print(f"experiment {experiment_id}: {len(known) - before} runs loaded, {before} were there")


if __name__ == "__main__":
    main()
