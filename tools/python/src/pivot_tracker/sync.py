"""Delivers what processes left in their spools: `python -m pivot_tracker sync`, or `pivot-sync`."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Callable, List, Optional, Sequence

from .delivery import Delivery, Fatal
from .errors import PIVOTError, SpoolError
from .progress_bar import ProgressBar
from .spool import SEGMENT_BYTES, Lock, SpoolReader, default_root, read_state, remove_folder, segment_numbers, segment_path
from .transport import Transport, base_url, is_passing, pause

PASSING_TRIES = 6


@dataclass
class SpoolOutcome:
    """What became of one spool. `outcome` is delivered, in_use, kept (to be tried again) or damaged."""

    spool: str
    session_id: str = ""
    outcome: str = "delivered"
    points: int = 0
    records: int = 0
    refused: List[str] = field(default_factory=list)
    ended_as_failed: bool = False
    damaged_bytes: int = 0
    message: str = ""
    is_unreachable: bool = False


@dataclass
class Leftover:
    """What one spool holds, before it is delivered. `is_in_use` when its process, or another sync, has it."""

    spool: str
    session_id: str
    name: str
    url: str
    bytes: int
    is_in_use: bool
    message: str = ""


def leftovers(root: pathlib.Path, url: Optional[str] = None, session: Optional[str] = None) -> List[Leftover]:
    """The spools below a folder, oldest first, those of one session only if it is named, as `deliver_all` would deliver them to `url` or to their own servers."""
    found: List[Leftover] = []
    for folder in _folders(root, session):
        lock = Lock(folder)
        try:
            is_in_use = not lock.try_take()
        except FileNotFoundError:
            continue  # It was delivered meanwhile.
        except OSError as error:
            found.append(Leftover(str(folder), _session_of(folder), "", "", 0, False, f"It cannot be read: {_cause(error)}."))
            continue
        finally:
            lock.release()
        size = sum(segment_path(folder, number).stat().st_size for number in segment_numbers(folder))
        try:
            state = read_state(folder)
        except SpoolError as error:
            found.append(Leftover(str(folder), _session_of(folder), "", "", size, is_in_use, str(error)))
        else:
            address = base_url(url) if url is not None else state.base_url
            found.append(Leftover(str(folder), state.session_id, state.name, address, size, is_in_use))
    return found


def _folders(root: pathlib.Path, session: Optional[str] = None) -> List[pathlib.Path]:
    prefix = "sess_" if session is None else f"{session}-"
    folders = [path for path in root.iterdir() if path.is_dir() and path.name.startswith(prefix)] if root.is_dir() else []
    return sorted(folders, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _session_of(folder: pathlib.Path) -> str:
    return folder.name.rsplit("-", 2)[0]


def _cause(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def deliver_spool(
    folder: pathlib.Path,
    url: Optional[str] = None,
    told: Callable[[int, int], None] = lambda done, total: None,
    tries: int = PASSING_TRIES,
) -> SpoolOutcome:
    """Delivers one spool completely, and then deletes it.

    `url` takes precedence over the address that the spool names. `told` is called with the bytes delivered and their total.
    After `tries` temporary failures in a row the spool is kept for later. A spool whose process is still running is left
    alone. Raises `SpoolError` for a spool that cannot be read.
    """
    outcome = SpoolOutcome(str(folder), session_id=_session_of(folder))
    lock = Lock(folder)
    try:
        if not lock.try_take():
            outcome.outcome = "in_use"
            outcome.message = "A process is still logging to it, or another sync is delivering it."
            return outcome
        if not (folder / "state.json").exists():
            # Its process was killed while it made the folder, or a sync while it removed it: nothing is in it.
            remove_folder(folder)
            return outcome
        _deliver(folder, url, outcome, told, tries)
        return outcome
    finally:
        lock.release()


def _deliver(
    folder: pathlib.Path, url: Optional[str], outcome: SpoolOutcome, told: Callable[[int, int], None], tries: int
) -> None:
    state = read_state(folder)
    outcome.session_id = state.session_id
    if url is not None:
        state.base_url = base_url(url)
    transport = Transport(state.base_url)
    reader = SpoolReader(folder)
    delivery = Delivery(reader, state, transport, tells_refusals=False)
    total = sum(segment_path(folder, number).stat().st_size for number in segment_numbers(folder))
    first, began = state.segment, state.offset
    failures = 0
    try:
        while True:
            try:
                if not delivery.step():
                    outcome.ended_as_failed = delivery.end_lost("the process ended without finishing")
                    break
                failures = 0
            except Fatal as refused:
                outcome.outcome, outcome.message = "kept", str(refused)
                break
            except PIVOTError as error:
                failures += 1
                if not is_passing(error) or failures >= tries:
                    outcome.outcome, outcome.message, outcome.is_unreachable = "kept", str(error), error.status == 0
                    break
                time.sleep(pause(error, failures))
            done = (state.segment - first) * SEGMENT_BYTES + state.offset - began
            told(min(done, total), total)
    finally:
        transport.close()
    report = delivery.report
    outcome.points, outcome.records, outcome.refused = report.points, report.records, report.refused
    outcome.damaged_bytes = reader.damaged_bytes
    if outcome.outcome == "delivered":
        remove_folder(folder)


def deliver_all(
    root: pathlib.Path,
    url: Optional[str],
    told: Callable[[pathlib.Path, int, int], None] = lambda folder, done, total: None,
    session: Optional[str] = None,
) -> List[SpoolOutcome]:
    """Delivers every spool below a folder, or those of one session, oldest first."""
    outcomes: List[SpoolOutcome] = []
    for folder in _folders(root, session):
        # A server that could not be reached for one spool gets one try for each of the others.
        tries = 1 if any(outcome.is_unreachable for outcome in outcomes) else PASSING_TRIES

        def tell(done: int, total: int, at: pathlib.Path = folder) -> None:
            told(at, done, total)

        try:
            outcomes.append(deliver_spool(folder, url, tell, tries))
        except FileNotFoundError:
            continue  # Its own process, or another sync, delivered it meanwhile.
        except (SpoolError, OSError) as error:
            outcomes.append(SpoolOutcome(str(folder), outcome="damaged", message=str(error)))
    return outcomes


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command. Returns 0 when all is delivered, 1 when something is left or was refused, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="pivot-sync", description="Delivers what training programs logged while the server was unreachable, each point "
        "once. Spools of programs that are still running are left alone."
    )
    parser.add_argument("--spool", type=pathlib.Path, help="folder of the spools; by default PIVOT_SPOOL_DIR, else the user's own")
    parser.add_argument("--url", help="address of the server; by default the one that each program logged to")
    parser.add_argument("--session", metavar="ID", help="deliver only what programs logged to this session")
    parser.add_argument("--dry-run", action="store_true", help="list what would be delivered, and deliver nothing")
    parser.add_argument("--json", action="store_true", help="print what was done, or what failed, as one JSON object")
    options = parser.parse_args(arguments)
    root = options.spool if options.spool is not None else default_root()
    try:
        if options.spool is not None and not root.is_dir():
            raise ValueError(f"There is no folder {root}. Give the folder of the spools with --spool.")
        waiting = leftovers(root, options.url, options.session)
        if options.dry_run:
            _list(root, waiting, options.json)
            return 0
        if not options.json:
            _announce(root, waiting)
        bar = ProgressBar(options.json)
        outcomes = deliver_all(
            root, options.url, lambda folder, done, total: bar.show(folder.name, done, total), options.session)
    except ValueError as error:
        return _fail(str(error), 2, options.json)
    except OSError as error:
        return _fail(f"The spools in {root} cannot be read: {_cause(error)}.", 1, options.json)
    if options.json:
        print(json.dumps({"spools": [asdict(outcome) for outcome in outcomes]}))
    else:
        _print(root, outcomes)
    return 1 if any(outcome.outcome in ("kept", "damaged") or outcome.refused for outcome in outcomes) else 0


def _fail(message: str, status: int, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": "usage" if status == 2 else "failed", "message": message}}))
    else:
        print(f"pivot-sync: {message}", file=sys.stderr)
    return status


def _described(spool: Leftover) -> str:
    name = f" ({spool.name})" if spool.name else ""
    text = f"{spool.session_id}{name}: {spool.bytes} bytes" + (f" for {spool.url}" if spool.url else "")
    if spool.is_in_use:
        text += "; a process is still logging to it, or another sync is delivering it, so it is left alone"
    return text + (f"; {spool.message}" if spool.message else "")


def _list(root: pathlib.Path, spools: List[Leftover], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"spools": [asdict(spool) for spool in spools]}))
        return
    if not spools:
        print(f"There is nothing to deliver in {root}.")
    for spool in spools:
        print(_described(spool))


def _announce(root: pathlib.Path, spools: List[Leftover]) -> None:
    """Says what is about to be delivered: everything that the user's programs left, not only the last one's."""
    if not spools:
        return
    count = "1 spool" if len(spools) == 1 else f"{len(spools)} spools"
    print(f"Delivering {count} from {root} (--dry-run lists them only):")
    for spool in spools:
        print(f"    {_described(spool)}")
    sys.stdout.flush()


def _print(root: pathlib.Path, outcomes: List[SpoolOutcome]) -> None:
    if not outcomes:
        print(f"There is nothing to deliver in {root}.")
    for outcome in outcomes:
        text = f"{outcome.session_id or outcome.spool}: {outcome.outcome.replace('_', ' ')}, {outcome.points} points"
        text += f" in {outcome.records} records"
        if outcome.ended_as_failed:
            text += "; its process ended without finishing, so it is marked as failed"
        print(text)
        if outcome.damaged_bytes:
            print(f"    {outcome.damaged_bytes} bytes were damaged on disk and are lost.")
        if outcome.message and outcome.message not in outcome.refused:
            print(f"    {outcome.message}")
        for refusal in outcome.refused[:10]:
            print(f"    refused: {refusal}")
        if len(outcome.refused) > 10:
            print(f"    and {len(outcome.refused) - 10} more, all kept in {root / 'refused'}")


if __name__ == "__main__":
    sys.exit(main())
