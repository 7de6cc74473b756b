"""Writes MLflow's stores: the tables of SQLite as its migrations leave them, and the folders of its file store."""

import math
import sqlite3

_TABLES = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE NOT NULL, artifact_location VARCHAR(256),
    lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT);
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
    entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, deleted_time BIGINT,
    source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL,
    step BIGINT DEFAULT 0 NOT NULL, is_nan BOOLEAN DEFAULT 0 NOT NULL, PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));
CREATE TABLE logged_models (model_id VARCHAR(36) PRIMARY KEY, experiment_id INTEGER, name VARCHAR(500), artifact_location VARCHAR(1000),
    source_run_id VARCHAR(32), lifecycle_stage VARCHAR(32));
"""


class Database:
    """A store in a file of SQLite."""

    def __init__(self, path):
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(_TABLES)

    def experiment(self, number, name, stage="active"):
        self.connection.execute("INSERT INTO experiments VALUES (?, ?, ?, ?, 0, 0)", (number, name, "", stage))

    def run(self, run_id, name="", status="FINISHED", experiment=1, tags=None, params=None, stage="active", artifacts=""):
        self.connection.execute(
            "INSERT INTO runs VALUES (?, ?, '', '', '', 'ann', ?, 1700000000123, 1700000100000, NULL, '', ?, ?, ?)",
            (run_id, name, status, stage, artifacts, experiment))
        for table, pairs in (("tags", tags), ("params", params)):
            self.connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", [(k, v, run_id) for k, v in (pairs or {}).items()])

    def points(self, run_id, key, points):
        """Points as (milliseconds, step, value); SQL has neither NaN nor infinities, so MLflow writes others."""
        rows = []
        for time, step, value in points:
            stored = 0.0 if math.isnan(value) else math.copysign(1.7976931348623157e308, value) if math.isinf(value) else value
            rows.append((key, stored, time, run_id, step, math.isnan(value)))
        self.connection.execute("BEGIN")
        self.connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
        self.connection.execute("COMMIT")

    def model(self, model_id, name, run_id, location):
        self.connection.execute("INSERT INTO logged_models VALUES (?, 1, ?, ?, ?, 'READY')", (model_id, name, location, run_id))

    def end(self, run_id, status):
        self.connection.execute("UPDATE runs SET status = ? WHERE run_uuid = ?", (status, run_id))


def write_experiment(store, number, name):
    """An experiment of the file store."""
    folder = store / number
    folder.mkdir(parents=True)
    (folder / "meta.yaml").write_text(
        f"artifact_location: file:///gone/{number}\ncreation_time: 1\nexperiment_id: '{number}'\nlast_update_time: 1\n"
        f"lifecycle_stage: active\nname: {name}\n", "utf-8")
    return folder


def write_run(experiment, run_id, name, status=3, tags=None, params=None, metrics=None, artifacts=None):
    """A run of the file store; metrics are lines, as bytes."""
    folder = experiment / run_id
    for inner in ("tags", "params", "metrics", "artifacts"):
        (folder / inner).mkdir(parents=True)
    (folder / "meta.yaml").write_text(
        f"artifact_uri: file:///gone/{run_id}/artifacts\nend_time: 1700000100000\nentry_point_name: ''\nexperiment_id: '{experiment.name}'\n"
        f"lifecycle_stage: active\nrun_id: {run_id}\nrun_name: {name}\nrun_uuid: {run_id}\nsource_name: ''\nsource_type: 4\n"
        f"source_version: ''\nstart_time: 1700000000123\nstatus: {status}\ntags: []\nuser_id: ann\n", "utf-8")
    for inner, files in (("tags", tags), ("params", params), ("metrics", metrics), ("artifacts", artifacts)):
        for path, content in (files or {}).items():
            target = folder / inner / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
