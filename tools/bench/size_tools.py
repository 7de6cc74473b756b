"""What tools/bench/sizes measures: PIVOT and other tools that keep files, each behind the same few methods.

    with SomeTool(folder, data_set) as tool:     # an empty store below the folder
        tool.put(file)                           # stores the next version; the file always has the same path
        tool.get(number, target)                 # writes the version of that number, from 0, into the folder `target`
        tool.stored                              # the folder whose files are what the versions cost
"""

import http.client
import json
import os
import pathlib
import shutil
import subprocess

from checking import Wrong, require
from server_process import PIVOT, ServerProcess
from virtual_environment import python_with

ANSWER_SECONDS = 600
COPY_BYTES = 1 << 20


def ask(port, method, path, body=None, content_type="application/json", target=None):
    """Sends a request to the server on a port, and returns the answer's bytes, or writes them to the file `target`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS, blocksize=COPY_BYTES)
    try:
        headers = {} if body is None else {"Content-Type": content_type}
        if hasattr(body, "fileno"):
            headers["Content-Length"] = str(os.fstat(body.fileno()).st_size)
        connection.request(method, "/api/v1" + path, body, headers)
        response = connection.getresponse()
        if response.status >= 400:
            raise Wrong(f"{method} {path} was answered {response.status}: {response.read(500)!r}")
        if target is None:
            return response.read()
        with open(target, "wb") as file:
            shutil.copyfileobj(response, file, COPY_BYTES)
            require(not response.length, f"GET {path} ended {response.length} bytes too early")
        return None
    finally:
        connection.close()


def run(*command, folder=None, environment=None):
    """Runs a command and returns its standard output; raises `Wrong` with what it said when it fails."""
    result = subprocess.run([str(part) for part in command], cwd=folder, env={**os.environ, **(environment or {})},
                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
    require(result.returncode == 0,
            f"'{' '.join(map(str, command))}' ended with {result.returncode}: {result.stderr[-2000:]}")
    return result.stdout


class Tool:
    """One way to keep versions of a file."""

    name: str
    install: str        # the command that installs it
    repetitions = 1     # odd; more than 1 if the same files take another size each time

    def __init__(self, folder, data_set):
        self.folder = pathlib.Path(folder)
        self.stored = self.folder / "stored"
        self._count = 0

    def __enter__(self):
        self.stored.mkdir()
        return self

    def __exit__(self, *_):
        pass

    def _next(self):
        self._count += 1
        return self._count - 1

    @staticmethod
    def is_installed():
        return True

    @staticmethod
    def takes(_):
        """Whether the tool is meant for the data set."""
        return True


class Pivot(Tool):
    """A server with one session, whose checkpoints the versions are."""

    name = "PIVOT"
    install = "tools/pivot version"

    def __init__(self, folder, data_set):
        super().__init__(folder, data_set)
        self._server = ServerProcess(PIVOT, folder)
        self._checkpoints = []
        self.stored = self._server.data / "blobs"

    def __enter__(self):
        self._server.start()
        try:
            session = {"config": {"trainer": {"kind": "external"}, "train": {"epochs": 1000}}, "session_name": "sizes"}
            answer = ask(self._server.port, "POST", "/training/sessions", json.dumps(session).encode())
            self._session = json.loads(answer)["session_id"]
        except BaseException:
            self._server.end()
            raise
        return self

    def put(self, file):
        path = f"/checkpoints?session_id={self._session}&epoch={self._next() + 1}&filename={file.name}"
        with open(file, "rb") as body:
            answer = ask(self._server.port, "POST", path, body, "application/octet-stream")
        self._checkpoints.append(json.loads(answer)["checkpoint_id"])

    def get(self, number, target):
        ask(self._server.port, "GET", f"/checkpoints/{self._checkpoints[number]}/download", target=target / "version")

    def __exit__(self, failure, *_):
        if failure is None:
            self._server.terminate()
        self._server.end()


class Zstandard(Tool):
    """zstd on one file at a time, with one thread."""

    install = "apt-get install zstd"
    level: int

    @staticmethod
    def is_installed():
        return shutil.which("zstd") is not None

    def put(self, file):
        run("zstd", "--quiet", "--single-thread", f"-{self.level}", file, "-o", self.stored / f"{self._next()}.zst")

    def get(self, number, target):
        run("zstd", "--quiet", "--decompress", self.stored / f"{number}.zst", "-o", target / "version")


class Zstandard3(Zstandard):
    name, level = "zstd -3", 3


class Zstandard19(Zstandard):
    name, level = "zstd -19", 19


class Restic(Tool):
    """A repository of restic with a snapshot for each version."""

    name = "restic"
    install = "apt-get install restic"
    repetitions = 3

    def __init__(self, folder, data_set):
        super().__init__(folder, data_set)
        self._environment = {"RESTIC_PASSWORD": "sizes", "RESTIC_REPOSITORY": str(self.stored),
                             "RESTIC_CACHE_DIR": str(self.folder / "cache")}
        self._snapshots = []

    @staticmethod
    def is_installed():
        return shutil.which("restic") is not None

    def __enter__(self):
        run("restic", "init", "--repository-version", "2", environment=self._environment)
        return self

    def put(self, file):
        lines = run("restic", "backup", "--compression", "auto", "--json", file.name, folder=file.parent,
                    environment=self._environment)
        self._snapshots.append(json.loads(lines.splitlines()[-1])["snapshot_id"])

    def get(self, number, target):
        run("restic", "restore", self._snapshots[number], "--target", target, environment=self._environment)


class Borg(Tool):
    """A repository of borg with an archive for each version."""

    name = "borg"
    install = "apt-get install borgbackup"

    def __init__(self, folder, data_set):
        super().__init__(folder, data_set)
        self._environment = {"BORG_REPO": str(self.stored), "BORG_BASE_DIR": str(self.folder / "base"),
                             "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}

    @staticmethod
    def is_installed():
        return shutil.which("borg") is not None

    def __enter__(self):
        run("borg", "init", "--encryption", "none", environment=self._environment)
        return self

    def put(self, file):
        run("borg", "create", "--compression", "zstd,3", f"::{self._next()}", file.name, folder=file.parent,
            environment=self._environment)

    def get(self, number, target):
        run("borg", "extract", f"::{number}", folder=target, environment=self._environment)


class ZipNN(Tool):
    """ZipNN on one file at a time, with one thread, in a process that has loaded it."""

    name = "ZipNN"
    install = "tools/bench/sizes --zipnn"

    def __init__(self, folder, data_set):
        super().__init__(folder, data_set)
        here = pathlib.Path(__file__).resolve().parent
        self._log_path = self.folder / "zipnn.log"
        self._command = [python_with(here / "zipnn.txt"), str(here / "zipnn-files.py"), data_set.number_type]

    @staticmethod
    def takes(data_set):
        return data_set.number_type is not None

    def __enter__(self):
        super().__enter__()
        with open(self._log_path, "wb") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                             text=True)
        self._expect("ready", "ZipNN cannot be loaded")
        return self

    def put(self, file):
        self._ask("compress", file, self.stored / f"{self._next()}.znn")

    def get(self, number, target):
        self._ask("decompress", self.stored / f"{number}.znn", target / "version")

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, operation, source, target):
        print(json.dumps([operation, str(source), str(target)]), file=self._process.stdin, flush=True)
        self._expect("done", f"ZipNN failed to {operation} {source.name}")

    def _expect(self, word, failure):
        line = self._process.stdout.readline()
        require(line == word + "\n", f"{failure}: {line}{self._log_path.read_text()[-2000:]}")


TOOLS = [Pivot, Zstandard3, Zstandard19, Restic, Borg, ZipNN]
