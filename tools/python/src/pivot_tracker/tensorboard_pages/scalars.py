"""The scalars of a session as TensorBoard names them.

- What was logged by step has its metric's name, and TensorBoard's step is the step.
- What was reported by epoch is `epoch/` and its metric's name, and TensorBoard's step is the epoch. TensorBoard knows only one axis,
  and a metric may have points on both.
- Figures that were measured beside the training are `result/` and their names, at the steps they tell, or else 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional

from .sessions import Sessions, Shown
from .times import seconds

#: The bounds of the API's `max_points`.
_FEWEST_POINTS, _MOST_POINTS = 4, 100_000
#: So many metrics are read with one call, since a page that shows one mostly shows the others too.
_TOGETHER = 8


@dataclass(frozen=True)
class Point:
    """A value at a step, or an epoch, and when it was logged, in seconds since 1970."""

    step: int
    time: float
    value: float


@dataclass(frozen=True)
class Series:
    """Where the points of a tag come from: a metric on an axis, or the points themselves."""

    last_step: int
    metric: str = ""
    axis: str = ""
    points: Optional[List[Point]] = None


def series_of(sessions: Sessions, session: Shown) -> Dict[str, Series]:
    """The scalar series of a session by their tags."""
    found: Dict[str, Series] = {}
    metrics = sessions.metrics(session)
    for metric in metrics:
        if "steps" in metric:
            found[metric["name"]] = Series(metric["steps"]["last"], metric["name"], "step")
    for metric in metrics:
        if "epochs" in metric:
            found[_free(f"epoch/{metric['name']}", found)] = Series(metric["epochs"]["last"], metric["name"], "epoch")
    results: Dict[str, Dict[int, Point]] = {}
    for result in sessions.document(session).get("results", ()):
        point = Point(result.get("step", 0), seconds(result["recorded_at"]), float(result["value"]))
        results.setdefault(result["name"], {})[point.step] = point
    for name, by_step in results.items():
        points = [by_step[step] for step in sorted(by_step)]
        found[_free(f"result/{name}", found)] = Series(points[-1].step, points=points)
    return found


def points_of(sessions: Sessions, session: Shown, series: Series, at_most: Optional[int]) -> List[Point]:
    """The points of a series in the order of their steps; all of them if `at_most` is None or 0.

    Otherwise the server thins them: of each of equal parts of the axis, the first, the least, the greatest and the last point are
    there, so that no spike is lost.
    """
    if series.points is not None:
        return series.points
    query: Dict[str, object] = {"axis": series.axis}
    states = {metric["name"]: metric[f"{series.axis}s"] for metric in sessions.metrics(session) if f"{series.axis}s" in metric}
    if at_most and at_most <= _MOST_POINTS:
        query["max_points"] = max(at_most, _FEWEST_POINTS)
        if 1 < len(states) <= _TOGETHER:
            return _points(sessions.history(session, query, states)["metrics"].get(series.metric, {}))
    return _points(sessions.history(session, {"metric_name": series.metric, **query}, states.get(series.metric)))


def last_points_of(sessions: Sessions, session: Shown) -> Dict[str, Point]:
    """The last point of every series by its tag, with one call for each axis, however many metrics there are."""
    found: Dict[str, Point] = {}
    state = sessions.metrics(session)
    by_axis: Dict[str, Mapping[str, Any]] = {}
    for tag, series in series_of(sessions, session).items():
        if series.points is not None:
            found[tag] = series.points[-1]
            continue
        if series.axis not in by_axis:
            query = {"axis": series.axis, "max_points": _FEWEST_POINTS}
            by_axis[series.axis] = sessions.history(session, query, state)["metrics"]
        points = _points(by_axis[series.axis].get(series.metric, {}))
        if points:
            found[tag] = points[-1]
    return found


def _points(history: Mapping[str, Any]) -> List[Point]:
    steps = history.get("epochs" if history.get("axis") == "epoch" else "steps", ())
    columns = zip(steps, history.get("timestamps", ()), history.get("values", ()))
    return [Point(step, seconds(time), float(value)) for step, time, value in columns]


def _free(tag: str, taken: Mapping[str, object]) -> str:
    """A tag that nothing has: a metric's own name may begin with `epoch/`."""
    while tag in taken:
        tag = f"{tag.partition('/')[0]}/{tag}"
    return tag
