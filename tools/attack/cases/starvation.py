"""Clients that ask for much, or read little: what they may take from reports, renewals and probes."""

import contextlib
import socket
import threading
import time

from attack import API, Tally, case, read_answer

POINTS_PER_REPORT = 50_000
CLIENTS = 40


def claimed(server, name):
    """A session with a claimed attempt: its id and the headers of its trainer."""
    session = server.create_session(session_name=name)
    answer = server.request("POST", f"{API}/training/sessions/{session}/attempts", {"lease_seconds": 600})
    return session, {"Authorization": f"Lease {answer.json['token']}"}


def report(server, session, lease, first, count):
    """Reports so many points of `loss` from a step on; the answer."""
    series = [{"name": "loss", "steps": list(range(first, first + count)), "values": [0.1 + step % 97 for step in
                                                                                      range(first, first + count)]}]
    return server.request("POST", f"{API}/training/sessions/{session}/metrics", {"attempt": 1, "series": series}, lease)


def filled(server, points):
    """The long history of a session with so many points: its target."""
    session, lease = claimed(server, "long")
    for first in range(1, points, POINTS_PER_REPORT):
        assert report(server, session, lease, first, min(POINTS_PER_REPORT, points - first + 1)).status == 200
    return f"{API}/metrics/{session}/history?metric_name=loss"


def head(target):
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def slow(server, seconds):
    """How long nine of ten reports and of ten probes take at most, sent one after the other for so long; in seconds."""
    session, lease = claimed(server, f"probe {time.monotonic()}")
    times = {"report": [], "probe": []}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        assert report(server, session, lease, len(times["report"]) + 1, 1).status == 200
        reported = time.monotonic()
        assert server.request("GET", f"{API}/health").status == 200
        times["report"].append(reported - began)
        times["probe"].append(time.monotonic() - reported)
        time.sleep(0.01)
    return {name: sorted(list_)[len(list_) * 9 // 10] for name, list_ in times.items()}


def answered(server, data, answers):
    with contextlib.suppress(OSError), server.connect() as connection:
        connection.sendall(data)
        answers.append(read_answer(connection))


def hold(tally, found, alone):
    """Either takes a few milliseconds, and took seconds when it waited for a long answer."""
    for name, seconds in found.items():
        tally.check(seconds < 0.1 + 5 * alone[name], f"a {name} took {seconds:.3f} s, alone {alone[name]:.3f} s")


@case("reports and probes do not wait for long answers, which are all whole", starts_servers=True)
def long_answers(start):
    """Many clients take one long history while another reports and probes."""
    tally = Tally()
    with start() as server:
        target = filled(server, 200_000 if server.quick else 1_000_000)
        alone = slow(server, 1)
        answers = []
        clients = [threading.Thread(target=answered, args=(server, head(target), answers)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        hold(tally, slow(server, 3), alone)
        for client in clients:
            client.join()
        lengths = {len(answer.body) for answer in answers if answer and answer.status == 200}
        tally.check(len(answers) == CLIENTS and len(lengths) == 1, f"{len(answers)} answers of the lengths {lengths}")
    return tally


@case("one long answer more than max_long_reads is 503 with Retry-After, and those that hang up give their places back",
      starts_servers=True)
def places(start):
    """Clients that ask and read nothing hold all places; then they go."""
    tally = Tally()
    with start(settings={"max_long_reads": 4}) as server:
        target = filled(server, 300_000)
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                connection = stack.enter_context(server.connect())
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.sendall(head(target))
                tally.check(connection.recv(15).startswith(b"HTTP/1.1 200"), "a long answer did not begin")
            refused = server.request("GET", target)
            tally.check(refused.status == 503 and refused.code == "too_many_long_reads",
                        f"one more was answered {refused.status} {refused.code}")
            tally.check(int(refused.headers["Retry-After"] or 0) >= 1, "it does not say when to come again")
            short = server.request("GET", target + "&max_points=1000")
            tally.check(short.status == 200, f"a short history was answered {short.status}")
        deadline = time.monotonic() + 10
        while server.request("GET", target).status != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        tally.check(time.monotonic() < deadline, "the places of those that went were not given back")
    return tally


@case("clients that ask for long answers and hang up cost others nothing", starts_servers=True)
def hang_up(start):
    """Asks and goes, again and again."""
    tally = Tally()
    with start() as server:
        target = filled(server, 200_000 if server.quick else 1_000_000)
        alone = slow(server, 1)
        for _ in range(200):
            with server.connect() as connection:
                connection.sendall(head(target))
        hold(tally, slow(server, 2), alone)
        before = server.processor_seconds()
        time.sleep(1)
        tally.check(server.processor_seconds() - before < 0.5, "the server still works for those that went")
    return tally


@case("followers of the log and feeds of all kinds count, one more is 503, and those that hang up do not",
      starts_servers=True)
def followers(start):
    """All places are taken by followers of the log; then they go."""
    tally = Tally()
    with start(settings={"max_feeds": 10}) as server:
        session = server.create_session()
        follow = f"{API}/events?follow=true"
        targets = [follow, f"{API}/sse/training/{session}", f"{API}/ws/broadcast"]
        with contextlib.ExitStack() as stack:
            for number in range(10):
                connection = stack.enter_context(server.connect())
                connection.sendall(head(targets[number % 2]))
                tally.check(connection.recv(15).startswith(b"HTTP/1.1 200"), "a follower was not accepted")
            for target in targets:
                refused = server.request("GET", target)
                tally.check(refused.status == 503 and refused.code == "too_many_feeds" and
                            int(refused.headers["Retry-After"] or 0) >= 1,
                            f"{target} was answered {refused.status} {refused.code}")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with server.connect() as connection:
                connection.sendall(head(follow))
                if connection.recv(15).startswith(b"HTTP/1.1 200"):
                    break
            time.sleep(0.05)
        tally.check(time.monotonic() < deadline, "the places of those that went were not given back")
    return tally
