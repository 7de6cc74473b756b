"""The test bed: a server, the guide made to speak to it, and sessions in every state."""

import contextlib

from .api import API
from .blocks import Guide
from .configurations import external
from .program import Program
from .receiver import Receiver
from .report import Wrong, equal
from .trainer import Trainer

#: Why the failed sessions fail.
FAILURE = "out of memory on device 0"


class TestBed:
    """What every check is given. Sessions that several checks look at are made when first asked for."""

    def __init__(self, guide_text, address, limited_address, mailbox):
        """`limited_address` is a server that limits its local clients, and has no mail server; `mailbox` is the other's mail
        server, None when it is not known.
        """
        self.guide = Guide(guide_text, address)
        self.api = API(address)
        self.limited_address = limited_address
        self.mailbox = mailbox
        self.receiver = Receiver()
        self._sessions = {}

    def end(self):
        """Stops listening."""
        self.receiver.end()

    def remember_trained(self, session_id):
        """Keeps the session that block 2 trained for later checks."""
        self._sessions["trained"] = session_id

    def trained(self):
        """A completed session of `configs/train.yaml`, trained by the server's own trainer."""
        return self._made("trained", self._train)

    def run(self, number, seconds=60, code=0, errors_allowed=False, files=None, **arguments):
        """Runs one block to its end and returns what it printed."""
        return Program(self.guide.program(number, **arguments), files).finish(seconds, code, errors_allowed)

    @contextlib.contextmanager
    def running(self, number, files=None, **arguments):
        """A block that runs while the body does; it is killed when the body raises."""
        program = Program(self.guide.program(number, **arguments), files)
        try:
            yield program
        finally:
            program.end()

    def new_session(self, epochs=4, name="guide"):
        """A created session whose trainer is the checks' own."""
        return self.api.create(config=external(epochs), session_name=name, tags=["guide"])["session_id"]

    def trainer(self, session_id, epochs=4, **options):
        """A trainer of the session, started and with its claim answered."""
        trainer = Trainer(self.api, session_id, epochs, **options)
        trainer.start()
        trainer.claimed.wait(20)
        return trainer

    def completed(self):
        """A session of five epochs that is completed."""
        return self._made("completed", self._complete)

    def failed(self):
        """A session that failed after its second epoch."""
        return self._made("failed", self._fail)

    def stopped(self):
        """A session that was stopped after its second epoch."""
        return self._made("stopped", self._stop)

    def _made(self, status, make):
        if status not in self._sessions:
            session_id = make()
            wanted = "completed" if status == "trained" else status
            equal(self.api.session(session_id)["status"], wanted, f"the status of a {status} session")
            self._sessions[status] = session_id
        return self._sessions[status]

    def _train(self):
        session_id = self.api.create(config_path="configs/train.yaml", session_name="guide-trained")["session_id"]
        self.api.start(session_id)
        self.api.wait_for_status(session_id, "completed", 1200)
        return session_id

    def _complete(self):
        session_id = self.new_session(5, "guide-completed")
        self.trainer(session_id, 5).finish()
        return session_id

    def _fail(self):
        session_id = self.new_session(5, "guide-failed")
        self.trainer(session_id, 5, fail_after=2, message=FAILURE).finish()
        return session_id

    def _stop(self):
        session_id = self.new_session(5, "guide-stopped")
        trainer = self.trainer(session_id, 5, hold_after=2)
        self.api.wait_for_epoch(session_id, 2)
        self.api.stop(session_id)
        trainer.finish()
        return session_id

    def restarted(self, epochs=5):
        """A session that was stopped after its second epoch and runs again, and the trainer that is held there."""
        session_id = self._stop()
        session = self.api.start(session_id)
        if session["status"] not in ("queued", "running"):
            raise Wrong(f"a stopped session that was started again answered the status {session['status']}")
        return session_id, self.trainer(session_id, epochs, hold_after=2)
