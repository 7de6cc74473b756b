"""What was logged and is not yet known to be on the server: an append-only file format that survives every kill.

A process that logs a session has a folder of its own, `<session id>-<process id>-<number>`, below `$PIVOT_SPOOL_DIR` or
`${XDG_STATE_HOME:-~/.local/state}/pivot/spool`, readable by its owner only:

    lock             locked (POSIX record lock) while a process logs or delivers
    state.json       how far the spool is delivered, replaced by rename
    00000001.segment records, in order; the next segment begins when one reaches 16 MiB
    files/<number>   the bytes of checkpoints and artifacts, on disk before the record that names them

A segment begins with the eight bytes `PIVOTSP1`. A record, all numbers little-endian:

    offset  bytes  meaning
    0       4      length of what follows the checksum
    4       4      CRC-32 (as in zlib) of what follows
    8       1      kind, see `Kind`
    9       1      length of the command id
    10      …      command id, ASCII: what makes delivery happen once
    …       …      payload: the request as it will be sent, without the attempt, which is known only later

The payload of `METRICS` is the largest step (8 bytes), the number of points (4) and the series of a `MetricsReported`
message; of `EPOCH` the epoch (4) and an `EpochCompleted` message; of all others JSON.

A record that is cut off or whose checksum differs ends its segment: it was never confirmed. Records after a damaged one in
the same segment are lost with it, which can only happen if the disk corrupted its data.
"""

from __future__ import annotations

import enum
import fcntl
import json
import os
import pathlib
import shutil
import struct
import threading
import zlib
from dataclasses import asdict, dataclass, fields
from typing import IO, Iterator, List, NamedTuple, Optional, Set, Tuple, Union

from .errors import SpoolError

MAGIC = b"PIVOTSP1"
SEGMENT_BYTES = 16 << 20
DEFAULT_LIMIT_BYTES = 10 << 30
MAXIMUM_RECORD_BYTES = 64 << 20

_HEAD = struct.Struct("<II")


class Kind(enum.IntEnum):
    """What a record is."""

    CREATE = 1
    CLAIM = 2
    STARTED = 3
    METRICS = 4
    LINES = 5
    EPOCH = 6
    CHECKPOINT = 7
    ARTIFACT = 8
    PARAMS = 9
    FACTS = 10
    FINISH = 11
    READINGS = 12


class Record(NamedTuple):
    """One record and where the one after it begins."""

    kind: Kind
    command_id: str
    payload: bytes
    segment: int
    end: int


@dataclass
class State:
    """How far a spool is delivered, and under which attempt."""

    format: int = 1
    spool_id: str = ""
    base_url: str = ""
    session_id: str = ""
    name: str = ""
    process_id: int = 0
    segment: int = 1
    offset: int = len(MAGIC)
    # Where the batch ends that may be on its way: it is sent again exactly as it was.
    pending_segment: int = 0
    pending_end: int = 0
    # A program that a command trainer runs has the lease of another process and never claims.
    joined: bool = False
    attempt: int = 0
    token: str = ""
    claims: int = 0
    # Known to whoever delivers this spool, and proves that a repeated claim is its own.
    claim_secret: str = ""
    # Of what is delivered: later attempts begin beyond it.
    maximum_step: int = 0
    points: int = 0
    records: int = 0
    refused: int = 0
    finished: bool = False


def default_root() -> pathlib.Path:
    """The folder of all spools of this user."""
    chosen = os.environ.get("PIVOT_SPOOL_DIR")
    if chosen:
        return pathlib.Path(chosen)
    state = os.environ.get("XDG_STATE_HOME")
    return (pathlib.Path(state) if state else pathlib.Path.home() / ".local" / "state") / "pivot" / "spool"


def encode(kind: Kind, command_id: str, payload: bytes) -> bytes:
    """A record as it stands in a segment."""
    name = command_id.encode("ascii")
    body = bytes((kind, len(name))) + name + payload
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def decode(data: "Union[bytes, memoryview]", at: int, segment: int = 1) -> Optional[Record]:
    """The record at an offset of a segment's bytes; None when it is cut off or damaged."""
    if at + _HEAD.size > len(data):
        return None
    length, checksum = _HEAD.unpack_from(data, at)
    start = at + _HEAD.size
    end = start + length
    if length < 2 or length > MAXIMUM_RECORD_BYTES or end > len(data):
        return None
    body = bytes(data[start:end])
    if zlib.crc32(body) != checksum or 2 + body[1] > length or body[0] not in _KINDS:
        return None
    return Record(Kind(body[0]), body[2 : 2 + body[1]].decode("ascii"), body[2 + body[1] :], segment, end)


_KINDS = frozenset(int(kind) for kind in Kind)


def segment_path(folder: pathlib.Path, number: int) -> pathlib.Path:
    """Where a segment is."""
    return folder / f"{number:08}.segment"


def segment_numbers(folder: pathlib.Path) -> List[int]:
    """The segments of a spool, in order."""
    return sorted(int(path.stem) for path in folder.glob("*.segment"))


def read_state(folder: pathlib.Path) -> State:
    """The state of a spool. Raises `SpoolError` when it cannot be read."""
    path = folder / "state.json"
    try:
        known = json.loads(path.read_text())
        names = {entry.name for entry in fields(State)}
        return State(**{name: value for name, value in known.items() if name in names})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SpoolError(f"{path} cannot be read: {error}. It records how far the spool is delivered; restore it.") from error


def write_state(folder: pathlib.Path, state: State, durable: bool = False) -> None:
    """Replaces the state, whole or not at all; `durable` also against a loss of power."""
    path, fresh = folder / "state.json", folder / "state.json.new"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(state), file)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(fresh, path)
    if durable:
        sync_folder(folder)


def sync_folder(folder: pathlib.Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Lock:
    """The lock of a spool. It ends with the process, whatever ends it, and is not inherited by forked ones.

    The system's lock is the process's, and closing any descriptor of its file gives it back: so what this process holds is
    known here, and its file is not opened a second time.
    """

    _held: Set[Tuple[str, int]] = set()
    _guard = threading.Lock()

    def __init__(self, folder: pathlib.Path) -> None:
        self._path = folder / "lock"
        self._descriptor = -1
        self._key = ("", 0)

    def try_take(self) -> bool:
        """Takes the lock if nobody has it, in this process or another. Raises `OSError` without a folder."""
        key = (os.path.realpath(self._path), os.getpid())
        with Lock._guard:
            if key in Lock._held:
                return False
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            except BaseException:
                os.close(descriptor)
                raise
            Lock._held.add(key)
        self._descriptor, self._key = descriptor, key
        return True

    def release(self) -> None:
        """Gives the lock back."""
        with Lock._guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                Lock._held.discard(self._key)


class SpoolWriter:
    """Appends to the spool of this process. One thread uses it at a time."""

    def __init__(self, root: pathlib.Path, state: State, limit: int = DEFAULT_LIMIT_BYTES) -> None:
        """Makes the folder and takes its lock. Raises `SpoolError` when that cannot be."""
        self._limit = limit
        self._segment = 1
        self._file: Optional[IO[bytes]] = None
        self._good = len(MAGIC)
        self._sequence = 0
        self._file_count = 0
        # Bytes of files/ are kept track of, so that no record costs a walk through the folder.
        self._file_bytes = 0
        try:
            self.folder = _new_folder(root, state.session_id)
            (self.folder / "files").mkdir(mode=0o700)
            self.lock = Lock(self.folder)
            if not self.lock.try_take():
                raise SpoolError(f"The spool {self.folder} is in use by another process.")
            self._open_segment()
            write_state(self.folder, state, durable=True)
            sync_folder(root)
        except OSError as error:
            raise SpoolError(_told(root, error)) from error
        self._spool_id = state.spool_id

    def next_command_id(self) -> str:
        """The command id of the next record: the spool's own id and a number."""
        self._sequence += 1
        return f"{self._spool_id}-{self._sequence:x}"

    @property
    def position(self) -> Tuple[int, int]:
        """The segment and the offset behind the last whole record."""
        return self._segment, self._good

    def append(self, records: bytes) -> None:
        """Writes whole records. Raises `SpoolError`; the spool then holds none of them."""
        try:
            if self._file is None or self._good + len(records) > SEGMENT_BYTES and self._good > len(MAGIC):
                self._next_segment()
            assert self._file is not None
            if self._used_bytes() + len(records) > self._limit:
                raise SpoolError(
                    f"The spool {self.folder} is full: it may hold {self._limit} bytes. Make the server reachable, or raise "
                    "PIVOT_SPOOL_LIMIT (bytes)."
                )
            rest = memoryview(records)
            try:
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError:
                # What was written of it must not stand in front of the next record.
                self._file.seek(self._good)
                self._file.truncate(self._good)
                raise
            self._good += len(records)
        except OSError as error:
            raise SpoolError(_told(self.folder, error)) from error

    def sync(self) -> None:
        """Makes everything appended durable. Raises `SpoolError` when the disk did not confirm it."""
        try:
            if self._file is not None:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise SpoolError(_told(self.folder, error)) from error

    def add_file(self, source: "Union[bytes, pathlib.Path]") -> Tuple[str, int]:
        """Copies bytes or a file into the spool, durably; its name there and its size.

        The copy shares the blocks of the source where the file system can (reflink), and is never a hard link: the
        program may write the source again at once. May be called by any thread, one at a time.
        """
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if self._used_bytes() + size > self._limit:
            raise SpoolError(
                f"The spool {self.folder} may hold {self._limit} bytes, and {size} more do not fit. Make the server reachable, "
                "or raise PIVOT_SPOOL_LIMIT (bytes)."
            )
        self._file_count += 1
        name = f"{self._file_count:08}"
        path = self.folder / "files" / name
        try:
            if isinstance(source, bytes):
                with open(path, "wb") as file:
                    file.write(source)
                    file.flush()
                    os.fsync(file.fileno())
            else:
                size = _copy(source, path)
            sync_folder(self.folder / "files")
        except OSError as error:
            path.unlink(missing_ok=True)
            if isinstance(error, FileNotFoundError) and not isinstance(source, bytes) and not source.exists():
                raise
            raise SpoolError(_told(path, error)) from error
        self._file_bytes += size
        return name, size

    def file_delivered(self, size: int) -> None:
        """Frees the room of a file that was removed."""
        self._file_bytes -= size

    @property
    def is_half_full(self) -> bool:
        """Whether less than half of the spool's room is left: what can be missed is then left out. Any thread may ask."""
        return self._used_bytes() * 2 > self._limit

    def close(self) -> None:
        """Closes the files and gives the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.lock.release()

    def remove(self) -> None:
        """Deletes the spool, when nothing in it is needed any more."""
        remove_folder(self.folder)

    def _used_bytes(self) -> int:
        first = next(iter(segment_numbers(self.folder)), self._segment) if self._segment > 1 else 1
        return (self._segment - first) * SEGMENT_BYTES + self._good + self._file_bytes

    def _next_segment(self) -> None:
        self.sync()
        if self._file is not None:
            self._file.close()
            self._file = None
            self._segment += 1
        self._open_segment()

    def _open_segment(self) -> None:
        path = segment_path(self.folder, self._segment)
        file: IO[bytes] = open(path, "wb", buffering=0)
        try:
            file.write(MAGIC)
            os.fsync(file.fileno())
            sync_folder(self.folder)
        except OSError:
            file.close()
            raise
        self._file = file
        self._good = len(MAGIC)


class SpoolReader:
    """Reads the records of a spool in order, also while they are being written."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        # What was skipped because it is not a whole record, in segments that have successors.
        self.damaged_bytes = 0
        self._data = b""
        self._base = 0
        self._segment = 0

    def next(self, segment: int, offset: int) -> Optional[Record]:
        """The record at a place; None when there is no whole one yet."""
        record = self._read(segment, offset)
        if record is not None:
            return record
        if segment_path(self.folder, segment + 1).exists():
            # Nothing is appended to a segment that has a successor: look once more, then go on.
            record = self._read(segment, offset)
            if record is not None:
                return record
            self.damaged_bytes += max(0, segment_path(self.folder, segment).stat().st_size - offset)
            return self.next(segment + 1, len(MAGIC))
        return None

    def _read(self, segment: int, offset: int) -> Optional[Record]:
        if segment == self._segment and self._base <= offset:
            record = decode(self._data, offset - self._base, segment)
            if record is not None:
                return record._replace(end=record.end + self._base)
        try:
            with open(segment_path(self.folder, segment), "rb") as file:
                file.seek(offset)
                head = file.read(4 << 20)
                if len(head) >= _HEAD.size:
                    length = _HEAD.unpack_from(head)[0] + _HEAD.size
                    if len(head) < length <= MAXIMUM_RECORD_BYTES + _HEAD.size:
                        head += file.read(length - len(head))
        except FileNotFoundError:
            return None
        self._segment, self._base, self._data = segment, offset, head
        record = decode(head, 0, segment)
        return None if record is None else record._replace(end=record.end + offset)

    def records(self, segment: int, offset: int) -> Iterator[Record]:
        """All whole records from a place on."""
        while True:
            record = self.next(segment, offset)
            if record is None:
                return
            yield record
            segment, offset = record.segment, record.end


def remove_folder(folder: pathlib.Path) -> None:
    """Deletes a spool, its state last, so that a half-deleted spool is never mistaken for a new one."""
    shutil.rmtree(folder / "files", ignore_errors=True)
    for number in segment_numbers(folder):
        segment_path(folder, number).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _new_folder(root: pathlib.Path, session: str) -> pathlib.Path:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while True:
        folder = root / f"{session}-{os.getpid()}-{number}"
        try:
            folder.mkdir(mode=0o700)
            return folder
        except FileExistsError:
            number += 1


_FICLONE = 0x40049409


def _copy(source: pathlib.Path, target: pathlib.Path) -> int:
    with open(source, "rb") as reading, open(target, "wb") as writing:
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError:  # The file system does not share blocks: copy them.
            shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
        return os.fstat(writing.fileno()).st_size


def _told(path: pathlib.Path, error: OSError) -> str:
    return (
        f"The spool at {path} cannot be written: {error.strerror or error}. What was logged last is not confirmed. Free space or "
        "fix the permissions, or name another folder in PIVOT_SPOOL_DIR."
    )
