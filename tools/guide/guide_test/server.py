"""Starts and ends a server for the checks, with data and configurations in temporary folders."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import requests

from .report import Wrong

START_SECONDS = 30
STOP_SECONDS = 15


def free_port():
    """A TCP port of the loopback interface that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process. It is ended by its own process id and must end cleanly."""

    def __init__(self, binary, configurations, settings=None):
        """Starts it and returns once it answers.

        `configurations` are texts by file name, put into the configuration root's `configs/`, or the path of a root;
        `settings` is the text of the server's own configuration file.
        """
        if not pathlib.Path(binary).is_file():
            raise Wrong(f"there is no executable {binary}. Build it (swift build -c release) or set PIVOT_BINARY.")
        self._folder = tempfile.TemporaryDirectory(prefix="pivot-guide-server-")
        folder = pathlib.Path(self._folder.name)
        root = self._root(configurations, folder)
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        command = [str(binary), "serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "data"),
                   "--config-root", str(root)]
        if settings is not None:
            (folder / "server.yaml").write_text(settings)
            command += ["--config", str(folder / "server.yaml")]
        self._log_path = folder / "server.log"
        self._log = open(self._log_path, "wb")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        self._wait_until_it_answers(command)

    @staticmethod
    def _root(configurations, folder):
        if isinstance(configurations, (str, os.PathLike)):
            return pathlib.Path(configurations)
        root = folder / "root"
        (root / "configs").mkdir(parents=True)
        for name, text in configurations.items():
            (root / "configs" / name).write_text(text)
        return root

    def _wait_until_it_answers(self, command):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise Wrong(f"'{' '.join(command)}' ended with {self._process.returncode}:\n{self.log()}")
            try:
                if requests.get(f"http://{self.address}/api/v1/ping", timeout=2).ok:
                    break
            except requests.exceptions.ConnectionError:
                time.sleep(0.02)
        else:
            self._process.kill()
            self._process.wait()
            raise Wrong(f"the server did not answer within {START_SECONDS} s:\n{self.log()}")

    def log(self):
        """The end of what the server has printed."""
        self._log.flush()
        return self._log_path.read_text(errors="replace")[-3000:]

    def end(self):
        """Asks the server to end; raises `Wrong` when it does not end in time, and then kills it, or not with 0."""
        if self._process.poll() is not None:
            raise Wrong(f"the server had ended before, with {self._process.returncode}:\n{self.log()}")
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise Wrong(f"the server did not end within {STOP_SECONDS} s of SIGTERM:\n{self.log()}") from None
        if code != 0:
            raise Wrong(f"the server ended with {code} after SIGTERM:\n{self.log()}")
