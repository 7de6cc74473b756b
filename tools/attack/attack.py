"""What cases are written with: how they register, the servers they attack, and how they count.

    from attack import Tally, case

    @case("what must hold, as a sentence")
    def name(server):                      # the topic's server, started with the defaults
        tally = Tally()
        answer = server.request("GET", "/api/v1/ping")
        tally.check(answer.status == 200, f"ping answered {answer.status}")
        return tally

    @case("what must hold with other options", starts_servers=True, is_long=True)
    def other(start):                      # start(*arguments, settings=None, …) -> AttackedServer
        with start("--log-level", "debug") as server:
            ...

`server.quick` says whether the short form is wanted.
"""

import contextlib
import http.client
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Callable

from checking import Wrong
from server_process import PIVOT, ServerProcess

ANSWER_SECONDS = 30
API = "/api/v1"


@dataclass(frozen=True)
class Case:
    """A case: its function, what it must show, and how it wants to be run."""

    name: str
    sentence: str
    function: Callable
    starts_servers: bool
    is_long: bool


def case(sentence, *, starts_servers=False, is_long=False):
    """Registers a function as a case. It gets the topic's server, or with `starts_servers` a function that starts servers,
    and returns a `Tally`. `--quick` leaves out what `is_long`; all else looks at `quick` for how often it tries.
    """
    def register(function):
        function.case = Case(function.__name__, sentence, function, starts_servers, is_long)
        return function
    return register


def cases_of(module):
    """The cases of a module, in the order in which they are written."""
    return [value.case for value in vars(module).values()
            if hasattr(value, "case") and value.__module__ == module.__name__]


class Tally:
    """How often something was tried, and each time that it did not hold."""

    def __init__(self):
        self.tried = 0
        self.failures = []

    def check(self, holds, text):
        """Counts a try; keeps the text as a failure unless it holds. Returns whether it holds."""
        self.tried += 1
        if not holds:
            self.failures.append(text)
        return bool(holds)


@dataclass
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: "http.client.HTTPMessage"
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error's body; nothing when the body is another."""
        try:
            return self.json["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None


class AttackedServer(ServerProcess):
    """A server to attack: requests as they should be, and bytes as they should not be."""

    def __init__(self, folder, arguments, quick, environment=None, limits=None):
        """`limits` are of the process, such as `{resource.RLIMIT_NOFILE: 64}`."""
        super().__init__(PIVOT, folder, *arguments)
        self.folder = pathlib.Path(folder)
        self.quick = quick
        self._environment = {**os.environ, **(environment or {})}
        self._limits = limits or {}
        self.was_ended = False

    def launch(self):
        """Starts the server in its folder, without waiting for its first answer."""
        def limit():
            for name, value in self._limits.items():
                resource.setrlimit(name, (value, value))
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=self._environment, preexec_fn=limit if self._limits else None)

    @property
    def exit_code(self):
        return self._process.returncode

    def kill(self):
        self.was_ended = self.is_running
        super().kill()

    def terminate(self):
        self.was_ended = self.is_running
        super().terminate()

    def end(self):
        self.was_ended = self.was_ended or self.is_running
        super().end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def request(self, method, target, body=None, headers=None, seconds=ANSWER_SECONDS):
        """Sends one request on a connection of its own and returns its `Answer`; a `dict` goes as JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def connect(self, seconds=ANSWER_SECONDS):
        """An open connection for bytes of any kind."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def raw(self, data, seconds=ANSWER_SECONDS, method="GET"):
        """Sends bytes and returns the first final answer; `None` when the connection ends without one."""
        with self.connect(seconds) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
            return read_answer(connection, method)

    def create_session(self, config=None, **fields):
        """Creates a session that is trained from outside, unless `config` says otherwise; its id."""
        config = config or {"trainer": {"kind": "external"}, "train": {"epochs": 3}}
        answer = self.request("POST", API + "/training/sessions", {"config": config, **fields})
        if answer.status != 201:
            raise Wrong(f"a session cannot be created: {answer.status} {answer.body[:300]!r}")
        return answer.json["session_id"]

    def processor_seconds(self):
        """The processor time that the server has taken so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        """The memory that the server has in use."""
        return int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def read_answer(connection, method="GET"):
    """The next final answer on an open connection; `None` when it ends without one."""
    try:
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException):
        return None


class Bed:
    """The servers of one topic, and the folder that they leave nothing behind in."""

    def __init__(self, quick):
        self._quick = quick
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="pivot-attack-"))
        self._servers = []
        self._shared = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, *arguments, settings=None, environment=None, limits=None):
        """Starts a server with these arguments, in a folder of its own that has an empty `configs`. `settings` are those of
        its configuration file, as a `dict`."""
        folder = self._folder / str(len(self._servers))
        (folder / "configs").mkdir(parents=True)
        if settings is not None:
            (folder / "server.yaml").write_text(json.dumps(settings))
            arguments = ("--config", str(folder / "server.yaml"), *arguments)
        server = AttackedServer(folder, arguments, self._quick, environment, limits)
        self._servers.append(server)
        server.start()
        return server

    def server(self):
        """The server that the topic's cases share."""
        if self._shared is None or not self._shared.is_running:
            self._shared = self.start()
        return self._shared

    def fallen(self):
        """The logs of the servers that have ended by themselves, since the last call."""
        fallen = [server for server in self._servers if not server.is_running and not server.was_ended]
        for server in fallen:
            server.was_ended = True
        return [f"a server ended with {server.exit_code}:\n{server.log()}" for server in fallen]
