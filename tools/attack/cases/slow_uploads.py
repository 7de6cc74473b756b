"""Clients that hold uploads open: they lose them, and others get theirs through."""

import contextlib
import time

from attack import API, Tally, case, read_answer

HEAD = ("POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: 100000000\r\n\r\n")
SLOW_COUNT = 32


def target(session, number=0):
    return f"{API}/checkpoints?session_id={session}&epoch={number}&filename=w.bin"


@contextlib.contextmanager
def slow_uploads(server, session, count):
    """So many uploads that bring one byte each time that the function which is given is called."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(count)]
        for connection in connections:
            connection.sendall(HEAD.format(target=target(session)).encode())

        def bring():
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.sendall(b"x")
        bring()
        yield connections, bring


@case("uploads that trickle keep no trainer with a lease out, and end with 408", starts_servers=True)
def trickles(start):
    """32 uploads of a byte each half second, an upload with a lease beside them, and one without after they ended."""
    tally = Tally()
    with start(settings={"body_rate": {"minimum": 1000, "window_seconds": 2}}) as server:
        session = server.create_session()
        server.request("POST", f"{API}/training/sessions/{session}/start")
        claim = server.request("POST", f"{API}/training/sessions/{session}/attempts", {"host": "attack"})
        tally.check(claim.status == 201, f"the claim was answered {claim.status} {claim.body[:300]!r}")
        lease = {"Authorization": f"Lease {claim.json['token']}", "Content-Type": "application/octet-stream"}
        with slow_uploads(server, session, SLOW_COUNT) as (connections, bring):
            time.sleep(0.3)
            for number in range(5):
                answer = server.request("PUT", f"{API}/training/sessions/{session}/artifacts/{number}", b"w" * 100_000, lease)
                tally.check(answer.status == 201, f"an upload with a lease was answered {answer.status} {answer.body[:200]!r}")
            statuses = []
            end = time.monotonic() + 4
            while time.monotonic() < end:
                bring()
                time.sleep(0.5)
            for connection in connections:
                connection.settimeout(10)
                answer = read_answer(connection, "POST")
                statuses.append(answer and answer.status)
        tally.check(set(statuses) <= {408, 503} and 408 in statuses, f"slow uploads ended with {statuses}")
        tally.check(statuses.count(408) <= 16, f"one client held {statuses.count(408)} uploads")
        answer = server.request("POST", target(session), b"w" * 1000, {"Content-Type": "application/octet-stream"})
        tally.check(answer.status == 201, f"an upload afterwards was answered {answer.status} {answer.body[:200]!r}")
    return tally
