"""A server of PIVOT as a process, for the tools that start, stop and kill one. Every process is ended by its own id."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from checking import Wrong
from virtual_environment import CHECKOUT

# The program that the tools try: what PIVOT_BINARY names, or the release build of this checkout.
PIVOT = pathlib.Path(os.environ.get("PIVOT_BINARY") or CHECKOUT / ".build" / "release" / "pivot").resolve()

START_SECONDS = 30
STOP_SECONDS = 20


def require_program(binary=PIVOT):
    """Raises `Wrong` when the program has not been built."""
    if not pathlib.Path(binary).is_file():
        raise Wrong(f"There is no program {binary}. Build it (tools/pivot version) or set PIVOT_BINARY.")


def free_port():
    """A TCP port of the loopback interface that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """One server after another on one port and one data directory."""

    def __init__(self, binary, folder, *arguments, port=None):
        """`folder` gets the data directory and the log; `arguments` follow those that say where to listen."""
        require_program(binary)
        self.binary = str(binary)
        self.data = pathlib.Path(folder) / "data"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = arguments
        self._log_path = pathlib.Path(folder) / "server.log"
        self._process = None

    def command(self, port=None):
        """The command line of a server on this data directory."""
        return [self.binary, "serve", "--host", "127.0.0.1", "--port", str(port or self.port), "--data-dir",
                str(self.data), *self._arguments]

    def launch(self):
        """Starts the server without waiting for its first answer."""
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self):
        """Starts the server and returns once it answers."""
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise self._error(f"the server ended with {self._process.returncode} as it started")
            try:
                with urllib.request.urlopen(self.url + "/api/v1/ping", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        self._kill()
        raise self._error(f"the server did not answer within {START_SECONDS} s")

    def wait_until_signed(self):
        """Returns once the tree head that the server gives out covers its log, of which it lags by up to a second."""
        deadline = time.monotonic() + START_SECONDS
        position = self._ask("health")["position"]
        while self._ask("audit/tree-head")["size"] < position:
            if time.monotonic() > deadline:
                raise self._error(f"no tree head of {position} records was signed within {START_SECONDS} s")
            time.sleep(0.05)

    def _ask(self, target):
        """The document at a path of the API."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{target}", timeout=START_SECONDS) as answer:
            return json.load(answer)

    @property
    def pid(self):
        """The id of the process."""
        return self._process.pid

    @property
    def is_running(self):
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self):
        """Kills the server as a crash would: no handler of it runs."""
        self._check_running()
        self._kill()

    def terminate(self):
        """Asks the server to end; raises when it does not end in time, and is then killed, or does not end with 0."""
        self._check_running()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
            raise self._error(f"the server did not end within {STOP_SECONDS} s of SIGTERM") from None
        if code != 0:
            raise self._error(f"the server ended with {code} after SIGTERM")

    def end(self):
        """Ends the server, however; nothing is raised."""
        if self.is_running:
            self._kill()

    def log(self, byte_count=3000):
        """The end of what the servers on this directory have printed."""
        return self._log_path.read_text(errors="replace")[-byte_count:] if self._log_path.exists() else ""

    def _check_running(self):
        if not self.is_running:
            code = None if self._process is None else self._process.returncode
            raise self._error(f"the server had already ended, with {code}")

    def _kill(self):
        self._process.kill()
        self._process.wait()

    def _error(self, text):
        return Wrong(f"{text}:\n{self.log()}")
