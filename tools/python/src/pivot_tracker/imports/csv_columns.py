"""What the columns of a CSV file mean, by their names.

| role | names, in any case, with spaces, dashes, dots or underscores between words |
|---|---|
| run | run, run id, run name, session, session id, session name |
| metric | metric, metric name, key, tag, variable |
| step | step, global step, trainer/global_step, iteration, iter |
| epoch | epoch |
| time | time, timestamp, wall time, datetime, created at |
| value | value, metric value |
| axis | axis: `epoch` or `step`, as PIVOT's own export has it |

With a value column and a metric column a file is in long form, a point a row; with a value column and nothing else but steps and
times too, as TensorBoard's download of one curve is. Otherwise it is in wide form: every further column is a metric. Two columns
for one role are unclear unless one of them is named.
"""

from __future__ import annotations

import re
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .source import UnreadableSource

ROLES: Dict[str, Tuple[str, ...]] = {
    "run": ("run", "run id", "run name", "run uuid", "session", "session id", "session name"),
    "metric": ("metric", "metric name", "key", "tag", "variable"),
    "step": ("step", "global step", "trainer global step", "iteration", "iter"),
    "epoch": ("epoch",),
    "time": ("time", "timestamp", "wall time", "walltime", "datetime", "created at"),
    "value": ("value", "metric value"),
    "axis": ("axis",),
}

#: The name of the role's option on the command line.
OPTIONS = {role: f"--{role}-column" for role in ("run", "metric", "step", "epoch", "time", "value")}

#: The earliest number that is taken for a time in seconds since 1970: less is a duration.
EARLIEST_SECONDS = 1e8


class Columns(NamedTuple):
    """The place of each role's column, of each metric's in wide form with its run and name, and the names of those left out."""

    roles: Dict[str, int]
    metrics: Dict[int, Tuple[Optional[str], str]]
    left_out: List[str]
    is_long: bool

    def sentence(self, header: Sequence[str]) -> str:
        """How the columns were understood."""
        told = [f"{role} from {header[place]!r}" for role, place in self.roles.items()]
        if not self.is_long:
            told.append(f"{len(self.metrics):,} columns as metrics")
        if self.left_out:
            told.append("left out " + ", ".join(map(repr, self.left_out[:20])) + (" and more" if len(self.left_out) > 20 else ""))
        return f"{'Long' if self.is_long else 'Wide'} form: {'; '.join(told)}."


def columns_of(header: Sequence[str], first_row: Sequence[str], named: Mapping[str, str], file: str) -> Columns:
    """What a file's columns mean. `named` has the column's name for each role that was given; `first_row` tells times from
    durations. Raises `UnreadableSource` for what is unclear, with the remedy."""
    twice = sorted({name for name in header if name and list(header).count(name) > 1})
    if twice:
        raise UnreadableSource(f"{file}, line 1: the column {twice[0]!r} is there twice; rename one of them.")
    roles = {role: place for role in ROLES if (place := _place_of(role, header, first_row, named, file)) is not None}
    rest = [place for place in range(len(header)) if place not in roles.values()]
    has_metric = "metric" in roles
    # A column of rows' numbers, as pandas writes it, has no name.
    is_long = "value" in roles and (has_metric or not any(_plain(header[place]) for place in rest))
    if not is_long:
        for role in ("value", "metric", "axis"):
            if role in roles and role not in named:
                rest = sorted([*rest, roles.pop(role)])
    has_steps = "step" in roles or named.get("step") == "#"
    if not has_steps and "epoch" not in roles:
        raise UnreadableSource(
            f"{file}, line 1: none of the columns {_listed(header)} is a step or an epoch; name one with {OPTIONS['step']} or "
            f"{OPTIONS['epoch']}, or give {OPTIONS['step']} '#' to count rows.")
    if is_long:
        return Columns(roles, {}, [header[place] or "(without a name)" for place in rest], True)
    unnamed = [place for place in rest if not header[place].strip() or header[place].startswith("Unnamed: ")]
    metrics: Dict[int, Tuple[Optional[str], str]] = {place: (None, header[place]) for place in rest if place not in unnamed}
    left_out = [header[place] or "(without a name)" for place in unnamed]
    if has_steps and "epoch" in roles:
        metrics[roles.pop("epoch")] = (None, "epoch")
    split = _split(metrics)
    if split:
        left_out += [header[place] for place in metrics if place not in split]
        metrics = split
    if not metrics:
        raise UnreadableSource(f"{file}, line 1: besides steps and times there is no column that could be a metric, in {_listed(header)}.")
    return Columns(roles, metrics, left_out, False)


def _place_of(role: str, header: Sequence[str], first_row: Sequence[str], named: Mapping[str, str], file: str) -> Optional[int]:
    if named.get(role) == "#":
        return None
    if role in named:
        if named[role] not in header:
            raise UnreadableSource(f"{file}, line 1: there is no column {named[role]!r}; there are {_listed(header)}.")
        return list(header).index(named[role])
    others = {name for other, name in named.items() if other != role}
    found = [place for place, name in enumerate(header) if _plain(name) in ROLES[role] and name not in others]
    if role == "time":
        found = [place for place in found if not _is_duration(first_row[place] if place < len(first_row) else "")]
    if len(found) > 1:
        raise UnreadableSource(
            f"{file}, line 1: {' and '.join(repr(header[place]) for place in found)} may both be the {role}; name the right one with "
            f"{OPTIONS.get(role, role)}.")
    return found[0] if found else None


def _plain(name: str) -> str:
    return re.sub(r"[\s\-_/.]+", " ", name.lower()).strip()


def _is_duration(cell: str) -> bool:
    try:
        return float(cell) < EARLIEST_SECONDS
    except ValueError:
        return False


def _split(metrics: Mapping[int, Tuple[Optional[str], str]]) -> Dict[int, Tuple[Optional[str], str]]:
    """The metrics of a chart that W&B exported: `run - metric`, with `run - metric__MIN` and `…__MAX` of what it drew; else none."""
    names = {name for _, name in metrics.values()}
    plain = {name for name in names if f"{name}__MIN" in names and f"{name}__MAX" in names and " - " in name}
    drawn = {f"{name}{ending}" for name in plain for ending in ("__MIN", "__MAX")}
    if not plain or any(" - " not in name for name in names - drawn):
        return {}
    split: Dict[int, Tuple[Optional[str], str]] = {}
    for place, (_, name) in metrics.items():
        if name not in drawn:
            run, _, metric = name.rpartition(" - ")
            if not metric.startswith("_"):
                split[place] = (run, metric)
    return split


def _listed(header: Sequence[str]) -> str:
    return ", ".join(map(repr, header[:20])) + (" and more" if len(header) > 20 else "")
