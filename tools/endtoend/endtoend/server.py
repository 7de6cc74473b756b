"""Servers that are started, killed and started again on the same data, and the trainers that they started."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from server_process import ServerProcess

from .api import API
from .report import Wrong


class Server(ServerProcess):
    """One data directory and the server on it. Every process is ended by its own id."""

    def __init__(self, binary, **settings):
        """Starts it and returns once it answers. `settings` go before those that suit the checks."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pivot-endtoend-"))
        (self.folder / "configs").mkdir()
        configuration = {"lease_seconds": 30.0, "max_concurrent_sessions": 2, "launcher": {"niceness": 0}, **settings}
        (self.folder / "server.yaml").write_text(json.dumps(configuration))
        super().__init__(
            binary, self.folder, "--config-root", str(self.folder), "--config", str(self.folder / "server.yaml"))
        self.api = API(self.port)
        self.start()

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
        self.end()
        self.kill_trainers()
        shutil.rmtree(self.folder, ignore_errors=True)
