"""Sessions that any program trains: its output, its ends, its metrics, and what becomes of its processes."""

import json
import os
import pathlib
import shutil
import sys
import time

from .report import check, equal, require

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
SETTINGS = {"allowed_commands": ["sh", sys.executable], "lease_seconds": 10.0}


def config(command, max_restarts=0, train=None, **trainer):
    """A session's configuration for a program."""
    return {"trainer": {"kind": "command", "command": command, **trainer}, "train": train or {},
            "max_restarts": max_restarts}


def shell(script, **settings):
    return config(["sh", "-c", script], **settings)


def python(script, **settings):
    return config([sys.executable, "-u", "-c", script], **settings)


def logs(api, session_id):
    """Every line of a session's log."""
    lines = []
    while True:
        page = api.get(f"/training/sessions/{session_id}/logs", after=lines[-1]["line"] if lines else 0, limit=1000)
        lines += page["lines"]
        if len(page["lines"]) < 1000:
            return lines


def output(api, session_id, source="stdout", attempt=None):
    """The texts of one output."""
    return [line["text"] for line in logs(api, session_id)
            if line["source"] == source and attempt in (None, line["attempt"])]


def wait_for_line(api, session_id, text, seconds=60, count=1):
    """Polls until the log holds `count` such lines, while the program runs, and returns all that begin with it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [line["text"] for line in logs(api, session_id) if line["text"].startswith(text)]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    require(False, f"the log does not show {text!r}: {logs(api, session_id)[-5:]}")


def wait_for_end(api, session_id, status, seconds=60):
    """Polls until the session has ended, and returns its document, which must have the status."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        document = api.session(session_id)
        if document["status"] in ("completed", "failed", "stopped"):
            equal(document["status"], status, f"the status ({document.get('message')!r})")
            return document
        time.sleep(0.02)
    require(False, f"the session has not ended within {seconds} s: {document['status']}")


def living(session_id):
    """The processes that carry the session's mark."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"PIVOT_SESSION_ID={session_id}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def is_alive(process):
    """Whether a process runs; one that has ended and is only waited for does not."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def has_control_groups():
    """Whether a control group with cgroup.kill can be made below this process's own."""
    try:
        mounts = [line.split() for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
        root = next(fields[4] for fields in mounts if fields[fields.index("-") + 1] == "cgroup2" and fields[3] == "/")
        groups = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line[len("0::/"):] for line in groups if line.startswith("0::/"))
        probe = pathlib.Path(root) / own / f"pivot-probe-{os.getpid()}"
        probe.mkdir()
        try:
            return (probe / "cgroup.kill").exists()
        finally:
            probe.rmdir()
    except (OSError, StopIteration, ValueError):
        return False


def require_gone(session_id, seconds=10):
    """Polls until no process of the session is left."""
    deadline = time.monotonic() + seconds
    while living(session_id):
        require(time.monotonic() < deadline, f"processes of {session_id} are still running: {living(session_id)}")
        time.sleep(0.02)


def endings(document):
    return [attempt.get("ending") for attempt in document["attempts"]]


@check("a program's lines reach the log in their order, each once, while it runs")
def command_output(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        gate = server.folder / "gate"
        script = (
            "import os, sys, time\n"
            "print('ready')\n"
            "sys.stdout.buffer.write(b'not \\xff text\\n')\n"
            f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
            "for number in range(3000):\n"
            "    print('out', number)\n"
            "    print('err', number, file=sys.stderr)\n"
            "print('\\r10%\\r20%\\r100%')\n"
            "print('x' * 20000)\n"
            "print('no line feed', end='')\n")
        session_id = bed.begin(api, python(script), "output")
        wait_for_line(api, session_id, "ready")
        equal(api.session(session_id)["status"], "running", "the status while the program waits")
        gate.touch()
        wait_for_end(api, session_id, "completed")
        found = output(api, session_id)
        equal(found[:2], ["ready", "not \ufffd text"], "the first lines")
        equal(found[2:3002], [f"out {number}" for number in range(3000)], "the lines of standard output")
        equal(output(api, session_id, "stderr"), [f"err {number}" for number in range(3000)], "those of standard error")
        rest = found[3002:]
        equal((rest[0], rest[-1]), ("10%", "no line feed"), "the first of the progress bar and the last line")
        require("100%" in rest and "20%" not in rest, f"a progress bar is thinned to its last state: {rest[:4]}")
        require(any(line.endswith("(4000 bytes left out)") for line in rest), "a long line does not say what was cut")


@check("a program that is not allowed is refused with the setting's name, however it is spelled")
def command_refused(bed):
    with bed.new_server(**SETTINGS) as server:
        link = server.folder / "link"
        link.symlink_to(shutil.which("sh"))
        for program in ("/bin/true", "env", str(link), "/usr/bin/../bin/sh", "./sh", "../sh", "no-such-program"):
            answer = server.api.create(config([program]), status=422)
            field = answer["error"]["details"]["field"]
            require(field in ("config.trainer.command", "trainer.command"), f"{program} is refused at {field}")
        for name in ("LD_PRELOAD", "PIVOT_LEASE", "A=B", "1A"):
            answer = server.api.create(config(["sh"], environment={name: "x"}), status=422)
            equal(answer["error"]["details"]["field"], f"trainer.environment.{name}", "the field of the refusal")
        require("allowed_commands" in server.api.create(config(["/bin/true"]), status=422)["error"]["message"],
                "the refusal does not name the setting")
    with bed.new_server() as server:
        server.api.create(config(["sh"]), status=422)


@check("a program gets what it needs to know, and none of the server's secrets")
def command_environment(bed):
    os.environ["SERVERS_SECRET"], os.environ["SERVERS_GIFT"] = "secret", "gift"
    try:
        with bed.new_server(**SETTINGS) as server:
            script = ("import json, os; print(json.dumps(dict(os.environ)));"
                      "print(open(os.environ['PIVOT_CONFIG']).read()); print(os.getcwd())")
            session_id = bed.begin(
                server.api, python(script, environment={"OWN": "own"}, pass_environment=["SERVERS_GIFT"]), "environment")
            document = wait_for_end(server.api, session_id, "completed")
            found = output(server.api, session_id)
            variables = json.loads(found[0])
            require("SERVERS_SECRET" not in variables, "a variable of the server was passed on unasked")
            equal((variables["OWN"], variables["SERVERS_GIFT"], variables["PIVOT_SESSION_ID"], variables["PIVOT_ATTEMPT"]),
                  ("own", "gift", session_id, "1"), "the variables")
            equal(variables["PIVOT_URL"], server.url, "PIVOT_URL")
            equal(json.loads(found[1]), document["config"], "the configuration that PIVOT_CONFIG names")
            equal(found[2], variables["PIVOT_SESSION_FOLDER"], "the folder of a session that names none")
            facts = document["provenance"]
            require(facts["command_line"].startswith(sys.executable), f"the command line is {facts['command_line']}")
            require(facts["program_digest"].startswith("sha256:"), "the program has no digest")
    finally:
        del os.environ["SERVERS_SECRET"], os.environ["SERVERS_GIFT"]


@check("the state of a program's git work tree is recorded, with its differences from the commit")
def command_repository(bed):
    if shutil.which("git") is None:
        return "git is not here"
    with bed.new_server(**SETTINGS) as server:
        tree = server.folder / "tree"
        (tree / "inner").mkdir(parents=True)
        (tree / "train.py").write_text("print('one')\n")
        git = ["git", "-C", str(tree), "-c", "user.name=x", "-c", "user.email=x@localhost"]
        for command in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "first"]):
            equal(os.spawnvp(os.P_WAIT, "git", git + command), 0, f"git {command[0]}")
        (tree / "train.py").write_text("print('two')\n")
        session_id = bed.begin(
            server.api, config([sys.executable, "../train.py"], working_directory=str(tree / "inner")), "repository")
        facts = wait_for_end(server.api, session_id, "completed")["provenance"]
        equal((facts["git_repository"], facts["git_branch"], facts["git_dirty"]), (str(tree), "trunk", True), "the facts")
        equal(len(facts["git_commit"]), 40, "the length of the commit's name")
        answer = server.api.call("GET", f"/training/sessions/{session_id}/artifacts/provenance/git.diff")
        require(b"+print('two')" in answer.body, f"the difference is not kept: {answer.body[:200]!r}")


@check("a program that obeys SIGTERM ends by itself on a stop")
def command_stop(bed):
    with bed.new_server(**SETTINGS) as server:
        script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
        session_id = bed.begin(server.api, shell(script), "stop")
        wait_for_line(server.api, session_id, "ready")
        document = server.api.stop(session_id)
        equal(document["status"], "stopped", "the status after the stop")
        equal(output(server.api, session_id), ["ready", "bye"], "the output")
        require_gone(session_id)


@check("a program that ignores SIGTERM is killed after its grace period, with everything that it forked")
def command_kill(bed):
    with bed.new_server(**SETTINGS) as server:
        script = ("trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & "
                  "setsid sh -c \"trap '' TERM; while :; do sleep 1; done\" & echo ready; while :; do sleep 1; done")
        session_id = bed.begin(server.api, shell(script, grace_seconds=0.5), "kill")
        wait_for_line(server.api, session_id, "ready")
        require(len(living(session_id)) >= 3, f"the program has not forked: {living(session_id)}")
        began = time.monotonic()
        document = server.api.stop(session_id)
        require(0.4 < time.monotonic() - began < 5, f"the stop took {time.monotonic() - began:.1f} s")
        require("killed" in document.get("message", ""), f"the message does not say so: {document.get('message')!r}")
        equal(living(session_id), [], "the processes after the stop")


@check("a process that cleared its environment and left its session ends with its program, and with a killed supervisor "
       "where there are control groups")
def command_escaped(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        escapee = "env -i setsid sh -c 'echo escaped $$; while :; do sleep 1; done'"
        script = f"{escapee} & ({escapee} &) & trap 'exit 0' TERM; while :; do sleep 0.05; done"
        session_id = bed.begin(api, shell(script), "escaped")
        escaped = [int(line.split()[1]) for line in wait_for_line(api, session_id, "escaped", count=2)]
        api.stop(session_id)
        equal([process for process in escaped if is_alive(process)], [], "the processes that outlive the stop")
        if not has_control_groups():
            return "no control groups here"
        session_id = bed.begin(api, shell(script, max_restarts=0), "escaped, supervisor killed")
        escaped = [int(line.split()[1]) for line in wait_for_line(api, session_id, "escaped", count=2)]
        require(server.kill_trainers(session_id), "there was no supervisor")
        wait_for_end(api, session_id, "failed")
        equal([process for process in escaped if is_alive(process)], [], "the processes that outlive the supervisor")


@check("what a program leaves running when it ends is ended too")
def command_leftovers(bed):
    with bed.new_server(**SETTINGS) as server:
        session_id = bed.begin(server.api, shell("(trap '' TERM; sleep 1000) & echo done"), "leftovers")
        wait_for_end(server.api, session_id, "completed", seconds=20)
        equal(living(session_id), [], "the processes after the end")


@check("a program that exits with 3 is restarted as often as allowed, and the failure quotes its last lines")
def command_restarts(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        script = ("cd $PIVOT_SESSION_FOLDER; echo x >> count; echo attempt $PIVOT_ATTEMPT; "
                  "[ $(wc -l < count) -ge 3 ] && exit 0; echo the data are missing >&2; exit 3")
        session_id = bed.begin(api, shell(script, max_restarts=5), "restarts")
        document = wait_for_end(api, session_id, "completed")
        equal(endings(document), ["lost", "lost", "completed"], "the endings of the attempts")
        equal(output(api, session_id), ["attempt 1", "attempt 2", "attempt 3"], "the output")
        session_id = bed.begin(api, shell("echo the data are missing >&2; exit 3", max_restarts=1), "no luck")
        message = wait_for_end(api, session_id, "failed")["message"]
        require("exit code 3" in message and "the data are missing" in message, f"the message is {message!r}")
        equal(endings(api.session(session_id)), ["lost", "lost"], "the endings of the attempts")


@check("a program that cannot be started fails its session at once, and the message says what to do")
def command_unstartable(bed):
    program = pathlib.Path("/tmp") / f"pivot-endtoend-{os.getpid()}"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    try:
        with bed.new_server(allowed_commands=[str(program), "sh"]) as server:
            session_id = bed.begin(server.api, config([str(program)], max_restarts=3), "unstartable")
            document = wait_for_end(server.api, session_id, "failed")
            require("interpreter" in document["message"], f"the message is {document['message']!r}")
            equal(len(document["attempts"]), 1, "the attempts")
            session_id = bed.begin(server.api, shell("true", working_directory="no/such/folder"), "no folder")
            require("working_directory" in wait_for_end(server.api, session_id, "failed")["message"],
                    "the message does not say what to do")
    finally:
        program.unlink()


@check("a program that runs longer than allowed fails its session")
def command_timeout(bed):
    with bed.new_server(**SETTINGS) as server:
        session_id = bed.begin(
            server.api, shell("echo ready; exec sleep 1000", timeout_seconds=1.0, max_restarts=3), "timeout")
        document = wait_for_end(server.api, session_id, "failed")
        require("timeout_seconds" in document["message"], f"the message is {document['message']!r}")
        equal(len(document["attempts"]), 1, "the attempts")
        require_gone(session_id)


@check("a server that is killed and comes back finds every line of a program that kept running, each once")
def command_server_killed(bed):
    with bed.new_server(**{**SETTINGS, "lease_seconds": 30.0}) as server:
        random = bed.moments("command server killed")
        script = "import time\nfor number in range(400):\n    print(number)\n    time.sleep(0.01)\n"
        session_id = bed.begin(server.api, python(script), "server killed")
        wait_for_line(server.api, session_id, "20")
        for _ in range(2):
            time.sleep(random.uniform(0.1, 0.5))
            server.kill()
            time.sleep(random.uniform(0.2, 0.8))
            server.start()
        document = wait_for_end(server.api, session_id, "completed")
        equal(len(document["attempts"]), 1, "the attempts")
        equal(output(server.api, session_id), [str(number) for number in range(400)], "the output")


@check("a supervisor that is killed takes its program with it, and the next attempt is alone")
def command_supervisor_killed(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        script = ("setsid sh -c 'while :; do sleep 1; done' & echo $$ $PIVOT_ATTEMPT; "
                  "[ $PIVOT_ATTEMPT = 2 ] && exit 0; while :; do sleep 1; done")
        session_id = bed.begin(api, shell(script, max_restarts=3), "supervisor killed")
        process_id = None
        deadline = time.monotonic() + 30
        while process_id is None:
            require(time.monotonic() < deadline, "the program has not begun")
            process_id = next((int(text.split()[0]) for text in output(api, session_id)), None)
        first = living(session_id)
        require(process_id in first and len(first) >= 2, f"the program and its child are not there: {first}")
        require(server.kill_trainers(session_id), "there was no supervisor")
        document = wait_for_end(api, session_id, "completed")
        equal(endings(document), ["lost", "completed"], "the endings of the attempts")
        left = [process for process in first if process in living(session_id)]
        equal(left, [], "the first attempt's processes that live on")
        equal([text.split()[1] for text in output(api, session_id)], ["1", "2"], "the attempts that wrote")


@check("a supervisor and its server that are killed at once leave no program behind that the next server does not end")
def command_both_killed(bed):
    with bed.new_server(**{**SETTINGS, "lease_seconds": 2.0}) as server:
        script = "setsid sh -c 'while :; do sleep 1; done' & echo ready $$; while :; do sleep 1; done"
        session_id = bed.begin(server.api, shell(script, max_restarts=0), "both killed")
        process_id = int(wait_for_line(server.api, session_id, "ready")[0].split()[1])
        server.kill()
        require(server.kill_trainers(session_id), "there was no supervisor")
        deadline = time.monotonic() + 10
        while process_id in living(session_id):
            require(time.monotonic() < deadline, "the program outlives its supervisor")
            time.sleep(0.02)
        server.start()
        wait_for_end(server.api, session_id, "failed")
        require_gone(session_id)


METRICS = """
import json, os, sys
attempt = int(os.environ["PIVOT_ATTEMPT"])
print("reading data")
for epoch in range(1, 6):
    for step in (1, 2):
        print(json.dumps({"step": epoch * 2 - 2 + step, "train_loss": 1 / epoch}))
    loss = float("nan") if epoch == 2 else 1 / epoch + attempt / 100
    print(json.dumps({"epoch": epoch, "step": epoch * 2, "val_loss": loss, "note": "words"}))
    if epoch == 3 and attempt == 1:
        sys.exit(3)
print(json.dumps({"epoch": 2, "val_loss": 0.0}))
print('{"no": "metrics"}')
"""


@check("JSON lines become epochs and points, NaN too, and an attempt that starts over supersedes the one before")
def command_metrics(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        session_id = bed.begin(
            api, python(METRICS, metrics="json_lines", max_restarts=1, train={"epochs": 5}), "metrics")
        document = wait_for_end(api, session_id, "completed")
        records = api.get(f"/training/sessions/{session_id}/metrics")["metrics"]
        equal([(record["epoch"], record["val_loss"]) for record in records],
              [(1, 1.02), (2, "NaN"), (3, 1 / 3 + 0.02), (4, 0.27), (5, 0.22)], "the epoch records")
        history = api.get(f"/metrics/{session_id}/history", metric_name="train_loss", axis="step")
        equal(history["steps"], list(range(1, 11)), "the steps of train_loss")
        equal((document["current_epoch"], document["progress"]), (5, 1.0), "the session's progress")
        equal(output(api, session_id, attempt=2), ["reading data", '{"no": "metrics"}'], "the lines of the log")
        refused = [line["text"] for line in logs(api, session_id) if line.get("level") == "warning"]
        require(any("Epoch 2 was not recorded" in text for text in refused), f"nothing reports the refusal: {refused}")


SPEAKER = """
import json, os, urllib.request

def say(path, body):
    request = urllib.request.Request(
        os.environ["PIVOT_URL"] + "/api/v1/training/sessions/" + os.environ["PIVOT_SESSION_ID"] + path,
        json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": "Lease " + os.environ["PIVOT_LEASE"]})
    return json.load(urllib.request.urlopen(request))

attempt = int(os.environ["PIVOT_ATTEMPT"])
say(f"/attempts/{attempt}/started", {"first_epoch": 1, "first_step": 1})
say("/epochs", {"attempt": attempt, "epoch": 1, "step": 10, "metrics": {"val_loss": 0.5}})
say("/finish", {"attempt": attempt, "outcome": "completed", "final_metrics": {"val_loss": 0.5}})
print("said it all", flush=True)
"""


@check("a program may use the API as its attempt, and what it reports as its end holds")
def command_speaker(bed):
    with bed.new_server(**{**SETTINGS, "lease_seconds": 2.0}) as server:
        for ending in ("", "import time; time.sleep(3)", "raise SystemExit(5)"):
            session_id = bed.begin(server.api, python(SPEAKER + ending, max_restarts=3), "speaker")
            document = wait_for_end(server.api, session_id, "completed")
            equal((document["final_metrics"], len(document["attempts"])), ({"val_loss": 0.5}, 1), "metrics and attempts")
            wait_for_line(server.api, session_id, "said it all")
            require_gone(session_id)
            deadline = time.monotonic() + 10
            while server.trainers(session_id):
                require(time.monotonic() < deadline, "the supervisor does not end")
                time.sleep(0.02)
            equal(len(server.api.session(session_id)["attempts"]), 1, "the attempts after the supervisor's end")


@check("the shipped example completes, also when it is stopped halfway")
def command_example(bed):
    with bed.new_server(**SETTINGS) as server:
        api = server.api
        shutil.copy(CHECKOUT / "configs" / "command.yaml", server.folder / "configs")
        body = {"config_path": "configs/command.yaml",
                "overrides": {"trainer.command": [sys.executable, "tools/examples/logistic.py"],
                              "trainer.working_directory": str(CHECKOUT), "train.epoch_seconds": 0.05}}
        courses = []
        for isStopped in (False, True):
            session_id = api.call("POST", "/training/sessions", body, status=201).json["session_id"]
            api.start(session_id)
            if isStopped:
                api.wait(session_id, lambda document: document["current_epoch"] >= 4, "at epoch 4")
                equal(api.stop(session_id)["status"], "stopped", "the status after the stop")
                api.start(session_id)
            document = wait_for_end(api, session_id, "completed")
            equal(len(document["attempts"]), 2 if isStopped else 1, "the attempts")
            records = api.get(f"/training/sessions/{session_id}/metrics")["metrics"]
            courses.append([{key: value for key, value in record.items() if key != "timestamp"} for record in records])
            require_gone(session_id)
        equal([record["epoch"] for record in courses[0]], list(range(1, 21)), "the epochs")
        equal(courses[1], courses[0], "the epoch records of the session that was stopped")
        require(courses[0][-1]["val_accuracy"] > 0.9, "the example does not learn")
