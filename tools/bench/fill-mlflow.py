"""Writes runs into the SQLite file of an MLflow server, as its own store would: over HTTP ten thousand take half an hour.

Usage: python fill-mlflow.py --database FILE --runs 10000 [--width 20]

Each run has `width` parameters and metrics, a tag and a name like those of the sessions that pivot-bench writes. Prints one
JSON line: how many runs were written.
"""

import argparse
import json
import random
import sqlite3
import uuid

WORDS = ("amber", "birch", "cedar", "delta", "ember")
OPTIMIZERS = ("adam", "adamw", "sgd", "lion")


def parameter(values: random.Random, run: int, index: int) -> str:
    kind = index % 4
    if kind == 0:
        return str(values.random())
    if kind == 1:
        return str(run % (index + 2))
    return OPTIMIZERS[run // (index + 1) % 4] if kind == 2 else str((0.1, 0.01, 0.001)[run // (index + 1) % 3])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--width", type=int, default=20)
    options = parser.parse_args()
    values = random.Random(1)
    runs, params, metrics, latest, tags = [], [], [], [], []
    for run in range(options.runs):
        key = uuid.UUID(int=values.getrandbits(128)).hex
        name = f"run-{run}-{WORDS[run % 5]}"
        runs.append((key, name, "UNKNOWN", "", "", "", "FINISHED", run + 1, run + 2, "", "active", f"mlflow-artifacts:/0/{key}", 0))
        tags += [("tag", f"tag-{run % 200}", key), ("mlflow.runName", name, key)]
        for index in range(options.width):
            params.append((f"p{index}", parameter(values, run, index), key))
            metric = f"val/m{index}" if index < options.width // 2 else f"train/m{index}"
            value = values.random()
            metrics.append((metric, value, 1, key, 1, 0))
            latest.append((metric, value, 1, 1, 0, key))
    with sqlite3.connect(options.database, timeout=60) as database:
        for table, columns, rows in (
                ("runs", "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, "
                         "source_version, lifecycle_stage, artifact_uri, experiment_id", runs),
                ("params", "key, value, run_uuid", params),
                ("metrics", "key, value, timestamp, run_uuid, step, is_nan", metrics),
                ("latest_metrics", "key, value, timestamp, step, is_nan, run_uuid", latest),
                ("tags", "key, value, run_uuid", tags)):
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
    print(json.dumps({"runs": options.runs}))


if __name__ == "__main__":
    main()
