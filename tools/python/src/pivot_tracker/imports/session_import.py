"""Brings a run of another tracker to the server, as the session that its identity names; what is there already is not sent again.

The ids of the session and of its attempts are made of the run's identity, so that any later import, from wherever, finds
them again. Nothing else is remembered: the server tells how many points of each metric it has, and a run's series are
only ever appended to, so those are its first ones. Params, facts and artifacts are compared with what the session has.

A run that was trained again from an earlier step replaces what it had recorded from there on. While its session is open,
that is a further attempt, which supersedes those points. A session that has completed takes no further attempt: then, and
when it was deleted, the run is imported as a new session.
"""

from __future__ import annotations

import hashlib
import math
import pathlib
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from .. import metrics_encoding as encoding
from ..client import FINISHED, FileBody, PIVOTClient
from ..errors import PIVOTError
from ..identifiers import session_id as id_of_session
from ..params import MAXIMUM_COUNT, Parameter, fitted, fitting_name, in_parts
from ..transport import Body, Transport, artifact_route, json_object
from ..version import __version__
from .source import Epoch, Finding, Series, SourceArtifact, SourceRun

#: The most points of one request.
BATCH_POINTS = 200_000

#: The most lines of output in one request, and about the most bytes of them.
BATCH_LINES = 5_000
BATCH_LINE_BYTES = 128 << 10

#: The most sessions that one run may have become.
MAXIMUM_GENERATIONS = 100

_LEASE_SECONDS = 300
_Told = Callable[[int, int], None]


@dataclass
class RunOutcome:
    """What became of one run."""

    run: str
    source: str
    session_id: str = ""
    status: str = ""
    is_new: bool = False
    points: int = 0
    points_present: int = 0
    epochs: int = 0
    artifacts: int = 0
    params: int = 0
    results: int = 0
    lines: int = 0


class SessionImport:
    """One run's session. Calls may be repeated as the run grows, until `finish`."""

    def __init__(self, client: PIVOTClient, run: SourceRun, tags: Sequence[str] = (), experiment: Optional[str] = None) -> None:
        self._client = client
        self._transport = Transport(client.base_url)
        self._run = run
        self._tags = _fitting_tags([*run.tags, *tags], run)
        self._experiment = experiment or run.experiment
        self._generation = 0
        self._document: Dict[str, Any] = {}
        self._attempt, self._token = 0, ""
        self._restarts_seen = 0
        self.outcome = RunOutcome(run.name, run.source)

    def bring(self, told: _Told = lambda done, total: None) -> None:
        """Returns once everything that the run holds is on the server. Raises `PIVOTError`."""
        if not self._document:
            self._open(1)
        self._bring_facts()
        self._bring_params()
        missing = None if self._has_late_epochs() else self._missing_points()
        if missing is None:
            missing = self._begin_again()
        # What a session can never take must not be tried again at each call.
        self._restarts_seen = len(self._run.restarts)
        self._bring_points(missing, told)
        self._bring_epochs()
        self._bring_results()
        self._bring_log()
        self._bring_artifacts()

    def finish(self) -> None:
        """Ends the session as the run ended, unless it has ended before."""
        run = self._run
        if self._document["status"] in FINISHED:
            return
        report: Dict[str, Any] = {"attempt": self._attempt, "outcome": run.outcome}
        if run.message and run.outcome != "completed":
            report["message"] = run.message[:4000]
        self._client.finish_attempt(self.outcome.session_id, self._token, **report)
        self._reread()

    def renew(self) -> None:
        """Keeps the attempt alive while nothing is brought."""
        if self._document.get("status") not in FINISHED:
            self._client.renew_lease(self.outcome.session_id, self._attempt, self._token)

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    # The session

    def _open(self, generation: int) -> None:
        """Finds or makes the session of the first generation, from this one on, that was not deleted."""
        for self._generation in range(generation, MAXIMUM_GENERATIONS + 1):
            identifier = id_of_session(self._command("create"))
            self.outcome.session_id = identifier
            try:
                self._document = self._client.get_status(identifier)
                break
            except PIVOTError as error:
                if error.code != "not_found":
                    raise
            try:
                self._create()
                break
            except PIVOTError as error:
                # Deleted: its command was carried out before.
                if error.code not in ("not_found", "command_conflict"):
                    raise
        else:
            raise PIVOTError(f"{self._run.name} was imported and deleted {MAXIMUM_GENERATIONS} times; import a copy of it.", code="deleted")
        attempt = int(self._document.get("attempt") or 0)
        self._claim(max(attempt, 1), first_step=1)
        if self._document["status"] in ("failed", "stopped") and (self._document["status"] != self._run.outcome or self._was_lost()):
            # The run has ended otherwise since, or an import that was killed lost its lease: what it left out and the end need
            # an attempt behind what is there.
            self._claim(attempt + 1, first_step=self._next_step())

    def _was_lost(self) -> bool:
        attempts = self._document.get("attempts", [])
        return bool(attempts) and attempts[-1].get("ending") == "lost"

    def _create(self) -> None:
        run = self._run
        self._client.create_session(
            name=fitting_name(run.name), config={"trainer": {"kind": "external"}, "max_restarts": 0}, tags=self._tags,
            experiment=fitting_name(self._experiment) if self._experiment else None, notes=run.notes[:16_000] if run.notes else None,
            group=fitting_name(run.group) if run.group else None, idempotency_key=self._command("create"),
        )
        self.outcome.is_new = True
        self._reread()

    def _claim(self, attempt: int, first_step: int) -> None:
        """Claims an attempt, or gets the token of one that an earlier import claimed."""
        known = int(self._document.get("attempt") or 0)
        answer = self._client.claim_attempt(
            self.outcome.session_id, lease_seconds=_LEASE_SECONDS, idempotency_key=self._command(f"claim/{attempt}"),
            claim_secret=self._command(f"secret/{attempt}"),
        )
        self._attempt, self._token = int(answer["attempt"]), str(answer["token"])
        started = [one for one in self._document.get("attempts", []) if one["attempt"] == attempt and one.get("first_step")]
        if attempt > known or not started and self._document.get("status") not in FINISHED:
            self._client.report_attempt_started(
                self.outcome.session_id, attempt, self._token, first_epoch=int(self._document.get("current_epoch") or 0) + 1,
                first_step=first_step,
            )
        self._reread()

    def _reread(self) -> None:
        self._document = self._client.get_status(self.outcome.session_id)
        self.outcome.status = str(self._document["status"])

    def _command(self, purpose: str) -> str:
        """The id of a command: the same whenever this run is imported."""
        text = f"pivot import\0{self._run.identity}\0{self._generation}\0{purpose}"
        return "import-" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:40]

    # What is there already

    def _present(self) -> Dict[str, Dict[str, Any]]:
        """By metric, how many points the session has by step, and the last of them."""
        document = self._client.get_metric_names(self.outcome.session_id)
        return {one["name"]: one["steps"] for one in document["metrics"] if "steps" in one}

    def _missing_points(self) -> Optional[Dict[str, Tuple[Series, int]]]:
        """Each metric's series, and how many of its points the session has; None when it has some that were replaced since."""
        present = self._present()
        missing: Dict[str, Tuple[Series, int]] = {}
        for name, series in self._run.series.items():
            there = present.get(name)
            count = int(there["count"]) if there else 0
            if there and not _begins_with(series, count, int(there["last"]), float(there["last_value"])):
                return None
            missing[name] = (series, count)
        if any(name not in self._run.series for name in present):
            return None
        return missing

    def _begin_again(self) -> Dict[str, Tuple[Series, int]]:
        """Makes room for what replaces points that the session has: an attempt from there on, or a new session."""
        run = self._run
        if self._document["status"] == "completed":
            earlier = self.outcome.session_id
            self._open(self._generation + 1)
            run.findings.append(Finding(
                f"The run has gone on in a way that {earlier}, as which it was imported before, cannot take any more, since it has "
                f"completed; it is a new session, {self.outcome.session_id}.", run.source))
            self._bring_facts()
            self._bring_params()
            missing = None if self._has_late_epochs() else self._missing_points()
            return self._begin_again() if missing is None else missing
        if self._has_late_epochs():
            missing = self._missing_points()
            if missing is not None:
                self._claim(self._attempt + 1, first_step=self._next_step())
                return missing
        first = max(1, min(run.restarts[self._restarts_seen :] or run.restarts or [0]))
        if self._document["status"] not in FINISHED:
            self._client.finish_attempt(
                self.outcome.session_id, self._token, attempt=self._attempt, outcome="failed",
                message=f"It was trained again from step {first}.")
            self._reread()
        self._claim(self._attempt + 1, first_step=first)
        present = self._present()
        missing = {}
        for name, series in run.series.items():
            count = int(present[name]["count"]) if name in present else 0
            # What the session still has are the points before the attempt's first step.
            before = [place for place, step in enumerate(series.steps) if step < first and first > 1]
            kept = set(before[:count])
            missing[name] = (series.chosen([place for place in range(len(series)) if place not in kept]), 0)
        return missing

    def _next_step(self) -> int:
        last = [max(series.steps) for series in self._run.series.values() if len(series)]
        last += [artifact.step for artifact in self._run.artifacts.values() if artifact.step is not None]
        # One that begins at step 1 would replace step 0 too.
        return max([1, *last, int(self._document.get("current_step") or 0)]) + 1

    # Bringing

    def _bring_facts(self) -> None:
        known: Dict[str, Any] = self._document.get("provenance", {})
        facts: Dict[str, Parameter] = {
            "import.source": self._run.source, "import.format": self._run.format, **self._run.facts,
        }
        # The version that made the session: a newer one that adds nothing is no fact about it.
        facts["import.importer"] = known.get("import.importer", f"pivot-tracker {__version__}")
        new = {name: value for name, value in fitted(facts, "facts").params.items() if known.get(name) != value}
        for part in in_parts(new):
            self._client.report_provenance(self.outcome.session_id, part)
        if new:
            self._reread()

    def _bring_params(self) -> None:
        known: Dict[str, Any] = self._document.get("params", {})
        fitting = fitted(self._run.params, f"the params of {self._run.name}", MAXIMUM_COUNT)
        new = {name: value for name, value in fitting.params.items() if name not in known or known[name] != value}
        if fitting.told and new:
            self._run.findings.append(Finding(fitting.told, self._run.source))
        for part in in_parts(new):
            self._client.update_session(self.outcome.session_id, params=part)
        self.outcome.params += len(new)
        if new:
            self._reread()

    def _bring_points(self, missing: Dict[str, Tuple[Series, int]], told: _Told) -> None:
        total = sum(len(series) - count for series, count in missing.values())
        self.outcome.points_present = self._run.point_count - total
        done = 0
        batch: List[bytes] = []
        begins: List[str] = []
        size = 0
        for name, (series, count) in missing.items():
            while count < len(series):
                end = min(len(series), count + BATCH_POINTS - size)
                batch.append(_encoded(name, series, count, end))
                begins.append(f"{name} {count}")
                size += end - count
                count = end
                if size >= BATCH_POINTS:
                    self._report(batch, begins)
                    done += size
                    told(done, total)
                    batch, begins, size = [], [], 0
        if batch:
            self._report(batch, begins)
            told(total, total)
        self.outcome.points += total

    def _report(self, batch: List[bytes], begins: List[str]) -> None:
        body = encoding.attempt_field(self._attempt) + b"".join(batch)
        # The same points at the same places are the same command: a batch that a killed import had sent, and that the server takes
        # only after the next import has counted, is taken once.
        places = hashlib.sha256("\0".join(begins).encode("utf-8", "surrogateescape") + body).hexdigest()
        self._transport.call(
            "POST", f"training/sessions/{self.outcome.session_id}/metrics", body=lambda: body,
            idempotency_key=self._command(f"points/{self._attempt}/{places}"),
            headers={"Content-Type": "application/x-protobuf", "Authorization": f"Lease {self._token}"},
        )

    def _bring_epochs(self) -> None:
        last = int(self._document.get("current_epoch") or 0)
        new = sorted(number for number in self._run.epochs if number > last)
        for number in new:
            self._client.report_epoch(
                self.outcome.session_id, self._token, attempt=self._attempt, epoch=number, **_epoch_report(self._run.epochs[number]))
        if new:
            self.outcome.epochs += len(new)
            self._reread()

    def _has_late_epochs(self) -> bool:
        """Whether there are epochs behind those of a session that has ended, which takes no further ones."""
        return self._document["status"] in FINISHED and max(self._run.epochs, default=0) > int(self._document.get("current_epoch") or 0)

    def _bring_results(self) -> None:
        known = {(one["name"], one["source"], _number_in(one["value"])) for one in self._document.get("results", [])}
        source = f"{self._run.format} summary"
        for name, value in self._run.results.items():
            if (name, source, repr(value)) not in known:
                self._client.report_result(self.outcome.session_id, name, value, source)
                self.outcome.results += 1

    def _bring_log(self) -> None:
        """Brings the lines behind those that the session has: nothing else writes into the log of an imported one."""
        lines = self._run.log
        if not lines:
            return
        start = int(self._client.get_logs(self.outcome.session_id, limit=1)["total"])
        self.outcome.lines += max(0, len(lines) - start)
        while start < len(lines):
            end, size = start, 0
            while end < len(lines) and end - start < BATCH_LINES and size < BATCH_LINE_BYTES:
                size += len(lines[end].text.encode("utf-8", "replace")) + 64
                end += 1
            self._client.report_logs(
                self.outcome.session_id, self._token, attempt=self._attempt,
                lines=[{"time": time_text(one.time), "source": one.source, "text": one.text} for one in lines[start:end]])
            start = end

    def _bring_artifacts(self) -> None:
        if not self._run.artifacts:
            return
        listed = self._client.list_artifacts(self.outcome.session_id, attempts="all")["artifacts"]
        known = {one["path"]: one["digest"] for one in listed}
        for artifact in list(self._run.artifacts.values()):
            try:
                self._put(artifact, known)
            except (OSError, ValueError) as error:
                self._run.findings.append(Finding(f"{artifact.path} cannot be read: {error}", self._run.source, is_loss=True))

    def _put(self, artifact: SourceArtifact, known: Dict[str, str]) -> None:
        if not callable(artifact.data):
            self._put_data(artifact, artifact.data, known)
            return
        fetched = artifact.data()
        try:
            self._put_data(artifact, fetched, known)
        finally:
            fetched.unlink()

    def _put_data(self, artifact: SourceArtifact, data: Union[bytes, pathlib.Path], known: Dict[str, str]) -> None:
        if known.get(artifact.path) == _digest(data):
            return

        def body() -> Body:
            if isinstance(data, bytes):
                return data
            # An empty file object would be sent chunked, and without a length.
            return FileBody(open(data, "rb")) if data.stat().st_size else b""

        json_object(self._transport.call(
            "PUT", artifact_route(self.outcome.session_id, artifact.path), body=body,
            query={"kind": artifact.kind, "key": artifact.key, "step": artifact.step},
            headers={"Content-Type": artifact.content_type, "Authorization": f"Lease {self._token}"},
        ))
        self.outcome.artifacts += 1


def _encoded(name: str, series: Series, start: int, end: int) -> bytes:
    times = encoding.deltas(series.times[start:end].tolist()) if series.times else b""
    return encoding.series(
        name.encode("utf-8", "replace"), encoding.deltas(series.steps[start:end].tolist()),
        encoding.little_endian(series.values[start:end]), times)


def _begins_with(series: Series, count: int, last_step: int, last_value: float) -> bool:
    """Whether the first points of a series, so many, end as the session's do: it may tell the last to come, or the furthest."""
    if count > len(series):
        return False
    for place in range(count - 1, -1, -1):
        if series.steps[place] == last_step and _same(series.values[place], last_value):
            return True
    return False


def _same(one: float, other: float) -> bool:
    """Whether two numbers are the same as far as JSON tells them."""
    return one == other or (math.isnan(one) and math.isnan(other))


def _epoch_report(epoch: Epoch) -> Dict[str, Any]:
    report: Dict[str, Any] = {"step": epoch.step, "metrics": epoch.metrics}
    if epoch.time is not None:
        report["time"] = time_text(epoch.time)
    return report


def time_text(microseconds: int) -> str:
    """A time as the API spells it: RFC 3339, in UTC."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S}.{rest:06}Z"


def _number_in(value: Any) -> str:
    """A value that an answer tells, so that NaN equals NaN."""
    return repr(float(value))


def _digest(data: Union[bytes, pathlib.Path]) -> str:
    hasher = hashlib.sha256()
    if isinstance(data, pathlib.Path):
        with open(data, "rb") as file:
            while True:
                piece = file.read(1 << 20)
                if not piece:
                    break
                hasher.update(piece)
    else:
        hasher.update(data)
    return "sha256:" + hasher.hexdigest()


def _fitting_tags(tags: Sequence[str], run: SourceRun) -> List[str]:
    """Tags that a session takes: at most 100, each once, of 1 to 255 bytes."""
    fitting = list(dict.fromkeys(fitting_name(tag) for tag in tags if tag))
    if len(fitting) > 100:
        run.findings.append(Finding(f"Of {len(fitting)} tags, the first 100 are kept.", run.source))
    return fitting[:100]
