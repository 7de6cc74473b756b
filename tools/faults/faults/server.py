"""Servers whose disk the tests rule, or that are started on what a fault left."""

import os
import subprocess

from server_process import PIVOT, ServerProcess

from .load import Connection

ARGUMENTS = ("--log-level", "warning", "--webhook-network", "127.0.0.0/8")


class FaultServer(ServerProcess):
    """A server with the library if `control` is given, else as anybody starts it."""

    def __init__(self, folder, control=None, data=None, port=None):
        super().__init__(PIVOT, folder, *ARGUMENTS, port=port)
        self.folder = folder
        if data is not None:
            self.data = data
        self.control = control

    def launch(self):
        """Starts the server in its folder, without waiting for its first answer."""
        # A crash is to be seen at once; the trace of it takes a minute.
        environment = {**(self.control.environment if self.control else os.environ), "SWIFT_BACKTRACE": "enable=no"}
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=environment)

    @property
    def exit_code(self):
        """How the process ended; `None` while it lives."""
        return self._process.poll()

    def wait(self, seconds):
        """Waits until the process has ended; its exit code, or `None` when it has not."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def connection(self):
        """A new connection to it."""
        return Connection(self.port)
