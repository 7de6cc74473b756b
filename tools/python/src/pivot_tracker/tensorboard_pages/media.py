"""The pictures and histograms of a session, which are artifacts.

- Pictures: artifacts of kind `image` under their keys, and figures that are pictures under `figure/` and theirs. Those of one step
  are one sample after another.
- Histograms: artifacts of kind `histogram`, whose form `pivot_tracker.histograms` describes, as TensorBoard's tensor of rows
  `[left edge, right edge, count]` (tensorboard.plugins.histogram.summary_v2). NaN and infinities are in no row.

What has no key goes by its path, and what has no step is at 0. Only PNG, JPEG, GIF and BMP are pictures to TensorBoard.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Dict, List, Mapping, Tuple

import numpy

from .sessions import Sessions, Shown
from .times import seconds

#: Of one tag: by step, in order, the artifacts of that step.
Steps = Dict[int, List[Mapping[str, Any]]]

_PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/bmp"))
#: The largest artifact that is read whole.
LARGEST_ARTIFACT = 64 << 20
_NUMBER = re.compile(r"-(\d+)\.[a-z]+$")


def pictures_of(sessions: Sessions, session: Shown) -> Dict[str, Steps]:
    """The pictures of a session by their tags."""
    found: Dict[str, Steps] = {}
    for artifact in sessions.artifacts(session):
        kind = artifact.get("kind")
        if kind in ("image", "figure") and artifact["content_type"].partition(";")[0] in _PICTURES:
            name = artifact.get("key") or artifact["path"]
            _add(found, name if kind == "image" else f"figure/{name}", artifact)
    return _ordered(found)


def histograms_of(sessions: Sessions, session: Shown) -> Dict[str, Steps]:
    """The histograms of a session by their tags."""
    found: Dict[str, Steps] = {}
    for artifact in sessions.artifacts(session):
        if artifact.get("kind") == "histogram":
            _add(found, artifact.get("key") or artifact["path"], artifact)
    return _ordered(found)


def rows_of_histogram(content: bytes) -> "numpy.ndarray[Any, numpy.dtype[numpy.float64]]":
    """TensorBoard's tensor of a histogram's document. One row of zeros when it has no finite values, or is none."""
    try:
        document = json.loads(content)
        edges, counts = document["edges"], document["counts"]
        rows = list(zip(edges[:-1], edges[1:], counts)) if document["format"] == "pivot.histogram" else []
        return numpy.array(rows or [(0, 0, 0)], dtype=numpy.float64)
    except (ValueError, KeyError, TypeError):
        return numpy.zeros((1, 3))


def blob_key(artifact: Mapping[str, Any]) -> str:
    """A text that names an artifact's bytes and may stand in an address as it is."""
    text = json.dumps([artifact["session_id"], artifact["path"], artifact["digest"]], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_blob_key(key: str) -> Tuple[str, str, str]:
    """The session, path and digest that a key names. Raises `ValueError`."""
    try:
        session_id, path, digest = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return str(session_id), str(path), str(digest)
    except (ValueError, TypeError) as error:
        raise ValueError(f"'{key[:80]}' names no picture.") from error


def time_of(artifact: Mapping[str, Any]) -> float:
    """When an artifact was saved, in seconds since 1970."""
    return seconds(artifact["created_at"])


def thinned(steps: Steps, at_most: int) -> Steps:
    """At most so many steps, equally far apart in their order, with the first and the last; all if 0."""
    names = list(steps)
    if at_most <= 0 or len(names) <= at_most:
        return steps
    if at_most == 1:
        return {names[-1]: steps[names[-1]]}
    chosen = [names[place * (len(names) - 1) // (at_most - 1)] for place in range(at_most)]
    return {step: steps[step] for step in chosen}


def _add(found: Dict[str, Steps], tag: str, artifact: Mapping[str, Any]) -> None:
    found.setdefault(tag, {}).setdefault(artifact.get("step", 0), []).append(artifact)


def _ordered(found: Dict[str, Steps]) -> Dict[str, Steps]:
    return {tag: {step: sorted(steps[step], key=_place) for step in sorted(steps)} for tag, steps in found.items()}


def _place(artifact: Mapping[str, Any]) -> Tuple[int, str]:
    """Where a picture stands among those of its step: `images/<key>/<step>-<number>.png` tells."""
    path = str(artifact["path"])
    number = _NUMBER.search(path)
    return int(number[1]) if number else 0, path
