"""What every check is given: servers, seeds, configurations, and what an undisturbed training comes to."""

import contextlib
import dataclasses
import random
import traceback

from .api import digest
from .report import Wrong, equal, require
from .server import Server

EPOCHS = 6
STEPS_PER_EPOCH = 10
STEP_SECONDS = 0.025


def synthetic(max_restarts=5, state_bytes=65_536, step_seconds=STEP_SECONDS):
    """The training of most checks: a second and a half of steps with a state that every one of them changes.

    How long a step takes changes nothing of what comes out.
    """
    return {
        "trainer": {"kind": "synthetic", "steps_per_epoch": STEPS_PER_EPOCH, "step_milliseconds": step_seconds * 1000,
                    "state_bytes": state_bytes, "log_lines_per_epoch": 2},
        "train": {"epochs": EPOCHS, "checkpoint_monitor": "val_loss", "checkpoint_mode": "min",
                  "checkpoint_save_top_k": -1, "seed": 11},
        "max_restarts": max_restarts,
    }


def unet3d():
    """A real training, as small as one can be that lasts long enough to be disturbed."""
    return {
        "train": {"epochs": 3, "batch_size": 1, "learning_rate": 0.005, "patch_size": [16, 16, 16],
                  "patches_per_volume": 12, "model": {"init_features": 4, "depth": 1}, "checkpoint_save_top_k": -1,
                  "checkpoint_monitor": "val_loss", "checkpoint_mode": "min", "seed": 3},
        "data": {"type": "phantom", "task": "detection", "size": [32, 32, 32], "train_scans": 6, "val_scans": 2,
                 "nodules_per_scan": [1, 2], "diameter": [4.0, 8.0]},
        "max_restarts": 5,
    }


@dataclasses.dataclass
class Course:
    """What a completed training left, without what may differ between two: times, durations, ids."""

    records: list
    digests: dict
    steps: list

    @property
    def final_digest(self):
        return self.digests[max(self.digests)]


class TestBed:
    """Servers by need, and the truth to compare with. The seed decides every moment of every kill."""

    def __init__(self, binary, seed):
        self.binary, self.seed = binary, seed
        self._servers = []
        self._shared = None
        self._truths = {}

    def moments(self, name):
        """The random numbers of one check, the same in every run with the same seed."""
        return random.Random(f"{self.seed}/{name}")

    @property
    def server(self):
        """The server of the checks that let it live."""
        if self._shared is None:
            self._shared = Server(self.binary)
            self._servers.append(self._shared)
        return self._shared

    @contextlib.contextmanager
    def new_server(self, **settings):
        """A server of one check; the end of its log is shown when the check fails."""
        server = Server(self.binary, **settings)
        self._servers.append(server)
        try:
            yield server
        except Exception as error:
            reason = str(error) if isinstance(error, Wrong) else traceback.format_exc()
            raise Wrong(f"{reason}\n--- the end of the server's log ---\n{server.log()}") from error
        finally:
            self._servers.remove(server)
            server.clean_up()

    @property
    def log(self):
        """The end of what the shared server has printed."""
        return self._shared.log() if self._shared else ""

    def clean_up(self):
        """Ends what still runs."""
        for server in self._servers:
            server.clean_up()
        self._servers.clear()

    def truth(self, config=synthetic):
        """The course of an undisturbed training, made once for each configuration."""
        if config.__name__ not in self._truths:
            api = self.server.api
            session_id = self.begin(api, config(), "undisturbed")
            api.wait_for_status(session_id, "completed")
            self._truths[config.__name__] = course(api, session_id)
        return self._truths[config.__name__]

    @staticmethod
    def begin(api, config, name):
        """Creates and starts a session and returns its id."""
        session_id = api.create(config, session_name=name)["session_id"]
        api.start(session_id)
        return session_id

    def finish(self, api, session_id, config=synthetic):
        """Waits for the end of a disturbed session and compares all that it left with the undisturbed one."""
        wanted = self.truth(config)
        api.wait_for_status(session_id, "completed")
        found = course(api, session_id)
        equal(found.final_digest, wanted.final_digest, "the digest of the last checkpoint")
        for epoch, value in wanted.digests.items():
            equal(found.digests.get(epoch), value, f"the digest of epoch {epoch}'s checkpoint")
        equal(found.records, wanted.records, "the epoch records without times")
        equal(found.steps, wanted.steps, "the steps of train_loss")
        return found


def course(api, session_id):
    """What a completed session left; checks that it is whole."""
    document = api.session(session_id)
    equal(document["status"], "completed", "the status")
    equal(document["progress"], 1.0, "the progress of a completed session")
    equal(document["current_epoch"], document["total_epochs"], "current_epoch of a completed session")
    records = api.get(f"/training/sessions/{session_id}/metrics")["metrics"]
    first = document["total_epochs"] - len(records) + 1
    if "parent" not in document:
        equal(first, 1, "the first epoch's number, by how many records there are")
    equal([record["epoch"] for record in records], list(range(first, document["total_epochs"] + 1)), "the epochs")
    for record in records:
        require({"train_loss", "val_loss", "learning_rate"} <= record.keys(), f"a metric is missing in {record}")
    digests = {}
    for checkpoint in api.checkpoints(session_id):
        require(checkpoint["epoch"] not in digests, f"epoch {checkpoint['epoch']} has two checkpoints")
        equal(digest(api.download(checkpoint)), checkpoint["digest"], "the downloaded checkpoint")
        digests[checkpoint["epoch"]] = checkpoint["digest"]
    require(document["total_epochs"] in digests, f"the last epoch has no checkpoint, only epochs {sorted(digests)}")
    history = api.get(f"/metrics/{session_id}/history", metric_name="train_loss", axis="step")
    plain = [{name: value for name, value in record.items() if name not in ("timestamp", "epoch_seconds")}
             for record in records]
    return Course(plain, digests, history["steps"])
