"""Brings a spool to the server: in order, once, whatever is killed when."""

from __future__ import annotations

import json
import logging
import os
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Dict, List, Optional, Tuple

from .client import FileBody
from .errors import PIVOTError, Unreachable
from .identifiers import new_claim_secret
from .metrics_encoding import attempt_field, varint
from .spool import Kind, Record, SpoolReader, State, write_state
from .transport import Transport, artifact_route, is_passing, json_object

METRICS_HEAD = struct.Struct("<QI")
EPOCH_HEAD = struct.Struct("<I")
BATCH_BYTES = 8 << 20
BATCH_POINTS = 400_000
logger = logging.getLogger("pivot_tracker")
LEASE_SECONDS = 30

# Where records go whose payload is the request without its attempt.
_ROUTES = {Kind.LINES: "logs", Kind.FACTS: "provenance", Kind.READINGS: "host-readings"}

_FENCED = frozenset((Kind.STARTED, Kind.EPOCH, Kind.CHECKPOINT, Kind.FINISH))


class Fatal(Exception):
    """The session as a whole cannot be delivered now; the spool is kept. The text says why and what to do."""

    def __init__(self, error: PIVOTError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class Report:
    """What a delivery has done."""

    points: int = 0
    records: int = 0
    refused: List[str] = field(default_factory=list)
    last_error: Optional[str] = None
    stop_requested: bool = False


class Delivery:
    """Sends the records of one spool, one batch at a time, and notes behind each how far it is.

    Every record carries a command id, and the server carries out a command once. A batch that joins several records is
    noted, durably, before it is sent, and sent again exactly so: its command is that of its first record. What was sent
    before a crash is thus either answered as a repeat or carried out now.

    Measurements are accepted from every attempt that ever had the session. Epochs, checkpoints and the end are accepted
    from the current one only: when the attempt was lost meanwhile, a new one is claimed that begins behind everything
    that is recorded, so that nothing is superseded.
    """

    def __init__(
        self,
        reader: SpoolReader,
        state: State,
        transport: Transport,
        *,
        file_delivered: Callable[[int], None] = lambda size: None,
        tells_refusals: bool = True,
    ) -> None:
        self.reader = reader
        self.state = state
        self.transport = transport
        self.report = Report()
        # Set by the thread that renews the lease, when the server says that the attempt is no longer the current one.
        self.is_stale = False
        # The session as the server described it when it was claimed.
        self.document: Optional[Dict[str, Any]] = None
        self._file_delivered = file_delivered
        # Whether refusals are logged when they come; `Report.refused` has them all the same.
        self._tells_refusals = tells_refusals
        self._epoch = 0

    def step(self) -> bool:
        """Delivers the next batch; false when there is nothing left.

        Raises `Unreachable` or another passing `PIVOTError` when it must be tried again, and `Fatal`.
        """
        state = self.state
        records = self._pending() if state.pending_end else self._next_batch()
        if not records:
            if self.is_stale and not state.finished and not state.joined:
                self._claim_again()
            return False
        try:
            self._send(records)
        except PIVOTError as error:
            if is_passing(error):
                raise
            self._refuse(records, error)
        self._acknowledge(records)
        return True

    def renew(self, transport: Transport) -> None:
        """Renews the lease and learns whether a stop is requested."""
        state = self.state
        if not state.attempt or state.finished:
            return
        attempt, token = state.attempt, state.token
        try:
            answer = transport.send(
                "POST", f"{self._path}/attempts/{attempt}/renew", json_body={}, headers={"Authorization": f"Lease {token}"}
            )
        except PIVOTError as error:
            if error.code in ("stale_attempt", "lease_invalid") and attempt == self.state.attempt and not state.finished:
                self.is_stale = True
            elif not is_passing(error):
                self.report.last_error = str(error)
            return
        self._learn(json_object(answer))

    def end_lost(self, message: str) -> bool:
        """Ends the session of a process that ended without finishing; false when somebody else has ended it."""
        state = self.state
        if state.joined or state.finished or not state.attempt:
            return False
        body = {"attempt": state.attempt, "outcome": "failed", "message": message}
        try:
            self._post("finish", body, f"{state.spool_id}-end")
            ended = True
        except PIVOTError as error:
            if error.code not in ("stale_attempt", "lease_invalid", "wrong_status", "archived", "command_conflict"):
                raise
            ended = False  # It was declared lost, and says so, or another process continues it.
        state.finished = True
        self._write_state()
        return ended

    # What is next

    def _next_batch(self) -> List[Record]:
        state = self.state
        first = self.reader.next(state.segment, state.offset)
        if first is None:
            return []
        if first.kind is not Kind.METRICS:
            return [first]
        records = [first]
        size, points = len(first.payload), METRICS_HEAD.unpack_from(first.payload)[1]
        while True:
            last = records[-1]
            record = self.reader.next(last.segment, last.end)
            if record is None or record.kind is not Kind.METRICS or record.segment != last.segment:
                break
            size += len(record.payload)
            points += METRICS_HEAD.unpack_from(record.payload)[1]
            if size > BATCH_BYTES or points > BATCH_POINTS:
                break
            records.append(record)
        state.pending_segment, state.pending_end = records[-1].segment, records[-1].end
        # Durable: cut otherwise after a loss of power, points would be sent under a second command.
        self._write_state(durable=True)
        return records

    def _pending(self) -> List[Record]:
        state = self.state
        records = []
        for record in self.reader.records(state.segment, state.offset):
            records.append(record)
            if (record.segment, record.end) >= (state.pending_segment, state.pending_end):
                break
        return records

    # Sending

    @property
    def _path(self) -> str:
        return f"training/sessions/{self.state.session_id}"

    def _send(self, records: List[Record]) -> None:
        """Sends a batch until it is certain what became of it under the present attempt, and under a new one if need be."""
        record = records[0]
        if self.is_stale and not self.state.joined and record.kind not in (Kind.CREATE, Kind.CLAIM):
            try:
                self._claim_again(record)
            except PIVOTError as error:
                if is_passing(error) or record.kind in _FENCED:
                    raise
                # Measurements are taken from the lost attempt too.
        for _ in range(3):
            try:
                self._send_once(record, records)
                return
            except PIVOTError as error:
                if error.code == "command_conflict":
                    return  # Carried out before, under another attempt: the id is this record's alone.
                if error.code == "wrong_status" and record.kind is Kind.STARTED:
                    return  # Whoever claimed the attempt has started it already.
                if error.code == "not_found" and error.details.get("kind") == "session":
                    raise Fatal(error) from error
                is_lost = error.code == "stale_attempt" or error.code == "lease_invalid"
                if not is_lost or self.state.joined or record.kind in (Kind.CREATE, Kind.CLAIM):
                    raise
                self._claim_again(record)
        raise Unreachable("Others claim the session faster than it can be claimed again; the delivery will be tried again.")

    def _send_once(self, record: Record, records: List[Record]) -> None:
        state, payload, key = self.state, record.payload, record.command_id
        if record.kind is Kind.METRICS:
            body = attempt_field(state.attempt) + b"".join([item.payload[METRICS_HEAD.size :] for item in records])
            self._learn(self._report("metrics", body, key))
        elif record.kind is Kind.EPOCH:
            self._learn(self._report("epochs", attempt_field(state.attempt) + payload[EPOCH_HEAD.size :], key))
            self._epoch = EPOCH_HEAD.unpack_from(payload)[0]
        elif record.kind is Kind.CHECKPOINT:
            self._send_checkpoint(json.loads(payload), key)
        elif record.kind is Kind.ARTIFACT:
            self._send_artifact(json.loads(payload), key)
        elif record.kind is Kind.CREATE:
            self._call("POST", "training/sessions", json.loads(payload), key)
        elif record.kind is Kind.CLAIM:
            self._claim(json.loads(payload), key)
        elif record.kind is Kind.STARTED:
            self._post(f"attempts/{state.attempt}/started", json.loads(payload), key)
        elif record.kind is Kind.PARAMS:
            self._call("PATCH", self._path, json.loads(payload), key)
        elif record.kind is Kind.FINISH:
            self._post("finish", {**json.loads(payload), "attempt": state.attempt}, key)
            state.finished = True
        else:
            self._post(_ROUTES[record.kind], {**json.loads(payload), "attempt": state.attempt}, key)

    def _headers(self, key: str, content_type: str) -> Dict[str, str]:
        headers = {"Idempotency-Key": key, "Content-Type": content_type}
        if self.state.token:
            headers["Authorization"] = f"Lease {self.state.token}"
        return headers

    def _call(self, method: str, path: str, body: Any, key: str) -> Dict[str, Any]:
        headers = self._headers(key, "application/json")
        return json_object(self.transport.send(method, path, json_body=body, headers=headers))

    def _post(self, route: str, body: Any, key: str) -> Dict[str, Any]:
        answer = self._call("POST", f"{self._path}/{route}", body, key)
        self._learn(answer)
        return answer

    def _report(self, route: str, body: bytes, key: str) -> Dict[str, Any]:
        headers = self._headers(key, "application/x-protobuf")
        return json_object(self.transport.send("POST", f"{self._path}/{route}", body=body, headers=headers))

    def _send_checkpoint(self, query: Dict[str, Any], key: str) -> None:
        name = query.pop("spooled")
        query.update(session_id=self.state.session_id, attempt=self.state.attempt)
        with open(self.reader.folder / "files" / name, "rb") as file:
            self._learn(self._upload("POST", "checkpoints", query, file, self._headers(key, "application/octet-stream")))

    def _send_artifact(self, query: Dict[str, Any], key: str) -> None:
        name, path = query.pop("spooled"), query.pop("path")
        headers = self._headers(key, query.pop("content_type"))
        route = artifact_route(self.state.session_id, path)
        with open(self.reader.folder / "files" / name, "rb") as file:
            self._upload("PUT", route, query, file, headers)

    def _upload(self, method: str, path: str, query: Dict[str, Any], file: BinaryIO, headers: Dict[str, str]) -> Dict[str, Any]:
        size = os.fstat(file.fileno()).st_size
        # An empty file object would be sent chunked, and without a length.
        body: Any = b"" if size == 0 else FileBody(file)
        return json_object(self.transport.send(method, path, query=query, body=body, headers=headers))

    # The attempt

    def _claim(self, body: Dict[str, Any], key: str) -> Dict[str, Any]:
        path = f"{self._path}/attempts"
        answer = json_object(
            self.transport.send("POST", path, json_body=body, headers={"Idempotency-Key": key})
        )
        state = self.state
        state.attempt, state.token = int(answer["attempt"]), str(answer["token"])
        self.is_stale = False
        self.document = answer.get("session")
        # Whatever is sent under the attempt, the spool knows it by then.
        self._write_state(durable=True)
        self._learn(answer)
        return answer

    def _claim_again(self, record: Optional[Record] = None) -> None:
        """Claims an attempt that begins behind everything recorded, since the one before is lost."""
        state = self.state
        if not state.claims or not state.claim_secret:
            state.claims = max(state.claims, 1)
            state.claim_secret = state.claim_secret or new_claim_secret()
            self._write_state(durable=True)
        key = f"{state.spool_id}-claim-{state.claims}"
        document = json_object(self.transport.send("GET", self._path))
        if document.get("status") in ("stopped", "stopping"):
            self.report.stop_requested = True
        try:
            # The same body whoever sends it: a repeated claim gets its attempt and its token again.
            answer = self._claim({"lease_seconds": LEASE_SECONDS, "claim_secret": state.claim_secret}, key)
        except PIVOTError as error:
            if error.code == "claim_repeated":
                # An earlier version sent it without the secret, and its answer was lost.
                state.claims += 1
                self._write_state(durable=True)
                raise Unreachable("The claimed attempt cannot be taken up; another will be claimed.") from error
            if error.code == "lease_held" and (record is None or record.kind in _FENCED):
                raise Fatal(error) from error
            raise
        current = json_object(self.transport.send("GET", self._path))
        if current.get("attempt", state.attempt) != state.attempt or current.get("status") not in ("running", "stopping"):
            # The claim was a repeat, and its attempt is lost as well.
            state.claims += 1
            self._write_state(durable=True)
            raise Unreachable("The claimed attempt is already lost; another will be claimed.")
        state.claims += 1
        self._write_state(durable=True)
        if record is not None and record.kind is Kind.STARTED:
            return
        document = answer.get("session", {})
        started = {
            "first_epoch": max(int(document.get("current_epoch", 0)), self._epoch) + 1,
            "first_step": max(int(document.get("current_step", 0)), state.maximum_step) + 1,
        }
        try:
            self._post(f"attempts/{state.attempt}/started", started, f"{key}-started")
        except PIVOTError as error:
            if error.code not in ("command_conflict", "wrong_status"):
                raise
            # It was started before a crash, when less was known: it is this attempt all the same.

    def _learn(self, answer: Dict[str, Any]) -> None:
        if answer.get("stop_requested"):
            self.report.stop_requested = True

    # Noting

    def _refuse(self, records: List[Record], error: PIVOTError) -> None:
        """Keeps what the server will never take, and continues after it."""
        record = records[0]
        if record.kind in (Kind.CREATE, Kind.CLAIM):
            raise Fatal(error) from error
        if record.kind is Kind.FINISH:
            self.state.finished = True
        text = f"{_described(record, len(records))}: {error}"
        self.report.refused.append(text)
        if self._tells_refusals:
            logger.error("The server refused a part of what was logged to %s. It is kept in %s. The reason: %s",
                         self.state.session_id, self.reader.folder.parent / "refused", text)
        self.report.last_error = text
        self.state.refused += len(records)
        folder = self.reader.folder.parent / "refused"
        folder.mkdir(mode=0o700, exist_ok=True)
        with open(folder / f"{self.reader.folder.name}.jsonl", "a", encoding="utf-8") as file:
            for item in records:
                told = {"kind": item.kind.name, "command_id": item.command_id, "error": str(error), "payload": item.payload.hex()}
                file.write(json.dumps(told) + "\n")

    def _acknowledge(self, records: List[Record]) -> None:
        state, last = self.state, records[-1]
        before = state.segment
        for record in records:
            if record.kind is Kind.METRICS:
                step, points = METRICS_HEAD.unpack_from(record.payload)
                state.maximum_step = max(state.maximum_step, step)
                state.points += points
                self.report.points += points
        state.records += len(records)
        self.report.records += len(records)
        state.segment, state.offset = last.segment, last.end
        state.pending_segment = state.pending_end = 0
        self._write_state()
        for number in range(before, last.segment):
            (self.reader.folder / f"{number:08}.segment").unlink(missing_ok=True)
        if last.kind in (Kind.CHECKPOINT, Kind.ARTIFACT):
            path = self.reader.folder / "files" / json.loads(last.payload)["spooled"]
            try:
                size = path.stat().st_size
                path.unlink()
            except FileNotFoundError:
                return  # Sent before a crash, and removed by it.
            self._file_delivered(size)

    def _write_state(self, durable: bool = False) -> None:
        write_state(self.reader.folder, self.state, durable)


def _described(record: Record, count: int) -> str:
    """A refused record in words that tell it from others of its kind."""
    kind = record.kind.name.lower()
    if record.kind is Kind.EPOCH:
        return f"{kind} {EPOCH_HEAD.unpack_from(record.payload)[0]}"
    if record.kind is Kind.METRICS:
        return f"{kind} up to step {METRICS_HEAD.unpack_from(record.payload)[0]}" + (f", {count} records" if count > 1 else "")
    if record.kind in (Kind.CHECKPOINT, Kind.ARTIFACT):
        told = json.loads(record.payload)
        return f"{kind} {told.get('path') or told.get('file_name') or told.get('epoch', '')}".rstrip()
    return kind


def epoch_payload(epoch: int, step: int, metrics: List[Tuple[bytes, bytes]]) -> bytes:
    """An `EpochCompleted` message without its attempt; metrics are names and doubles, little-endian."""
    parts = [EPOCH_HEAD.pack(epoch), b"\x10", varint(epoch)]
    if step:
        parts += [b"\x18", varint(step)]
    for name, value in metrics:
        content = b"\x0a" + varint(len(name)) + name + b"\x11" + value
        parts += [b"\x22", varint(len(content)), content]
    return b"".join(parts)


__all__ = ["Delivery", "Fatal", "LEASE_SECONDS", "METRICS_HEAD", "Report", "epoch_payload"]
