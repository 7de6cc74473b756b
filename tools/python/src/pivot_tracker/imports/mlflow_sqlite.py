"""MLflow's SQL store in a file of SQLite, by default `mlflow.db`; it is opened for reading only.

Read are the tables experiments, runs, metrics, params, tags, datasets and inputs, and logged_models, as far as the file has
them. Source: mlflow's `store/tracking/dbmodels/models.py`.
"""

from __future__ import annotations

import pathlib
import sqlite3
from typing import Any, Dict, Iterator, List, Sequence, Set, Tuple
from urllib.parse import quote

from .mlflow_runs import Point, StoredRun, local_artifacts, number_in_sql
from .source import Finding, UnreadableSource

SIGNATURE = b"SQLite format 3\0"


class SQLiteStore:
    """One file. Raises `UnreadableSource` when it is none of MLflow's."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
            self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
            names = [row[0] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            self._columns: Dict[str, Set[str]] = {
                name: {row[1] for row in self._connection.execute(f'PRAGMA table_info("{name}")')}
                for name in names if '"' not in name}
        except sqlite3.Error as error:
            raise UnreadableSource(f"{path} cannot be read as a file of SQLite: {error}.") from error
        if not {"runs", "experiments", "metrics"} <= set(self._columns):
            raise UnreadableSource(f"{path} is no store of MLflow: it has no tables runs, experiments and metrics.")
        self.left_out = 0
        self.findings: List[Finding] = []
        self.elsewhere: Dict[str, int] = {}

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def heads(self) -> List[StoredRun]:
        """The runs that were not deleted, with their tags. Raises `UnreadableSource`."""
        try:
            experiments = {
                str(row["experiment_id"]): row for row in self._rows("experiments", "experiment_id", "name", "lifecycle_stage")}
            runs: Dict[str, StoredRun] = {}
            for row in self._rows(
                "runs", "run_uuid", "name", "user_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri",
                "experiment_id", order="start_time, run_uuid",
            ):
                experiment = experiments.get(str(row["experiment_id"]), {})
                if row["lifecycle_stage"] == "deleted" or experiment.get("lifecycle_stage") == "deleted":
                    self.left_out += 1
                    continue
                run = StoredRun(
                    str(row["run_uuid"]), str(self.path.resolve()), row["name"] or "", experiment.get("name") or "", str(row["experiment_id"]),
                    row["status"] or "", row["user_id"] or "", row["start_time"], row["end_time"], row["artifact_uri"] or "")
                runs[run.run_id] = run
            for row in self._rows("tags", "run_uuid", "key", "value"):
                if row["run_uuid"] in runs:
                    runs[row["run_uuid"]].tags[row["key"]] = row["value"] or ""
        except sqlite3.Error as error:
            raise UnreadableSource(f"{self.path}: its runs cannot be read: {error}.") from error
        for run in runs.values():
            run.name = run.name or run.tags.get("mlflow.runName", "")
        return list(runs.values())

    def load(self, run: StoredRun) -> None:
        """Reads the rest of a run. What cannot be read is among its findings."""
        for what, read in (
            ("params", self._params), ("metrics", self._metrics), ("datasets", self._datasets), ("artifacts", self._artifacts),
            ("models", self._models),
        ):
            try:
                read(run)
            except sqlite3.Error as error:
                run.findings.append(Finding(
                    f"The {what} of run {run.run_id} cannot be read further: {error}; what was read before was taken.", str(self.path),
                    is_loss=True))

    def _params(self, run: StoredRun) -> None:
        for row in self._rows("params", "key", "value", where="run_uuid", equals=run.run_id):
            run.params[row["key"]] = row["value"] or ""

    def _metrics(self, run: StoredRun) -> None:
        bad = 0
        for key, value, time, step, is_nan in self._select("metrics", ("key", "value", "timestamp", "step", "is_nan"), "run_uuid", run.run_id):
            try:
                point = Point(int(time or 0), int(step or 0), number_in_sql(float(value), is_nan))
            except (TypeError, ValueError, OverflowError):
                bad += 1
                continue
            run.metrics.setdefault(key, []).append(point)
        if bad:
            run.findings.append(Finding(f"{bad:,} rows of metrics of run {run.run_id} are no numbers and were left out.", str(self.path), is_loss=True))

    def _datasets(self, run: StoredRun) -> None:
        if {"datasets", "inputs"} <= set(self._columns):
            for name, digest in self._connection.execute(
                "SELECT datasets.name, datasets.digest FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id "
                "WHERE inputs.source_type = 'DATASET' AND inputs.destination_type = 'RUN' AND inputs.destination_id = ?", (run.run_id,),
            ):
                run.datasets[name] = digest

    def _artifacts(self, run: StoredRun) -> None:
        folder = self.path.parent
        below = f"{run.experiment_id}/{run.run_id}/artifacts"
        run.files, why = local_artifacts(run.artifact_uri, [folder / "mlruns" / below, folder / "mlartifacts" / below], folder)
        if why:
            self.elsewhere[why] = self.elsewhere.get(why, 0) + 1

    def _models(self, run: StoredRun) -> None:
        if "logged_models" not in self._columns:
            return
        folder = self.path.parent
        for row in self._rows("logged_models", "model_id", "name", "artifact_location", where="source_run_id", equals=run.run_id):
            below = f"{run.experiment_id}/models/{row['model_id']}/artifacts"
            files, why = local_artifacts(
                row["artifact_location"] or "", [folder / "mlruns" / below, folder / "mlartifacts" / below], folder)
            if files:
                run.models[row["name"] if row["name"] not in run.models else f"{row['name']}-{row['model_id']}"] = files
            elif why:
                self.elsewhere[why] = self.elsewhere.get(why, 0) + 1

    def _rows(self, table: str, *columns: str, where: str = "", equals: str = "", order: str = "") -> Iterator[Dict[str, Any]]:
        for row in self._select(table, columns, where, equals, order):
            yield dict(zip(columns, row))

    def _select(self, table: str, columns: Sequence[str], where: str = "", equals: str = "", order: str = "") -> Iterator[Tuple[Any, ...]]:
        """The rows of a table; a column that the file does not have is None in all of them."""
        there = self._columns.get(table, set())
        if not there or where and where not in there:
            return
        selected = ", ".join(column if column in there else "NULL" for column in columns)
        query = f"SELECT {selected} FROM {table}" + (f" WHERE {where} = ?" if where else "") + (f" ORDER BY {order}" if order else "")
        yield from self._connection.execute(query, (equals,) if where else ())
