"""Clients that train, save files, set alert rules and delete, and note what was acknowledged."""

import dataclasses
import hashlib
import http.client
import json
import random
import struct
import threading
import time

from checking import Wrong

API = "/api/v1"
ANSWER_SECONDS = 60
EPOCHS = 4
TENSOR_BYTES = 1 << 16


class Unreachable(Exception):
    """No answer came: nobody knows whether the command was carried out."""


@dataclasses.dataclass
class Answer:
    """An answer of the server."""

    status: int
    headers: object
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def position(self):
        """The position by which what was written is in the log; 0 for an answer that names none."""
        return int(self.headers.get("X-Log-Position") or 0)


class Connection:
    """A kept connection to one server after another on a port."""

    def __init__(self, port):
        self.port = port
        self._connection = None

    def send(self, method, path, body=None, headers=None, seconds=ANSWER_SECONDS):
        """Sends one request; a `dict` goes as JSON. Raises `Unreachable`."""
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
            self._connection.request(method, API + path, body, headers)
            response = self._connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(f"{method} {path}: {error!r}") from error
        if (answer.headers.get("Connection") or "").lower() == "close":
            self.close()
        return answer

    def get(self, path, status=200):
        """The JSON of a GET. Waits while the server builds its rows again."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            answer = self.send("GET", path)
            if answer.status == 503 and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            if answer.status != status:
                raise Wrong(f"GET {path} answered {answer.status}: {answer.body[:500]!r}")
            return answer.json

    def close(self):
        """Lets the connection go."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@dataclasses.dataclass
class Command:
    """A request that changes something, and what is known of its outcome."""

    method: str
    path: str
    body: object
    headers: dict
    key: str
    answer: Answer = None
    #: The number of the server's last operation on the disk when the answer had come.
    sequence: int = 0
    #: Whether it was sent more than once.
    is_repeated: bool = False
    #: The statuses of all answers; 0 for one that did not come.
    statuses: set = dataclasses.field(default_factory=set)

    def send(self, connection):
        """Sends it, or sends it again."""
        return connection.send(self.method, self.path, self.body, {**self.headers, "Idempotency-Key": self.key})


def digest(data):
    """The digest as the API writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def safetensors(generator, version):
    """A small checkpoint as trainers write them: most of it as in its other versions, so that packs lean on others."""
    base = random.Random(7)
    tensors = {}
    for name in ("a", "b", "c"):
        values = bytearray(base.randbytes(TENSOR_BYTES))
        for _ in range(200 if name != "c" else 0):
            values[generator.randrange(len(values))] ^= version & 255
        tensors[name] = bytes(values)
    header, offset = {}, 0
    for name, data in tensors.items():
        header[name] = {"dtype": "F32", "shape": [len(data) // 4], "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(tensors.values())


class Client(threading.Thread):
    """One client with commands of its own, one after the other, each until it is answered.

    What it sends depends on its seed and on the answers alone.
    """

    def __init__(self, load, name, seed):
        super().__init__(daemon=True)
        self._load, self._name = load, name
        self._generator = random.Random(f"{seed}/{name}")
        self._connection = Connection(load.port)
        self._number = 0
        self._session = None
        self.error = None
        #: What is in the log for sure, in order.
        self.acknowledged = []
        #: The command whose answer has not come.
        self.open = None

    def run(self):
        try:
            while not self._load.is_over:
                self._step()
        except Unreachable:
            return
        except Exception as error:
            self.error = error
        finally:
            self._connection.close()

    # Sending

    def _do(self, method, path, body=None, headers=None, status=(200, 201, 202)):
        """Sends a command until it is answered, and notes it. Raises `Unreachable` when the load ends meanwhile."""
        self._number += 1
        command = Command(method, path, body, headers or {}, f"{self._load.name}-{self._name}-{self._number}")
        self.open = command
        while True:
            try:
                answer = command.send(self._connection)
            except Unreachable:
                command.is_repeated = True
                command.statuses.add(0)
                self._load.await_server()
                continue
            command.statuses.add(answer.status)
            if self._load.is_refusal(answer):
                command.is_repeated = command.is_repeated or answer.status != 507
                if self._load.is_over:
                    raise Unreachable("the load is over")
                time.sleep(0.01)
                continue
            break
        command.sequence = self._load.sequence()
        command.answer = answer
        self.open = None
        # A deletion has no key to be known by.
        is_gone = method == "DELETE" and command.is_repeated and answer.status == 404
        if answer.status not in status and not is_gone:
            raise Wrong(f"{method} {path} answered {answer.status}: {answer.body[:500]!r}")
        if not is_gone:
            self.acknowledged.append(command)
        return answer

    # What is sent

    def _step(self):
        if self._session is None:
            self._begin()
        choices = ((self._report, 8), (self._epoch, 3), (self._lines, 2), (self._artifact, 3), (self._checkpoint, 2),
                   (self._remove, 2), (self._change, 2), (self._rule, 2), (self._acknowledge, 1))
        functions, weights = zip(*choices)
        self._generator.choices(functions, weights)[0]()

    def _begin(self):
        config = {"trainer": {"kind": "external"}, "train": {"epochs": EPOCHS}}
        answer = self._do("POST", "/training/sessions", {
            "config": config, "session_name": f"{self._name} {self._number}", "tags": [self._name], "params": {"rate": 0.5}})
        self._session = answer.json["session_id"]
        self._base = f"/training/sessions/{self._session}"
        claim = self._do("POST", self._base + "/attempts", {
            "lease_seconds": 600, "host": self._name, "claim_secret": f"secret of {self._name} {self._number}"}).json
        self._lease = {"Authorization": "Lease " + claim["token"]}
        self._do("POST", self._base + "/attempts/1/started", {"first_epoch": 1, "first_step": 1}, self._lease)
        self._epochs = self._points = 0
        self._files, self._checkpoints, self._rules = [], [], []

    def _report(self):
        count = self._generator.choice((1, 3, 40, 400))
        steps = list(range(self._points + 1, self._points + count + 1))
        self._points += count
        value = self._generator.choice((0.5, 1.5, 2.5))
        self._do("POST", self._base + "/metrics", {"attempt": 1, "series": [
            {"name": "loss", "steps": steps, "values": [value + step / 1000 for step in steps]}]}, self._lease)

    def _epoch(self):
        self._epochs += 1
        self._do("POST", self._base + "/epochs", {
            "attempt": 1, "epoch": self._epochs, "step": max(1, self._points) + self._epochs,
            "metrics": {"train_loss": 1 / self._epochs, "val_loss": 2 / self._epochs}}, self._lease)
        self._points += self._epochs + 1
        if self._epochs == EPOCHS:
            self._do("POST", self._base + "/finish", {"attempt": 1, "outcome": "completed"}, self._lease)
            self._session = None

    def _lines(self):
        self._do("POST", self._base + "/logs", {"attempt": 1, "lines": [
            {"text": f"line {self._number} {'x' * self._generator.choice((1, 50, 3000))}"}]}, self._lease)

    def _artifact(self):
        name = f"files/{self._generator.randrange(4)}.bin"
        size = self._generator.choice((0, 10, 5000, 5000, 200_000, 1_500_000))
        data = random.Random(self._generator.randrange(6)).randbytes(size)
        self._do("PUT", f"{self._base}/artifacts/{name}", data, {"Content-Type": "application/octet-stream"})
        if name not in self._files:
            self._files.append(name)

    def _checkpoint(self):
        data = safetensors(self._generator, self._generator.randrange(1, 4))
        answer = self._do(
            "POST", f"/checkpoints?session_id={self._session}&epoch={self._epochs + 1}&filename=state.safetensors", data,
            {"Content-Type": "application/octet-stream"})
        self._checkpoints.append(answer.json["checkpoint_id"])

    def _remove(self):
        if self._files and self._generator.random() < 0.5:
            name = self._files.pop(self._generator.randrange(len(self._files)))
            self._do("DELETE", f"{self._base}/artifacts/{name}")
        elif self._checkpoints:
            checkpoint = self._checkpoints.pop(self._generator.randrange(len(self._checkpoints)))
            self._do("DELETE", f"/checkpoints/{checkpoint}")

    def _change(self):
        self._do("PATCH", self._base, {"session_name": f"{self._name} {self._number}", "tags": [self._name, str(self._number)]})

    def _rule(self):
        if len(self._rules) > 1:
            self._do("DELETE", f"/alerts/rules/{self._rules.pop(0)}")
            return
        answer = self._do("POST", "/alerts/rules", {
            "name": f"{self._name} {self._number}", "metric": "loss", "condition": "greater_than", "threshold": 1,
            "cooldown_seconds": 0, "actions": ["notify"], "filter": f"tags = {self._name}"})
        self._rules.append(answer.json["rule_id"])

    def _acknowledge(self):
        try:
            answer = self._connection.send("GET", f"/alerts?status=active&session_id={self._session}&limit=1")
        except Unreachable:
            self._load.await_server()
            return
        if answer.status == 200 and answer.json["alerts"]:
            alert = answer.json["alerts"][0]["alert_id"]
            # It may have ended meanwhile.
            self._do("POST", f"/alerts/{alert}/acknowledge", {"acknowledged_by": self._name}, status=(200, 409))


class Load:
    """Some clients of one server, or of one server after another."""

    def __init__(self, port, seed, count=4, name="load", sequence=lambda: 0, refusals=(), waits=False):
        """`refusals` are the statuses after which a command is sent again; `waits` says to do so too when no answer comes, once
        `resume()` is called; otherwise the client ends."""
        self.port, self.name = port, name
        self.sequence = sequence
        self._refusals = refusals
        self._waits = waits
        self._is_up = threading.Event()
        self._is_up.set()
        self.is_over = False
        self.clients = [Client(self, f"client{number}", seed) for number in range(count)]

    def start(self):
        """Lets the clients begin."""
        for client in self.clients:
            client.start()

    def suspend(self):
        """Says that the server is gone."""
        self._is_up.clear()

    def resume(self):
        """Says that there is a server again."""
        self._is_up.set()

    def await_server(self):
        """Returns when there may be a server again; raises `Unreachable` when nobody waits for one."""
        if not self._waits or self.is_over:
            raise Unreachable("the server is gone")
        self._is_up.wait(ANSWER_SECONDS)
        time.sleep(0.002)
        if self.is_over:
            raise Unreachable("the load is over")

    def is_refusal(self, answer):
        """Whether an answer says that the command was not, or may not have been carried out."""
        return answer.status in self._refusals

    def finish(self):
        """Ends the load and raises what a client found wrong."""
        self.is_over = True
        self._is_up.set()
        for client in self.clients:
            client.join(2 * ANSWER_SECONDS)
        self.check()

    def check(self):
        """Raises what a client found wrong so far."""
        for client in self.clients:
            if client.error is not None:
                raise client.error

    @property
    def acknowledged(self):
        """All commands that were acknowledged."""
        return [command for client in self.clients for command in list(client.acknowledged)]
