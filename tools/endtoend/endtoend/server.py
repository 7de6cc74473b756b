"""Servers that are started, killed and started again on the same data, and the trainers that they started."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .api import API, Unreachable
from .report import Wrong

START_SECONDS = 30
STOP_SECONDS = 20


def free_port():
    """A TCP port of the loopback interface that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One data directory and the server on it. Every process is ended by its own id."""

    def __init__(self, binary, **settings):
        """Starts it and returns once it answers. `settings` go before those that suit the checks."""
        self.binary = str(binary)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pivot-endtoend-"))
        self.data = self.folder / "data"
        (self.folder / "configs").mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = API(self.port)
        configuration = {"lease_seconds": 30.0, "max_concurrent_sessions": 2, "launcher": {"niceness": 0}, **settings}
        (self.folder / "server.yaml").write_text(json.dumps(configuration))
        self._log_path = self.folder / "server.log"
        self._process = None
        self.start()

    def command(self, port=None):
        """The command line of a server on this data directory."""
        return [self.binary, "serve", "--host", "127.0.0.1", "--port", str(port or self.port), "--data-dir",
                str(self.data), "--config-root", str(self.folder), "--config", str(self.folder / "server.yaml")]

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
                raise Wrong(f"the server ended with {self._process.returncode} as it started")
            try:
                self.api.call("GET", "/ping")
                return
            except Unreachable:
                time.sleep(0.02)
        raise Wrong(f"the server did not answer within {START_SECONDS} s")

    def kill(self):
        """Kills the server as a crash would: no handler of it runs."""
        if self._process.poll() is not None:
            raise Wrong(f"the server had ended by itself, with {self._process.returncode}")
        self._process.kill()
        self._process.wait()

    def terminate(self):
        """Asks the server to end; raises `Wrong` when it does not do so in time and with 0."""
        if self._process.poll() is not None:
            raise Wrong(f"the server had ended before, with {self._process.returncode}")
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise Wrong(f"the server did not end within {STOP_SECONDS} s of SIGTERM") from None
        if code != 0:
            raise Wrong(f"the server ended with {code} after SIGTERM")

    def log(self, byte_count=3000):
        """The end of what the servers on this directory have printed."""
        return self._log_path.read_text(errors="replace")[-byte_count:]

    def trainers(self, session_id=None):
        """The process ids of the living trainers of this server: of one session, or of all."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "train-worker" in arguments and self.url in arguments and session_id in (None, *arguments):
                found.append(int(entry.name))
        return found

    def kill_trainers(self, session_id=None):
        """Kills the trainers and returns the ids of those that were there."""
        killed = []
        for process_id in self.trainers(session_id):
            try:
                os.kill(process_id, signal.SIGKILL)
                killed.append(process_id)
            except ProcessLookupError:
                continue
        return killed

    def rebuild(self):
        """Calls `pivot rebuild`, whether the server runs or not."""
        command = [self.binary, "rebuild", "--data-dir", str(self.data)]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise Wrong(f"'{' '.join(command)}' ended with {result.returncode}: {result.stdout}{result.stderr}")

    def delete_read_models(self):
        """Deletes what can be rebuilt; the server must not run."""
        shutil.rmtree(self.data / "read-models")

    def clean_up(self):
        """Ends what still runs and deletes the folder."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.kill_trainers()
        shutil.rmtree(self.folder, ignore_errors=True)
