"""CSV files of metrics, in long form (a point a row) or in wide form (a column a metric); `csv_columns` says which columns count.

Cells are numbers as Python and C write them, `true` and `false` as 1 and 0, `NaN` and `inf` as they are; empty cells, `null`,
`None` and `NA` are no points. Rows with a step are points at that step; rows with only an epoch are records of epochs, which
count from 1: a file that counts from 0 is moved by one, and told. Times are seconds, milliseconds, microseconds or nanoseconds
since 1970, by their size, or ISO 8601, in UTC unless they say otherwise; a row without one has that of the row before it.

Fields are separated by the comma, semicolon or tab that the first line has most of. A file is UTF-8, with or without a
byte-order mark. A row that cannot be read is left out, and told with its line and byte.
"""

from __future__ import annotations

import csv
import math
import pathlib
from datetime import datetime, timezone
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from .csv_columns import EARLIEST_SECONDS, Columns, columns_of
from .source import Epoch, Finding, Series, SourceRun, UnreadableSource, is_step, is_time

_EMPTY = frozenset(("", "null", "none", "na", "n/a", "<na>"))
_WORDS = {"true": 1.0, "false": 0.0}
_UNCLEAR_NAMES = frozenset(("metrics", "history", "log", "logs", "training", "train", "results", "progress", "data"))
_MAXIMUM_TOLD = 10
_Told = Callable[[int, int], None]


class _Wrong(ValueError):
    """A cell that is not what its column needs: the text says what it is."""


class _Lines:
    """The lines of a file, for a CSV reader; `byte` and `line` are where the row that is being read began."""

    def __init__(self, path: pathlib.Path) -> None:
        self.file = open(path, "rb")
        self.byte = self.line = 0
        self.offset = self._lines = 0
        self.is_text = True
        self._after_first = (0, 0)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        data = self.file.readline()
        if not data:
            raise StopIteration
        self.offset += len(data)
        self._lines += 1
        if self._after_first[0] <= self.byte:
            self._after_first = (self.offset, self._lines)
        try:
            return data.decode("utf-8-sig" if self._lines == 1 else "utf-8")
        except UnicodeDecodeError:
            self.is_text = False
            return data.decode("utf-8", "replace")

    def begin_row(self) -> None:
        """Notes that the next line begins a row."""
        self.byte, self.line = self.offset, self._lines + 1
        self.is_text = True

    def skip_first(self) -> None:
        """Goes to the line behind the first one of the row, so that a quotation mark too many costs one row."""
        self.offset, self._lines = self._after_first
        self.file.seek(self.offset)


class CSVFile:
    """One file, and the runs in it."""

    def __init__(self, path: pathlib.Path, named: Mapping[str, str]) -> None:
        self.path = path
        self.runs: Dict[str, SourceRun] = {}
        self.findings: List[Finding] = []
        self._named = {role: column for role, column in named.items() if column}
        self._wrong = 0
        self._taken = 0
        self._bad: Dict[int, List[Finding]] = {}
        self._good: Dict[int, int] = {}

    def read(self, told: _Told = lambda done, total: None) -> List[SourceRun]:
        """The runs of the file, in the order in which it first names them. Raises `UnreadableSource` or `OSError`."""
        size = self.path.stat().st_size
        with open(self.path, "rb") as file:
            begin = file.read(1 << 16)
        if begin[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in begin:
            raise UnreadableSource(f"{self.path}: this is no text in UTF-8; save it as CSV in UTF-8.")
        lines = _Lines(self.path)
        try:
            rows = self._rows(lines, _separator(begin.splitlines()[0] if begin.strip() else b""))
            header = next(rows, None)
            if header is None:
                raise UnreadableSource(f"{self.path}: the file is empty.")
            first = next(rows, [])
            columns = columns_of(header, first, self._named, str(self.path))
            take = self._taker(columns, header)
            count = 0
            row: Optional[List[str]] = first or None
            while row is not None:
                self._take(row, len(header), lines, take)
                count += 1
                if count & 0x3FF == 0:
                    told(lines.offset, size)
                row = next(rows, None)
        finally:
            lines.file.close()
        told(size, size)
        self._end(columns, header)
        return list(self.runs.values())

    # Rows

    def _rows(self, lines: _Lines, separator: str) -> Iterator[List[str]]:
        while True:
            reader = csv.reader(lines, delimiter=separator, strict=True)
            try:
                while True:
                    lines.begin_row()
                    row = next(reader, None)
                    if row is None:
                        return
                    if row:
                        yield row
            except csv.Error as error:
                self._tell(lines, f"the row cannot be read ({error})")
                lines.skip_first()

    def _take(self, row: List[str], width: int, lines: _Lines, take: Callable[[List[str], _Lines], None]) -> None:
        if not lines.is_text:
            self._tell(lines, "the row is no text in UTF-8")
        elif len(row) != width:
            self._tell(lines, f"the row has {len(row)} cells, and the first line {width}")
        else:
            try:
                take(row, lines)
                self._taken += 1
            except _Wrong as wrong:
                self._tell(lines, str(wrong))

    def _tell(self, lines: _Lines, what: str) -> None:
        self._wrong += 1
        if self._wrong <= _MAXIMUM_TOLD:
            self.findings.append(self._finding(lines, f"{what}, and was left out; {self._taken:,} rows before it were taken"))

    def _finding(self, lines: _Lines, what: str) -> Finding:
        return Finding(what[0].upper() + what[1:], str(self.path), byte=lines.byte, line=lines.line, is_loss=True)

    def _taker(self, columns: Columns, header: List[str]) -> Callable[[List[str], _Lines], None]:
        return self._long(columns, header) if columns.is_long else self._wide(columns, header)

    def _long(self, columns: Columns, header: List[str]) -> Callable[[List[str], _Lines], None]:
        roles = columns.roles
        value_at = roles["value"]
        run_at, metric_at, axis_at = roles.get("run"), roles.get("metric"), roles.get("axis")
        name_of_file = _metric_of(self.path)
        position = self._position(columns, header)
        known: Dict[Tuple[str, str], Series] = {}

        def take(row: List[str], lines: _Lines) -> None:
            value = _number(row[value_at], header[value_at])
            if value is None:
                return
            metric = row[metric_at] if metric_at is not None else name_of_file
            if not metric:
                raise _Wrong(f"the cell of {header[metric_at or 0]!r} is empty")
            step, epoch, time = position(row)
            run = row[run_at] if run_at is not None else ""
            if axis_at is not None and row[axis_at] == "epoch" and epoch is not None:
                self._put(self._run(run), metric, None, epoch, time, value, step)
            elif step is not None and (run, metric) in known:
                known[run, metric].add(step, value, time)
            else:
                series = self._put(self._run(run), metric, step, epoch, time, value)
                if series is not None:
                    known[run, metric] = series

        return take

    def _wide(self, columns: Columns, header: List[str]) -> Callable[[List[str], _Lines], None]:
        run_at = columns.roles.get("run")
        position = self._position(columns, header)
        metrics = [(place, run, name) for place, (run, name) in columns.metrics.items()]
        known: Dict[Tuple[str, int], Series] = {}

        def take(row: List[str], lines: _Lines) -> None:
            step, epoch, time = position(row)
            named = row[run_at] if run_at is not None else ""
            for place, run, name in metrics:
                cell = row[place]
                if not cell:
                    continue
                try:
                    value = _number(cell, name)
                except _Wrong as wrong:
                    self._bad.setdefault(place, []).append(self._finding(lines, f"{wrong}, and was left out"))
                    continue
                if value is None:
                    continue
                self._good[place] = self._good.get(place, 0) + 1
                key = (named, place)
                if step is None or key not in known:
                    series = self._put(self._run(run or named), name, step, epoch, time, value)
                    if series is not None:
                        known[key] = series
                else:
                    known[key].add(step, value, time)

        return take

    def _position(self, columns: Columns, header: List[str]) -> Callable[[List[str]], Tuple[Optional[int], Optional[int], Optional[int]]]:
        """What reads a row's step, epoch and time."""
        step_at, epoch_at, time_at = (columns.roles.get(role) for role in ("step", "epoch", "time"))
        last_time: Optional[int] = None
        counted = iter(range(1 << 62)) if self._named.get("step") == "#" else None

        def position(row: List[str]) -> Tuple[Optional[int], Optional[int], Optional[int]]:
            nonlocal last_time
            step = next(counted) if counted is not None else None if step_at is None else _whole(row[step_at], header[step_at])
            epoch = None if epoch_at is None else _whole(row[epoch_at], header[epoch_at])
            if step is None and epoch is None:
                raise _Wrong("the row has no step" if step_at is not None else "the row has no epoch")
            if time_at is not None:
                # A series has times for all of its points or for none.
                time = _time(row[time_at], header[time_at])
                last_time = last_time if time is None else time
                if last_time is None:
                    raise _Wrong("the row has no time")
            return step, epoch, last_time

        return position

    # Runs

    def _run(self, name: str) -> SourceRun:
        run = self.runs.get(name)
        if run is None:
            path = self.path.resolve()
            stem = path.name[: -len(path.suffix)] if path.suffix else path.name
            own = f"{path.parent.name}/{stem}" if stem.lower() in _UNCLEAR_NAMES and path.parent.name else stem
            run = SourceRun(f"csv:{path}:{name}", name or own, str(path), "csv")
            self.runs[name] = run
        return run

    def _put(
        self, run: SourceRun, metric: str, step: Optional[int], epoch: Optional[int], time: Optional[int], value: float,
        step_of_epoch: Optional[int] = None,
    ) -> Optional[Series]:
        names = run.names
        if metric not in names:
            names[metric] = run.name_of_metric(metric)
        name = names[metric]
        if step is not None:
            series = run.series.setdefault(name, Series())
            series.add(step, value, time)
            return series
        record = run.epochs.setdefault(epoch or 0, Epoch())
        if name in record.metrics:
            self._wrong += 1
            if self._wrong <= _MAXIMUM_TOLD:
                run.findings.append(Finding(f"Epoch {epoch} has {metric!r} twice; the last one counts.", str(self.path)))
        record.metrics[name] = value
        record.step = step_of_epoch if step_of_epoch is not None else epoch or 0
        record.time = time if time is not None else record.time
        return None

    def _end(self, columns: Columns, header: List[str]) -> None:
        texts = [place for place in self._bad if not self._good.get(place)]
        for place in texts:
            del self._bad[place]
        bad = [finding for found in self._bad.values() for finding in found]
        self.findings += bad[:_MAXIMUM_TOLD]
        left = max(0, self._wrong - _MAXIMUM_TOLD) + max(0, len(bad) - _MAXIMUM_TOLD)
        if left:
            self.findings.append(Finding(f"{left:,} further rows or cells like these were left out.", str(self.path), is_loss=True))
        if texts:
            columns = columns._replace(
                metrics={place: one for place, one in columns.metrics.items() if place not in texts},
                left_out=[*columns.left_out, *(header[place] for place in texts)])
        sentence = columns.sentence(header)
        self.findings.insert(0, Finding(sentence, str(self.path), is_note=True))
        for run in self.runs.values():
            run.facts["import.columns"] = sentence
            run.files = 1 if run is next(iter(self.runs.values())) else 0
            if 0 in run.epochs:
                run.epochs = {number + 1: epoch for number, epoch in run.epochs.items()}
                run.findings.append(Finding("Its epochs count from 0; they are recorded from 1 on.", str(self.path), is_note=True))


def files(source: pathlib.Path) -> List[pathlib.Path]:
    """A file, or those of a folder that are called .csv or .tsv. Raises `UnreadableSource` when there are none."""
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.suffix.lower() in (".csv", ".tsv") and path.is_file())
        if not found:
            raise UnreadableSource(f"There is no file called .csv or .tsv in {source}.")
        return found
    if not source.exists():
        raise UnreadableSource(f"There is no file {source}.")
    return [source]


def _separator(first_line: bytes) -> str:
    outside = b"".join(first_line.split(b'"')[::2])
    return max(",;\t", key=lambda one: outside.count(one.encode()))


def _metric_of(path: pathlib.Path) -> str:
    """The metric of a file that names none. TensorBoard calls its downloads `run-<run>-tag-<tag>.csv`."""
    stem = path.stem
    return stem.rpartition("-tag-")[2] if stem.startswith("run-") and "-tag-" in stem else stem


def _number(cell: str, column: str) -> Optional[float]:
    """A cell as a number; None for an empty one. Raises `_Wrong`."""
    try:
        value = float(cell)
    except ValueError:
        word = cell.strip().lower()
        if word in _EMPTY:
            return None
        if word in _WORDS:
            return _WORDS[word]
        raise _Wrong(f"{cell[:40]!r} in {column!r} is no number") from None
    if "_" in cell:
        raise _Wrong(f"{cell[:40]!r} in {column!r} is no number")
    if math.isinf(value) and "n" not in cell and "N" not in cell:
        raise _Wrong(f"{cell[:40]!r} in {column!r} is beyond ±1.8e308, the range of a double")
    return value


def _whole(cell: str, column: str) -> Optional[int]:
    """A cell as a step or an epoch; None for an empty one. Raises `_Wrong`."""
    try:
        whole = int(cell)
    except ValueError:
        value = _number(cell, column)
        if value is None:
            return None
        if not math.isfinite(value) or value != int(value):
            raise _Wrong(f"{cell[:40]!r} in {column!r} is no whole number") from None
        whole = int(value)
    if not is_step(whole):
        raise _Wrong(f"{cell[:40]!r} in {column!r} is not from 0 to 2^53 - 1")
    return whole


def _time(cell: str, column: str) -> Optional[int]:
    """A cell as microseconds since 1970; None for an empty one. Raises `_Wrong`."""
    if not cell.strip():
        return None
    try:
        number = float(cell)
    except ValueError:
        text = cell.strip()
        text = text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise _Wrong(f"{cell[:40]!r} in {column!r} is no time") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
        time = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        if not is_time(time):
            raise _Wrong(f"{cell[:40]!r} in {column!r} is no time since 1970")
        return time
    if not EARLIEST_SECONDS <= number < 1e20:
        raise _Wrong(f"{cell[:40]!r} in {column!r} is no time since 1970")
    time = _microseconds(number, cell.strip())
    if not is_time(time):
        raise _Wrong(f"{cell[:40]!r} in {column!r} is no time until the year 9999")
    return time


def _microseconds(number: float, cell: str) -> int:
    if cell.isdigit():
        whole = int(cell)
        # Seconds have 9 or 10 digits until the year 2286; three more for each smaller unit.
        return whole * 1_000_000 if whole < 10**11 else whole * 1000 if whole < 10**14 else whole if whole < 10**17 else whole // 1000
    return round(number * (1e6 if number < 1e11 else 1e3 if number < 1e14 else 1.0 if number < 1e17 else 1e-3))
