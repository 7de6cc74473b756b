"""The records of W&B's offline files, `run-<id>.wandb`.

A file begins with `:W&B`, the number 0xBEE1 and the version 0 (7 bytes). From there on it is a log as LevelDB writes one, in
blocks of 32,768 bytes: a chunk is a checksum of 4 bytes, a length of 2, a type of 1 (1 a whole record, 2 the first part of one, 3 a
middle one, 4 the last), and its bytes; numbers are little-endian. A chunk never crosses the end of a block: fewer than 7 bytes
there are zero. Unlike LevelDB's, the checksum is zlib's CRC-32, of the type and the bytes. Sources: LevelDB's `doc/log_format.md`
and wandb's `sdk/internal/datastore.py`.
"""

from __future__ import annotations

import pathlib
import struct
import zlib
from typing import Iterator, List, Optional

from .source import Finding, UnreadableSource

_BEGIN = b":W&B\xe1\xbe\x00"
_BLOCK = 32_768
_HEAD = struct.Struct("<IHB")
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_SEEDS = [zlib.crc32(bytes([kind])) for kind in range(5)]


class WandbFile:
    """One file. Raises `UnreadableSource` when it is none of W&B's, and `OSError`."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        #: The byte behind the last record that was read, how many there were, and where the current one begins.
        self.offset = len(_BEGIN)
        self.count = 0
        self.byte = len(_BEGIN)
        self.findings: List[Finding] = []
        with open(path, "rb") as file:
            begin = file.read(len(_BEGIN))
        if begin[:4] != _BEGIN[:4]:
            raise UnreadableSource(f"{path}, byte 0: this is no file of W&B; an offline run's file begins with ':W&B'.")
        if begin != _BEGIN:
            raise UnreadableSource(f"{path}, byte 4: this version of W&B's files is not known; sync the run with wandb and export it as CSV.")

    def records(self) -> Iterator[bytes]:
        """The records. Of a damaged block the rest is left out, and told in `findings`."""
        parts: List[bytes] = []
        with open(self.path, "rb") as file:
            number = 0
            is_after_damage = False
            while True:
                block = file.read(_BLOCK)
                at = 0 if number else len(_BEGIN)
                start = number * _BLOCK
                while len(block) - at >= _HEAD.size:
                    checksum, length, kind = _HEAD.unpack_from(block, at)
                    end = at + _HEAD.size + length
                    if end > len(block) and len(block) < _BLOCK:
                        break
                    data = block[at + _HEAD.size : end]
                    why = self._wrong(kind, end, len(block), checksum, data)
                    if why:
                        self._tell(start + at, f"{why}, so the rest of the block of 32 KiB was left out", True)
                        parts, is_after_damage = [], True
                        at = len(block)
                        break
                    if bool(parts) != (kind in (_MIDDLE, _LAST)):
                        # The rest of a record whose beginning was damaged is told already.
                        if parts or not is_after_damage:
                            self._tell(self.byte if parts else start + at, "Parts of a record are missing; it was left out", True)
                        parts = []
                        if kind in (_MIDDLE, _LAST):
                            at = end
                            continue
                    is_after_damage = False
                    if kind in (_WHOLE, _FIRST):
                        self.byte = start + at
                        parts = []
                    parts.append(data)
                    at = end
                    if kind in (_WHOLE, _LAST):
                        record = parts[0] if len(parts) == 1 else b"".join(parts)
                        parts = []
                        self.count += 1
                        self.offset = start + at
                        yield record
                if len(block) < _BLOCK:
                    if parts or at < len(block):
                        self._tell(self.byte if parts else start + at, "The file ends within a record", False)
                    return
                number += 1

    def _wrong(self, kind: int, end: int, size: int, checksum: int, data: bytes) -> Optional[str]:
        if not _WHOLE <= kind <= _LAST:
            return f"There is a chunk of the unknown type {kind}"
        if end > size:
            return "A chunk is longer than its block"
        if zlib.crc32(data, _SEEDS[kind]) != checksum:
            return "A chunk is damaged (its checksum differs)"
        return None

    def _tell(self, byte: int, what: str, is_loss: bool) -> None:
        self.findings.append(Finding(f"{what}; {self.count:,} records before it were taken", str(self.path), byte=byte, is_loss=is_loss))
