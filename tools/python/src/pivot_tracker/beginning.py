"""How a session begins: created, resumed, or joined in a program that the server runs."""

from __future__ import annotations

import json
import os
import pathlib
import secrets
import socket
import sys
from typing import Any, Dict, List, Optional, Sequence, Union

from . import identifiers
from .announcements import begun, is_quiet, say
from .delivery import LEASE_SECONDS
from .errors import PIVOTError, SpoolError
from .host_readings import MINIMUM_INTERVAL
from .log_queue import Made
from .number_reading import check_name
from .params import flattened, in_parts
from .pipeline import logger
from .provenance import ProvenanceCapture
from .session import Session, _open
from .spool import DEFAULT_LIMIT_BYTES, Kind, State, default_root
from .transport import Transport, base_url as checked_url, json_object


def session(
    name: Optional[str] = None,
    *,
    config: Any = None,
    tags: Sequence[str] = (),
    experiment: Optional[str] = None,
    group: Optional[str] = None,
    notes: Optional[str] = None,
    epochs: Optional[int] = None,
    monitor: Optional[str] = None,
    mode: Optional[str] = None,
    checkpoint_id: Optional[str] = None,
    resume: Optional[str] = None,
    base_url: Optional[str] = None,
    provenance: bool = True,
    capture_output: bool = True,
    host_readings: bool = True,
    host_interval: float = 10.0,
    quiet: Optional[bool] = None,
    spool_dir: "Union[None, str, os.PathLike[str]]" = None,
    interval: float = 0.05,
    patience: float = 3.0,
) -> Session:
    """Begins a session and returns the object that logs to it.

    Creates a session of kind `external`, whose params are `config` (any nested mapping, dataclass or namespace) and whose
    planned epochs are `epochs`; with `checkpoint_id` it continues from that checkpoint. `monitor` is the metric by which the
    best checkpoint is chosen, by default `val_loss`, and `mode` says whether "min" or "max" of it is better, by default "min"
    for names with "loss" or "error" and "max" for others. With `resume`, begins a new attempt
    of that session. In a program that the server runs (PIVOT_SESSION_ID and PIVOT_LEASE are set), joins that session and
    adds `config` to its params; this removes PIVOT_LEASE from the environment, so that it happens once.

    No server is needed: what is logged is kept in the spool below `spool_dir` until one can be reached. If one answers within
    `patience` seconds and refuses the session, this raises `PIVOTError` at once. `interval` is the longest time, in seconds,
    until what was logged is in the spool.

    With `capture_output`, what the program prints through `sys.stdout` and `sys.stderr` goes into the session's log as well as
    to the terminal; the server does that itself for programs that it runs. With `host_readings`, processors, memory and GPUs
    are read every `host_interval` seconds. A line on standard error tells where the session can be opened, and one how it
    ended, unless `quiet` or the environment variable PIVOT_QUIET=1 asks for silence. Raises `SpoolError` when no spool can be
    made, and `TypeError` or `ValueError` for a wrong argument.
    """
    check_arguments(
        config=config, tags=tags, epochs=epochs, monitor=monitor, mode=mode, host_interval=host_interval, base_url=base_url
    )
    configuration = _configuration(epochs, monitor, mode)
    url = checked_url(base_url)
    root = pathlib.Path(spool_dir) if spool_dir is not None else default_root()
    params = flattened(config) if config is not None else {}
    parts = in_parts(params)
    is_new = resume is None and not (os.environ.get("PIVOT_SESSION_ID") and os.environ.get("PIVOT_LEASE"))
    if is_new and not name:
        name = pathlib.Path(sys.argv[0] or "session").stem or "session"
    state = State(spool_id="py-" + secrets.token_hex(8), base_url=url, process_id=os.getpid(), name=name or "")
    beginning: List[Made] = []
    joined, lease = os.environ.get("PIVOT_SESSION_ID"), os.environ.get("PIVOT_LEASE")
    may_resume = True
    if resume is None and joined and lease:
        state.joined, state.session_id, state.token = True, joined, lease
        # The lease is this session object's alone: a second one, and those of processes that are started from here, are
        # sessions of their own instead of ending this one.
        del os.environ["PIVOT_LEASE"]
        state.attempt = _joined_attempt(url, joined)
        later = parts
    else:
        if resume is None:
            command = identifiers.new_command_id()
            state.session_id = identifiers.session_id(command)
            may_resume = checkpoint_id is not None
            body = {
                "session_name": name, "config": configuration,
                "params": parts[0] if parts else {}, "tags": list(tags), "experiment": experiment, "group": group, "notes": notes,
                "checkpoint_id": checkpoint_id,
            }
            created = json.dumps({key: value for key, value in body.items() if value is not None}).encode()
            later = parts[1:]
            beginning.append(Made(Kind.CREATE, created, command))
        else:
            state.session_id = resume
            _deliver_leftovers(root, resume, url)
            later = parts
        claim = {
            "lease_seconds": LEASE_SECONDS, "host": socket.gethostname(), "process_id": os.getpid(),
            "claim_secret": identifiers.new_claim_secret(),
        }
        beginning.insert(0 if resume is not None else 1, Made(Kind.CLAIM, json.dumps(claim).encode()))
    beginning += [Made(Kind.PARAMS, json.dumps({"params": part}).encode()) for part in later]
    limit = int(os.environ.get("PIVOT_SPOOL_LIMIT") or DEFAULT_LIMIT_BYTES)
    made = Session(
        state, root, beginning, limit=limit, interval=interval / 2, may_resume=may_resume, params=params,
        configuration=configuration if is_new else None, quiet=is_quiet(quiet, state.joined),
    )
    made._pipeline.wait_for_first_answer(patience)
    refusal = made._pipeline.fatal
    if refusal is not None:
        made._closing = "The server refused the session."
        _open.discard(made)
        made._pipeline.end(0.0)
        made._writer.remove()
        raise refusal
    document = made._pipeline.delivery.document or {}
    made.name = made.name or str(document.get("session_name") or "")
    if not made._is_quiet:
        waiting_in = None if state.attempt else str(made.spool_path)
        say(begun(made.name, made.session_id, url, waiting_in))
    if monitor is not None and not is_new:
        _check_monitor(made, monitor, mode)
    if capture_output and not os.environ.get("PIVOT_SESSION_ID"):
        made._capture_output()
    if host_readings and not state.joined:  # The server's own trainer reads the machine of a program that it runs.
        made._read_host(host_interval)
    if state.joined:
        made._hear_sigterm()
    if provenance:
        made._provenance = ProvenanceCapture(made._record_provenance)
    return made


def check_arguments(
    *,
    config: Any = None,
    tags: Sequence[str] = (),
    epochs: Optional[int] = None,
    monitor: Optional[str] = None,
    mode: Optional[str] = None,
    host_interval: float = MINIMUM_INTERVAL,
    base_url: Optional[str] = None,
    **_: Any,
) -> None:
    """Raises `TypeError` or `ValueError`, naming the argument, for arguments with which `session()` cannot begin."""
    if isinstance(tags, str):
        raise TypeError(f"tags must be a list of strings, such as [{tags!r}], not a single string.")
    if not host_interval >= MINIMUM_INTERVAL:
        raise ValueError(f"host_interval must be {MINIMUM_INTERVAL} seconds or more, not {host_interval!r}.")
    _configuration(epochs, monitor, mode)
    checked_url(base_url)
    if config is not None:
        flattened(config)


def _configuration(epochs: Optional[int], monitor: Optional[str], mode: Optional[str]) -> Dict[str, Any]:
    """The configuration of a new session. Raises `TypeError` or `ValueError`, naming the argument."""
    train: Dict[str, Any] = {}
    if epochs is not None:
        train["epochs"] = epochs
    if monitor is not None:
        try:
            check_name(monitor)
        except (TypeError, ValueError) as error:
            raise type(error)(f"monitor must be the name of a metric, such as 'val_loss': {error}") from None
        train["checkpoint_monitor"] = monitor
    if mode is not None:
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', whichever is better of the monitored metric, not {mode!r}.")
        if monitor is None:
            raise ValueError(f"mode={mode!r} says which values of a metric are better; name the metric with monitor.")
        train["checkpoint_mode"] = mode
    return {"trainer": {"kind": "external"}, "max_restarts": 0, **({"train": train} if train else {})}


def _check_monitor(made: Session, monitor: str, mode: Optional[str]) -> None:
    """Says so when the best checkpoint of a session that exists already is chosen otherwise than asked for here."""
    train = made.config.get("train")
    if not isinstance(train, dict) or "checkpoint_monitor" not in train:
        return
    chosen, better = train["checkpoint_monitor"], train.get("checkpoint_mode")
    if chosen != monitor or mode not in (None, better):
        logger.warning(
            "The best checkpoint of %s is chosen by the %s of %s, as its configuration says; monitor and mode are decided when a "
            "session is created.", made.session_id, better, chosen,
        )


def _joined_attempt(url: str, session_id: str) -> int:
    told = os.environ.get("PIVOT_ATTEMPT")
    if told:
        return int(told)
    transport = Transport(url)
    try:
        return int(json_object(transport.call("GET", f"training/sessions/{session_id}"))["attempt"])
    finally:
        transport.close()


def _deliver_leftovers(root: pathlib.Path, session_id: str, url: str) -> None:
    """Delivers what earlier processes of a session left, which releases its lease; without a server nothing changes."""
    from .sync import deliver_spool  # sync imports what this module makes

    for folder in sorted(root.glob(f"{session_id}-*")):
        try:
            deliver_spool(folder, url)
        except (PIVOTError, SpoolError) as error:
            logger.warning("What is left in %s will be delivered later: %s", folder, error)
