"""Damaged files: bits, sectors and lengths that change while no server runs, and what servers make of them."""

import json
import pathlib
import random
import shutil
import tempfile
import time

from checking import Wrong, require

from .checks import document_paths, named_blobs, read_log, sessions_of
from .load import Load, Unreachable, digest
from .power import quick_folder
from .server import FaultServer

LOAD_SECONDS = 1.2
READY_SECONDS = 10
SESSIONS = 3
BLOBS = 12
PAGE_BYTES = 4096

#: The kinds of files, by a part of their path, and how often each is damaged for each time that the others are.
KINDS = (("log/data.mdb", 5), ("log/journal", 2), ("blobs/objects", 4), ("read-models/", 3), ("blobs/index", 1), ("-secret", 1),
         ("alert-state", 1), ("server.lock", 1))


class Subject:
    """A data directory that a server has left, and the answers of an undamaged one."""

    def __init__(self, folder, seed):
        """Killed servers leave a journal that has what the log lacks; half of the subjects are left by one."""
        self.folder = pathlib.Path(folder)
        self.seed = seed
        generator = random.Random(f"flips/{seed}")
        origin = self.folder / "origin"
        origin.mkdir()
        server = FaultServer(origin)
        server.start()
        load = Load(server.port, seed, name="flips")
        load.start()
        time.sleep(LOAD_SECONDS)
        load.finish()
        # Which a server writes every half a minute, and so never here.
        connection = server.connection()
        read_log(connection)
        connection.close()
        self.was_killed = generator.random() < 0.3
        if self.was_killed:
            server.kill()
        else:
            server.terminate()
        self.data = origin / "data"
        self.expected, self.events = self._answers(generator)

    def _answers(self, generator):
        """What an undamaged server answers, by path."""
        server = self.start(lambda data: None)
        connection = server.connection()
        try:
            events = [json.loads(line) for line in read_log(connection)]
            sessions = sessions_of(events)
            blobs = named_blobs(events)
            paths = [f"/events?stream=all&limit=50&after={after}" for after in range(0, len(events), 50)]
            paths += document_paths(generator.sample(sessions, min(SESSIONS, len(sessions))))
            paths += [path for _, path in generator.sample(blobs, min(BLOBS, len(blobs)))]
            expected = {}
            for path in paths:
                answer = connection.send("GET", path)
                require(answer.status == 200, f"{path} of an undamaged server was answered {answer.status}")
                expected[path] = digest(answer.body)
            return expected, events
        finally:
            connection.close()
            server.end()

    def start(self, damage, may_end=False):
        """A server on a damaged copy; with `may_end` one that may have ended as it started."""
        folder = self.folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copytree(self.data, folder / "data")
        damage(folder / "data")
        server = FaultServer(folder)
        try:
            server.start()
        except Wrong:
            if not may_end or server.is_running:
                server.end()
                raise
        return server


def choose(data, generator):
    """A file to damage, and its kind."""
    files = sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file() and path.stat().st_size)
    files = [name for name in files if not name.endswith("lock.mdb")]
    by_kind = [(kind, weight, [name for name in files if kind in name]) for kind, weight in KINDS]
    by_kind = [entry for entry in by_kind if entry[2]]
    kind, _, names = generator.choices(by_kind, [weight for _, weight, _ in by_kind])[0]
    return kind, generator.choice(names)


def damage(path, generator):
    """Damages a file; says how."""
    content = bytearray(path.read_bytes())
    page_count = (len(content) + PAGE_BYTES - 1) // PAGE_BYTES
    page = generator.randrange(page_count) * PAGE_BYTES
    way = generator.choices(("bits", "many bits", "zeros", "noise", "another page", "cut"), (6, 3, 1, 1, 1, 1))[0]
    end = min(len(content), page + PAGE_BYTES)
    if way in ("bits", "many bits"):
        for _ in range(generator.choice((1, 1, 4)) if way == "bits" else 200):
            content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    elif way == "zeros":
        content[page:end] = bytes(end - page)
    elif way == "noise":
        content[page:end] = generator.randbytes(end - page)
    elif way == "another page":
        other = generator.randrange(page_count) * PAGE_BYTES
        content[page:end] = bytes(content[other:other + end - page]).ljust(end - page, b"\0")
    else:
        del content[generator.randrange(len(content)):]
    path.write_bytes(content)
    return way


def try_once(subject, number):
    """Damages one file, and compares the answers. What became of it, in a word."""
    generator = random.Random(f"flips/{subject.seed}/{number}")
    kind, name = choose(subject.data, generator)
    ways = []
    server = subject.start(lambda data: ways.append(damage(data / name, generator)), may_end=True)
    what = f"{name} with {ways[0]} (seed {subject.seed}/{number}, {'killed' if subject.was_killed else 'ended'})"
    try:
        if not server.is_running:
            check_end(server, what)
            # It must not be worse the next time.
            server.launch()
            code = server.wait(READY_SECONDS)
            require(code is not None and code > 0, f"{what}: the server refused to start, and then ended with {code}")
            return "refused"
        return compare(subject, server, kind, what)
    except Wrong as error:
        raise Wrong(f"{error}\n{server.log(1500)}") from error
    finally:
        server.end()


def check_end(server, what):
    """A server that does not start must say why, and not die of a signal."""
    code = server.exit_code
    log = server.log()
    require(code > 0, f"{what}: the server died of signal {-code} as it started")
    last = [line for line in log.splitlines() if line.strip()][-1:]
    require(last and last[0].rstrip().endswith("."), f"{what}: the server did not start, and does not say why: {last}")


def compare(subject, server, kind, what):
    """Every answer must be right, or an error that says so."""
    connection = server.connection()
    outcome = "right"
    deadline = time.monotonic() + READY_SECONDS
    try:
        for path, expected in subject.expected.items():
            while True:
                try:
                    answer = connection.send("GET", path)
                except Unreachable:
                    time.sleep(0.05)
                    code = server.exit_code
                    require(code is None or code > 0, f"{what}: the server died of signal {-(code or 0)} at GET {path}")
                    require(code is None or "has stopped" in server.log(), f"{what}: the server ended with {code} at GET {path}")
                    # An answer that cannot be finished is cut off.
                    require("/artifacts/" in path or "/download" in path, f"{what}: GET {path} got no answer")
                    answer = None
                if answer is not None and answer.status == 503 and time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                break
            if answer is None:
                outcome = "told"
            elif answer.status == 200:
                right = digest(answer.body) == expected
                require(right, f"{what}: GET {path} was answered wrongly: {answer.body[:300]!r}")
            else:
                require(answer.status >= 500, f"{what}: GET {path} was answered {answer.status}: {answer.body[:300]!r}")
                require(answer.status < 500 or b"message" in answer.body, f"{what}: GET {path} does not say what is wrong")
                outcome = "told"
        if kind == "-secret" and outcome == "right":
            return "unseen"
        return outcome
    finally:
        connection.close()


def run_flips(seed, count, tally, bar, tries_of_a_subject=60):
    """Damages files so often, of a new data directory now and then."""
    number = 0
    while count > 0:
        part = min(count, tries_of_a_subject)
        with tempfile.TemporaryDirectory(prefix="pivot-faults-", dir=quick_folder()) as folder:
            subject = Subject(folder, f"{seed}/{number}")
            for index in range(part):
                try:
                    tally.add({try_once(subject, index): 1})
                except Wrong as error:
                    tally.fail(str(error))
                bar.step()
        count -= part
        number += 1
