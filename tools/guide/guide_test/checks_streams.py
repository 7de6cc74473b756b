"""Blocks 11 and 12: a session's feed by WebSocket and by server-sent events."""

from .bed import FAILURE
from .checks_training import after, literal
from .polling import POLLED_STATES, in_state
from .report import check, equal, require


def epoch_lines(records):
    """What block 11 prints for the records."""
    lines = []
    for record in records:
        lines += [f"Epoch {record['epoch']} completed", f"  Train Loss: {record['train_loss']:.4f}",
                  f"  Val Loss: {record['val_loss']:.4f}"]
    return lines


def check_socket(bed, lines, session_id, status):
    """Checks that every epoch was printed once, in order, and then the ending that the status asks for."""
    wanted = [f"Connected to training session: {session_id}", *epoch_lines(bed.api.records(session_id))]
    if status == "completed":
        wanted.append("Training completed!")
        equal(literal(after(lines[-1], "Final metrics: "), "the final metrics"),
              bed.api.session(session_id)["final_metrics"], "the final metrics")
        lines = lines[:-1]
    elif status == "failed":
        wanted.append(f"Error: {FAILURE}")
    equal(lines, wanted, "the printed lines")


def register_socket(state):
    @check(f"the WebSocket of a session that is {state} reports every epoch once and ends", block=11)
    def streams(bed):
        with in_state(bed, state) as (session_id, go_on, status):
            with bed.running(11, session=session_id) as program:
                program.wait_for("Connected to training session")
                go_on(program)
                check_socket(bed, program.finish().lines, session_id, status)


def frames(lines):
    """The frames that block 12 printed."""
    return [literal(after(line, "Update: "), "a frame") for line in lines]


def check_frames(bed, lines, session_id, status):
    """Checks the frames: the connection first, every epoch once, positions that never fall, and the ending last."""
    shown = frames(lines)
    equal(shown[0]["type"], "connection", "the first frame's type")
    for frame in shown:
        require(type(frame["position"]) is int, f"the frame {frame} has no position")
        equal(frame["session_id"], session_id, "the frame's session")
    positions = [frame["position"] for frame in shown if frame["type"] not in ("connection", "heartbeat")]
    require(positions == sorted(positions), f"the positions went back: {positions}")
    records = bed.api.records(session_id)
    epochs = [frame for frame in shown if frame["type"] == "epoch_complete"]
    equal([frame["epoch"] for frame in epochs], [record["epoch"] for record in records], "the epochs of the frames")
    for frame, record in zip(epochs, records):
        metrics = {name: value for name, value in record.items() if name not in ("epoch", "timestamp")}
        equal(frame["metrics"], metrics, f"the metrics of epoch {record['epoch']}")
    saved = {frame["checkpoint_id"] for frame in shown if frame["type"] == "checkpoint_saved"}
    listed = {entry["checkpoint_id"] for entry in bed.api.checkpoints(session_id, attempts="all")}
    equal(saved, listed, "the checkpoints of the frames")
    last = shown[-1]
    session = bed.api.session(session_id)
    if status == "completed":
        equal(last["type"], "training_complete", "the last frame's type")
        equal(last["final_metrics"], session["final_metrics"], "the final metrics")
    elif status == "failed":
        equal((last["type"], last["message"]), ("error", session["message"]), "the last frame")
    else:
        equal((last["type"], last["status"]), ("status", "stopped"), "the last frame")
    endings = [frame["type"] for frame in shown if frame["type"] in ("training_complete", "error")]
    require(len(endings) <= 1, f"the feed has more than one ending: {endings}")


def register_events(state):
    @check(f"the server-sent events of a session that is {state} report every epoch once and end", block=12)
    def streams(bed):
        with in_state(bed, state) as (session_id, go_on, status):
            with bed.running(12, session=session_id) as program:
                program.wait_for("'connection'")
                go_on(program)
                check_frames(bed, program.finish().lines, session_id, status)


for _state in POLLED_STATES:
    register_socket(_state)
for _state in POLLED_STATES:
    register_events(_state)


@check("the WebSocket of a trained session reports every epoch after the end", block=11, real=True)
def streams_trained(bed):
    session_id = bed.trained()
    check_socket(bed, bed.run(11, session=session_id).lines, session_id, "completed")


@check("the server-sent events of a trained session report every epoch after the end", block=12, real=True)
def events_trained(bed):
    session_id = bed.trained()
    check_frames(bed, bed.run(12, session=session_id).lines, session_id, "completed")


@check("a WebSocket can be followed while the server's own trainer trains", block=11)
def streams_live(bed):
    session_id = bed.api.create(config_path="configs/train.yaml", session_name="guide-live")["session_id"]
    with bed.running(11, session=session_id) as program:
        program.wait_for("Connected to training session")
        bed.api.start(session_id)
        check_socket(bed, program.finish().lines, session_id, "completed")


@check("an unknown session refuses the upgrade", block=11)
def refuses_unknown(bed):
    result = bed.run(11, session="sess_no_such_session", code=1, errors_allowed=True)
    require("HTTP 404" in result.errors, f"the upgrade was not refused with 404:\n{result.describe()}")
    equal(result.lines, [], "the printed lines")
