"""A trainer that the checks control: it reports known numbers and continues when it is asked to."""

import hashlib
import json
import threading
import time

import requests

from .report import Wrong

LEASE_SECONDS = 20


def metrics_of(epoch):
    """The metrics it reports for an epoch: val_froc is highest at epoch 3, and grad_norm is not always a number."""
    return {
        "train_loss": round(1.2 / (epoch + 1), 6),
        "val_loss": round(1.3 / (epoch + 1) + 0.01, 6),
        "learning_rate": round(0.001 * 0.9**epoch, 9),
        "val_froc": round(0.9 - 0.1 * abs(epoch - 3), 6),
        "val_accuracy": round(1 - 0.5 / epoch, 6),
        "grad_norm": "NaN" if epoch % 2 == 0 else 1.5,
    }


def finite_metrics_of(epoch):
    """Those of them that are finite numbers."""
    return {name: value for name, value in metrics_of(epoch).items() if value != "NaN"}


def checkpoint_of(session_id, epoch):
    """The bytes this trainer saves after an epoch."""
    return hashlib.sha256(f"{session_id}/{epoch}".encode()).digest() * 2048


class Trainer(threading.Thread):
    """Claims a session and reports epochs until the last one, a requested stop or `fail_after`.

    After the epoch `hold_after` it goes no further until `release` is called, but keeps its lease. It obeys a stop by
    saving a checkpoint marked `stop`. `finish` waits for its end and raises what went wrong in it.
    """

    def __init__(self, api, session_id, epochs, epoch_seconds=0.0, hold_after=None, fail_after=None, message=None):
        super().__init__(daemon=True)
        self._api, self._session_id, self._epochs = api, session_id, epochs
        self._epoch_seconds, self._hold_after = epoch_seconds, hold_after
        self._fail_after, self._message = fail_after, message
        self._released = threading.Event()
        self._error = None
        self.claimed = threading.Event()

    def release(self):
        """Lets the trainer go on past `hold_after`."""
        self._released.set()

    def finish(self, seconds=30):
        """Waits for the trainer's end."""
        self._released.set()
        self.join(seconds)
        if self._error:
            raise self._error
        if self.is_alive():
            raise Wrong(f"the checks' own trainer of {self._session_id} did not end within {seconds} s")

    def run(self):
        try:
            self._train()
        except Exception as error:
            self._error = error
            self.claimed.set()

    def _train(self):
        session = self._claim()
        first = session["current_epoch"] + 1
        self._post(f"/attempts/{self._attempt}/started",
                   {"first_epoch": first, "first_step": 10 * (first - 1) + 1, "binary": "guide", "threads": 1,
                    "instruction_set": "none"})
        for epoch in range(first, self._epochs + 1):
            if self._wait_and_look_for_a_stop(epoch):
                self._save(epoch, marks="stop")
                self._finish("stopped")
                return
            self._post("/epochs", {"attempt": self._attempt, "epoch": epoch, "step": 10 * epoch,
                                   "metrics": metrics_of(epoch)})
            self._save(epoch)
            if epoch == self._fail_after:
                self._finish("failed", message=self._message)
                return
        self._finish("completed", final_metrics=metrics_of(self._epochs))

    def _claim(self):
        """Claims the session; waits while an ended attempt's lease is still held."""
        path = f"/training/sessions/{self._session_id}/attempts"
        claim = self._api.call("POST", path, status=201,
                               json={"lease_seconds": LEASE_SECONDS, "host": "guide", "process_id": 1}).json()
        self._attempt, self._headers = claim["attempt"], {"Authorization": f"Lease {claim['token']}"}
        self.claimed.set()
        return claim["session"]

    def _wait_and_look_for_a_stop(self, epoch):
        """Waits for the epoch's time, and for the release when the hold is before it; true when a stop is requested."""
        deadline = time.monotonic() + self._epoch_seconds
        while True:
            held = self._hold_after is not None and epoch == self._hold_after + 1 and not self._released.is_set()
            if self._post("/progress", {"attempt": self._attempt, "epoch": epoch, "step": 10 * epoch - 5,
                                        "fraction": 0.5})["stop_requested"]:
                return True
            if not held and time.monotonic() >= deadline:
                return False
            time.sleep(0.05)

    def _save(self, epoch, marks=None):
        fields = {"session_id": self._session_id, "epoch": str(epoch), "step": str(10 * epoch),
                  "attempt": str(self._attempt), "metrics": json.dumps(metrics_of(epoch))}
        if marks:
            fields["marks"] = marks
        self._api.call("POST", "/checkpoints", status=201, headers=self._headers, data=fields,
                       files={"file": (f"epoch_{epoch}.bin", checkpoint_of(self._session_id, epoch))})

    def _finish(self, outcome, **fields):
        self._post("/finish", {"attempt": self._attempt, "outcome": outcome, **fields})

    def _post(self, path, body):
        response = requests.post(f"{self._api.base}/training/sessions/{self._session_id}{path}", json=body,
                                 headers=self._headers, timeout=30)
        if response.status_code != 200:
            raise Wrong(f"POST …{path} answered {response.status_code}, not 200: {response.text[:1000]}")
        receipt = response.json()
        if not isinstance(receipt.get("stop_requested"), bool):
            raise Wrong(f"POST …{path} answered without stop_requested: {receipt}")
        return receipt
