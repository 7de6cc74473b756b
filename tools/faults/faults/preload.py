"""The library that stands between a server and the disk, and the page by which a test tells it what to do."""

import errno
import functools
import hashlib
import mmap
import os
import pathlib
import struct
import subprocess

from checking import Wrong
from virtual_environment import CHECKOUT

SOURCES = sorted((pathlib.Path(__file__).resolve().parent / "library").iterdir())

# The kinds of operations.
WRITE, SYNC, TRUNCATE, RENAME, CREATE, REMOVE, FOLDER, SYNCED, LINK, MAPPED = (1 << bit for bit in range(10))

REFUSE, KILL_BEFORE, KILL_AFTER, CUT_SHORT = 1, 2, 3, 4

# Where `struct control` has its fields.
SEQUENCE, KINDS, ACTION, ERROR, SKIPS_SYNCS, COUNTDOWN, REMAINING, FIRED, FREE_BYTES, SYNC_DELAY, MATCH = (
    0, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64)
MATCH_BYTES = 192
PAGE_BYTES = 4096


@functools.cache
def library():
    """The path of the library, which is compiled when it is not there."""
    name = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:12]
    path = CHECKOUT / ".build" / "faults" / f"disk-{name}.so"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(partial),
               *(str(path) for path in SOURCES if path.suffix == ".c"), "-ldl", "-lpthread"]
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Wrong(f"There is no C compiler ({error}). Install one, such as gcc.") from None
    if result.returncode != 0:
        raise Wrong(f"'{' '.join(command)}' failed:\n{result.stderr}")
    partial.rename(path)
    return path


class Control:
    """The page that a server with the library shares with the test."""

    def __init__(self, folder, root, traces=False):
        """`folder` gets the page, and the trace if one is wanted; `root` is the folder whose operations are meant."""
        self.path = pathlib.Path(folder) / "control"
        self.trace = pathlib.Path(folder) / "trace" if traces else None
        self._root = pathlib.Path(root).resolve()
        self.path.write_bytes(bytes(PAGE_BYTES))
        with open(self.path, "r+b") as file:
            self._page = mmap.mmap(file.fileno(), PAGE_BYTES)

    @property
    def environment(self):
        """The environment of the server."""
        variables = {**os.environ, "LD_PRELOAD": str(library()), "FAULTS_ROOT": str(self._root),
                     "FAULTS_CONTROL": str(self.path)}
        if self.trace:
            variables["FAULTS_TRACE"] = str(self.trace)
        return variables

    def _get(self, form, place):
        return struct.unpack_from(form, self._page, place)[0]

    def _set(self, form, place, value):
        struct.pack_into(form, self._page, place, value)

    @property
    def sequence(self):
        """The number of the last operation."""
        return self._get("<Q", SEQUENCE)

    @property
    def fired(self):
        """How many faults there have been."""
        return self._get("<Q", FIRED)

    def arm(self, kinds, action, error=errno.EIO, after=0, times=-1, match=""):
        """Lets operations of these kinds on paths that contain `match` fail, after the first `after` of them, so often."""
        self.disarm()
        self._page[MATCH:MATCH + MATCH_BYTES] = match.encode().ljust(MATCH_BYTES, b"\0")
        self._set("<I", ACTION, action)
        self._set("<i", ERROR, error)
        self._set("<q", COUNTDOWN, after)
        self._set("<q", REMAINING, times)
        self._set("<Q", FIRED, 0)
        self._set("<I", KINDS, kinds)

    def disarm(self):
        """Lets everything succeed again."""
        self._set("<I", KINDS, 0)

    def skip_syncs(self):
        """Lets every sync be reported as done without being done: the planted fault."""
        self._set("<i", SKIPS_SYNCS, 1)

    def delay_syncs(self, microseconds):
        """Lets a sync take so long."""
        self._set("<I", SYNC_DELAY, microseconds)

    def limit_room(self, byte_count):
        """Lets the file system seem to have no more room than this; 0 for what it has."""
        self._set("<Q", FREE_BYTES, byte_count)
