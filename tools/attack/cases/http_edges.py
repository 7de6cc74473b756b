"""Requests at the edges of HTTP: what the parser, the framing and the names of a server must refuse, and how."""

from attack import API, Tally, case

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
