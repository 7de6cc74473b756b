"""Where and with what a program trains: facts about the code, its packages, its machine.

`capture_provenance()` asks the operating system and git. A fact that cannot be found out is left out, and nothing is raised.
Facts are flat, as their route takes them:

| fact | what |
|---|---|
| `python`, `python_implementation`, `executable` | the interpreter: `3.11.7`, `CPython`, its path |
| `command_line`, `working_directory` | how the program was started; values that look like secrets are `***` |
| `git_repository`, `git_commit`, `git_branch`, `git_dirty` | the work tree that the working directory is in; dirty says whether tracked files differ from the commit |
| `git_diff_digest` | `sha256:…` of those differences, which `git apply` takes; present when dirty and at most 1 MiB |
| `host`, `operating_system`, `cpu`, `cpu_count`, `memory_bytes` | the machine; the count is that of the CPUs the process may use |
| `gpus` | `NVIDIA A100-SXM4-40GB, 40960 MiB`, separated by `; `; present when nvidia-smi names them |
| `package.<name>` | the version of each installed distribution, at most 500 of them |
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import NamedTuple, Optional, TypeVar, Union

Fact = Union[str, int, float, bool]

_Answer = TypeVar("_Answer")

#: The most bytes of a difference that is kept.
MAXIMUM_DIFF_BYTES = 1 << 20

#: The most packages whose version is recorded, in the order of their names.
MAXIMUM_PACKAGES = 500

#: The most characters of a fact; longer ones end with "…".
MAXIMUM_FACT_LENGTH = 16_384

# How long one program, and all of them together, may take.
_PROGRAM_SECONDS = 5.0

# "tokens" and "tokenizer" are not secrets.
_SECRET_NAME = (
    r"[\w.-]*(?:token(?![a-z])|password|passwd|passphrase|secret|credential|(?:api|access|private)[_.-]?key)[\w.-]*"
)
_ASSIGNED_SECRET = re.compile(rf"^(-{{0,2}}{_SECRET_NAME}[=:]).+$", re.IGNORECASE | re.DOTALL)
_SECRET_OPTION = re.compile(rf"^-{{1,2}}{_SECRET_NAME}$", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):([^/@\s]+)@")


class Provenance(NamedTuple):
    """What `capture_provenance` found."""

    facts: dict[str, Fact]
    #: The differences of tracked files from the commit, for the artifact `provenance/git.diff`; None without any.
    diff: Optional[bytes]


def capture_provenance(working_directory: Optional[str] = None) -> Provenance:
    """The facts about this process. Takes tenths of a second, most of it in git: call it in a thread of its own.

    Never raises. `working_directory` is the one whose work tree is described, by default the process's own.
    """
    found: dict[str, Fact] = {}
    folder = working_directory or _answer(os.getcwd)
    for name, question in _QUESTIONS.items():
        value = _answer(question)
        if value is not None and value != "":
            found[name] = value
    diff = None
    if folder is not None:
        found["working_directory"] = folder
        facts, diff = _git_facts(folder)
        found.update(facts)
    for name, version in (_answer(_packages) or {}).items():
        found[f"package.{name}"] = version
    return Provenance({name: _shortened(value) for name, value in found.items()}, diff)


class ProvenanceCapture:
    """A capture that runs in its own thread, beside the training.

    `deliver` gets what was found, once. What it raises is kept in `error`, and the training continues.
    """

    def __init__(self, deliver: Callable[[Provenance], None], working_directory: Optional[str] = None) -> None:
        self.error: Optional[BaseException] = None
        self._deliver = deliver
        # The folder of now: the program may go elsewhere before the thread looks.
        self._folder = working_directory or _answer(os.getcwd)
        self._thread = threading.Thread(target=self._capture, name="pivot-provenance", daemon=True)
        self._thread.start()

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Returns once the facts were delivered, or false after `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _capture(self) -> None:
        try:
            self._deliver(capture_provenance(self._folder))
        except BaseException as error:  # whatever it is, it must not end a training
            self.error = error


def masked_command_line(arguments: Sequence[str]) -> str:
    """The arguments as a shell reads them, with `***` for the values of options that are named like secrets.

    Masked are `--token=x`, `--token x`, `PASSWORD=x`, `api_key:x`, and the password of a URL.
    """
    masked = []
    is_secret = False
    for argument in arguments:
        if is_secret and not argument.startswith("-"):
            masked.append("***")
            is_secret = False
            continue
        is_secret = _SECRET_OPTION.match(argument) is not None
        argument = _ASSIGNED_SECRET.sub(r"\1***", argument)
        masked.append(_URL_PASSWORD.sub(r"\1:***@", argument))
    return " ".join(argument if argument.endswith("***") else shlex.quote(argument) for argument in masked)


def _command_line() -> str:
    # The interpreter's own options stand before the program's name only here (`-m package`, `-c`).
    arguments = list(getattr(sys, "orig_argv", [sys.executable, *sys.argv]))
    return masked_command_line(arguments)


def _cpu() -> Optional[str]:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(("model name", "Model", "cpu model")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _cpu_count() -> Optional[int]:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _operating_system() -> str:
    try:
        pretty = platform.freedesktop_os_release().get("PRETTY_NAME", "")  # Python 3.10 and later
    except (AttributeError, OSError):
        pretty = ""
    kernel = f"{platform.system()} {platform.release()}"
    return f"{pretty}, {kernel}" if pretty else kernel


def _gpus() -> Optional[str]:
    if shutil.which("nvidia-smi") is None:
        return None
    output = _output(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"])
    return "; ".join(output.decode(errors="replace").split("\n")).strip("; ") if output else None


def _packages() -> dict[str, str]:
    versions: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return dict(sorted(versions.items())[:MAXIMUM_PACKAGES])


def _git_facts(folder: str) -> tuple[dict[str, Fact], Optional[bytes]]:
    if shutil.which("git") is None:
        return {}, None
    described = _output(["git", "-C", folder, "rev-parse", "--show-toplevel", "HEAD", "--abbrev-ref", "HEAD"])
    lines = described.decode(errors="surrogateescape").split("\n") if described else []
    if len(lines) < 3:
        return {}, None
    repository, commit, branch = lines[:3]
    facts: dict[str, Fact] = {"git_repository": repository, "git_commit": commit}
    if branch != "HEAD":  # what git says of a commit that no branch is at
        facts["git_branch"] = branch
    diff = _output(["git", "-C", repository, "diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--"])
    if diff is None:
        return facts, None
    facts["git_dirty"] = len(diff) > 0
    if not 0 < len(diff) <= MAXIMUM_DIFF_BYTES:
        return facts, None
    facts["git_diff_digest"] = f"sha256:{hashlib.sha256(diff).hexdigest()}"
    return facts, diff


def _output(command: list[str]) -> Optional[bytes]:
    """What a program printed, or None when it could not start, failed, or took too long."""
    # Reading must not take the index's lock away from a person who commits meanwhile.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_PROGRAM_SECONDS, env=environment, check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout if result.returncode == 0 else None


def _answer(question: Callable[[], _Answer]) -> Optional[_Answer]:
    """The answer, or None when it fails: no fact is worth losing a training."""
    try:
        return question()
    except Exception:
        return None


def _shortened(value: Fact) -> Fact:
    if not isinstance(value, str):
        return value
    text = value.encode(errors="replace").decode()  # paths may hold bytes that are not text
    return text if len(text) <= MAXIMUM_FACT_LENGTH else text[: MAXIMUM_FACT_LENGTH - 1] + "…"


_QUESTIONS: dict[str, Callable[[], Optional[Fact]]] = {
    "python": platform.python_version,
    "python_implementation": platform.python_implementation,
    "executable": lambda: sys.executable,
    "command_line": _command_line,
    "host": socket.gethostname,
    "operating_system": _operating_system,
    "cpu": _cpu,
    "cpu_count": _cpu_count,
    "memory_bytes": _memory_bytes,
    "gpus": _gpus,
}
