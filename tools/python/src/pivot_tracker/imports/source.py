"""A run of another tracker as an import takes it, whatever its format is."""

from __future__ import annotations

import pathlib
from array import array
from dataclasses import dataclass, field
from typing import Callable, Dict, List, NamedTuple, Optional, Union

from ..metrics_encoding import MAXIMUM_STEP
from ..number_reading import RESERVED_NAMES
from ..params import Parameter, fitting_name


class UnreadableSource(Exception):
    """There is nothing to import at a place: the text says what was looked for, and where."""


@dataclass(frozen=True)
class Finding:
    """Something that a person should know about what was read. `is_loss` when a part of the source could not be read, `is_note`
    when it only says how the source was understood."""

    message: str
    file: str = ""
    byte: Optional[int] = None
    line: Optional[int] = None
    is_loss: bool = False
    is_note: bool = False

    def __str__(self) -> str:
        place = self.file
        if self.byte is not None:
            place += f", byte {self.byte}"
        if self.line is not None:
            place += f", line {self.line}"
        return f"{place}: {self.message}" if place else self.message


@dataclass
class Series:
    """The points of a metric, in the source's order. Times are microseconds since 1970; none at all when it has no times."""

    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    times: "array[int]" = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, step: int, value: float, time: Optional[int] = None) -> None:
        """Adds a point, whose step and time a session takes (`is_step`, `is_time`)."""
        self.steps.append(step)
        self.values.append(value)
        if time is not None:
            self.times.append(time)

    def forget(self, step: int) -> bool:
        """Leaves out the points from a step on; false when there were none."""
        if not self.steps or max(self.steps) < step:
            return False
        kept = self.chosen([place for place, one in enumerate(self.steps) if one < step])
        # In place: others know the columns.
        self.steps[:], self.values[:], self.times[:] = kept.steps, kept.values, kept.times
        return True

    def chosen(self, places: List[int]) -> "Series":
        """The points at some places, in that order."""
        return Series(
            array("q", [self.steps[place] for place in places]), array("d", [self.values[place] for place in places]),
            array("q", [self.times[place] for place in places] if self.times else []),
        )


@dataclass
class Epoch:
    """The values of an epoch, by metric, and the last step of it. `time` is in microseconds since 1970."""

    step: int = 0
    time: Optional[int] = None
    metrics: Dict[str, float] = field(default_factory=dict)


@dataclass
class SourceArtifact:
    """A file of a run. `data` is its bytes, the file that holds them, or what fetches them into a file for the time being."""

    path: str
    data: Union[bytes, pathlib.Path, Callable[[], pathlib.Path]]
    content_type: str = "application/octet-stream"
    kind: str = "file"
    key: Optional[str] = None
    step: Optional[int] = None


class LogLine(NamedTuple):
    """A line of a run's output. `time` is in microseconds since 1970; `source` is stdout, stderr or log."""

    time: int
    source: str
    text: str


@dataclass
class SourceRun:
    """A run: what it is called, what it was set to, and what it measured.

    `identity` is the same whenever the run is read, and of no other run: ids are made of it. `source` is the path or URI
    that a person finds it by. `outcome` is completed, failed or stopped. `results` are figures that belong to no step; `log` is
    what it printed. `restarts` are the steps at which the run began again and replaced what it had recorded from there on, in
    their order; the series hold what counts.
    """

    identity: str
    name: str
    source: str
    format: str
    experiment: Optional[str] = None
    tags: List[str] = field(default_factory=list)
    notes: Optional[str] = None
    group: Optional[str] = None
    params: Dict[str, object] = field(default_factory=dict)
    facts: Dict[str, Parameter] = field(default_factory=dict)
    series: Dict[str, Series] = field(default_factory=dict)
    epochs: Dict[int, Epoch] = field(default_factory=dict)
    artifacts: Dict[str, SourceArtifact] = field(default_factory=dict)
    results: Dict[str, float] = field(default_factory=dict)
    log: List[LogLine] = field(default_factory=list)
    outcome: str = "completed"
    message: Optional[str] = None
    restarts: List[int] = field(default_factory=list)
    findings: List[Finding] = field(default_factory=list)
    files: int = 0
    #: What each metric of the source is called in the session.
    names: Dict[str, str] = field(default_factory=dict)

    @property
    def point_count(self) -> int:
        """How many points the series have."""
        return sum(map(len, self.series.values()))

    def put(self, artifact: SourceArtifact) -> None:
        """Adds an artifact; a later one with the same path replaces it."""
        self.artifacts[artifact.path] = artifact

    def name_of_metric(self, name: str) -> str:
        """The name under which a session takes a metric: `epoch` and `timestamp` are fields of every record, names have
        1 to 255 bytes and no control characters. What had to be changed is among the findings."""
        fitting = "".join("_" if ord(letter) < 32 or ord(letter) == 127 else letter for letter in name)
        fitting = fitting_name(f"logged_{fitting}" if fitting in RESERVED_NAMES else fitting)
        if fitting != name:
            self.findings.append(Finding(f"The metric {name!r} is recorded as {fitting!r}.", self.source))
        return fitting


    def leave_out(self, count: int, name: str) -> None:
        """Tells that points of a metric were left out since no session takes their steps or times."""
        if count:
            self.findings.append(Finding(
                f"{count:,} points of {name!r} were left out: a step must be from 0 to 2^53 - 1, and a time from 1970 on.", self.source,
                is_loss=True))


def is_step(step: int) -> bool:
    """Whether a session takes a step."""
    return 0 <= step <= MAXIMUM_STEP


def is_time(microseconds: int) -> bool:
    """Whether a session takes a time, in microseconds since 1970: until the year 9999."""
    return 0 <= microseconds < 253_402_300_800_000_000


def microseconds_of(seconds: float) -> Optional[int]:
    """Seconds since 1970 as microseconds; None when that is no time that a session takes."""
    if not 0 <= seconds < 253_402_300_800:
        return None
    return round(seconds * 1e6)


def safe_path(name: str) -> str:
    """A name as a part of an artifact's path: parts that are no file names, backslashes and control characters become `_`."""
    clean = "".join("_" if letter == "\\" or ord(letter) < 32 or ord(letter) == 127 else letter for letter in name)
    return fitting_name("/".join("_" if part in ("", ".", "..") else part for part in clean.split("/")))
