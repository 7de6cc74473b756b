"""Runs one Python program in a process of its own and keeps what it prints."""

import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from .report import Wrong


class Result:
    """What a program left: its exit code, its output as text and as lines, and the folder it ran in."""

    def __init__(self, code, output, errors, folder):
        self.code, self.output, self.errors, self.folder = code, output, errors, folder

    @property
    def lines(self):
        return self.output.splitlines()

    def describe(self):
        """The output and errors, shortened, for the text of a failed check."""
        return f"exit code {self.code}\n--- output ---\n{self.output[-3000:]}\n--- errors ---\n{self.errors[-3000:]}"


class Program:
    """A running program. It runs in an empty folder; its output can be watched while it runs."""

    def __init__(self, source, files=None):
        """Starts it. `files` are bytes by relative path, put into its folder first."""
        self._folder = tempfile.TemporaryDirectory(prefix="pivot-guide-")
        folder = pathlib.Path(self._folder.name)
        for name, data in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        script = folder / "program.py"
        script.write_text(source, encoding="utf-8")
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "Agg", "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, script.name], cwd=folder, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._changed = threading.Condition()
        self._texts = {"output": [], "errors": []}
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, "output"), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stderr, "errors"), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, pipe, name):
        for line in pipe:
            with self._changed:
                self._texts[name].append(line)
                self._changed.notify_all()

    def wait_for(self, text, seconds=20):
        """Returns once a line that contains the text was printed; raises `Wrong` when it is not within the time."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not any(text in line for line in self._texts["output"]):
                left = deadline - time.monotonic()
                if left <= 0 or (self._process.poll() is not None and not any(r.is_alive() for r in self._readers)):
                    raise Wrong(f"the program did not print {text!r}:\n{self._so_far()}")
                self._changed.wait(min(left, 0.1))

    def finish(self, seconds=60, code=0, errors_allowed=False):
        """Waits for the end and returns the result; raises `Wrong` when it does not end, or not with this exit code.

        What a program prints as errors is wrong too unless `errors_allowed`.
        """
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise Wrong(f"the program did not end within {seconds} s:\n{self._so_far()}") from None
        for reader in self._readers:
            reader.join()
        result = Result(
            self._process.returncode, "".join(self._texts["output"]), "".join(self._texts["errors"]), self._folder)
        if result.code != code:
            raise Wrong(f"the program ended with {result.code}, not {code}:\n{result.describe()}")
        if result.errors.strip() and not errors_allowed:
            raise Wrong(f"the program printed errors:\n{result.describe()}")
        return result

    def end(self):
        """Kills the program when it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _so_far(self):
        output, errors = ("".join(self._texts[name])[-3000:] for name in ("output", "errors"))
        return f"--- output ---\n{output}\n--- errors ---\n{errors}"


def file_in(result, name):
    """The bytes of a file the program wrote; raises `Wrong` when there is none."""
    path = pathlib.Path(result.folder.name) / name
    if not path.is_file():
        raise Wrong(f"the program did not write {name}:\n{result.describe()}")
    return path.read_bytes()
