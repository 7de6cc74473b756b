"""Requests at the edges of HTTP: what the parser, the framing and the names of a server must refuse, and how."""

import gzip
import json
import threading
import time

from attack import API, Tally, case, read_answer

HOST = b"Host: 127.0.0.1\r\n"

# What must be refused, and the status that says so.
MALFORMED = [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: foreign.example\r\n\r\n", 403),
    (b"GET / HTTP/1.1\r\n" + HOST + b"Origin: http://foreign.example\r\n\r\n", 403),
    (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    (b"GE\x00T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431),
    (b"POST /api/v1/training/sessions HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    (b"POST /api/v1/training/sessions HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
    (b"POST /api/v1/training/sessions HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
]


@case("what is not HTTP/1.1, or is addressed to another server, is refused with the API's error")
def malformed(server):
    """Each request of a table, and after each a good one."""
    tally = Tally()
    for data, status in MALFORMED:
        answer = server.raw(data)
        found = answer and (answer.status, bool(answer.code))
        tally.check(found == (status, True), f"{data[:120]!r} was answered {found}, not {status} with an error's body")
    tally.check(server.request("GET", API + "/ping").status == 200, "the server does not answer afterwards")
    return tally


SESSION = {"config": {"trainer": {"kind": "external"}, "train": {"epochs": 3}}}


def post(extra, body, target=b"/api/v1/training/sessions"):
    """The bytes of a POST of JSON with more header lines."""
    return (b"POST " + target + b" HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n" + extra
            + b"Content-Length: %d\r\n\r\n" % len(body) + body)


@case("HEAD is answered like GET, without a body and without a length that GET has not")
def head(server):
    """Documents, streams, downloads, errors; several on one connection, so that no byte may be left between them."""
    tally, session = Tally(), server.create_session()
    path = f"{API}/training/sessions/{session}/artifacts/a.txt"
    server.request("PUT", path, b"text", {"Content-Type": "text/plain"})
    for target in (API + "/events", path, API + "/training/sessions", "/", "/nothing",
                   f"{API}/training/sessions/{session}/export?format=csv"):
        got, asked = server.request("GET", target), server.request("HEAD", target)
        tally.check(asked.status == got.status and asked.body == b"", f"HEAD {target} is {asked.status}, GET {got.status}")
        lengths = [answer.headers.get("Content-Length") for answer in (got, asked)]
        tally.check((lengths[0] is None) == (lengths[1] is None), f"{target}: Content-Length {lengths}")
        with server.connect() as connection:
            request = f"HEAD {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            last = f"GET {API}/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            connection.sendall(request * 3 + last)
            data = b""
            while piece := connection.recv(65_536):
                data += piece
        heads = data.split(b"\r\n\r\n")
        tally.check(len(heads) == 5 and all(part.startswith(b"HTTP/1.1 ") for part in heads[:4]),
                    f"four answers on one connection to HEAD {target} are {data[:2000]!r}")
    return tally


@case("packed bodies are taken within their limits, and other codings are refused with those that are taken")
def content_codings(server):
    """gzip as it should be, damaged, as bombs and in layers; codings that nobody knows; packed uploads."""
    tally = Tally()
    body = json.dumps(SESSION).encode()
    for name in (b"gzip", b"x-gzip", b"GZIP"):
        answer = server.raw(post(b"Content-Encoding: " + name + b"\r\n", gzip.compress(body)))
        tally.check(answer and answer.status == 201, f"{name} is {answer and answer.status}")
    answer = server.raw(post(b"Content-Encoding: identity\r\n", body))
    tally.check(answer and answer.status == 201, f"identity is {answer and answer.status}")
    for data in (body, gzip.compress(body)[:-9], b"", gzip.compress(body)[:20] + b"x" * 20):
        answer = server.raw(post(b"Content-Encoding: gzip\r\n", data))
        tally.check(answer and answer.status == 400, f"damaged gzip is {answer and answer.status}: {data[:40]!r}")
    before = server.resident_bytes()
    bombs = [gzip.compress(b" " * (64 << 20)), gzip.compress(b"[" * (1 << 20) + b" " * (1 << 26)),
             gzip.compress(b"") * 100_000 + gzip.compress(b"{}")]
    for _ in range(1 if server.quick else 20):
        for bomb in bombs:
            answer = server.raw(post(b"Content-Encoding: gzip\r\n", bomb[:900_000]))
            tally.check(answer and answer.status in (400, 413, 422), f"a bomb is {answer and answer.status}")
    grown = server.resident_bytes() - before
    tally.check(grown < 128 << 20, f"the server has grown by {grown >> 20} MiB")
    for name in (b"br", b"deflate", b"gzip, gzip", b"compress", b"", b"gzip;q=1"):
        answer = server.raw(post(b"Content-Encoding: " + name + b"\r\n", body))
        found = answer and (answer.status, answer.headers.get("Accept-Encoding"))
        tally.check(found == (415, "gzip, zstd"), f"{name} is {found}")
    session = server.create_session()
    answer = server.request("PUT", f"{API}/training/sessions/{session}/artifacts/a", gzip.compress(b"a"),
                            {"Content-Encoding": "gzip"})
    tally.check((answer.status, answer.headers.get("Accept-Encoding")) == (415, "identity"), f"an upload is {answer.status}")
    return tally


@case("framing that others may understand in another way is refused, and nothing behind it is a request")
def framing(server):
    """Transfer codings, two lengths, both, and HTTP/1.0 with chunks; a second request is smuggled in each body."""
    tally = Tally()
    smuggled = b"0\r\n\r\nGET /api/v1/ping HTTP/1.1\r\n" + HOST + b"\r\n"
    for version, lines, statuses in [
            (b"1.1", b"Transfer-Encoding: gzip, chunked\r\n", (501,)), (b"1.1", b"Transfer-Encoding: gzip\r\n", (400, 501)),
            (b"1.1", b"Transfer-Encoding: chunked, chunked\r\n", (400, 501)),
            (b"1.1", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", (400, 501)),
            (b"1.1", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", (400, 501)),
            (b"1.1", b"Transfer-Encoding: xchunked\r\n", (400, 501)), (b"1.1", b"Transfer-Encoding: \r\n", (400, 501)),
            (b"1.1", b"Transfer-Encoding : chunked\r\n", (400,)), (b"1.0", b"Transfer-Encoding: chunked\r\n", (400,)),
            (b"1.1", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", (400,)),
            (b"1.1", b"Content-Length: 5\r\nContent-Length: 6\r\n", (400,)), (b"1.1", b"Content-Length: +5\r\n", (400,)),
            (b"1.1", b"Content-Length: 0x5\r\n", (400,)), (b"1.1", b"Content-Length: 5, 5\r\n", (400,))]:
        with server.connect() as connection:
            connection.sendall(b"POST /api/v1/training/sessions HTTP/" + version + b"\r\n" + HOST + lines + b"\r\n" + smuggled)
            data = b""
            while piece := connection.recv(65_536):
                data += piece
        status = int(data[9:12] or 0)
        tally.check(status in statuses, f"{lines!r} is {status}")
        tally.check(data.count(b"HTTP/1.1 ") == 1, f"{lines!r} is answered {data.count(b'HTTP/1.1 ')} times")
    answer = server.raw(b"POST /api/v1/training/sessions HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: Chunked\r\n"
                        b"Content-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    tally.check(answer and answer.status == 422, f"chunks are {answer and answer.status}")
    return tally


@case("only this server's own names are answered, wherever a request names another")
def foreign_names(server):
    """Targets in absolute form, and hosts that look like the server's."""
    tally = Tally()
    for target in (b"http://foreign.example/", b"http://foreign.example:8000/api/v1/events", b"https://foreign.example?x",
                   b"http://localhost@foreign.example/", b"http://localhost.foreign.example/", b"http://127.0.0.1.nip.example/",
                   b"ftp://foreign.example/"):
        for host in (b"Host: localhost\r\n", HOST):
            answer = server.raw(b"GET " + target + b" HTTP/1.1\r\n" + host + b"\r\n")
            tally.check(answer and answer.status in (400, 403), f"{target} is {answer and answer.status}")
    for host in (b"localhost.", b"localhost:80:80", b"127.0.0.2", b"[::2]", b"localhost,foreign", b"user@localhost", b"0",
                 b"localhost#", b"localhost:", b"localhost:http"):
        answer = server.raw(b"GET /api/v1/ping HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        wanted = (200,) if host == b"localhost:" else (400, 403)
        tally.check(answer and answer.status in wanted, f"Host: {host} is {answer and answer.status}")
    for target in (b"http://localhost:8000/api/v1/ping", b"http://127.0.0.1/api/v1/ping"):
        answer = server.raw(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        tally.check(answer and answer.status == 200, f"{target} is {answer and answer.status}")
    return tally


@case("a condition that does not hold is 412 or 304, and a parameter that comes twice is 422")
def conditions(server):
    """If-Match and If-None-Match on a download, and single parameters that are given twice."""
    tally, session = Tally(), server.create_session()
    path = f"{API}/training/sessions/{session}/artifacts/a.txt"
    tag = '"' + server.request("PUT", path, b"text", {"Content-Type": "text/plain"}).json["digest"] + '"'
    for name, value, status in [("If-Match", '"other"', 412), ("If-Match", tag, 200), ("If-Match", "*", 200),
                                ("If-Match", f'"other", {tag}', 200), ("If-Match", "W/" + tag, 412), ("If-Match", "", 412),
                                ("If-None-Match", tag, 304), ("If-None-Match", '"other"', 200)]:
        for method in ("GET", "HEAD"):
            answer = server.request(method, path, headers={name: value})
            tally.check(answer.status == status, f"{method} with {name}: {value} is {answer.status}, not {status}")
    for target, name in [("/training/sessions?limit=1&limit=2", "limit"), ("/training/sessions?limit=1&limit=1", "limit"),
                         ("/events?after=0&after=5", "after"), (f"/checkpoints?session_id={session}&session_id={session}", "session_id"),
                         ("/training/sessions?limit=1&%6Cimit=1", "limit"), ("/events?follow&follow", "follow")]:
        answer = server.request("GET", API + target)
        field = answer.json["error"]["details"].get("field") if answer.code else None
        tally.check((answer.status, field) == (422, name), f"{target} is {answer.status} for {field}")
    tally.check(server.request("GET", API + "/training/sessions?tag=a&tag=a&status=running&status=created").status == 200,
                "a list cannot be given several times")
    return tally


@case("a server that is told to end answers the uploads that are under way", starts_servers=True)
def shutdown(start):
    """Half an artifact, half a document and half a form; each gets 503, Connection: close and Retry-After."""
    tally = Tally()
    with start() as server:
        session = server.create_session()
        heads = [f"PUT {API}/training/sessions/{session}/artifacts/a HTTP/1.1\r\nContent-Length: 100000\r\n",
                 f"PUT {API}/training/sessions/{session}/artifacts/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
                 f"POST {API}/training/sessions HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n",
                 f"POST {API}/checkpoints HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 500\r\n"]
        bodies = [b"x" * 5000, b"5\r\nhello\r\n", b"{", b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nbytes"]
        connections = [server.connect() for _ in heads]
        for connection, start_line, body in zip(connections, heads, bodies):
            connection.sendall(start_line.encode() + HOST + b"\r\n" + body)
        time.sleep(0.5)
        ending = threading.Thread(target=server.terminate)
        began = time.monotonic()
        ending.start()
        for connection, line in zip(connections, heads):
            answer = read_answer(connection)
            found = answer and (answer.status, answer.headers.get("Connection"), "Retry-After" in answer.headers)
            tally.check(found == (503, "close", True), f"{line.splitlines()[0]} is answered {found}")
            connection.close()
        ending.join()
        tally.check(time.monotonic() - began < 8 and not server.is_running, "the server did not end in time")
    return tally
