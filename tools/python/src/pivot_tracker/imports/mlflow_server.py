"""A server that speaks MLflow's REST API 2.0, MLflow's own or another.

MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, are sent as MLflow's client sends them.
Source: mlflow.org, "REST API"; artifacts come from `get-artifact`, which the user interface uses.
"""

from __future__ import annotations

import functools
import os
import pathlib
import tempfile
import time
from typing import Any, Dict, Iterator, List, Optional
from urllib.parse import urlsplit, urlunsplit

import requests

from .mlflow_runs import Point, StoredFile, StoredRun, number_in_sql
from .source import Finding, UnreadableSource

_API = "api/2.0/mlflow"
_PAGE = 1000
_HISTORY_PAGE = 25_000
_TRIES = 5
_PASSING = frozenset((408, 429, 500, 502, 503, 504))
_TIMEOUT = (5.0, 120.0)
_MAXIMUM_DEPTH = 64


class _Missing(UnreadableSource):
    """The server does not have a route."""


class ServerStore:
    """The runs of a server. Raises `UnreadableSource` when it does not answer as MLflow does."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        #: The address without a password, for people.
        self.address = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
        self._base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self._session = requests.Session()
        token, user = os.environ.get("MLFLOW_TRACKING_TOKEN"), os.environ.get("MLFLOW_TRACKING_USERNAME")
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"
        elif user:
            self._session.auth = (user, os.environ.get("MLFLOW_TRACKING_PASSWORD", ""))
        self._has_models = True
        self.left_out = 0
        self.findings: List[Finding] = []
        self.elsewhere: Dict[str, int] = {}

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def heads(self) -> List[StoredRun]:
        """The runs that were not deleted, with all but the history of their metrics and their artifacts."""
        experiments = {
            str(one["experiment_id"]): str(one.get("name", ""))
            for one in self._pages("POST", "experiments/search", "experiments", {"max_results": _PAGE})}
        runs: List[StoredRun] = []
        for experiment in experiments:
            asked = {"experiment_ids": [experiment], "max_results": _PAGE, "order_by": ["attributes.start_time ASC"]}
            runs += [self._head(one, experiments) for one in self._pages("POST", "runs/search", "runs", asked)]
        return runs

    def _head(self, document: Dict[str, Any], experiments: Dict[str, str]) -> StoredRun:
        info, data = document["info"], document.get("data", {})
        run_id = str(info.get("run_id") or info.get("run_uuid"))
        experiment = str(info.get("experiment_id", ""))
        run = StoredRun(
            run_id, f"{self.address}/#/experiments/{experiment}/runs/{run_id}", info.get("run_name", ""), experiments.get(experiment, ""),
            experiment, info.get("status", ""), info.get("user_id", ""), _time(info.get("start_time")), _time(info.get("end_time")),
            info.get("artifact_uri", ""))
        run.tags = {one["key"]: one.get("value", "") for one in data.get("tags", ())}
        run.params = {one["key"]: one.get("value", "") for one in data.get("params", ())}
        run.metrics = {one["key"]: [] for one in data.get("metrics", ())}
        for one in document.get("inputs", {}).get("dataset_inputs", ()):
            run.datasets[one["dataset"]["name"]] = one["dataset"].get("digest", "")
        run.name = run.name or run.tags.get("mlflow.runName", "")
        return run

    def load(self, run: StoredRun) -> None:
        """Reads the rest of a run. What cannot be read is among its findings."""
        for name, points in run.metrics.items():
            try:
                for one in self._pages(
                    "GET", "metrics/get-history", "metrics", {"run_id": run.run_id, "metric_key": name, "max_results": _HISTORY_PAGE}):
                    points.append(Point(int(one["timestamp"]), int(one.get("step", 0)), number_in_sql(float(one["value"]))))
            except (UnreadableSource, ValueError, KeyError, TypeError) as error:
                self._lose(run, f"The history of {name!r} cannot be read further: {error}; {len(points):,} points of it were taken")
        try:
            run.files = list(self._files(run))
        except (UnreadableSource, KeyError) as error:
            self._lose(run, f"The list of artifacts cannot be read: {error}")
        if self._has_models:
            self._load_models(run)

    def _lose(self, run: StoredRun, what: str) -> None:
        run.findings.append(Finding(what.rstrip(".") + ".", run.source, is_loss=True))

    def _files(self, run: StoredRun, folder: str = "", depth: int = 0) -> Iterator[StoredFile]:
        asked = {"run_id": run.run_id, **({"path": folder} if folder else {})}
        for one in self._pages("GET", "artifacts/list", "files", asked):
            path = str(one["path"])
            if not one.get("is_dir"):
                yield StoredFile(path, functools.partial(self._fetched, "get-artifact", {"path": path, "run_uuid": run.run_id}))
            elif depth < _MAXIMUM_DEPTH and path != folder:
                yield from self._files(run, path, depth + 1)

    def _load_models(self, run: StoredRun) -> None:
        """Reads the logged models, which MLflow has from 3 on: a server without them is no loss."""
        try:
            asked = {"experiment_ids": [run.experiment_id], "filter": f"source_run_id = '{run.run_id}'", "max_results": 50}
            for model in self._pages("POST", "logged-models/search", "models", asked):
                info = model["info"]
                if info.get("source_run_id") == run.run_id:
                    name = info.get("name") or info["model_id"]
                    run.models[name if name not in run.models else f"{name}-{info['model_id']}"] = list(self._model_files(info["model_id"]))
        except _Missing:
            self._has_models = False
        except (UnreadableSource, KeyError) as error:
            self._lose(run, f"Its models cannot be read: {error}")

    def _model_files(self, model_id: str, folder: str = "", depth: int = 0) -> Iterator[StoredFile]:
        asked = {"artifact_directory_path": folder} if folder else {}
        for one in self._pages("GET", f"logged-models/{model_id}/artifacts/directories", "files", asked):
            path = str(one["path"])
            if not one.get("is_dir"):
                route = f"ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files"
                yield StoredFile(path, functools.partial(self._fetched, route, {"artifact_file_path": path}))
            elif depth < _MAXIMUM_DEPTH and path != folder:
                yield from self._model_files(model_id, path, depth + 1)

    def _fetched(self, route: str, query: Dict[str, str]) -> pathlib.Path:
        """A file with an artifact's content. Raises `OSError` when it does not come."""
        handle, name = tempfile.mkstemp(prefix="pivot-import-")
        path = pathlib.Path(name)
        try:
            with open(handle, "wb") as file, self._session.get(f"{self._base}/{route}", params=query, timeout=_TIMEOUT, stream=True) as answer:
                answer.raise_for_status()
                for piece in answer.iter_content(1 << 20):
                    file.write(piece)
        except (requests.RequestException, OSError) as error:
            path.unlink()
            raise OSError(str(error)) from error
        return path

    def _pages(self, method: str, route: str, field: str, asked: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        token: Optional[str] = None
        while True:
            answer = self._call(method, route, {**asked, **({"page_token": token} if token else {})})
            yield from answer.get(field, ())
            before, token = token, answer.get("next_page_token")
            if not token or token == before:
                return

    def _call(self, method: str, route: str, asked: Dict[str, Any]) -> Dict[str, Any]:
        url = f"{self._base}/{_API}/{route}"
        for attempt in range(_TRIES):
            try:
                sent = {"params": asked} if method == "GET" else {"json": asked}
                answer = self._session.request(method, url, timeout=_TIMEOUT, **sent)  # type: ignore[arg-type]
                if answer.status_code not in _PASSING or attempt == _TRIES - 1:
                    break
            except requests.RequestException as error:
                if attempt == _TRIES - 1 or not isinstance(error, (requests.ConnectionError, requests.Timeout)):
                    raise UnreadableSource(f"No answer from {self.address}: {type(error).__name__}. Is MLflow's server running there?") from error
            time.sleep(0.2 * 2**attempt)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if answer.status_code in (404, 405, 501):
            raise _Missing(f"{self.address} has no {_API}/{route}. Is it MLflow's server?")
        if answer.status_code >= 400 or not isinstance(document, dict):
            told = document.get("message", "") if isinstance(document, dict) else answer.text[:100]
            raise UnreadableSource(
                f"{self.address} answered {method} {_API}/{route} with {answer.status_code} {str(told)[:200]!r}. Is it MLflow's server?")
        return document


def _time(value: Any) -> Optional[int]:
    return None if value is None else int(value)
