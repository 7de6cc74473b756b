"""TFRecord files: the framing of TensorBoard's event files.

A record is its length as 8 bytes, a masked CRC-32C of those 8 bytes, its bytes, and a masked CRC-32C of them; numbers are
little-endian. Both checksums are checked. Source: tensorflow.org, "TFRecord and tf.train.Example".
"""

from __future__ import annotations

import pathlib
import struct
from typing import Iterator, Optional

from .crc32c import fastest, masked
from .source import Finding

_HEAD = struct.Struct("<QI")
_CHECKSUM = struct.Struct("<I")
_PIECE = 8 << 20


class RecordFile:
    """One file, read from where the last reading ended. It may grow meanwhile.

    `offset` is the byte behind the last record that was read. `tail` says what stands there when it is no whole record yet;
    `is_ended` is true once nothing further can be read, since a length is damaged.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.offset = 0
        self.count = 0
        self.tail: Optional[Finding] = None
        self.is_ended = False
        self.findings: list[Finding] = []
        self._checksum = fastest()

    def records(self) -> Iterator[bytes]:
        """The records that are whole. A record whose own bytes are damaged is left out, and told in `findings`."""
        if self.is_ended:
            return
        checksum = self._checksum
        self.tail = None
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = b""
            at = 0
            while True:
                more = file.read(_PIECE)
                data, at = data[at:] + more, 0
                wanted = 16
                while True:
                    rest = len(data) - at
                    if rest < 12:
                        break
                    length, length_checksum = _HEAD.unpack_from(data, at)
                    if masked(checksum(data[at : at + 8])) != length_checksum:
                        self._end("The length of a record is damaged (its checksum differs), so nothing behind it can be read")
                        return
                    wanted = length + 16
                    if rest < wanted:
                        break
                    record = data[at + 12 : at + 12 + length]
                    if masked(checksum(record)) == _CHECKSUM.unpack_from(data, at + 12 + length)[0]:
                        self.count += 1
                        # Set before: whoever stops here has had the record.
                        self.offset += wanted
                        yield record
                    else:
                        self._tell(f"A record of {length} bytes is damaged (its checksum differs) and was left out", True)
                        self.offset += wanted
                    at += wanted
                if not more:
                    break
                while len(data) - at < wanted:
                    piece = file.read(max(_PIECE, wanted - (len(data) - at)))
                    if not piece:
                        break
                    data, at = data[at:] + piece, 0
                if len(data) - at < wanted:
                    break
            if len(data) > at:
                self.tail = Finding(
                    f"The file ends within a record; the {self.count:,} records before it were taken", str(self.path),
                    byte=self.offset,
                )

    def _tell(self, what: str, is_loss: bool) -> None:
        self.findings.append(
            Finding(f"{what}; {self.count:,} records before it were taken", str(self.path), byte=self.offset, is_loss=is_loss)
        )

    def _end(self, what: str) -> None:
        self._tell(what, True)
        self.is_ended = True
