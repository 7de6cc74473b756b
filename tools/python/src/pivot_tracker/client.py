"""Every route of the API as a method."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pathlib
import time
from typing import Any, BinaryIO, Dict, Iterator, List, Mapping, Optional, Sequence, Union

import requests

from .errors import PIVOTError, Unreachable
from .identifiers import new_claim_secret, new_command_id
from .number_reading import readable
from .routes import check_query
from .transport import Body, Transport, artifact_route, base_url as checked_url, is_passing, json_object, pause, segment

Document = Dict[str, Any]
Path = Union[str, "os.PathLike[str]"]
FINISHED = ("completed", "failed", "stopped")


class PIVOTClient:
    """Calls to one server. Every method that writes takes effect once, however often the network makes it repeat.

    Methods return the JSON object that the API's document describes, and take its query parameters by name: `limit=10`,
    `nonfinite="token"`, `wait_for=position`; a parameter that the route does not have raises `TypeError`. All of them raise
    `PIVOTError`. Only one thread at a time may use a client.
    """

    def __init__(self, base_url: Optional[str] = None, *, timeout: float = 60.0, retries: int = 5) -> None:
        """`base_url` defaults to PIVOT_URL, else to http://localhost:8000/api/v1. `timeout` is in seconds, for each answer;
        `retries` is how often a call is repeated after a broken connection or a temporary refusal."""
        self.base_url = checked_url(base_url)
        self._transport = Transport(self.base_url, timeout=timeout, retries=retries)

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> "PIVOTClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # The guide's names

    def create_and_run_experiment(self, config_path: str, experiment_name: str) -> Document:
        """Creates a session from a configuration file, starts it, shows its progress and returns its results."""
        memory = self.get_resources().get("memory", {})
        if memory.get("percent", 0) > 90:
            print("Warning: The server has little free memory.")
        session_id = str(self.create_session(config_path, experiment_name)["session_id"])
        self.start_training(session_id)
        self.monitor_training(session_id)
        return {
            "session_id": session_id, "metrics": self.get_metrics(session_id), "checkpoints": self.get_checkpoints(session_id),
        }

    def create_session(
        self,
        config_path: Optional[str] = None,
        name: Optional[str] = None,
        *,
        session_name: Optional[str] = None,
        config: Optional[Mapping[str, Any]] = None,
        overrides: Optional[Mapping[str, Any]] = None,
        params: Optional[Mapping[str, Any]] = None,
        tags: Optional[Sequence[str]] = None,
        experiment: Optional[str] = None,
        group: Optional[str] = None,
        notes: Optional[str] = None,
        checkpoint_id: Optional[str] = None,
        parent: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> Document:
        """Creates a session from a configuration file of the server, or from `config`. It trains once it is started.

        `session_name` is the same as `name`.
        """
        if name is not None and session_name is not None and name != session_name:
            raise ValueError("name and session_name mean the same; give only one.")
        body = {
            "config_path": config_path, "session_name": session_name if name is None else name, "config": config, "overrides": overrides, "params": params,
            "tags": list(tags) if tags is not None else None, "experiment": experiment, "group": group, "notes": notes,
            "checkpoint_id": checkpoint_id, "parent": parent,
        }
        return self._post("training/sessions", {k: v for k, v in body.items() if v is not None}, key=idempotency_key)

    def check_session(self, **request: Any) -> Document:
        """What would come of creating a session, without creating it: the configuration with all defaults, and all problems, with
        their lines when it is given as `config_text` (YAML or JSON). Takes the fields of the request that creates one."""
        return self._post("training/sessions/check", request)

    def start_training(self, session_id: str) -> Document:
        """Starts a session, or resumes a stopped or failed one."""
        return self._post(self._session(session_id, "start"))

    def monitor_training(self, session_id: str, interval: float = 2.0) -> Document:
        """Prints a session's progress, checked every `interval` seconds, until it has ended, and returns its last status."""
        shown = None
        while True:
            status = self.get_session_status(session_id)
            line = f"{status['status']}: epoch {status.get('current_epoch', 0)}/{status.get('total_epochs', 0)}"
            for name, value in list(status.get("latest_metrics", {}).items())[:6]:
                line += f" | {name} {readable(value)}" if isinstance(value, (int, float)) else f" | {name} {value}"
            if line != shown:
                print(line, flush=True)
                shown = line
            if status["status"] in FINISHED:
                return status
            time.sleep(interval)

    def get_status(self, session_id: str, **query: Any) -> Document:
        """A session's whole document, with `status`; with `as_of`, as it was at a position of the log or at a time."""
        return self._get(self._session(session_id), query)

    def get_latest_metrics(self, session_id: str) -> Optional[Document]:
        """The record of the last epoch; None before the first."""
        records: List[Document] = self.get_metrics(session_id, limit=1)["metrics"]
        return records[-1] if records else None

    def get_metrics(self, session_id: str, **query: Any) -> Document:
        """The records of a session's epochs."""
        return self._get(self._session(session_id, "metrics"), query)

    def get_checkpoints(self, session_id: Optional[str] = None, **query: Any) -> Document:
        """Checkpoints, of one session or of all; with `as_of`, as they were at a position of the log or at a time."""
        return self._get("checkpoints", {"session_id": session_id, **query})

    def get_resources(self) -> Document:
        """Processors, memory, disks and GPUs of the server."""
        return self._get("monitor/resources")

    # Sessions

    def list_sessions(self, **query: Any) -> Document:
        """Finds sessions: `status`, `tag`, `experiment`, `group`, `q`, `filter`, `sort`, `limit`, `offset`, `archived`."""
        if isinstance(query.get("status"), (list, tuple)):
            query["status"] = ",".join(query["status"])
        return self._get("training/sessions", query)

    def iterate_sessions(self, **query: Any) -> Iterator[Document]:
        """All sessions that match, page by page."""
        offset = 0
        while True:
            page = self.list_sessions(**{**query, "offset": offset, "limit": 100})
            yield from page["sessions"]
            offset += len(page["sessions"])
            if not page["sessions"] or offset >= page["total"]:
                return

    def list_session_names(self, kind: str, **query: Any) -> Document:
        """The names that sessions have, with how many have each: `kind` is params, config, metrics, results, tags, experiments or
        groups; also `prefix`, `after` (the last answer's `next`), `limit`, `archived`."""
        return self._get("training/sessions/names", {"kind": kind, **query})

    def list_session_groups(self, by: str, values: Sequence[str] = (), **query: Any) -> Document:
        """Sessions in groups by the values of a field, with mean, std (of a sample), min, max, median and count of the numbers in
        each of `values`, such as metrics.val_loss.min; also `statistics`, and what `list_sessions` filters by."""
        for name, texts in (("values", values), ("status", query.get("status")), ("statistics", query.get("statistics"))):
            if texts:
                query[name] = texts if isinstance(texts, str) else ",".join(texts)
        return self._get("training/sessions/groups", {"by": by, **query})

    def update_session(self, session_id: str, *, idempotency_key: Optional[str] = None, **changes: Any) -> Document:
        """Changes `session_name`, `tags`, `notes`, `params` or `archived`."""
        return self._write("PATCH", self._session(session_id), changes, idempotency_key)

    def delete_session(self, session_id: str) -> Document:
        """Deletes a session with its checkpoints and artifacts, and returns it as it was. The log keeps its events."""
        return self._delete(self._session(session_id), {"permanent": "true"})

    def redact_session(
        self, session_id: str, kinds: Sequence[str], reason: str, *, idempotency_key: Optional[str] = None, **choices: Any
    ) -> Document:
        """Takes content out of a session's records for good, and returns how much. Every proof of the log stays valid.

        Kinds are `logs`, `host_readings`, `notes` and `provenance`. `before` (a time) and `positions` (places in the log)
        narrow log lines and host readings; `dry_run` removes nothing. One call redacts at most 20,000 records:
        `remaining_count` says how many are left for another one.
        """
        body = {"kinds": list(kinds), "reason": reason, **choices}
        return self._write("POST", self._session(session_id, "redact"), body, idempotency_key)

    def archive_session(self, session_id: str) -> Document:
        """Hides a session from lists. Nothing is deleted."""
        return self._write("DELETE", self._session(session_id))

    def stop_training(self, session_id: str, wait: Optional[float] = None) -> Document:
        """Asks a session to stop; waits up to `wait` seconds, at most 30, until it has."""
        return self._post(self._session(session_id, "stop"), query={"wait": wait})

    def reproduce_session(self, session_id: str, *, idempotency_key: Optional[str] = None, **choices: Any) -> Document:
        """Trains an ended session again as a new one, which is returned, and has the server compare both.

        `allow_differences` trains even if the program, machine or data are not the same; `tolerance` is the relative
        difference up to which values count as equal. The verdict is the last of the new session's `reproductions`.
        """
        return self._write("POST", self._session(session_id, "reproduce"), choices, idempotency_key)

    def import_session(self, session_id: str, *, idempotency_key: Optional[str] = None, **manifest: Any) -> Document:
        """Takes over a session of another server as far as it can be now, and answers how far that is.

        `source`, `source_version`, `source_position`, `exported_at`, `manifest_digest`, `content_digest`, `session_events`,
        `telemetry_events` and `imported_by` describe it; `pivot import session` does all of this from an archive.
        """
        return self._write("POST", "training/sessions/import", {"session_id": session_id, **manifest}, idempotency_key)

    def upload_import_file(self, digest: str, file: Path, *, parent: Optional[str] = None) -> Document:
        """Uploads a file that an import lacks, streamed; `parent` is the digest of a stored file that it resembles."""
        return self._upload("PUT", f"training/sessions/import/files/{digest}", file, {"parent": parent}, "application/octet-stream", None)

    def wait_for_completion(self, session_id: str, timeout: Optional[float] = None) -> Document:
        """Waits until a session has ended and returns its document. Raises `TimeoutError` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause_seconds = 0.1
        while True:
            document = self.get_status(session_id)
            if document["status"] in FINISHED:
                return document
            rest = None if deadline is None else deadline - time.monotonic()
            if rest is not None and rest <= 0:
                raise TimeoutError(f"{session_id} is still {document['status']} after {timeout} s; wait longer, or stop it.")
            time.sleep(pause_seconds if rest is None else min(pause_seconds, rest))
            pause_seconds = min(2.0, pause_seconds * 1.5)

    def compare_sessions(self, session_ids: Sequence[str], all: bool = False, **query: Any) -> Document:
        """Sessions side by side: only what differs, or `all`."""
        return self._get("compare", {"sessions": ",".join(session_ids), "all": all, **query})

    def get_session_status(self, session_id: str, **query: Any) -> Document:
        """A session's status, for polling."""
        return self._get(f"status/{segment(session_id)}", query)

    def get_latest_status(self, **query: Any) -> Document:
        """The status of the session that was active last."""
        return self._get("status", query)

    # Metrics

    def get_session_epochs(self, session_id: str, **query: Any) -> Document:
        """A session's epochs."""
        return self._get(f"epochs/{segment(session_id)}", query)

    def get_latest_epochs(self, **query: Any) -> Document:
        """The epochs of the session that was active last."""
        return self._get("epochs", query)

    def get_metric_records(self, session_id: str, **query: Any) -> Document:
        """The records of a session's epochs."""
        return self._get(f"metrics/{segment(session_id)}", query)

    def get_latest_metric_records(self, **query: Any) -> Document:
        """The records of the session that was active last."""
        return self._get("metrics", query)

    def get_latest_metric_values(self, session_id: str, **query: Any) -> Document:
        """The newest value of each metric of a session."""
        return self._get(f"metrics/{segment(session_id)}/latest", query)

    def get_latest_session_latest_metrics(self, **query: Any) -> Document:
        """The newest value of each metric of the session that was active last."""
        return self._get("metrics/latest", query)

    def get_metric_names(self, session_id: str, **query: Any) -> Document:
        """Every metric of a session with its number of points, extremes and latest value, by epoch and by step."""
        return self._get(self._session(session_id, "metric-names"), query)

    def get_metric_history(self, session_id: str, metric_name: str, **query: Any) -> Document:
        """One metric over `axis="epoch"`, `"step"` or `"time"`, by default the one that has points; thinned to `max_points`."""
        return self._get(f"metrics/{segment(session_id)}/history", {"metric_name": metric_name, **query})

    def get_metric_histories(self, **query: Any) -> Document:
        """Many metrics of many sessions in one answer: `session_ids` or `filter`, `metric_names`, `axis`, `max_points`, …

        Lists are written with commas. `query_metric_histories` asks the same in a body.
        """
        return self._get("metrics/history", {name: _list(value) for name, value in query.items()})

    def query_metric_histories(self, *, nonfinite: Optional[str] = None, as_of: Any = None, **question: Any) -> Document:
        """Many metrics of many sessions, all as of one position of the log.

        `session_ids` or a `filter` says of which sessions, `metric_names` of which metrics (`*` stands for any characters);
        `axis`, its bounds, `max_points`, `smoothing`, `attempts` and `as_of` are as in the API. With
        `aggregate={"by": "params.lr", "statistics": ["mean", "std"]}` the answer has statistics over the sessions of each value.
        """
        return self._post("metrics/history", _question(question), query={"nonfinite": nonfinite, "as_of": as_of})

    def metric_arrays(self, *, as_of: Any = None, **question: Any) -> Dict[str, Any]:
        """The same points as numpy arrays: `steps`, `values`, `times` and the others of all series one behind the other.

        Series i has the elements from `offsets[i]` to before `offsets[i + 1]`; `session_ids[i]` and `metrics[i]` say whose they are.
        """
        import numpy

        query = {"format": "npz", "as_of": as_of}
        check_query("POST", "metrics/history", query)
        response = self._transport.call("POST", "metrics/history", query=query, json_body=_question(question))
        with numpy.load(io.BytesIO(response.content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def metric_frame(self, **question: Any) -> Any:
        """The same points as a pandas data frame with a row for each: session, metric, step, time, value, and an index by time."""
        import numpy
        import pandas

        arrays = self.metric_arrays(**question)
        counts = numpy.diff(arrays.pop("offsets"))
        names = {"session_ids": "session_id", "session_names": "session_name", "metrics": "metric", "axes": "axis", "groups": "group"}
        plurals = {"steps": "step", "epochs": "epoch", "values": "value", "smoothed_values": "smoothed_value", "attempts": "attempt",
                   "relative_times": "relative_time", "places": "place"}
        columns: Dict[str, Any] = {}
        for name, label in names.items():
            if name in arrays:
                columns[label] = numpy.repeat(arrays.pop(name), counts)
        times = arrays.pop("times", None)
        for name, values in arrays.items():
            columns[plurals.get(name, name)] = values
        if times is not None:
            columns["time"] = pandas.to_datetime(numpy.round(times * 1e6).astype("int64"), unit="us", utc=True)
        return pandas.DataFrame(columns)

    def export_session(self, session_id: str, **query: Any) -> Iterator[Document]:
        """Every point of every metric of a session, one after another, unthinned: `metric_names`, `attempts`, `as_of`.

        With `layout="wide"` every step and epoch instead, with the metrics' values by their names.
        """
        return self._lines(self._session(session_id, "export"), {"format": "jsonl", **query})

    def get_loss_graph(self, session_id: Optional[str] = None, **query: Any) -> Document:
        """The losses over epochs, by default of the session that was active last."""
        return self._get(_of("graphs/loss", session_id), query)

    def get_learning_rate_graph(self, session_id: Optional[str] = None, **query: Any) -> Document:
        """The learning rate over epochs."""
        return self._get(_of("graphs/learning-rate", session_id), query)

    def get_gpu_usage_graph(self, session_id: Optional[str] = None, **query: Any) -> Document:
        """GPU usage over time."""
        return self._get(_of("graphs/gpu-usage", session_id), query)

    def get_metric_graph(self, metric_name: str, session_id: Optional[str] = None, **query: Any) -> Document:
        """One metric over epochs, as a graph."""
        return self._get(_of(f"graphs/metrics/{segment(metric_name)}", session_id), query)

    # What a trainer calls; `session()` does all of it

    def claim_attempt(self, session_id: str, *, idempotency_key: Optional[str] = None, **claim: Any) -> Document:
        """Claims a session: `lease_seconds`, `host`, `process_id`, `devices`, `world_size`. Returns the `token`.

        To get the token of the same claim again in another call, give the same `idempotency_key` and `claim_secret`, which
        is made at random and told to nobody else.
        """
        claim.setdefault("claim_secret", new_claim_secret())
        return self._post(self._session(session_id, "attempts"), claim, key=idempotency_key)

    def report_attempt_started(self, session_id: str, attempt: int, token: str, **report: Any) -> Document:
        """Says where an attempt begins: `first_epoch`, `first_step`, `checkpoint_id`, …."""
        return self._post(self._session(session_id, f"attempts/{attempt}/started"), report, token=token)

    def renew_lease(self, session_id: str, attempt: int, token: str) -> Document:
        """Renews an attempt's lease."""
        return self._post(self._session(session_id, f"attempts/{attempt}/renew"), {}, token=token)

    def join_rank(self, session_id: str, attempt: int, token: str, **rank: Any) -> Document:
        """Names a further process of an attempt: `rank`, `world_size`, `host`, `devices`, `process_id`."""
        return self._post(self._session(session_id, f"attempts/{attempt}/ranks"), rank, token=token)

    def report_metrics(self, session_id: str, token: str, **report: Any) -> Document:
        """Reports points: `attempt`, and `points` or `series`."""
        return self._post(self._session(session_id, "metrics"), report, token=token)

    def report_epoch(self, session_id: str, token: str, **report: Any) -> Document:
        """Reports a completed epoch: `attempt`, `epoch`, `step`, `metrics`."""
        return self._post(self._session(session_id, "epochs"), report, token=token)

    def report_progress(self, session_id: str, token: str, **report: Any) -> Document:
        """Reports where an attempt is: `attempt`, `epoch`, `step`, `fraction`."""
        return self._post(self._session(session_id, "progress"), report, token=token)

    def report_logs(self, session_id: str, token: str, **report: Any) -> Document:
        """Reports `lines`."""
        return self._post(self._session(session_id, "logs"), report, token=token)

    def report_host_readings(self, session_id: str, token: str, **report: Any) -> Document:
        """Reports `readings` of the machine."""
        return self._post(self._session(session_id, "host-readings"), report, token=token)

    def finish_attempt(self, session_id: str, token: str, **report: Any) -> Document:
        """Ends an attempt: `attempt`, `outcome`, `message`, …."""
        return self._post(self._session(session_id, "finish"), report, token=token)

    def report_result(self, session_id: str, name: str, value: float, source: str, step: Optional[int] = None) -> Document:
        """Records a result that was measured outside the training, such as a test score."""
        body = {"name": name, "value": value, "source": source, "step": step}
        return self._post(self._session(session_id, "results"), {k: v for k, v in body.items() if v is not None})

    def report_provenance(self, session_id: str, facts: Mapping[str, Any], attempt: Optional[int] = None) -> Document:
        """Records facts about a session."""
        body = {"facts": dict(facts), **({"attempt": attempt} if attempt is not None else {})}
        return self._post(self._session(session_id, "provenance"), body)

    # Logs and readings

    def get_logs(self, session_id: str, **query: Any) -> Document:
        """A session's log lines: `after`, `limit`, `rank`, `source`, `contains`. While `last_line` is below `total` there are more."""
        return self._get(self._session(session_id, "logs"), query)

    def get_host_readings(self, session_id: str, **query: Any) -> Document:
        """What the trainer's machine measured."""
        return self._get(self._session(session_id, "host-readings"), query)

    # Checkpoints

    def upload_checkpoint(
        self,
        path: Path,
        session_id: str,
        epoch: int,
        metrics: Optional[Mapping[str, float]] = None,
        step: Optional[int] = None,
        *,
        token: Optional[str] = None,
        **query: Any,
    ) -> Document:
        """Uploads a file, streamed, as a checkpoint. Raises `PIVOTError` when the server did not get the bytes that were sent."""
        fields = {
            "session_id": session_id, "epoch": epoch, "step": step, "metrics": json.dumps(metrics) if metrics else None,
            "filename": pathlib.Path(path).name, **query,
        }
        return self._upload("POST", "checkpoints", path, fields, "application/octet-stream", token)

    def get_checkpoint(self, checkpoint_id: str, **query: Any) -> Document:
        """A checkpoint's document."""
        return self._get(f"checkpoints/{segment(checkpoint_id)}", query)

    def delete_checkpoint(self, checkpoint_id: str, reason: Optional[str] = None) -> Document:
        """Deletes a checkpoint; `reason` stands in its event."""
        return self._delete(f"checkpoints/{segment(checkpoint_id)}", {"reason": reason})

    def download_checkpoint(self, checkpoint_id: str, target: Path) -> pathlib.Path:
        """Downloads a checkpoint to a file, which appears only once its digest is verified."""
        digest = str(self.get_checkpoint(checkpoint_id)["digest"])
        return self._transport.download(f"checkpoints/{segment(checkpoint_id)}/download", target, digest=digest)

    # Artifacts

    def list_artifacts(self, session_id: str, **query: Any) -> Document:
        """A session's artifacts: `prefix`, `kind`, `key`, `start_step`, `end_step`, `attempts`."""
        return self._get(self._session(session_id, "artifacts"), query)

    def upload_artifact(
        self,
        session_id: str,
        path: str,
        file: Path,
        *,
        content_type: str = "application/octet-stream",
        kind: Optional[str] = None,
        key: Optional[str] = None,
        step: Optional[int] = None,
        token: Optional[str] = None,
    ) -> Document:
        """Uploads a file, streamed, as a session's artifact `path`."""
        query = {"kind": kind, "key": key, "step": step}
        return self._upload("PUT", artifact_route(session_id, path), file, query, content_type, token)

    def download_artifact(
        self, session_id: str, path: str, target: Path, digest: Optional[str] = None
    ) -> pathlib.Path:
        """Downloads an artifact, the newest version or the one with `digest`, to a file that appears once it is verified."""
        return self._transport.download(
            artifact_route(session_id, path), target, digest=digest, query={"digest": digest}
        )

    def delete_artifact(self, session_id: str, path: str) -> Document:
        """Deletes an artifact; its versions stay known."""
        return self._write("DELETE", artifact_route(session_id, path))

    # Events and feeds

    def get_events(self, **query: Any) -> Iterator[Document]:
        """The events of the whole log: `stream`, `after`, `limit`, `follow`."""
        return self._lines("events", query)

    def get_session_events(self, session_id: str, **query: Any) -> Iterator[Document]:
        """The events of a session."""
        return self._lines(self._session(session_id, "events"), query)

    def stream_metrics(
        self, session_id: str, *, types: Optional[Sequence[str]] = None, after: Optional[int] = None
    ) -> Iterator[Document]:
        """The frames of a session as they arrive, until its end: history first, then live.

        The frame of a completed epoch has its metrics by their names too, beside `epoch`. A broken connection is resumed after
        the last frame received, so that nothing is missed or repeated; frames of the connection itself are left out. `types`
        selects frames, such as `metrics`; `after` starts after a position of the log. Raises `PIVOTError` when the server can
        no longer be reached.
        """
        for frame in self._follow(f"sse/training/{segment(session_id)}", types, after):
            if frame.get("type") == "epoch_complete":
                # A metric called like a field of the frame stands in `metrics` only.
                yield {**frame.get("metrics", {}), **frame}
            elif frame.get("type") != "connection":
                yield frame

    def stream_all(self, *, types: Optional[Sequence[str]] = None, after: Optional[int] = None) -> Iterator[Document]:
        """The frames of all sessions as they arrive, without end."""
        return self._follow("sse/broadcast", types, after)

    # Alerts

    def create_alert_rule(
        self,
        name: str,
        condition: str,
        metric: Optional[str] = None,
        threshold: Optional[float] = None,
        *,
        idempotency_key: Optional[str] = None,
        **fields: Any,
    ) -> Document:
        """Adds a rule that raises an alert when something is wrong.

        `condition` is `greater_than`, `less_than`, `is_nan`, `no_improvement`, `increases_by`, `no_report`,
        `training_started`, `training_completed`, `training_failed` or `training_stopped`; in `metric`, `*` stands for any
        characters. The other fields are those of the API: `window`, `for_points`, `for_seconds`, `silence_seconds`,
        `severity`, `cooldown_seconds`, `actions` (of `notify`, `stop` and `tag`), `tag`, `filter`, `session_id`, …
        """
        rule = {"name": name, "condition": condition, "metric": metric, "threshold": threshold, **fields}
        return self._write("POST", "alerts/rules", _question(rule), idempotency_key)

    def list_alert_rules(self, **query: Any) -> Document:
        """The rules, in the order of their creation: `limit`, `offset`."""
        return self._get("alerts/rules", query)

    def get_alert_rule(self, rule_id: str, **query: Any) -> Document:
        """A rule."""
        return self._get(f"alerts/rules/{segment(rule_id)}", query)

    def update_alert_rule(self, rule_id: str, *, idempotency_key: Optional[str] = None, **changes: Any) -> Document:
        """Changes a rule: `enabled`, `threshold`, `severity`, `actions`, … Alerts by what it was before are over."""
        return self._write("PATCH", f"alerts/rules/{segment(rule_id)}", changes, idempotency_key)

    def delete_alert_rule(self, rule_id: str) -> Document:
        """Deletes a rule, and returns it as it was. Its alerts are over, and stay in the list."""
        return self._write("DELETE", f"alerts/rules/{segment(rule_id)}")

    def list_alerts(self, **query: Any) -> Document:
        """Alerts, the newest first: `status` (one or a list), `severity`, `session_id`, `rule_id`, `as_of`, `limit`, …"""
        return self._get("alerts", {name: _list(value) for name, value in query.items()})

    def get_alert(self, alert_id: str, **query: Any) -> Document:
        """An alert; with `as_of`, as it was at a position of the log or at a time."""
        return self._get(f"alerts/{segment(alert_id)}", query)

    def acknowledge_alert(self, alert_id: str, by: Optional[str] = None, notes: Optional[str] = None) -> Document:
        """Says that somebody has seen an alert. Raises `PIVOTError` with status 409 when it is over."""
        return self._write("POST", f"alerts/{segment(alert_id)}/acknowledge", _question({"by": by, "notes": notes}))

    def resolve_alert(self, alert_id: str, by: Optional[str] = None, notes: Optional[str] = None) -> Document:
        """Ends an alert by hand. Raises `PIVOTError` with status 409 when it is over."""
        return self._write("POST", f"alerts/{segment(alert_id)}/resolve", _question({"by": by, "notes": notes}))

    # Models

    def list_models(self, **query: Any) -> Document:
        """The models in the order of their names, and what their aliases point at: `as_of`, `limit`, `offset`."""
        return self._get("models", query)

    def get_model(self, model: str, **query: Any) -> Document:
        """A model's aliases, and what happened to them, the newest first: `as_of`, `limit`, `offset`."""
        return self._get(f"models/{segment(model)}", query)

    def get_model_alias(self, model: str, alias: str, **query: Any) -> Document:
        """What an alias points at, since when, who said so and why; with `as_of`, as it was."""
        return self._get(f"models/{segment(model)}/aliases/{segment(alias)}", query)

    def set_model_alias(
        self,
        model: str,
        alias: str,
        checkpoint_id: str,
        reason: str,
        *,
        by: Optional[str] = None,
        idempotency_key: Optional[str] = None,
        **expectation: Any,
    ) -> Document:
        """Points an alias at a checkpoint, which can then not be deleted.

        With `expected_checkpoint_id` the alias moves only if it points there until then, or with None, if there is no such
        alias: otherwise `PIVOTError` with status 409, whose details name the checkpoint that it points at.
        """
        target = {**_question({"checkpoint_id": checkpoint_id, "reason": reason, "by": by}), **expectation}
        return self._write("PUT", f"models/{segment(model)}/aliases/{segment(alias)}", target, idempotency_key)

    def remove_model_alias(self, model: str, alias: str, reason: str, **query: Any) -> Document:
        """Takes an alias away, and returns it as it was: `by`, `expected_checkpoint_id`."""
        return self._delete(f"models/{segment(model)}/aliases/{segment(alias)}", {"reason": reason, **query})

    def get_model_lineage(self, model: str, alias: str, **query: Any) -> Document:
        """Where what an alias points at comes from: checkpoint, session, configuration, code, data and ancestors; `as_of`."""
        return self._get(f"models/{segment(model)}/aliases/{segment(alias)}/lineage", query)

    # Retention

    def list_retention_rules(self, **query: Any) -> Document:
        """The rules that say what is kept of sessions, in the order of their names; with `as_of`, as they were."""
        return self._get("retention/rules", query)

    def set_retention_rule(
        self, name: str, status: str, after_days: int, *, idempotency_key: Optional[str] = None, **choices: Any
    ) -> Document:
        """Makes a rule, or makes it what is said now.

        It is about sessions that are `archived`, or have `ended`; the days are counted from then. `redact` (a list of kinds as
        for `redact_session`) takes content away, `keep_best_checkpoints` deletes all checkpoints but so many, and `filter`
        narrows the sessions.
        """
        rule = {"status": status, "after_days": after_days, **choices}
        return self._write("PUT", f"retention/rules/{segment(name)}", rule, idempotency_key)

    def delete_retention_rule(self, name: str) -> Document:
        """Deletes a rule, and returns it as it was. What it took away stays away."""
        return self._delete(f"retention/rules/{segment(name)}", {})

    def preview_retention(self, **query: Any) -> Document:
        """What the rules would take away now, and from which sessions: `limit`."""
        return self._get("retention/preview", query)

    def run_retention(self, **query: Any) -> Document:
        """Takes away what the rules say now, of at most `limit` sessions; with `has_more` another call goes on."""
        return self._post("retention/run", query=query)

    # Notifications

    def list_notifications(self, **query: Any) -> Document:
        """Notifications that are not cleared, the newest first, and how many of them are not read.

        `type` (`training`, `alert` or `system`), `priority` (`low`, `medium` or `high`), `unread`, `session_id`, `limit`,
        `offset`.
        """
        return self._get("notifications", query)

    def read_notification(self, notification_id: str) -> Document:
        """Marks a notification as read."""
        return self._write("POST", f"notifications/{segment(notification_id)}/read")

    def read_all_notifications(self) -> Document:
        """Marks all notifications that there are as read, and returns the counts."""
        return self._write("POST", "notifications/read-all")

    def clear_notification(self, notification_id: str) -> Document:
        """Takes a notification out of the list, and returns it as it was."""
        return self._write("DELETE", f"notifications/{segment(notification_id)}")

    def clear_notifications(self) -> Document:
        """Takes all notifications that there are out of the list, and returns the counts."""
        return self._write("DELETE", "notifications")

    # Webhooks

    def create_webhook(self, url: str, events: Sequence[str], **options: Any) -> Document:
        """Registers an address that events are sent to."""
        return self._post("webhooks", {"url": url, "events": list(events), **options})

    def update_webhook(self, webhook_id: str, **changes: Any) -> Document:
        """Changes a webhook: `url`, `events`, `format`, `filter`, `enabled`, `secret` or `generate_secret`."""
        return self._write("PATCH", f"webhooks/{segment(webhook_id)}", changes)

    def test_webhook(self, webhook_id: str) -> Document:
        """Sends a test at once, and tells what became of it."""
        return self._post(f"webhooks/{segment(webhook_id)}/test")

    def replay_webhook(self, webhook_id: str, after: int) -> Document:
        """Has every event after a position of the log sent again, under the same delivery ids."""
        return self._post(f"webhooks/{segment(webhook_id)}/replay", query={"after": after})

    def resume_webhooks(self) -> Document:
        """Has webhooks told again after a restore, which pauses them."""
        return self._post("webhooks/resume")

    def list_deliveries(self, webhook_id: str, **query: Any) -> Document:
        """What was sent to a webhook, those of the newest events first: `status`, `limit`, `offset`."""
        return self._get(f"webhooks/{segment(webhook_id)}/deliveries", query)

    def get_delivery(self, webhook_id: str, delivery_id: str, **query: Any) -> Document:
        """One delivery, with what is sent."""
        return self._get(f"webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}", query)

    def redeliver(self, webhook_id: str, delivery_id: str) -> Document:
        """Has one event sent once more, under the same delivery id."""
        return self._post(f"webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}/redeliver")

    def list_webhooks(self, **query: Any) -> Document:
        """The webhooks."""
        return self._get("webhooks", query)

    def get_webhook(self, webhook_id: str, **query: Any) -> Document:
        """A webhook."""
        return self._get(f"webhooks/{segment(webhook_id)}", query)

    def delete_webhook(self, webhook_id: str) -> Document:
        """Deletes a webhook."""
        return self._write("DELETE", f"webhooks/{segment(webhook_id)}")

    # The tree over the log

    def get_tree_head(self) -> Document:
        """The size and root of the tree over the log, and both as a signed note."""
        return self._get("audit/tree-head")

    def get_inclusion_proof(self, position: int, size: Optional[int] = None) -> Document:
        """The proof that the tree of `size` records, the current one by default, has the record at `position`."""
        return self._get("audit/proof/inclusion", {"position": position, "size": size})

    def get_consistency_proof(self, from_size: int, to_size: Optional[int] = None) -> Document:
        """The proof that the tree of `to_size` records, the current one by default, begins with that of `from_size`."""
        return self._get("audit/proof/consistency", {"from": from_size, "to": to_size})

    def get_session_proofs(self, session_id: str, **query: Any) -> Document:
        """A page of a session's records with their proofs: `stream`, `after`, `limit`, `size`, `payloads`.

        Give the first page's `size` for the others, so that all are proven by its tree head.
        """
        return self._get(f"audit/sessions/{segment(session_id)}", query)

    def get_model_proofs(self, name: str, **query: Any) -> Document:
        """A page of a model's records with their proofs: `after`, `limit`, `size`, `payloads`, as `get_session_proofs` has
        those of a session.
        """
        return self._get(f"audit/models/{segment(name)}", query)

    def get_public_keys(self) -> Document:
        """The log's name, and the keys that sign its tree heads or did."""
        return self._get("audit/public-key")

    def rotate_log_key(self, overlap_days: Optional[float] = None) -> Document:
        """Has a new key sign the tree heads; the keys before sign too for `overlap_days`, 90 by default."""
        return self._write("POST", "audit/rotate-key", _question({"overlap_days": overlap_days}))

    def get_log_checkpoint(self) -> str:
        """The tree head as a note alone."""
        return self._transport.call("GET", "audit/log/checkpoint", headers={"Accept": "text/plain"}).text

    def get_log_tile(self, path: str) -> bytes:
        """The bytes of a tile; `path` is what comes after `tile/`, such as `0/x001/067` or `entries/000.p/7`."""
        return self._transport.call("GET", "audit/log/tile/" + "/".join(map(segment, path.split("/")))).content

    # The server

    def get_health(self) -> Document:
        """Whether the server is healthy."""
        return self._get("health")

    def get_detailed_health(self) -> Document:
        """The health of the server's parts."""
        return self._get("health/detailed")

    def ping(self) -> Document:
        """Whether the server answers."""
        return self._get("ping")

    def get_cpu_resources(self) -> Document:
        """The server's processors."""
        return self._get("monitor/resources/cpu")

    def get_memory_resources(self) -> Document:
        """The server's memory."""
        return self._get("monitor/resources/memory")

    def get_disk_resources(self) -> Document:
        """The server's disks."""
        return self._get("monitor/resources/disk")

    def get_gpu_resources(self) -> Document:
        """The server's GPUs."""
        return self._get("monitor/resources/gpu")

    def rebuild_read_models(self) -> Document:
        """Rebuilds the read models from the log."""
        return self._post("maintenance/rebuild")

    def get_rebuild_state(self) -> Document:
        """How far a rebuild has come."""
        return self._get("maintenance/rebuild")

    def get_storage(self, session_id: Optional[str] = None, **query: Any) -> Document:
        """Where the disk goes, and what deleting or pruning would free, with the files of a session: `limit`, `offset`."""
        return self._get("storage", {"session_id": session_id, **query})

    def get_server_telemetry(self) -> str:
        """The server's own counters, as Prometheus reads them."""
        return self._transport.call("GET", "metrics", outside=True, headers={"Accept": "text/plain"}).text

    def get_openapi(self) -> Document:
        """The API's document."""
        return self._get("openapi.json")

    # Inside

    @staticmethod
    def _session(session_id: str, rest: str = "") -> str:
        return f"training/sessions/{segment(session_id)}" + (f"/{rest}" if rest else "")

    def _get(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Document:
        check_query("GET", path, query)
        return json_object(self._transport.call("GET", path, query=query))

    def _post(
        self,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        *,
        query: Optional[Mapping[str, Any]] = None,
        key: Optional[str] = None,
        token: Optional[str] = None,
    ) -> Document:
        check_query("POST", path, query)
        headers = {"Authorization": f"Lease {token}"} if token else None
        return json_object(
            self._transport.call("POST", path, query=query, json_body=body, headers=headers, idempotency_key=key)
        )

    def _write(
        self, method: str, path: str, body: Optional[Mapping[str, Any]] = None, key: Optional[str] = None
    ) -> Document:
        return json_object(
            self._transport.call(method, path, json_body=body, idempotency_key=key or new_command_id())
        )

    def _delete(self, path: str, query: Mapping[str, Any]) -> Document:
        return json_object(self._transport.call("DELETE", path, query=query, idempotency_key=new_command_id()))

    def _upload(
        self,
        method: str,
        path: str,
        file: Path,
        query: Mapping[str, Any],
        content_type: str,
        token: Optional[str],
    ) -> Document:
        opened: List[BinaryIO] = []

        def body() -> Body:
            for earlier in opened:
                earlier.close()
            opened[:] = [open(file, "rb")]
            return FileBody(opened[0])

        check_query(method, path, query)
        headers = {"Content-Type": content_type}
        if token:
            headers["Authorization"] = f"Lease {token}"
        try:
            answer = self._transport.call(
                method, path, query=query, body=body, headers=headers, idempotency_key=new_command_id()
            )
            document = json_object(answer)
            sent = opened[0]
            sent.seek(0)
            found = _digest(sent)
        finally:
            for one in opened:
                one.close()
        if document.get("digest", found) != found:
            raise PIVOTError(
                f"{file} changed while it was sent: the server received {document['digest']}, and it is now {found}. Send it again.",
                status=answer.status_code, code="digest_mismatch",
            )
        return document

    def _lines(self, path: str, query: Mapping[str, Any]) -> Iterator[Document]:
        check_query("GET", path, query)
        with self._transport.call("GET", path, query=query, stream=True) as response:
            for line in response.iter_lines(1 << 16):
                if line:
                    yield json.loads(line)

    def _follow(self, path: str, types: Optional[Sequence[str]], after: Optional[int]) -> Iterator[Document]:
        query: Dict[str, Any] = {"types": ",".join(types) if types else None, "after": after}
        last: Optional[str] = None
        failures = 0
        while True:
            headers = {"Accept": "text/event-stream"}
            if last is not None:
                headers["Last-Event-ID"] = last
            try:
                with self._transport.send("GET", path, query=query, headers=headers, stream=True) as response:
                    if response.status_code == 204:
                        return
                    identifier: Optional[str] = None
                    data: List[str] = []
                    # By lines of bytes: U+2028 and the like end no line of a feed.
                    for raw in response.iter_lines(1, delimiter=b"\n"):
                        line = raw.decode()
                        if line.startswith("id: "):
                            identifier = line[4:]
                        elif line.startswith("data: "):
                            data.append(line[6:])
                        elif not line and data:
                            frame = json.loads("\n".join(data))
                            last, data, failures = identifier or last, [], 0
                            yield frame
                            if _is_end(frame, path):
                                return
                error: PIVOTError = Unreachable(f"The feed {path} ended.")
            except requests.RequestException as broken:
                error = Unreachable(f"The feed {path} was interrupted: {type(broken).__name__}.")
            except PIVOTError as refused:
                if not is_passing(refused):
                    raise
                error = refused
            if failures >= max(10, self._transport.retries):
                raise error
            time.sleep(pause(error, failures))
            failures += 1


class FileBody:
    """An open file as a body with a length, sent in large pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.len = os.fstat(file.fileno()).st_size

    def __iter__(self) -> Iterator[bytes]:
        while True:
            part = self._file.read(1 << 20)
            if not part:
                return
            yield part


def _is_end(frame: Mapping[str, Any], path: str) -> bool:
    """Whether a frame is the last of its session's feed."""
    if not path.startswith("sse/training"):
        return False
    kind = frame.get("type")
    return kind in ("training_complete", "error") or (kind == "status" and frame.get("status") == "stopped")


def _digest(file: BinaryIO) -> str:
    hasher = hashlib.sha256()
    while True:
        part = file.read(1 << 20)
        if not part:
            return "sha256:" + hasher.hexdigest()
        hasher.update(part)


def _of(path: str, session_id: Optional[str]) -> str:
    return path if session_id is None else f"{path}/{segment(session_id)}"


__all__ = ["Document", "PIVOTClient"]


def _list(value: Any) -> Any:
    return ",".join(value) if isinstance(value, (list, tuple)) else value


def _question(question: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in question.items() if value is not None}
