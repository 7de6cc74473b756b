"""Blocks 2, 3, 4 and 21: a session from create to its end, resume, stop, and the whole example."""

import ast
import re

from .configurations import TRAIN_EPOCHS
from .report import Wrong, check, equal, require

#: The order in which a session that trains undisturbed may show its statuses.
ORDER = ["created", "queued", "running", "stopping", "stopped", "completed", "failed"]


def literal(text, what):
    """The Python value that an example printed; raises `Wrong` when the text is not one."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError) as error:
        raise Wrong(f"{what} is not a printed value ({error}): {text!r}") from None


def after(line, prefix):
    """What follows the prefix in a line; raises `Wrong` when the line does not begin with it."""
    require(line.startswith(prefix), f"the line {line!r} does not begin with {prefix!r}")
    return line[len(prefix):]


def check_polls(lines, total, last_status):
    """Checks the pairs of lines that block 2's loop prints: epochs never fall and statuses never go back."""
    require(len(lines) >= 2 and len(lines) % 2 == 0, f"the loop printed {lines}")
    epochs, statuses = [], []
    for epoch_line, status_line in zip(lines[::2], lines[1::2]):
        found = re.fullmatch(r"Epoch (\d+)/(\d+)", epoch_line)
        require(found, f"the loop printed {epoch_line!r}")
        equal(int(found[2]), total, "total_epochs")
        epochs.append(int(found[1]))
        statuses.append(after(status_line, "Status: "))
    require(epochs == sorted(epochs), f"current_epoch went back: {epochs}")
    places = [ORDER.index(status) for status in statuses]
    require(places == sorted(places), f"the status went back: {statuses}")
    require(not any(status in ("created", *ORDER[4:]) for status in statuses[:-1]),
            f"the loop saw an ending before the end: {statuses}")
    equal(statuses[-1], last_status, "the last status")
    return epochs


def check_block_2(bed, lines, total, last_status):
    """Checks everything block 2 prints against the API and returns the session's id."""
    session_id = after(lines[0], "Created session: ")
    require(session_id.startswith("sess_"), f"the session's id is {session_id!r}")
    started = literal(after(lines[1], "Training started: "), "the answer of start")
    equal(started["session_id"], session_id, "the started session")
    require(started["status"] in ("queued", "running"), f"start answered the status {started['status']}")
    epochs = check_polls(lines[2:-1], total, last_status)
    records = bed.api.records(session_id)
    equal([record["epoch"] for record in records], list(range(1, epochs[-1] + 1)), "the epochs of the records")
    equal(after(lines[-1], "Final validation loss: "), str(records[-1]["val_loss"]), "the printed final loss")
    require(type(records[-1]["val_loss"]) is float, f"val_loss is {records[-1]['val_loss']!r}")
    session = bed.api.session(session_id)
    equal(session["session_name"], "experiment_001", "the session's name")
    equal(session["tags"], ["unet", "focal-loss"], "the session's tags")
    return session_id


@check("a session is created, trained to its end and read", block=2, real=True)
def trains(bed):
    result = bed.run(2, seconds=1200)
    total = int(re.search(r"Epoch \d+/(\d+)", result.output)[1])
    session_id = check_block_2(bed, result.lines, total, "completed")
    session = bed.api.session(session_id)
    equal(session["current_epoch"], total, "current_epoch of the completed session")
    equal(session["progress"], 1.0, "progress of the completed session")
    require(session["latest_metrics"].get("val_loss") == bed.api.records(session_id)[-1]["val_loss"],
            f"latest_metrics is {session['latest_metrics']}")
    for name in ("train_loss", "val_loss", "learning_rate"):
        require(all(name in record for record in bed.api.records(session_id)), f"{name} is missing from a record")
    bed.remember_trained(session_id)


@check("a session that is stopped from outside ends the loop", block=2)
def stopped_from_outside(bed):
    longer = ("'configs/train.yaml'", "'configs/train.yaml', 'overrides': {'train.epochs': 500}")
    with bed.running(2, changes=[longer]) as program:
        program.wait_for("Status: running", 60)
        session_id = bed.api.get("/training/sessions", limit=1)["sessions"][0]["session_id"]
        bed.api.wait_for_epoch(session_id, 1)
        bed.api.stop(session_id)
        lines = program.finish().lines
    check_block_2(bed, lines, 500, "stopped")


@check("a new session continues from a checkpoint and ends with the same bytes", block=3)
def resumes(bed):
    original = bed.trained()
    saved = {checkpoint["epoch"]: checkpoint for checkpoint in bed.api.checkpoints(original)}
    require(2 in saved, f"the trained session has checkpoints of the epochs {sorted(saved)}, not of every epoch")
    result = bed.run(3, checkpoint=saved[2]["checkpoint_id"], epilogue="print(session['session_id'])")
    session_id = result.lines[-1]
    equal(len(result.lines), 1, "the number of printed lines")
    session = bed.api.wait_for_status(session_id, "completed")
    equal(session["session_name"], "resume_experiment", "the session's name")
    equal(session.get("parent_checkpoint_id"), saved[2]["checkpoint_id"], "the parent checkpoint")
    equal(session.get("parent"), original, "the parent session")
    records = comparable(bed.api.records(session_id))
    equal(records, comparable(bed.api.records(original))[2:], "the records from epoch 3 on")
    resumed = {checkpoint["epoch"]: checkpoint["digest"] for checkpoint in bed.api.checkpoints(session_id)}
    equal(sorted(resumed), list(range(3, TRAIN_EPOCHS + 1)), "the epochs of the new session's checkpoints")
    equal(resumed[TRAIN_EPOCHS], saved[TRAIN_EPOCHS]["digest"], "the digest of the last checkpoint")


def comparable(records):
    """The records without what differs between any two trainings: when, and how long an epoch took."""
    return [{name: value for name, value in record.items() if name not in ("timestamp", "epoch_seconds")}
            for record in records]


def check_stop(bed, session_id, status):
    """Runs block 4 and checks what it prints: the stopped session and its epoch."""
    result = bed.run(4, session=session_id)
    equal(len(result.lines), 2, "the number of printed lines")
    answer = literal(result.lines[0], "the answer of stop")
    equal(answer["session_id"], session_id, "the stopped session")
    equal(answer["status"], status, "the status that stop answered")
    session = bed.api.session(session_id)
    equal(after(result.lines[1], "Stopped at epoch: "), str(session["current_epoch"]), "the printed epoch")
    equal(session["status"], status, "the status afterwards")
    return session


@check("a training session stops with a checkpoint saved, and continues when it is started again", block=4)
def stops(bed):
    session_id = bed.api.create(
        config_path="configs/train.yaml", overrides={"train.epochs": 500}, session_name="guide-long")["session_id"]
    bed.api.start(session_id)
    bed.api.wait_for_epoch(session_id, 1)
    session = check_stop(bed, session_id, "stopped")
    marked = [checkpoint for checkpoint in bed.api.checkpoints(session_id) if "stop" in checkpoint["marks"]]
    equal(len(marked), 1, "the number of checkpoints marked stop")
    again = bed.api.start(session_id)
    require(again["status"] in ("queued", "running"), f"the second start answered the status {again['status']}")
    bed.api.wait_for_epoch(session_id, session["current_epoch"] + 1)
    later = check_stop(bed, session_id, "stopped")
    equal(later["attempt"], 2, "the number of attempts")
    epochs = [record["epoch"] for record in bed.api.records(session_id)]
    equal(epochs, list(range(1, later["current_epoch"] + 1)), "the epochs of the records after the restart")


@check("a created session stops without a checkpoint", block=4)
def stops_created(bed):
    session_id = bed.new_session()
    check_stop(bed, session_id, "stopped")
    equal(bed.api.checkpoints(session_id), [], "the checkpoints of a session that never ran")


@check("an ended session answers its unchanged document", block=4)
def stops_ended(bed):
    for session_id, status in ((bed.completed(), "completed"), (bed.failed(), "failed"), (bed.stopped(), "stopped")):
        before = bed.api.session(session_id)
        equal(check_stop(bed, session_id, status), before, f"the {status} session after another stop")


def check_block_21(bed, result, last_status):
    """Checks everything block 21 prints against the API and returns the session's id."""
    lines = [line for line in result.lines if line != "⚠️  Warning: Low memory available"]
    equal(lines[:5], ["Starting experiment: unet_focal_exp001", "Checking system resources...",
                      "Creating training session...", "Starting training...", "Monitoring training..."],
          "the first lines")
    tail = lines.index(f"Training {last_status}")
    session = bed.api.get("/training/sessions", q="unet_focal_exp001", limit=1)["sessions"][0]
    records = bed.api.records(session["session_id"])
    losses = {f"Epoch {record['epoch']}: Loss {record['val_loss']:.4f}" for record in records}
    polled = lines[5:tail]
    require(set(polled) <= losses, f"the loop printed {polled}, but the records are {sorted(losses)}")
    require(polled and polled[-1].startswith(f"Epoch {records[-1]['epoch']}:"), f"the loop ended with {polled[-1:]}")
    equal(lines[tail + 1: tail + 3], ["Fetching results...", "Experiment completed!"], "the lines after the loop")
    equal(literal(after(lines[tail + 3], "Final metrics: "), "the final metrics"), records[-1], "the final metrics")
    count = len(bed.api.checkpoints(session["session_id"]))
    equal(after(lines[tail + 4], "Checkpoints saved: "), str(count), "the number of checkpoints")
    require(count > 0, "no checkpoint was saved")
    equal(len(lines), tail + 5, "the number of lines")
    return session["session_id"]


@check("the complete example trains, polls and reads its results", block=21, real=True)
def complete_example(bed):
    result = bed.run(21, seconds=1200)
    session_id = check_block_21(bed, result, "completed")
    trained = bed.trained()
    equal(comparable(bed.api.records(session_id)), comparable(bed.api.records(trained)),
          "the records of a second training of the same configuration")
