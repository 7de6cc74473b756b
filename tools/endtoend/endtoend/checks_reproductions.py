"""Sessions that are trained again as new ones, and the verdicts on them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from .bed import EPOCHS, STEPS_PER_EPOCH, synthetic, unet3d
from .checks_commands import SETTINGS, config, wait_for_end
from .report import check, equal, require

IDENTICAL, WITHIN, DIFFERS, REFUSED = 0, 10, 11, 12


def reproduce(bed, api, session_id, *options):
    """Runs `pivot reproduce` to its end; returns its exit status and its verdict."""
    environment = dict(os.environ, PIVOT_URL=f"http://127.0.0.1:{api.port}")
    done = subprocess.run([bed.binary, "reproduce", session_id, "--json", *options], env=environment,
                          capture_output=True, text=True, timeout=120)
    require(done.stdout.strip(), f"pivot reproduce ended with {done.returncode} and said: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


def verdicts(api, session_id):
    """The verdicts in a session's stream."""
    return [event["data"] for event in api.events(session_id, "session")
            if event["type"] == "session.reproduction_reported"]


def disturbed(bed, config, name):
    """A session that was stopped once and whose trainer was killed once before it completed."""
    api, random = bed.server.api, bed.moments(name)
    session_id = bed.begin(api, config, name)
    api.wait_for_attempt(session_id, 1)
    time.sleep(random.uniform(0.2, 0.5))
    api.stop(session_id)
    api.start(session_id)
    attempt = api.wait_for_attempt(session_id, 2)
    time.sleep(random.uniform(0.1, 0.3))
    if api.session(session_id)["status"] == "running":
        os.kill(attempt["process_id"], signal.SIGKILL)
    return api.wait_for_status(session_id, "completed")


def expect_identical(bed, session_id, epochs):
    """Trains the session again, which must give the same bits, and returns the reproduction's document."""
    api = bed.server.api
    status, report = reproduce(bed, api, session_id)
    equal((status, report["verdict"]), (IDENTICAL, "identical"), f"exit status and verdict of {report}")
    equal(report["epochs_compared"], epochs, "the epochs that were compared")
    require(report["checkpoints_compared"] > 0 and report["points_compared"] > 0, f"little was compared: {report}")
    equal(report["points_unmatched"], 0, "the points that one of them lacks")
    document = api.session(report["reproduction_session_id"])
    original = api.session(session_id)
    equal(document["config_digest"], original["config_digest"], "the configuration's digest")
    equal(document["status"], "completed", "the status of the reproduction")
    equal(document["reproductions"][-1], original["reproductions"][-1], "the verdict in both documents")
    equal(len(verdicts(api, session_id)), 1, "the verdicts in the original's stream")
    equal(len(verdicts(api, document["session_id"])), 1, "the verdicts in the reproduction's stream")
    return document


@check("a session that was stopped once and killed once is reproduced bit by bit")
def reproduced(bed):
    document = disturbed(bed, synthetic(), "to be reproduced")
    require(document["attempt"] >= 3, f"the session was not disturbed twice: {document['attempts']}")
    expect_identical(bed, document["session_id"], EPOCHS)


@check("a 3D U-Net that was stopped once and killed once is reproduced bit by bit")
def reproduced_network(bed):
    document = disturbed(bed, unet3d(), "network to be reproduced")
    expect_identical(bed, document["session_id"], document["total_epochs"])


@check("a session that continues a checkpoint is reproduced from that checkpoint")
def reproduced_child(bed):
    api = bed.server.api
    parent = bed.begin(api, synthetic(), "parent of a reproduced session")
    api.wait_for_status(parent, "completed")
    middle = next(entry for entry in api.checkpoints(parent) if entry["epoch"] == EPOCHS // 2)
    child = api.create(synthetic(), checkpoint_id=middle["checkpoint_id"])["session_id"]
    api.start(child)
    api.wait_for_status(child, "completed")
    document = expect_identical(bed, child, EPOCHS - EPOCHS // 2)
    equal(document["parent_checkpoint_id"], middle["checkpoint_id"], "the checkpoint that the reproduction began with")
    api.call("DELETE", f"/checkpoints/{middle['checkpoint_id']}")
    refusal = api.call("POST", f"/training/sessions/{child}/reproduce", {}, status=409).json
    equal(refusal["error"]["code"], "not_reproducible", "the refusal without the parent's checkpoint")


@check("sessions that failed or stopped early are reproduced to their last epoch")
def reproduced_part(bed):
    api = bed.server.api
    failing = synthetic()
    failing["trainer"]["fail_at_epoch"] = 4
    session_id = bed.begin(api, failing, "failing")
    while api.session(session_id)["status"] != "failed":
        time.sleep(0.05)
    document = expect_identical(bed, session_id, 3)
    equal((document["current_epoch"], document["planned_epochs"]), (3, 3), "the epochs of the reproduction")
    require("early_stop_reason" in document, "an earlier end than the configuration's has no reason")
    early = synthetic()
    early["train"].update(early_stopping_patience=1, early_stopping_monitor="val_loss", early_stopping_mode="max")
    session_id = bed.begin(api, early, "early")
    document = api.wait_for_status(session_id, "completed")
    require(document["current_epoch"] < EPOCHS, "the session did not stop early")
    expect_identical(bed, session_id, document["current_epoch"])


def recorded_elsewhere(api, truth_id, step, change):
    """A session whose records are those of another but for one point, and whose program was another one."""
    session_id = api.create(synthetic(), session_name="recorded elsewhere")["session_id"]
    claim = api.call("POST", f"/training/sessions/{session_id}/attempts", {"lease_seconds": 60}, status=201).json
    headers = {"Authorization": f"Lease {claim['token']}"}
    path = f"/training/sessions/{session_id}"

    def post(route, **body):
        named = {} if route.startswith("/attempts/1/") else {"attempt": 1}
        api.call("POST", path + route, {**named, **body}, headers=headers)

    facts = api.session(truth_id)["attempts"][0]
    same = {name: facts[name] for name in ("engine", "instruction_set", "threads", "data_digest") if name in facts}
    post("/attempts/1/started", first_epoch=1, first_step=1, binary="sha256:" + "0" * 64, **same)
    history = api.get(f"/metrics/{truth_id}/history", metric_name="train_loss", axis="step")
    points = [{"name": "train_loss", "step": at, "value": value + (change if at == step else 0)}
              for at, value in zip(history["steps"], history["values"])]
    post("/metrics", points=points)
    for record in api.get(f"/training/sessions/{truth_id}/metrics")["metrics"]:
        metrics = {name: value for name, value in record.items()
                   if isinstance(value, float) and name not in ("timestamp", "epoch", "step")}
        post("/epochs", epoch=record["epoch"], step=record["epoch"] * STEPS_PER_EPOCH, metrics=metrics)
    post("/finish", outcome="completed")
    return session_id, points[step - 1]["value"]


@check("a reproduction names the step and the size of a difference, and refuses another program")
def told_apart(bed):
    api, step, change = bed.server.api, 2 * STEPS_PER_EPOCH + 7, 1e-4
    truth_id = bed.begin(api, synthetic(), "truth of a changed record")
    api.wait_for_status(truth_id, "completed")
    session_id, value = recorded_elsewhere(api, truth_id, step, change)

    status, report = reproduce(bed, api, session_id)
    equal((status, report["verdict"]), (REFUSED, "refused"), f"exit status and verdict of {report}")
    equal([fact["name"] for fact in report["fact_differences"]], ["binary"], "what is not the same")
    equal(report["fact_differences"][0]["original"], "sha256:" + "0" * 64, "the program of the original")
    refused = api.session(report["reproduction_session_id"])
    equal((refused["status"], refused["current_epoch"]), ("failed", 0), "status and epochs of what was refused")

    status, report = reproduce(bed, api, session_id, "--allow-differences")
    equal((status, report["verdict"]), (DIFFERS, "differs"), f"exit status and verdict of {report}")
    first = report["first_difference"]
    equal((first["epoch"], first["step"], first["place"], first["metric"]), (3, step, "point", "train_loss"),
          "where they part")
    equal(first["original_value"], value, "the value of the original")
    require(abs(first["absolute"] - change) < 1e-12, f"the difference is not {change}: {first}")

    status, report = reproduce(bed, api, session_id, "--allow-differences", "--tolerance", "0.01")
    equal((status, report["verdict"]), (WITHIN, "within_tolerance"), f"exit status and verdict of {report}")


@check("a verdict is recorded once, also when the server is killed while the reproduction ends")
def verdict_after_kill(bed):
    random = bed.moments("verdict after a kill")
    with bed.new_server() as server:
        api = server.api
        session_id = bed.begin(api, synthetic(step_seconds=0.002), "original")
        api.wait_for_status(session_id, "completed")
        for _ in range(3):
            copy = api.call("POST", f"/training/sessions/{session_id}/reproduce", status=201).json["session_id"]
            api.wait(copy, lambda document: document["current_epoch"] >= EPOCHS - 1, "about to end")
            time.sleep(random.uniform(0, 0.1))
            server.kill()
            server.start()
            document = api.wait(copy, lambda document: document.get("reproductions"), "compared")
            equal(document["reproductions"][-1]["verdict"], "identical", "the verdict")
            equal(len(verdicts(api, copy)), 1, "the verdicts in the reproduction's stream")
            own = [entry for entry in verdicts(api, session_id) if copy in entry.values()]
            equal(len(own), 1, "the verdicts on it in the original's stream")


@check("what cannot be reproduced is refused with a reason")
def not_reproducible(bed):
    api = bed.server.api
    api.call("POST", "/training/sessions/sess_0000000000000000/reproduce", status=404)
    new = api.create(synthetic())["session_id"]
    refusal = api.call("POST", f"/training/sessions/{new}/reproduce", status=409).json
    equal(refusal["error"]["code"], "not_reproducible", "the refusal of a session without an epoch")
    api.start(new)
    refusal = api.call("POST", f"/training/sessions/{new}/reproduce", status=409).json
    equal(refusal["error"]["code"], "wrong_status", "the refusal of a session that trains")
    api.stop(new)
    refusal = api.call("POST", f"/training/sessions/{new}/reproduce", {"tolerance": 2}, status=422).json
    equal(refusal["error"]["details"]["field"], "tolerance", "the field of a wrong tolerance")


PROGRAM = """
import json, pathlib
factor = float(pathlib.Path("../factor.txt").read_text())
for epoch in range(1, 4):
    print(json.dumps({"epoch": epoch, "step": epoch * 10, "val_loss": factor / epoch}), flush=True)
"""


@check("a program's session is reproduced from its commit and its uncommitted changes, whatever the files are by now")
def reproduced_program(bed):
    if shutil.which("git") is None:
        return "git is not here"
    with bed.new_server(**SETTINGS) as server, tempfile.TemporaryDirectory() as name:
        api, tree = server.api, pathlib.Path(name).resolve() / "repository"
        (tree / "code").mkdir(parents=True)
        git = ["git", "-C", str(tree), "-c", "user.name=x", "-c", "user.email=x@localhost"]

        def call(*arguments):
            return subprocess.run(git + list(arguments), check=True, capture_output=True, text=True).stdout

        call("init", "--quiet")
        (tree / "code" / "train.py").write_text(PROGRAM)
        (tree / "factor.txt").write_text("0.5\n")
        call("add", ".")
        call("commit", "--quiet", "--message", "a program")
        (tree / "factor.txt").write_text("0.7\n")
        command = ["sh", "-c", "exec python3 -u train.py"]
        session_id = bed.begin(
            api, config(command, metrics="json_lines", working_directory=str(tree / "code")), "a program")
        wait_for_end(api, session_id, "completed")

        (tree / "factor.txt").write_text("0.9\n")
        call("add", ".")
        call("commit", "--quiet", "--message", "another state")
        status, report = reproduce(bed, api, session_id)
        equal((status, report["verdict"]), (IDENTICAL, "identical"), f"exit status and verdict of {report}")
        equal(report["epochs_compared"], 3, "the epochs that were compared")
        equal((tree / "factor.txt").read_text(), "0.9\n", "the file in the repository's own work tree")
        equal(call("worktree", "list").count("\n"), 1, "the work trees that are left")

        # Files that git does not know cause a warning; changes that were not kept are a refusal.
        (tree / "notes.txt").write_text("unknown to git\n")
        (tree / "large.txt").write_text("x" * 2_000_000)
        call("add", "large.txt")
        second = bed.begin(
            api, config(command, metrics="json_lines", working_directory=str(tree / "code")), "a program with more")
        wait_for_end(api, second, "completed")
        facts = api.session(second)["provenance"]
        require("notes.txt" in facts["git_untracked"], f"the files that git does not know: {facts}")
        done = subprocess.run([bed.binary, "reproduce", second], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, PIVOT_URL=f"http://127.0.0.1:{api.port}"))
        equal(done.returncode, REFUSED, f"the exit status without the changes ({done.stderr})")
        require("changes" in done.stderr, f"the reason: {done.stderr}")
        call("rm", "--cached", "--quiet", "large.txt")
        (tree / "large.txt").unlink()
        third = bed.begin(
            api, config(command, metrics="json_lines", working_directory=str(tree / "code")), "a program beside a file")
        wait_for_end(api, third, "completed")
        answer = api.call("POST", f"/training/sessions/{third}/reproduce", status=201).json
        require(any("notes.txt" in warning for warning in answer["warnings"]), f"no warning: {answer.get('warnings')}")

        # A checkout that lost the commit cannot give its files; nothing else is trained in their place.
        shutil.rmtree(tree / ".git")
        call("init", "--quiet")
        status, report = reproduce(bed, api, session_id)
        equal(report["verdict"], "incomplete", f"the verdict without the commit, {report}")
        require("commit" in report["message"], f"the reason: {report['message']}")
        document = api.session(report["reproduction_session_id"])
        equal((document["status"], document["current_epoch"]), ("failed", 0), "status and epochs without the commit")


@check("a program that differs from the recorded one is refused, and one that gives other numbers is found to differ")
def changed_program(bed):
    with bed.new_server(**SETTINGS) as server, tempfile.TemporaryDirectory() as name:
        api, folder = server.api, pathlib.Path(name).resolve()
        (folder / "factor.txt").write_text("0.5\n")
        (folder / "code").mkdir()
        (folder / "code" / "train.py").write_text(PROGRAM)
        settings = config(["sh", "-c", "exec python3 -u train.py"], metrics="json_lines",
                          working_directory=str(folder / "code"))
        session_id = bed.begin(api, settings, "a program without a repository")
        wait_for_end(api, session_id, "completed")
        status, report = reproduce(bed, api, session_id)
        equal((status, report["verdict"]), (IDENTICAL, "identical"), f"exit status and verdict of {report}")
        (folder / "factor.txt").write_text("0.5000001\n")
        status, report = reproduce(bed, api, session_id)
        equal((status, report["verdict"]), (WITHIN, "within_tolerance"), f"exit status and verdict of {report}")
        (folder / "factor.txt").write_text("0.6\n")
        status, report = reproduce(bed, api, session_id)
        equal((status, report["verdict"]), (DIFFERS, "differs"), f"exit status and verdict of {report}")
        equal((report["first_difference"]["epoch"], report["first_difference"]["metric"]), (1, "val_loss"),
              "where they part")
