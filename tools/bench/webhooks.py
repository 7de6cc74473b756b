#!/usr/bin/env python3
"""Measures webhooks: a burst of events told to many of them, beside the same number of plain posts to the same receiver.

usage: tools/bench/webhooks.py [--events N] [--webhooks N]

Starts a server (PIVOT_BINARY, or .build/release/pivot) and a receiver on this machine. Every webhook is told of every event, in
order and once, each delivery on record before the next; that is checked. Prints a table in Markdown. 10,000 events for 100
webhooks, the default, are a million deliveries and take a while.
"""

import argparse
import asyncio
import json
import pathlib
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from checking import Wrong, require  # noqa: E402
from server_process import PIVOT, ServerProcess  # noqa: E402

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """Answers every post at once; keeps the epochs that each path was told of, in their order."""

    def __init__(self):
        self.epochs = {}
        self.count = 0

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                body = await reader.readexactly(length)
                path = head.split(b" ", 2)[1]
                if path != b"/plain":
                    self.epochs.setdefault(path, []).append(json.loads(body)["data"]["event"]["epoch"])
                self.count += 1
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()


def call(server, method, path, body, token=None):
    """The JSON of an answer."""
    request = urllib.request.Request(
        f"{server.url}/api/v1{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    if token:
        request.add_header("Authorization", f"Lease {token}")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


async def post_plainly(port, count, connections):
    """Posts so often over so many connections; posts a second."""
    body = b"x" * 900
    request = b"POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def post(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(number):
            writer.write(request)
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    start = time.monotonic()
    await asyncio.gather(*(post(count // connections) for _ in range(connections)))
    return count / (time.monotonic() - start)


def report(server, events):
    """Reports so many epochs of one session; the seconds that it took."""
    session = call(server, "POST", "/training/sessions", {"config": {"trainer": {"kind": "external"}}})["session_id"]
    claim = call(server, "POST", f"/training/sessions/{session}/attempts", {"lease_seconds": 3600})
    token, attempt = claim["token"], claim["attempt"]
    start = time.monotonic()
    for epoch in range(1, events + 1):
        call(server, "POST", f"/training/sessions/{session}/epochs",
             {"attempt": attempt, "epoch": epoch, "step": epoch, "metrics": {"loss": 1 / epoch}}, token)
    return time.monotonic() - start


async def measure(server, events, webhooks):
    receiver = Receiver()
    listener = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    plain = await post_plainly(port, 20_000, webhooks)
    receiver.count = 0
    for number in range(webhooks):
        await asyncio.to_thread(call, server, "POST", "/webhooks", {
            "url": f"http://127.0.0.1:{port}/{number}", "events": ["epoch_completed"]})
    start = time.monotonic()
    reported = await asyncio.to_thread(report, server, events)
    wanted = events * webhooks
    last, moved = 0, time.monotonic()
    while receiver.count < wanted:
        await asyncio.sleep(0.1)
        if receiver.count != last:
            last, moved = receiver.count, time.monotonic()
        require(time.monotonic() - moved < 60, f"{receiver.count} of {wanted} deliveries came, and then none for a minute")
    seconds = time.monotonic() - start
    for path, epochs in receiver.epochs.items():
        require(epochs == list(range(1, events + 1)), f"{path.decode()} was not told in order and once")
    require(len(receiver.epochs) == webhooks, f"{len(receiver.epochs)} of {webhooks} webhooks were told anything")
    print(f"\n| {events:,} events to {webhooks} webhooks | |\n|---|---|")
    print(f"| deliveries a second | {wanted / seconds:,.0f} |")
    print(f"| plain posts to the same receiver, as many connections | {plain:,.0f} |")
    print(f"| epochs reported a second meanwhile, one client | {events / reported:,.0f} |")
    print(f"| told after the last report | {seconds - reported:,.1f} s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--webhooks", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pivot-webhooks-") as folder:
        server = ServerProcess(PIVOT, folder, "--webhook-network", "127.0.0.0/8")
        server.start()
        try:
            asyncio.run(measure(server, options.events, options.webhooks))
        except Wrong as error:
            sys.exit(f"tools/bench/webhooks.py: {error}")
        finally:
            server.end()


if __name__ == "__main__":
    main()
