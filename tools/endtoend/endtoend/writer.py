"""Clients that write with commands of their own names, until the server dies, and again afterwards."""

import json
import threading

from .api import Unreachable
from .report import Wrong, equal, require


class Writer(threading.Thread):
    """Sends command after command to one session, each once, until an answer fails to come.

    What it sends is a function of the number alone, so that the same commands can be sent again.
    """

    def __init__(self, api, name):
        super().__init__(daemon=True)
        self._api, self._name = api, name
        self._stopped = False
        self._error = None
        #: The positions of the acknowledged commands, by number; the commands after them may be in the log or not.
        self.acknowledged = []
        self.sent_count = 0
        self.prepare()

    # For those that differ: how the session is made, a command, and its number as an event tells it.

    def prepare(self):
        raise NotImplementedError

    def send(self, number):
        """Sends a command and returns its position; raises `Unreachable`."""
        raise NotImplementedError

    def number_of(self, event):
        """The number of the command that an event comes from, or None."""
        raise NotImplementedError

    def key(self, number):
        return f"endtoend-{self._name}-{number}"

    def run(self):
        try:
            while not self._stopped:
                self.sent_count += 1
                self.acknowledged.append(self.send(self.sent_count - 1))
        except Unreachable:
            return
        except Exception as error:
            self._error = error

    def stop(self):
        """Ends the sending and waits for its end."""
        self._stopped = True
        self.join(60)
        self.raise_error()

    def raise_error(self):
        """Raises what has ended the sending, unless the server could not be reached."""
        if self._error:
            raise self._error

    def logged(self):
        """The events of this writer's commands, in the order of the log."""
        events = [(self.number_of(event), event) for event in self._api.events(self.session_id)]
        return [(number, event) for number, event in events if number is not None]

    def check_prefix(self):
        """The log must be a prefix of what was sent and hold all that was acknowledged."""
        events = self.logged()
        numbers = [number for number, _ in events]
        equal(numbers, list(range(len(numbers))), f"the {self._name} in the log")
        require(len(self.acknowledged) <= len(numbers) <= self.sent_count,
                f"{len(numbers)} {self._name} are in the log; {len(self.acknowledged)} were acknowledged and "
                f"{self.sent_count} sent")
        for number, position in enumerate(self.acknowledged):
            logged = events[number][1]["position"]
            require(position is None or position == logged,
                    f"{self._name} {number} was acknowledged at {position} and is at {logged}")

    def send_again(self):
        """Sends every command again, twice: those in the log change nothing, and the last one gets in once."""
        before = self.logged()
        first = [self.send(number) for number in range(self.sent_count)]
        after = self.logged()
        equal(after[:len(before)], before, f"the {self._name} in the log after they were sent again")
        equal(len(after), self.sent_count, f"the number of {self._name} in the log")
        second = [self.send(number) for number in range(self.sent_count)]
        equal(second, first, f"the positions of {self._name} that were sent again")
        equal(self.logged(), after, f"the {self._name} in the log after they were sent a third time")
        self.acknowledged = first

    def post(self, method, path, body, number, status=(200, 201), **headers):
        answer = self._api.send(method, path, body, {"Idempotency-Key": self.key(number), **headers})
        if answer.status not in status:
            raise Wrong(f"{method} {path} answered {answer.status}: {answer.body[:1000]!r}")
        return answer


def external(api, name):
    """A session that nobody trains but who claims it."""
    config = {"trainer": {"kind": "external"}, "train": {"epochs": 3}}
    return api.create(config, session_name=name)["session_id"]


class Reports(Writer):
    """Reports points of step metrics, as a trainer does."""

    def prepare(self):
        self.session_id = external(self._api, self._name)
        claim = self._api.call("POST", f"/training/sessions/{self.session_id}/attempts",
                               {"lease_seconds": 600, "host": "endtoend"}, status=201).json
        self._attempt, self._lease = claim["attempt"], f"Lease {claim['token']}"

    def send(self, number):
        points = [{"name": "loss", "step": 3 * number + index, "value": number + index / 4} for index in range(3)]
        return self.post("POST", f"/training/sessions/{self.session_id}/metrics",
                         {"attempt": self._attempt, "points": points}, number, Authorization=self._lease).position

    def number_of(self, event):
        if event["type"] != "telemetry.metrics_reported":
            return None
        return int(event["data"]["series"][0]["values"][0])


class Renames(Writer):
    """Gives its session name after name."""

    def prepare(self):
        self.session_id = external(self._api, self._name)

    def send(self, number):
        self.post("PATCH", f"/training/sessions/{self.session_id}", {"session_name": f"name {number}"}, number)

    def number_of(self, event):
        return int(event["data"]["name"].split()[1]) if event["type"] == "session.renamed" else None


class Uploads(Writer):
    """Saves files of its session, each under a name of its own."""

    def prepare(self):
        self.session_id = external(self._api, self._name)

    @staticmethod
    def content(number):
        return json.dumps(list(range(number, number + 500))).encode()

    def send(self, number):
        path = f"/training/sessions/{self.session_id}/artifacts/file-{number}.json"
        return self.post("PUT", path, self.content(number), number, **{"Content-Type": "application/json"}).position

    def number_of(self, event):
        if event["type"] != "session.artifact_saved":
            return None
        return int(event["data"]["path"].removeprefix("file-").removesuffix(".json"))


class CheckpointUploads(Writer):
    """Uploads checkpoints by hand."""

    def prepare(self):
        self.session_id = external(self._api, self._name)

    @staticmethod
    def content(number):
        return number.to_bytes(4, "little") * 3000

    def send(self, number):
        return self._api.upload(self.session_id, number + 1, self.content(number), self.key(number)).position

    def number_of(self, event):
        return event["data"]["epoch"] - 1 if event["type"] == "session.checkpoint_saved" else None
