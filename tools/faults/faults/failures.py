"""Disks that refuse: no room, and failing writes and syncs, one after the other under a server that works."""

import errno
import json
import pathlib
import random
import tempfile
import time

from checking import Wrong, require

from .checks import CLIENT_ACTORS, check_server, read_log, settled_log
from .load import Load, Unreachable
from .power import quick_folder
from .preload import (
    CREATE, CUT_SHORT, FOLDER, REFUSE, RENAME, SYNC, TRUNCATE, WRITE, Control)
from .server import FaultServer

LOAD_SECONDS = 0.4
FAULT_SECONDS = 10
END_SECONDS = 20
HEAL_SECONDS = 20
MEBIBYTE = 1 << 20

#: What the server does: it ends, and says that the log has stopped; it goes on, and refuses what it cannot do; or, as it
#: starts, either of the two.
ENDS, GOES_ON, STARTS = "ends", "goes on", "starts"


class Case:
    """One way to fail: of which operations, with which error, and what the server must do."""

    def __init__(self, name, outcome, kinds, match, error, action=REFUSE, most=12, times=-1, free_bytes=0):
        self.name, self.outcome = name, outcome
        self.kinds, self.match, self.error, self.action = kinds, match, error, action
        self.most, self.times, self.free_bytes = most, times, free_bytes


CASES = (
    Case("the journal cannot be synced", ENDS, SYNC, "log/journal", errno.EIO),
    Case("the journal cannot be written", ENDS, WRITE, "log/journal", errno.EIO),
    Case("the log cannot be synced", ENDS, SYNC, "log/data.mdb", errno.EIO, most=3),
    Case("the log cannot be written", ENDS, WRITE, "log/data.mdb", errno.EIO, most=12),
    Case("one sync of the journal fails", ENDS, SYNC, "log/journal", errno.EIO, times=1),
    Case("the journal has no room", GOES_ON, WRITE, "log/journal", errno.ENOSPC),
    Case("the journal has room for half an entry", GOES_ON, WRITE, "log/journal", errno.ENOSPC, action=CUT_SHORT, times=40),
    Case("the log has no room", GOES_ON, WRITE, "log/data.mdb", errno.ENOSPC),
    Case("the log and the journal have no room", GOES_ON, WRITE, "log/", errno.ENOSPC),
    Case("nothing has room", GOES_ON, WRITE | CREATE | FOLDER | TRUNCATE, "", errno.ENOSPC),
    Case("the disk tells of no room", GOES_ON, 0, "", 0, free_bytes=MEBIBYTE),
    Case("files have no room", GOES_ON, WRITE | CREATE, "blobs/", errno.ENOSPC),
    Case("files cannot be written", GOES_ON, WRITE, "blobs/temporary", errno.EIO),
    Case("files cannot be synced", GOES_ON, SYNC, "blobs/", errno.EIO),
    Case("files cannot be renamed", GOES_ON, RENAME, "blobs/", errno.EIO),
    Case("the index of chunks cannot be written", GOES_ON, WRITE | SYNC, "blobs/index", errno.EIO),
    Case("the read models have no room", GOES_ON, WRITE, "read-models/", errno.ENOSPC),
    Case("the read models cannot be written", GOES_ON, WRITE, "read-models/", errno.EIO),
    Case("the read models cannot be synced", GOES_ON, SYNC, "read-models/", errno.EIO),
    Case("a start has no room", STARTS, WRITE | CREATE | FOLDER | TRUNCATE, "", errno.ENOSPC, most=300),
    Case("a start cannot write", STARTS, WRITE, "", errno.EIO, most=60, times=1),
    Case("a start cannot sync", STARTS, SYNC, "", errno.EIO, most=30, times=1),
)


#: Those of the short form.
QUICK_CASES = tuple(case for case in CASES if case.name in (
    "the journal cannot be synced", "the log has no room", "files cannot be written", "nothing has room",
    "the read models cannot be written", "a start has no room"))


def run_case(case, folder, seed):
    """Tries one case on a new data directory, and makes the five checks on what it leaves. Returns their figures."""
    generator = random.Random(f"failures/{seed}/{case.name}")
    folder = pathlib.Path(folder)
    (folder / "data").mkdir()
    control = Control(folder, folder / "data")
    server = FaultServer(folder, control)
    load = Load(server.port, seed, name="failures", refusals=(500, 503, 507))
    try:
        if case.outcome == STARTS:
            try_start(case, server, control, generator)
            control.disarm()
            if not server.is_running:
                server.start()
            load.start()
            time.sleep(LOAD_SECONDS)
        else:
            server.start()
            load.start()
            time.sleep(generator.uniform(0.2, LOAD_SECONDS))
            arm(case, control, generator)
            await_fault(case, control)
            time.sleep(LOAD_SECONDS)
            if case.outcome == ENDS:
                await_end(server)
            else:
                require(server.is_running, f"the server ended with {server.exit_code}")
                control.disarm()
                control.limit_room(0)
                await_healing(case, server, load)
        load.finish()
        return check_left(server, load, generator)
    except Wrong as error:
        raise Wrong(f"{error}\n{server.log(2000)}") from error
    finally:
        load.is_over = True
        server.end()


def arm(case, control, generator):
    """Lets the case's operations fail from now on."""
    if case.free_bytes:
        control.limit_room(case.free_bytes)
    else:
        control.arm(case.kinds, case.action, case.error, after=generator.randrange(case.most), times=case.times, match=case.match)


def try_start(case, server, control, generator):
    """Starts the server while the disk refuses: it may end, but not by a signal, and not without a sentence."""
    arm(case, control, generator)
    try:
        server.start()
    except Wrong as error:
        code = server.exit_code
        require(code is not None and code > 0, f"the server ended with {code} as it started: {error}")
        require(has_sentence(server.log()), f"the server ended without a sentence:\n{server.log()}")


def has_sentence(log):
    """Whether the last line that was printed tells somebody what to do."""
    lines = [line for line in log.splitlines() if line.strip()]
    return bool(lines) and lines[-1].rstrip().endswith(".") and len(lines[-1].split()) > 5


def await_fault(case, control):
    """Waits until something has failed."""
    deadline = time.monotonic() + FAULT_SECONDS
    while not (case.free_bytes or control.fired):
        require(time.monotonic() < deadline, "nothing failed")
        time.sleep(0.01)


def await_end(server):
    """The server must end by itself and say why."""
    code = server.wait(END_SECONDS)
    require(code is not None, "the server goes on although nobody knows what is on disk")
    require(code > 0, f"the server ended with {code}")
    require("The log has stopped" in server.log(), f"the server does not say that the log has stopped:\n{server.log()}")


def await_healing(case, server, load):
    """Once the disk takes everything again, everything must be accepted again: files, after a restart at the latest."""
    before = len(load.acknowledged)
    deadline = time.monotonic() + HEAL_SECONDS
    kinds = {"metrics", "artifacts", "sessions"}
    while time.monotonic() < deadline and server.is_running:
        new = load.acknowledged[before:]
        load.check()
        if len({kind for command in new for kind in kinds if f"/{kind}" in command.path}) == len(kinds) and len(new) > 20:
            return
        time.sleep(0.05)
    require(server.is_running, f"the server ended with {server.exit_code}")
    if case.kinds == SYNC and case.match == "blobs/":
        # Nobody knows which names are on disk.
        return
    open_commands = [f"{client.open.method} {client.open.path}" for client in load.clients if client.open]
    raise Wrong(f"{len(load.acknowledged) - before} commands were acknowledged in {HEAL_SECONDS} s after the disk was well; "
                f"waiting: {open_commands}")


def check_left(server, load, generator):
    """Starts a server without faults on what is left, and makes the checks."""
    if server.is_running:
        connection = server.connection()
        sent = settled_log(connection)
        connection.close()
        server.terminate()
    else:
        sent = None
    plain = FaultServer(server.folder, port=server.port)
    try:
        plain.start()
        connection = plain.connection()
        lines = read_log(connection)
        connection.close()
        if sent is not None:
            require(lines[:len(sent)] == sent, "the log is another one after a restart")
        check_refused(lines, load)
        figures = check_server(plain, lines, load.acknowledged, generator)
        plain.terminate()
        return figures
    except Unreachable as error:
        raise Wrong(f"the server did not answer: {error}; exit code {plain.exit_code}") from error
    finally:
        plain.end()


def check_refused(lines, load):
    """What was answered with 507 whenever it was sent must not be in the log."""
    logged = {event["causation"] for event in map(json.loads, lines) if event["actor"] in CLIENT_ACTORS}
    for client in load.clients:
        command = client.open
        if command is not None and command.statuses == {507}:
            require(command.key not in logged, f"{command.method} {command.path} was refused for lack of room and is in the log")


def run_failures(seed, cases, tally, bar):
    """Tries the cases, each with a seed of its own."""
    for number, case in enumerate(cases):
        with tempfile.TemporaryDirectory(prefix="pivot-faults-", dir=quick_folder()) as folder:
            try:
                tally.add(run_case(case, folder, f"{seed}/{number}"))
            except Wrong as error:
                tally.fail(f"{case.name} (seed {seed}/{number}): {error}")
        bar.step()
