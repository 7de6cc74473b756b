"""The five checks after a crash, on a server that was started on what the crash left."""

import json
import time
from urllib.parse import quote

from checking import Wrong, require

from .load import Unreachable, digest

PAGE = 1000
#: Whose events come from commands of clients.
CLIENT_ACTORS = ("api", "trainer")
SETTLED_SECONDS = 30
SHOWN_SESSIONS = 4
#: How many commands are sent again.
AGAIN = 40


def read_log(connection, after=0):
    """All events after a position, as the lines that the server answers."""
    lines = []
    while True:
        answer = connection.send("GET", f"/events?stream=all&limit={PAGE}&after={after}")
        if answer.status != 200:
            raise Wrong(f"the log after {after} was answered {answer.status}: {answer.body[:500]!r}")
        page = answer.body.splitlines()
        lines += page
        if len(page) < PAGE:
            return lines
        after = json.loads(page[-1])["position"]


def settled_log(connection):
    """The log once nothing has been appended for a while."""
    lines = read_log(connection)
    deadline = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.05)
        more = read_log(connection, len(lines))
        if not more:
            return lines
        lines += more
    raise Wrong(f"the log has not come to rest within {SETTLED_SECONDS} s")


def check_order(events):
    """Positions, versions and commands must follow each other: nothing is missing, and nothing is there twice."""
    versions, commands = {}, {}
    for place, event in enumerate(events, 1):
        require(event["position"] == place, f"position {event['position']} stands in place {place} of the log")
        stream = event["stream"]
        version = versions.get(stream, 0) + 1
        require(event["version"] == version, f"{stream} goes from version {version - 1} to {event['version']}")
        versions[stream] = version
        command = stream, event["causation"]
        require(commands.get(command, version - 1) == version - 1,
                f"the command {event['causation']} was carried out twice in {stream}, again at position {place}")
        commands[command] = version


def check_prefix(lines, sent, required):
    """The log must be a prefix of what the undisturbed server logged, up to position `required` at least; behind it the new
    server may have put events of its own. Returns the length of the prefix."""
    length = 0
    for line, other in zip(lines, sent):
        if line != other:
            break
        length += 1
    require(length >= required,
            f"the log keeps what was sent up to position {length} of {len(sent)} only; position {required} was acknowledged. "
            f"There is {line_at(length, lines)} instead of {line_at(length, sent)}")
    for line in lines[length:]:
        event = json.loads(line)
        require(event["actor"] not in CLIENT_ACTORS,
                f"position {event['position']} is of no command that was sent so: {line[:300]}")
    return length


def line_at(place, lines):
    """The beginning of a line, or that there is none."""
    return lines[place][:300] if place < len(lines) else "nothing"


def named_blobs(events):
    """The digest and the path of each file that the events name and do not delete, in the order of the log."""
    blobs = {}
    for event in events:
        data, session = event["data"], event["stream"].partition("/")[2]
        if event["type"] == "session.checkpoint_saved":
            blobs[data["checkpoint_id"]] = [(data["digest"], f"/checkpoints/{data['checkpoint_id']}/download")]
        elif event["type"] == "session.checkpoint_deleted":
            blobs.pop(data["checkpoint_id"], None)
        elif event["type"] == "session.artifact_saved":
            path = f"/training/sessions/{session}/artifacts/{quote(data['path'])}?digest={data['digest']}"
            blobs.setdefault((session, data["path"]), []).append((data["digest"], path))
        elif event["type"] == "session.artifact_deleted":
            blobs.pop((session, data["path"]), None)
    return [blob for versions in blobs.values() for blob in versions]


def check_blobs(connection, events):
    """Every file that an event names must come with its digest. Returns how many there are."""
    blobs = named_blobs(events)
    for name, path in blobs:
        answer = connection.send("GET", path)
        require(answer.status == 200, f"{path} was answered {answer.status}: {answer.body[:300]!r}")
        require(digest(answer.body) == name, f"{path} came as {digest(answer.body)}, not as {name}")
    return len(blobs)


def sessions_of(events):
    """The sessions that the events create."""
    return [event["stream"].partition("/")[2] for event in events if event["type"] == "session.created"]


def document_paths(sessions):
    """The paths of what the API shows of some sessions, and of all."""
    paths = ["/training/sessions?limit=1000", "/checkpoints?attempts=all", "/alerts?limit=1000", "/alerts/rules?limit=1000",
             "/notifications?limit=1000", "/webhooks?limit=1000"]
    for session in sessions:
        base = f"/training/sessions/{session}"
        history = f"/metrics/{session}/history?metric_name=loss&axis=step"
        paths += [base, f"{base}/metrics", f"{base}/artifacts", f"{base}/logs?limit=1000", history, f"{history}&max_points=7",
                  f"/epochs/{session}", f"/graphs/loss/{session}"]
    return paths


def documents(connection, sessions):
    """What the API shows, by path, of a log at rest."""
    paths = document_paths(sessions)
    deadline = time.monotonic() + SETTLED_SECONDS
    while True:
        shown, positions = {}, set()
        for path in paths:
            answer = connection.send("GET", path)
            while answer.status == 503 and time.monotonic() < deadline:
                time.sleep(0.02)
                answer = connection.send("GET", path)
            require(answer.status == 200, f"{path} was answered {answer.status}: {answer.body[:300]!r}")
            shown[path] = answer.body
            positions.add(answer.headers.get("X-Read-Position"))
        if len(positions - {None}) <= 1:
            return shown
        require(time.monotonic() < deadline, f"the log has not come to rest within {SETTLED_SECONDS} s")


def rebuild(connection):
    """Has the running server build its rows again from the whole log."""
    answer = connection.send("POST", "/maintenance/rebuild")
    require(answer.status == 202, f"a rebuild was answered {answer.status}: {answer.body[:300]!r}")
    deadline = time.monotonic() + SETTLED_SECONDS
    while connection.get("/maintenance/rebuild")["status"] == "rebuilding":
        require(time.monotonic() < deadline, f"a rebuild was not over within {SETTLED_SECONDS} s")
        time.sleep(0.01)


def compare_documents(before, after, how):
    """Both must show the same."""
    for path, body in before.items():
        require(after[path] == body, f"{path} differs {how}: {difference(body, after[path])}")


def difference(one, other):
    """The first place where two texts differ, with what stands around it."""
    place = next((index for index, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"at byte {place}: {one[max(0, place - 80):place + 120]!r}, then {other[max(0, place - 80):place + 120]!r}"


def send_again(connection, commands, events):
    """Commands that were acknowledged must be answered as before, but for what has been deleted since."""
    there = {path for _, path in named_blobs(events)}
    deleted = {event["stream"].partition("/")[2] for event in events if event["type"] == "alert_rule.deleted"}
    for command in commands:
        answer = command.send(connection)
        name = f"{command.method} {command.path} ({command.key}), sent again,"
        if command.method == "DELETE":
            require(answer.status in (200, 404), f"{name} was answered {answer.status}: {answer.body[:300]!r}")
            continue
        if answer.status == 404 and is_of_deleted(command, there, deleted):
            continue
        status = command.answer.status
        require(answer.status in ((200, 201) if status in (200, 201) else (status,)),
                f"{name} was answered {answer.status}, not {status}: {answer.body[:300]!r}")
        if status >= 400:
            continue
        before, after = command.answer.json, answer.json
        # A document is shown as it is now.
        for field in ("session_id", "checkpoint_id", "rule_id", "token"):
            require(before.get(field) == after.get(field),
                    f"{name} was answered with another {field}: {after.get(field)}, not {before.get(field)}")


def is_of_deleted(command, there, deleted_rules):
    """Whether a command made a file or a rule that is not there any more; `there` has the paths of the files that are."""
    saved = command.answer.json if command.answer.status in (200, 201) else {}
    if "rule_id" in saved:
        return saved["rule_id"] in deleted_rules
    if "checkpoint_id" in saved:
        return f"/checkpoints/{saved['checkpoint_id']}/download" not in there
    return command.method == "PUT" and f"{command.path}?digest={saved.get('digest')}" not in there


def check_server(server, sent, commands, random, expected_secrets=None):
    """All five checks on a server that runs on what a crash left.

    `sent` is the log that the undisturbed server had in the end; `commands` are those that were acknowledged before the crash;
    `expected_secrets` maps files of the data directory to what they held. Returns figures of what was seen.
    """
    connection = server.connection()
    try:
        lines = settled_log(connection)
        required = max((command.answer.position for command in commands), default=0)
        length = check_prefix(lines, sent, required)
        events = [json.loads(line) for line in lines]
        check_order(events)
        if commands:
            for name, content in (expected_secrets or {}).items():
                path = server.data / name
                require(path.exists() and path.read_bytes() == content, f"the file {name} has become another one")
        blob_count = check_blobs(connection, events)
        sessions = sessions_of(events)
        shown = random.sample(sessions, min(SHOWN_SESSIONS, len(sessions)))
        before = documents(connection, shown)
        rebuild(connection)
        compare_documents(before, documents(connection, shown), "after the rows were built again")
        # A file that was there already left no event, and so nothing to know the command by.
        known = [command for command in commands if (command.method, command.answer.status) != ("PUT", 200)]
        again = random.sample(known, min(AGAIN, len(known)))
        send_again(connection, again, events)
        for line in read_log(connection, len(lines)):
            event = json.loads(line)
            require(event["actor"] not in CLIENT_ACTORS, f"a command that was sent again was carried out again: {line[:300]}")
        return {"events": length, "blobs": blob_count, "commands": len(again)}
    except Unreachable as error:
        raise Wrong(f"the server did not answer: {error}; exit code {server.exit_code}") from error
    finally:
        connection.close()
