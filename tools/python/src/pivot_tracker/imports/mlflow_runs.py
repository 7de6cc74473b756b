"""A run of MLflow as a session, whatever kind of store it was read from.

| in MLflow | in the session |
|---|---|
| experiment, run name | experiment, name; a run without a name is called by its id |
| parent run | group, called as the outermost run; `mlflow.parentRunId` in the provenance |
| params | params |
| tags | provenance: `mlflow.…` as they are, others as `tag.<name>`; short ones of the user also as tags `name=value` |
| `mlflow.note.content` | notes |
| metrics, all of their history | points, ordered by time, then step and value; times are exact to the millisecond, as MLflow keeps them |
| status | FINISHED: completed; FAILED: failed; KILLED, and RUNNING, since nothing tells whether it still is: stopped, with a message |
| artifacts | `files/<path>`, pictures of kind image; folders with a model, and logged models as `models/<name>/…`, of kind model |
| datasets | provenance: `dataset.<name>`, their digests |

A run is known by its id alone: imported from a file and from the server that has it, it is the same session.
"""

from __future__ import annotations

import math
import mimetypes
import operator
import os
import pathlib
import re
from array import array
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union
from urllib.parse import unquote, urlsplit

from ..params import Parameter
from .session_import import time_text
from .source import Finding, Series, SourceArtifact, SourceRun, is_step, is_time, safe_path

#: What SQL stores keep instead of an infinity, which SQL does not have.
_GREATEST = 1.7976931348623157e308

_OUTCOMES = {"FINISHED": "completed", "FAILED": "failed"}
_MESSAGES = {"FAILED": "MLflow recorded a failure.", "KILLED": "MLflow recorded that it was killed."}
_PICTURE = re.compile(r"images/(?P<key>[^/]+?)[%+]step[%+](?P<step>\d+)[%+]timestamp[%+]\d+[%+][^/]+\.(?:png|jpe?g|webp)")
_MAXIMUM_TAG_BYTES = 100


class Point(NamedTuple):
    """A point of a metric; the time is in milliseconds since 1970."""

    time: int
    step: int
    value: float


class StoredFile(NamedTuple):
    """An artifact: its path in the run, and its content."""

    path: str
    data: Union[pathlib.Path, Callable[[], pathlib.Path]]


@dataclass
class StoredRun:
    """A run as a store tells it. Times are milliseconds since 1970."""

    run_id: str
    source: str
    name: str = ""
    experiment: str = ""
    experiment_id: str = ""
    status: str = ""
    user: str = ""
    started: Optional[int] = None
    ended: Optional[int] = None
    artifact_uri: str = ""
    tags: Dict[str, str] = field(default_factory=dict)
    params: Dict[str, str] = field(default_factory=dict)
    metrics: Dict[str, List[Point]] = field(default_factory=dict)
    datasets: Dict[str, str] = field(default_factory=dict)
    files: List[StoredFile] = field(default_factory=list)
    models: Dict[str, List[StoredFile]] = field(default_factory=dict)
    findings: List[Finding] = field(default_factory=list)

    @property
    def parent(self) -> str:
        """The id of the run that it is nested in."""
        return self.tags.get("mlflow.parentRunId", "")


def groups(runs: Iterable[StoredRun]) -> Dict[str, str]:
    """By id, the name of the outermost run, for runs that are nested and those that they are nested in."""
    known = {run.run_id: run for run in runs}
    found: Dict[str, str] = {}
    for run in known.values():
        seen, outer = {run.run_id}, run
        while outer.parent in known and outer.parent not in seen:
            outer = known[outer.parent]
            seen.add(outer.run_id)
        if outer is not run:
            found[run.run_id] = found[outer.run_id] = outer.name or outer.run_id
    return found


def source_run(stored: StoredRun, group: Optional[str]) -> SourceRun:
    """The run as an import takes it."""
    run = SourceRun(
        f"mlflow:{stored.run_id}", stored.name or stored.run_id, stored.source, "mlflow", experiment=stored.experiment or None,
        notes=stored.tags.get("mlflow.note.content") or None, group=group, params=dict(stored.params), findings=stored.findings, files=1)
    run.outcome = _OUTCOMES.get(stored.status, "stopped")
    run.message = _MESSAGES.get(stored.status, f"It was {stored.status or 'in an unknown state'} when it was imported.")
    run.facts = _facts(stored)
    run.tags = [tag for name, value in stored.tags.items() if not name.startswith("mlflow.") and (tag := _label(name, value))]
    for name, points in stored.metrics.items():
        _add(run, name, points)
    for file in stored.files:
        _put(run, "files", file, stored.files)
    for model, files in stored.models.items():
        for file in files:
            path = f"models/{safe_path(model)}/{safe_path(file.path)}"
            run.put(SourceArtifact(path, file.data, _content_type(file.path), "model", safe_path(model)))
    return run


def _facts(stored: StoredRun) -> Dict[str, Parameter]:
    facts: Dict[str, Parameter] = {"mlflow.run_id": stored.run_id, "mlflow.status": stored.status}
    for name, value in (("mlflow.experiment_id", stored.experiment_id), ("mlflow.user", stored.user)):
        if value:
            facts[name] = value
    for name, time in (("mlflow.started_at", stored.started), ("mlflow.ended_at", stored.ended)):
        if time is not None and is_time(time * 1000):
            facts[name] = time_text(time * 1000)
    for name, value in stored.tags.items():
        if name != "mlflow.note.content":
            facts[name if name.startswith("mlflow.") else f"tag.{name}"] = value
    for name, digest in stored.datasets.items():
        facts[f"dataset.{name}"] = digest
    return facts


def _label(name: str, value: str) -> str:
    text = f"{name}={value}" if value else name
    return text if text.isprintable() and len(text.encode("utf-8", "replace")) <= _MAXIMUM_TAG_BYTES else ""


def _add(run: SourceRun, name: str, points: List[Point]) -> None:
    kept = [point for point in points if is_step(point[1]) and is_time(point[0] * 1000)]
    # The same in every kind of store; later points are later ones.
    if not all(map(operator.lt, (point[0] for point in kept), (point[0] for point in kept[1:]))):
        kept.sort(key=lambda point: (point.time, point.step, math.isnan(point.value), point.value))
    run.leave_out(len(points) - len(kept), name)
    if kept:
        run.series[run.name_of_metric(name)] = Series(
            array("q", [step for _, step, _ in kept]), array("d", [value for _, _, value in kept]),
            array("q", [time * 1000 for time, _, _ in kept]))


def number_in_sql(value: float, is_nan: object = False) -> float:
    """A metric's value as it was logged, from what SQL stores keep."""
    if is_nan:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) == _GREATEST else value


def _put(run: SourceRun, folder: str, file: StoredFile, all_files: List[StoredFile]) -> None:
    content_type = _content_type(file.path)
    path = f"{folder}/{safe_path(file.path)}"
    picture = _PICTURE.fullmatch(file.path)
    models = {one.path.rpartition("/")[0] for one in all_files if one.path.rpartition("/")[2] == "MLmodel"}
    model = next((one for one in models if file.path.startswith(f"{one}/" if one else "")), None)
    if model is not None:
        run.put(SourceArtifact(path, file.data, content_type, "model", safe_path(model or "model")))
    elif picture and is_step(int(picture["step"])):
        run.put(SourceArtifact(path, file.data, content_type, "image", safe_path(picture["key"]), int(picture["step"])))
    elif content_type.startswith("image/") and content_type != "image/svg+xml":
        run.put(SourceArtifact(path, file.data, content_type, "image", safe_path(file.path.rpartition(".")[0] or file.path)))
    else:
        run.put(SourceArtifact(path, file.data, content_type))


def _content_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


# Artifacts on this machine


def local_path(uri: str, beside: pathlib.Path) -> Optional[pathlib.Path]:
    """The folder that an artifact URI names, relative to `beside`; None when it is not a folder's."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return pathlib.Path(unquote(parts.path))
    if parts.scheme and len(parts.scheme) > 1:
        return None
    return beside / uri if uri else None


def files_below(folder: pathlib.Path) -> Iterator[StoredFile]:
    """The files of a folder, without links that lead out of it."""
    root = folder.resolve()
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = pathlib.Path(place) / name
            if root in path.resolve().parents:
                yield StoredFile(path.relative_to(folder).as_posix(), path)


def local_artifacts(uri: str, candidates: List[pathlib.Path], beside: pathlib.Path) -> Tuple[List[StoredFile], str]:
    """The artifacts of a URI, or else of the first candidate that is a folder, and where they are when that cannot be read.

    The folder of a run without artifacts is not there; one of an experiment without any neither, unless the store was moved.
    """
    named = local_path(uri, beside)
    for folder in [*([named] if named is not None else []), *candidates]:
        if folder.is_dir():
            return list(files_below(folder)), ""
    if named is None:
        return [], f"{urlsplit(uri).scheme}:" if uri else ""
    return [], "" if named.parent.parent.is_dir() else str(named.parent.parent)
