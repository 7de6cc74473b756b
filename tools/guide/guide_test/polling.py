"""Sessions in every state a polling or streaming example may find, and what makes them end."""

import contextlib
import time

from .report import Wrong

POLLED_STATES = ("created", "running", "completed", "failed", "stopped", "restarted")

#: How long an example is left alone with a session before the session goes on.
ALONE_SECONDS = 0.8


@contextlib.contextmanager
def in_state(bed, state):
    """A session in the state, what to call with the running example to make the session end, and its last status.

    The session has 4 epochs when it is created or running, and 5 otherwise.
    """
    if state in ("completed", "failed", "stopped"):
        yield getattr(bed, state)(), lambda program: None, state
        return
    trainers = []
    if state == "created":
        session_id = bed.new_session(4, "guide-waiting")
        trainers_later = lambda: trainers.append(bed.trainer(session_id, 4, epoch_seconds=0.2))
    elif state == "running":
        session_id = bed.new_session(4, "guide-running")
        trainers.append(bed.trainer(session_id, 4, epoch_seconds=0.2, hold_after=2))
        bed.api.wait_for_epoch(session_id, 2)
        trainers_later = lambda: trainers[0].release()
    elif state == "restarted":
        session_id, trainer = bed.restarted()
        trainers.append(trainer)
        trainers_later = trainer.release
    else:
        raise Wrong(f"there is no way to make a session that is {state}")

    def go_on(program):
        time.sleep(ALONE_SECONDS)
        trainers_later()
        for trainer in trainers:
            trainer.finish()

    try:
        yield session_id, go_on, "completed"
    finally:
        for trainer in trainers:
            trainer.release()
