"""Sessions that are stopped and go on, in themselves and in others."""

import threading
import time

from .bed import EPOCHS, STEP_SECONDS, STEPS_PER_EPOCH, course, synthetic, unet3d
from .report import check, equal, require

TRAINING_SECONDS = EPOCHS * STEPS_PER_EPOCH * STEP_SECONDS


@check("an undisturbed session completes, with every epoch recorded and every checkpoint downloadable")
def undisturbed(bed):
    truth = bed.truth()
    equal(sorted(truth.digests), list(range(1, EPOCHS + 1)), "the epochs with a checkpoint")
    equal(len(set(truth.digests.values())), EPOCHS, "the number of different checkpoints")
    equal(truth.steps, list(range(1, EPOCHS * STEPS_PER_EPOCH + 1)), "the steps of train_loss")


@check("an undisturbed session trained again gives the same bits")
def repeated(bed):
    session_id = bed.begin(bed.server.api, synthetic(), "repeated")
    document = bed.server.api.wait_for_status(session_id, "completed")
    equal(document["attempt"], 1, "the attempts of an undisturbed session")
    bed.finish(bed.server.api, session_id)


@check("a session stopped at several moments and started again gives the undisturbed digests")
def stopped(bed):
    api, random = bed.server.api, bed.moments("stopped")
    session_id = api.create(synthetic(), session_name="stopped")["session_id"]
    count, stop_steps = 4, []
    for attempt in range(1, count + 1):
        api.start(session_id)
        api.wait_for_attempt(session_id, attempt)
        time.sleep(random.uniform(0, TRAINING_SECONDS / (count + 1)))
        document = api.stop(session_id)
        equal(document["status"], "stopped", "the status after the stop")
        stops = [entry for entry in api.checkpoints(session_id) if "stop" in entry["marks"]]
        require(stops, f"no checkpoint is marked stop after stop {attempt}: {api.checkpoints(session_id)}")
        last = max(stops, key=lambda entry: entry["step"])
        api.download(last)
        stop_steps.append(last["step"])
        equal(api.stop(session_id), document, "the answer to a second stop")
    equal(stop_steps, sorted(stop_steps), "the steps of the stops")
    require(any(step % STEPS_PER_EPOCH for step in stop_steps), f"no stop fell within an epoch: {stop_steps}")
    api.start(session_id)
    bed.finish(api, session_id)
    lines = [event["type"] for event in api.events(session_id, "session")]
    equal(lines.count("session.stopped"), count, "the stops in the log")
    equal(lines.count("session.stop_requested"), count, "the stop requests in the log")


@check("two stops at once are both answered with the stopped session")
def stopped_twice(bed):
    api = bed.server.api
    session_id = bed.begin(api, synthetic(), "stopped twice")
    api.wait_for_attempt(session_id, 1)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(api.stop(session_id))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal([answer["status"] for answer in answers], ["stopped", "stopped"], "the answers' statuses")
    requests = [event for event in api.events(session_id, "session") if event["type"] == "session.stop_requested"]
    equal(len(requests), 1, "the stop requests in the log")
    api.start(session_id)
    bed.finish(api, session_id)


@check("a stop right after the start leaves a session that starts again and completes")
def stopped_early(bed):
    api, random = bed.server.api, bed.moments("stopped early")
    session_id = api.create(synthetic(), session_name="stopped early")["session_id"]
    for _ in range(4):
        api.start(session_id)
        time.sleep(random.uniform(0, 0.15))
        equal(api.stop(session_id)["status"], "stopped", "the status after the stop")
    api.start(session_id)
    bed.finish(api, session_id)


@check("a new session continues from a checkpoint to the digest of its parent")
def continued(bed):
    api = bed.server.api
    parent = bed.begin(api, synthetic(), "parent")
    api.wait_for_status(parent, "completed")
    middle = next(entry for entry in api.checkpoints(parent) if entry["epoch"] == EPOCHS // 2)
    child = api.create(synthetic(), session_name="child", checkpoint_id=middle["checkpoint_id"])
    equal(child["parent"], parent, "the parent")
    api.start(child["session_id"])
    api.wait_for_status(child["session_id"], "completed")
    found, wanted = course(api, child["session_id"]), bed.truth()
    equal(found.records, wanted.records[EPOCHS // 2:], "the child's epoch records")
    equal(found.digests, {epoch: value for epoch, value in wanted.digests.items() if epoch > EPOCHS // 2},
          "the digests of the child's checkpoints")
    lineage = api.checkpoints(child["session_id"], lineage="true")
    equal(len(lineage), EPOCHS + EPOCHS // 2, "the checkpoints of child and parent")
    other = api.create(synthetic(state_bytes=4096), status=422, checkpoint_id=middle["checkpoint_id"])
    equal(other["error"]["details"]["field"], "checkpoint_id", "the field of another architecture's refusal")
    api.create(synthetic(), status=404, checkpoint_id="ckpt_0000000000000000")


@check("with one place the sessions wait in order, and each runs when the one before has ended")
def queued(bed):
    with bed.new_server(max_concurrent_sessions=1) as server:
        api = server.api
        sessions = [bed.begin(api, synthetic(), f"queued {number}") for number in range(3)]
        api.wait_for_status(sessions[0], "running")
        for place, session_id in enumerate(sessions[1:], start=1):
            document = api.session(session_id)
            equal((document["status"], document.get("queue_position")), ("queued", place), "status and place")
        api.stop(sessions[0])
        api.wait_for_status(sessions[1], "running")
        equal(api.session(sessions[2]).get("queue_position"), 1, "the place of the last session")
        api.start(sessions[0])
        equal(api.session(sessions[0]).get("queue_position"), 2, "the place of the session that was started again")
        for session_id in sessions:
            bed.finish(api, session_id)
        ends = [api.session(session_id)["completed_at"] for session_id in sessions]
        equal(sorted(ends), [ends[1], ends[2], ends[0]], "the order of the ends")


@check("a 3D U-Net trained twice, once stopped and resumed, gives the same bits")
def stopped_network(bed):
    api, random = bed.server.api, bed.moments("stopped network")
    bed.truth(unet3d)
    session_id = bed.begin(api, unet3d(), "stopped network")
    for attempt in (1, 2):
        api.wait_for_attempt(session_id, attempt)
        time.sleep(random.uniform(0.1, 0.5))
        equal(api.stop(session_id)["status"], "stopped", "the status after the stop")
        api.start(session_id)
    bed.finish(api, session_id, unet3d)
