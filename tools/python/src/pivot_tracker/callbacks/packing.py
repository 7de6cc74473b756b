"""Checkpoints that are folders, as one file: an uncompressed tar whose bytes depend on names and contents alone."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tarfile
import tempfile
from collections.abc import Iterator
from typing import Union

_Path = Union[str, "os.PathLike[str]"]


@contextlib.contextmanager
def packed(path: _Path) -> Iterator[pathlib.Path]:
    """A checkpoint as one file while the block is entered: a file itself, a folder as a tar beside it.

    The tar holds the folder's files by their names in it, sorted, without times and owners; links are followed. Raises
    FileNotFoundError when there is nothing, and OSError when the tar cannot be written.
    """
    source = pathlib.Path(path)
    if source.is_file():
        yield source
        return
    if not source.is_dir():
        raise FileNotFoundError(f"There is no checkpoint {source}.")
    with tempfile.TemporaryDirectory(prefix=f".{source.name}-", dir=source.parent) as folder:
        archive = pathlib.Path(folder) / f"{source.name}.tar"
        with tarfile.open(archive, "w", dereference=True) as writer:
            for file in sorted(item for item in source.rglob("*") if item.is_file()):
                writer.add(file, str(file.relative_to(source)), recursive=False, filter=_anonymous)
        yield archive


def unpack_checkpoint(archive: _Path, folder: _Path) -> pathlib.Path:
    """Writes the files of a packed folder into `folder`, which is created, and returns it.

    Raises ValueError, before anything is written, for an archive that holds anything but files within that folder.
    """
    target = pathlib.Path(folder)
    with tarfile.open(archive, "r:") as reader:
        members = reader.getmembers()
        for member in members:
            name = pathlib.PurePosixPath(member.name)
            if not member.isfile() or name.is_absolute() or ".." in name.parts or not name.parts:
                raise ValueError(f"{archive} is not the checkpoint of a folder: it contains '{member.name}'.")
        for member in members:
            content = reader.extractfile(member)
            assert content is not None  # a file has content
            destination = target / member.name
            destination.parent.mkdir(parents=True, exist_ok=True)
            with content, open(destination, "wb") as file:
                while chunk := content.read(1 << 20):
                    file.write(chunk)
    target.mkdir(parents=True, exist_ok=True)
    return target


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
