"""What a server does when files do not answer, and when more clients come than it has descriptors for."""

import contextlib
import os
import re
import resource
import socket
import threading
import time

from attack import API, Tally, case, read_answer

DESCRIPTORS = 96


def create(server, path):
    """Creates a session from a configuration file."""
    return server.request("POST", API + "/training/sessions", {"config_path": path}, seconds=10)


@case("pipes and devices among the configurations are refused at once, and hold nothing up", starts_servers=True)
def configurations(start):
    """A FIFO, links to devices, a folder, a loop of links and a name of 300 bytes, many at once."""
    tally = Tally()
    with start() as server:
        folder = server.folder / "configs"
        os.mkfifo(folder / "pipe.yaml")
        for name, target in (("zero.yaml", "/dev/zero"), ("loop.yaml", "loop.yaml"), ("null.yaml", "/dev/null"),
                             ("inner.yaml", "pipe.yaml")):
            (folder / name).symlink_to(target)
        (folder / "folder.yaml").mkdir()
        (folder / "good.yaml").write_text("trainer: {kind: external}\ntrain: {epochs: 3}\n")
        names = ["pipe", "zero", "loop", "null", "inner", "folder", "x" * 300]
        answers = []
        threads = [threading.Thread(target=lambda name=name: answers.append((name, create(server, f"configs/{name}.yaml"))))
                   for name in names * (4 if server.quick else 40)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        tally.check(len(answers) == len(threads) and seconds < 10, f"{len(answers)} of {len(threads)} answers in {seconds:.1f} s")
        for name, answer in answers:
            tally.check(answer.status in (404, 422, 503), f"{name} is {answer.status} {answer.body[:200]!r}")
            tally.check(str(server.folder).encode() not in answer.body, f"{name} tells a path: {answer.body[:300]!r}")
        good = create(server, "configs/good.yaml")
        tally.check(good.status == 201, f"a good file is {good.status} {good.body[:200]!r}")
    return tally


@case("without descriptors a server is quiet, refuses politely, loses nothing and recovers", starts_servers=True)
def descriptors(start):
    """More connections than there are descriptors: processor time, answers, uploads, the log, and the time afterwards."""
    tally = Tally()
    with start(limits={resource.RLIMIT_NOFILE: DESCRIPTORS}) as server:
        session = server.create_session()
        artifact = f"{API}/training/sessions/{session}/artifacts/a"
        own = server.connect()
        held = []
        for _ in range(3 * DESCRIPTORS):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            connection.sendall(b"GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
            held.append(connection)
        time.sleep(1)
        before, began = server.processor_seconds(), time.monotonic()
        time.sleep(3)
        share = (server.processor_seconds() - before) / (time.monotonic() - began)
        tally.check(share < 0.2, f"the server takes {share:.0%} of a processor")
        refused = 0
        for connection in held[-DESCRIPTORS:]:
            connection.settimeout(15)
            answer = read_answer(connection)
            found = answer and (answer.status, answer.headers.get("Retry-After"), answer.headers.get("Connection"), answer.code)
            refused += tally.check(found == (503, "1", "close", "unavailable"), f"a client is answered {found}")
        # A connection from before goes on, and there are descriptors for its files.
        own.sendall(f"PUT {artifact} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n".encode() + b"x" * 200_000)
        answer = read_answer(own)
        tally.check(answer and answer.status == 201, f"an upload is {answer and (answer.status, answer.body[:300])}")
        lines = len(re.findall("as many connections as", server.log(1_000_000)))
        tally.check(1 <= lines <= 2, f"the log has {lines} lines about it")
        for connection in held + [own]:
            connection.close()
        deadline, answer = time.monotonic() + 20, None
        while time.monotonic() < deadline and (answer is None or answer.status != 201):
            with contextlib.suppress(OSError):
                answer = server.request("PUT", artifact, b"afterwards", seconds=5)
            time.sleep(0.1)
        tally.check(answer and answer.status in (200, 201), f"afterwards an upload is {answer and answer.status}")
        tally.check(server.request("GET", artifact).body == b"afterwards", "the upload cannot be read")
    return tally
