"""Bits that flip in the file of the read models: no wrong answer, and the rows are built again by themselves."""

import random
import time

from attack import API, Tally, case
from checking import Wrong

SESSION_COUNT = 12
EPOCH_COUNT = 6


def fill(server):
    """Completed sessions with parameters, tags, notes, epochs and steps; the requests whose answers are compared."""
    targets = [f"{API}/training/sessions?limit=50", f"{API}/training/sessions?sort=-name&limit=5",
               f"{API}/training/sessions?tag=odd", f"{API}/checkpoints", f"{API}/graphs/loss"]
    for number in range(SESSION_COUNT):
        session = server.create_session(
            {"trainer": {"kind": "external"}, "train": {"epochs": EPOCH_COUNT}}, session_name=f"session {number}",
            tags=["odd" if number % 2 else "even"], notes=f"note {number} " * 20,
            params={"rate": number / 7, "layers": number})
        base = f"{API}/training/sessions/{session}"

        def report(path, status=200, **fields):
            answer = server.request("POST", base + path, fields, lease)
            if answer.status != status:
                raise Wrong(f"{path} was answered {answer.status} {answer.body[:300]!r}")
            return answer.json
        lease = {}
        lease["Authorization"] = "Lease " + report("/attempts", 201, host="attack")["token"]
        report("/attempts/1/started", first_epoch=1, first_step=1)
        for epoch in range(1, EPOCH_COUNT + 1):
            report("/epochs", attempt=1, epoch=epoch, step=epoch * 10,
                   metrics={"train_loss": number / epoch, "val_loss": epoch})
        report("/metrics", attempt=1,
               points=[{"name": "step_loss", "step": step, "value": step / 3} for step in range(1, 200)])
        report("/finish", attempt=1, outcome="completed")
        targets += [base, f"{base}/metrics", f"{API}/metrics/{session}/history?metric_name=step_loss",
                    f"{API}/metrics/{session}/history?metric_name=train_loss", f"{base}/logs", f"{base}?as_of=20"]
    return [target for target in targets if server.request("GET", target).status == 200]


def data_file(server):
    """The file of the complete rows, not of some on their way."""
    return min((server.data / "read-models").glob("*/data.mdb"), key=lambda path: len(path.parent.name))


def flip(path, count, generator):
    """Flips so many bits of the file where it lies."""
    damaged = bytearray(path.read_bytes())
    for _ in range(count):
        damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
    with open(path, "r+b") as file:
        file.write(damaged)


@case("after bits flipped in the read models each answer is right, an error or 503, and all are right soon", starts_servers=True)
def flips(start):
    """Rounds of a stop, flips and a start, and of flips under a running server; all answers compared with those before."""
    tally = Tally()
    generator = random.Random(5)
    with start("--log-level", "error") as server:
        targets = fill(server)
        tally.check(len(targets) > 4 * SESSION_COUNT, f"only {targets} are answered")
        expected = {target: server.request("GET", target).body for target in targets}
        unavailable = 0
        for number in range(8 if server.quick else 60):
            is_live = number % 4 == 3
            if not is_live:
                server.end()
            flip(data_file(server), (1, 8, 64)[number % 3], generator)
            if not is_live:
                server.start()
            deadline = time.monotonic() + 30
            waiting = set(targets)
            while waiting and time.monotonic() < deadline:
                for target in sorted(waiting):
                    try:
                        answer = server.request("GET", target)
                    except OSError:
                        # A page that leads nowhere may end a server under which it flipped; the next one must mend it.
                        tally.check(is_live, "the server ended after its start")
                        server.end()
                        server.start()
                        continue
                    if answer.status == 200:
                        tally.check(answer.body == expected[target], f"{target} answered wrongly in round {number}")
                        waiting.discard(target)
                    elif answer.status == 503:
                        unavailable += 1
                        tally.check(answer.headers.get("Retry-After"), "503 came without Retry-After")
                        time.sleep(0.02)
                    else:
                        tally.check(answer.status >= 500, f"{target} answered {answer.status} in round {number}")
            tally.check(not waiting, f"{len(waiting)} requests got no answer in round {number}")
        tally.check(unavailable > 0, "no damage was found")
    return tally
