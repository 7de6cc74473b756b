"""Blocks 13, 14, 15 and 16: notebook, TensorBoard, Slack and webhooks."""

import glob
import pathlib
import re
import struct

from .api import API
from .checks_training import after, literal
from .polling import POLLED_STATES, in_state
from .report import check, equal, require


def screens(output):
    """What block 13 showed between two clearings of the notebook's output."""
    parts = re.split(r"(?:\x1b\[2K|\r)+", output)
    return [part.strip("\n") for part in parts if part.strip()]


def check_notebook(bed, output, session_id, status):
    """Checks the last screen line by line against the session, and that progress never fell."""
    shown = screens(output)
    session = bed.api.session(session_id)
    lines = shown[-1].splitlines()
    wanted = [f"Session: {session['session_name']}", f"Status: {status}", f"Progress: {session['progress'] * 100:.1f}%",
              f"Epoch: {session['current_epoch']}/{session['total_epochs']}", "", "Latest Metrics:"]
    wanted += [f"  {name}: {value:.4f}" for name, value in session["latest_metrics"].items()]
    equal(lines, wanted, "the last screen")
    if status == "completed":
        equal(lines[2], "Progress: 100.0%", "the progress of a completed session")
    progress = [float(found) for found in re.findall(r"Progress: (\d+\.\d)%", output)]
    require(progress == sorted(progress), f"the progress went back: {progress}")


def register_notebook(state):
    @check(f"the notebook shows a session that is {state} until it ends", block=13)
    def shows(bed):
        with in_state(bed, state) as (session_id, go_on, status):
            with bed.running(13, session=session_id) as program:
                program.wait_for("Session: ")
                go_on(program)
                check_notebook(bed, program.finish().output, session_id, status)


for _state in POLLED_STATES:
    register_notebook(_state)


@check("the notebook shows a trained session", block=13, real=True)
def shows_trained(bed):
    session_id = bed.trained()
    check_notebook(bed, bed.run(13, session=session_id).output, session_id, "completed")


def scalars(folder):
    """The scalars of a TensorBoard log folder: (tag, step) to value."""
    from tensorboardX.proto.event_pb2 import Event

    found = {}
    for path in glob.glob(str(pathlib.Path(folder) / "*tfevents*")):
        data = pathlib.Path(path).read_bytes()
        place = 0
        while place < len(data):
            (length,) = struct.unpack_from("<Q", data, place)
            event = Event.FromString(data[place + 12: place + 12 + length])
            place += 12 + length + 4
            for value in event.summary.value:
                found[value.tag, event.step] = value.simple_value
    return found


def check_tensorboard(bed, session_id):
    """Runs block 14 and reads back what it wrote: every number of every record, as a 32-bit float."""
    result = bed.run(14, session=session_id)
    equal(result.lines, ["Exported to TensorBoard: logs/tensorboard"], "the printed lines")
    wanted = {}
    for record in bed.api.records(session_id):
        for name, value in record.items():
            if name not in ("epoch", "timestamp") and not isinstance(value, str):
                wanted[name, record["epoch"]] = struct.unpack("<f", struct.pack("<f", value))[0]
    equal(scalars(pathlib.Path(result.folder.name) / "logs" / "tensorboard"), wanted, "the scalars written")
    require(wanted, "the session has no records")


@check("the records are exported to TensorBoard", block=14)
def exports(bed):
    check_tensorboard(bed, bed.completed())


@check("the records of a trained session are exported to TensorBoard", block=14, real=True)
def exports_trained(bed):
    check_tensorboard(bed, bed.trained())


def check_slack(bed, posts, session_id, status):
    """Checks the one message that was posted."""
    equal(len(posts), 1, "the number of messages")
    text = posts[0]["text"]
    if status == "failed":
        equal(text, f"❌ Training failed for {session_id}", "the message")
        return
    first, second = text.split("\n", 1)
    equal(first, f"✅ Training completed for {session_id}", "the message's first line")
    equal(literal(after(second, "Final metrics: "), "the metrics in the message"),
          bed.api.session(session_id)["latest_metrics"], "the metrics in the message")


def register_slack(state):
    @check(f"Slack is notified when a session that is {state} ends", block=15)
    def tells(bed):
        with in_state(bed, state) as (session_id, go_on, status):
            before = len(bed.receiver.posts)
            with bed.running(15, session=session_id, slack=bed.receiver.url) as program:
                go_on(program)
                equal(program.finish().lines, [], "the printed lines")
            check_slack(bed, bed.receiver.posts[before:], session_id, status)


for _state in POLLED_STATES:
    if _state != "stopped":  # a stopped session does not end this example
        register_slack(_state)


@check("a webhook to a mail address brings mails", block=16)
def brings_mails(bed):
    result = bed.run(16, epilogue="print(webhook)")
    equal(len(result.lines), 2, "the number of printed lines")
    webhook_id = after(result.lines[0], "Webhook created: ")
    webhook = literal(result.lines[1], "the webhook")
    equal(webhook["webhook_id"], webhook_id, "the webhook's id")
    require(webhook_id.startswith("webhook_"), f"the webhook's id is {webhook_id!r}")
    equal(webhook["url"], "mailto:user@example.com", "the webhook's address")
    equal(webhook["events"], ["training_completed", "training_failed", "alert_triggered"], "the webhook's events")
    listed = bed.api.get("/webhooks")
    require(webhook in listed["webhooks"], f"the webhook is not listed: {listed}")
    if bed.mailbox is None:
        return
    equal(webhook["status"], "active", "the webhook's status")
    session_id = bed.new_session(3, "mailed about")
    bed.trainer(session_id, 3).finish()
    mail = bed.mailbox.wait_for("user@example.com", '"mailed about" has completed')
    text = mail.get_body(("plain",)).get_content()
    require(session_id in text and "val_loss" in text, f"the mail does not tell the session and its metrics: {text}")
    failed_id = bed.new_session(3, "mailed in need")
    bed.trainer(failed_id, 3, fail_after=1, message="out of memory").finish()
    mail = bed.mailbox.wait_for("user@example.com", '"mailed in need" has failed')
    require("out of memory" in mail.get_body(("plain",)).get_content(), "the mail does not say why it failed")


@check("an alert is told by mail", block=16)
def mails_alerts(bed):
    if bed.mailbox is None:
        return
    bed.run(16)
    session_id = bed.new_session(3, "mailed in alarm")
    rule = bed.api.call("POST", "/alerts/rules", status=201, json={
        "name": "any loss", "metric": "val_loss", "condition": "greater_than", "threshold": -1000,
        "filter": 'name = "mailed in alarm"'}).json()
    bed.trainer(session_id, 3).finish()
    mail = bed.mailbox.wait_for("user@example.com", '"mailed in alarm": any loss: val_loss is ')
    require(session_id in mail.get_body(("plain",)).get_content(), "the mail does not name the session")
    bed.api.call("DELETE", f"/alerts/rules/{rule['rule_id']}", status=200)


@check("a webhook to a mail address says what to do where there is no mail server", block=16)
def names_missing_mail_server(bed):
    if bed.limited_address is None:
        return
    webhook = API(bed.limited_address).call(
        "POST", "/webhooks", status=201, json={"url": "mailto:user@example.com", "events": ["training_completed"]}).json()
    equal(webhook["status"], "no_transport", "the webhook's status without a mail server")
    require("smtp.url" in webhook.get("message", ""), f"the webhook does not say what to do: {webhook}")


@check("an unknown event of a webhook is refused with the nearest one", block=16)
def refuses_unknown_event(bed):
    response = bed.api.call("POST", "/webhooks", status=422,
                            json={"url": bed.receiver.url, "events": ["training_complete"]})
    require("training_completed" in response.text, f"the nearest event is not named: {response.text}")
