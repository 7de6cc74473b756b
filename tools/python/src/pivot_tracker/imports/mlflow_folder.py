"""MLflow's file store, by default the folder `mlruns`.

    <experiment id>/meta.yaml                            name, lifecycle_stage
    <experiment id>/<run id>/meta.yaml                   run_name, status, start_time, end_time, artifact_uri, …
    <experiment id>/<run id>/{params,tags}/<name>        the value; a name may contain slashes, which are folders then
    <experiment id>/<run id>/metrics/<name>              a line for each point: milliseconds since 1970, value, step
    <experiment id>/<run id>/artifacts/…
    <experiment id>/models/<model id>/{meta.yaml,artifacts/…}

Source: mlflow's `store/tracking/file_store.py`. The values in meta.yaml are scalars on the first level, so a reader of YAML
is not needed.
"""

from __future__ import annotations

import os
import pathlib
import re
from typing import Dict, Iterator, List, Optional, Tuple

from .mlflow_runs import Point, StoredRun, local_artifacts
from .source import Finding

_STATUSES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "N": "\x85", "_": "\xa0",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v", "L": "\u2028", "P": "\u2029",
}


def is_store(folder: pathlib.Path) -> bool:
    """Whether a folder has experiments, each with its meta.yaml."""
    return any((path / "meta.yaml").is_file() for path in folder.iterdir() if path.is_dir())


class FolderStore:
    """One folder of experiments."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.left_out = 0
        self.findings: List[Finding] = []
        self.elsewhere: Dict[str, int] = {}
        self._places: Dict[str, pathlib.Path] = {}

    def close(self) -> None:
        """Does nothing: no file stays open."""

    def heads(self) -> List[StoredRun]:
        """The runs that were not deleted, with their tags, in the order in which they began."""
        runs: List[StoredRun] = []
        for experiment in sorted(path for path in self.folder.iterdir() if (path / "meta.yaml").is_file()):
            about = self._meta(experiment / "meta.yaml")
            for place in sorted(path for path in experiment.iterdir() if (path / "meta.yaml").is_file()):
                meta = self._meta(place / "meta.yaml")
                if "deleted" in (about.get("lifecycle_stage"), meta.get("lifecycle_stage")):
                    self.left_out += 1
                    continue
                runs.append(self._head(place, meta, about.get("name") or experiment.name))
        return sorted(runs, key=lambda run: (run.started or 0, run.run_id))

    def _head(self, place: pathlib.Path, meta: Dict[str, str], experiment: str) -> StoredRun:
        run_id = meta.get("run_id") or meta.get("run_uuid") or place.name
        status = meta.get("status", "")
        run = StoredRun(
            run_id, str(place.resolve()), meta.get("run_name", ""), experiment, meta.get("experiment_id", ""), _STATUSES.get(status, status),
            meta.get("user_id", ""), _time(meta, "start_time"), _time(meta, "end_time"), meta.get("artifact_uri", ""))
        self._places[run_id] = place
        for name, path in _files(place / "tags"):
            run.tags[name] = self._text(path, run)
        run.name = run.name or run.tags.get("mlflow.runName", "")
        return run

    def load(self, run: StoredRun) -> None:
        """Reads the rest of a run. What cannot be read is among its findings."""
        place = self._places[run.run_id]
        for name, path in _files(place / "params"):
            run.params[name] = self._text(path, run)
        for name, path in _files(place / "metrics"):
            self._read_points(name, path, run)
        # A store that was moved still has its artifacts beside the run.
        run.files, why = local_artifacts(run.artifact_uri, [place / "artifacts"], self.folder.parent)
        if why:
            self.elsewhere[why] = self.elsewhere.get(why, 0) + 1
        for path in sorted((place.parent / "models").glob("*/meta.yaml")):
            meta = self._meta(path)
            if meta.get("source_run_id") == run.run_id:
                name = meta.get("name") or path.parent.name
                run.models[name if name not in run.models else f"{name}-{path.parent.name}"] = local_artifacts(
                    meta.get("artifact_location", ""), [path.parent / "artifacts"], self.folder.parent)[0]

    def _read_points(self, name: str, path: pathlib.Path, run: StoredRun) -> None:
        byte = 0
        points: List[Point] = []
        try:
            with open(path, "rb") as file:
                for number, line in enumerate(file, 1):
                    if not line.endswith(b"\n"):
                        run.findings.append(Finding(
                            f"The file ends within a line; {len(points):,} points before it were taken.", str(path), byte=byte, line=number))
                        break
                    words = line.split()
                    try:
                        # Without a step: of MLflow before 1.0.
                        points.append(Point(int(words[0]), int(words[2]) if len(words) > 2 else 0, float(words[1])))
                    except (ValueError, IndexError):
                        if words:
                            run.findings.append(Finding(
                                f"The line is no point of {name!r}; {len(points):,} points before it were taken.", str(path), byte=byte,
                                line=number, is_loss=True))
                    byte += len(line)
        except OSError as error:
            run.findings.append(Finding(f"It cannot be read: {error.strerror or error}", str(path), is_loss=True))
        run.metrics[name] = points

    def _meta(self, path: pathlib.Path) -> Dict[str, str]:
        try:
            return flat_yaml(path.read_text("utf-8", "replace"))
        except OSError as error:
            self.findings.append(Finding(f"It cannot be read: {error.strerror or error}", str(path), is_loss=True))
            return {}

    def _text(self, path: pathlib.Path, run: StoredRun) -> str:
        try:
            return path.read_text("utf-8", "replace")
        except OSError as error:
            run.findings.append(Finding(f"It cannot be read: {error.strerror or error}", str(path), is_loss=True))
            return ""


def _files(folder: pathlib.Path) -> Iterator[Tuple[str, pathlib.Path]]:
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = pathlib.Path(place) / name
            yield path.relative_to(folder).as_posix(), path


def _time(meta: Dict[str, str], name: str) -> Optional[int]:
    text = meta.get(name, "")
    return int(text) if text.isdigit() else None


def flat_yaml(text: str) -> Dict[str, str]:
    """The scalars on the first level of a YAML document, as text; null is the empty text."""
    lines: List[str] = []
    for line in text.split("\n"):
        if line.startswith((" ", "\t")) and lines:
            # A long scalar goes on, indented; between quotation marks a backslash stands for the break.
            is_joined = lines[-1].endswith("\\") and lines[-1].partition(":")[2].lstrip().startswith('"')
            lines[-1] = (lines[-1][:-1] if is_joined else f"{lines[-1]} ") + line.strip()
        elif line and not line.startswith(("#", "---", "- ")):
            lines.append(line)
    found: Dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().strip("'\"")] = _scalar(value.strip())
    return found


def _scalar(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPE.sub(_unescaped, value[1:-1])
    return "" if value in ("null", "~") else value


def _unescaped(found: "re.Match[str]") -> str:
    one = found[1]
    return chr(int(one[1:], 16)) if len(one) > 1 else _ESCAPES.get(one, one)
