"""What a disk may hold after a loss of power: made from the trace of a server's operations."""

import dataclasses
import os
import pathlib
import struct

from checking import Wrong

from .preload import CREATE, FOLDER, LINK, MAPPED, REMOVE, RENAME, SYNCED, TRUNCATE, WRITE

HEADER = struct.Struct("<IIQQqQQII")
# What a disk writes whole, or not at all.
SECTOR_BYTES = 512


@dataclasses.dataclass
class Operation:
    """One operation of a trace."""

    kind: int
    flag: int
    sequence: int
    inode: int
    offset: int
    other: int
    path: str
    second: str
    data: bytes


def operations(path):
    """The operations of a trace, in order; a last one that is cut short is left out."""
    data = memoryview(pathlib.Path(path).read_bytes())
    place, last = 0, 0
    while place + HEADER.size <= len(data):
        kind, flag, sequence, inode, offset, length, other, path_length, second_length = HEADER.unpack_from(data, place)
        place += HEADER.size
        ends = place + path_length, place + path_length + second_length
        end = ends[1] + (length if kind == WRITE else 0)
        if end > len(data):
            return
        if sequence != last + 1:
            raise Wrong(f"the trace goes from operation {last} to {sequence}")
        last = sequence
        yield Operation(kind, flag, sequence, inode, offset, other, str(data[place:ends[0]], "utf-8"),
                        str(data[ends[0]:ends[1]], "utf-8"), bytes(data[ends[1]:end]))
        place = end


class File:
    """A file: its bytes on disk, and the writes that no sync has covered."""

    def __init__(self, content=b""):
        self.durable = bytearray(content)
        self.pending = []

    def write(self, operation):
        self.pending.append(operation)

    def _apply(self, operation):
        if operation.kind == TRUNCATE:
            length = operation.offset
            del self.durable[length:]
            self.durable.extend(bytes(length - len(self.durable)))
            return
        end = operation.offset + len(operation.data)
        if len(self.durable) < operation.offset:
            self.durable.extend(bytes(operation.offset - len(self.durable)))
        self.durable[operation.offset:end] = operation.data

    def sync(self, before):
        """Brings everything that was written before operation `before` to disk."""
        for operation in self.pending:
            if operation.sequence < before:
                self._apply(operation)
        self.pending = [operation for operation in self.pending if operation.sequence >= before]

    def sync_one(self, sequence):
        """Brings one write to disk."""
        for operation in self.pending:
            if operation.sequence == sequence:
                self._apply(operation)
        self.pending = [operation for operation in self.pending if operation.sequence != sequence]

    def content(self, random, share, granularity):
        """The bytes after a loss of power. Of each sector, or of larger pieces, some version since the last sync is there:
        the newest with the probability `share`, else any. The length is one of those that the file has had since."""
        if not self.pending:
            return bytes(self.durable)
        lengths = [len(self.durable)]
        for operation in self.pending:
            if operation.kind == TRUNCATE:
                lengths.append(operation.offset)
            else:
                lengths.append(max(lengths[-1], operation.offset + len(operation.data)))
        reached = len(lengths) - 1 if random.random() < share else random.randrange(len(lengths))
        result = bytearray(self.durable)
        pieces = {}
        for operation in self.pending:
            if operation.kind == TRUNCATE:
                continue
            place, end = operation.offset, operation.offset + len(operation.data)
            while place < end:
                piece = place // granularity
                stop = min(end, (piece + 1) * granularity)
                pieces.setdefault(piece, []).append((place, operation.data[place - operation.offset:stop - operation.offset]))
                place = stop
        for piece in sorted(pieces):
            versions = pieces[piece]
            count = len(versions) if random.random() < share else random.randrange(len(versions) + 1)
            for place, data in versions[:count]:
                if len(result) < place:
                    result.extend(bytes(place - len(result)))
                result[place:place + len(data)] = data
        length = lengths[reached]
        del result[length:]
        result.extend(bytes(length - len(result)))
        return bytes(result)


class Folder:
    """A folder: its names on disk."""

    def __init__(self):
        self.entries = {}


@dataclasses.dataclass
class Change:
    """A change of a folder's names. `needs` is the change without which it is not there: a rename never loses both names."""

    sequence: int
    folder: Folder
    name: str
    node: object  # None for a name that goes
    needs: object = None


class Disk:
    """The folder as the server sees it, and all that is needed to tell what a loss of power may leave of it."""

    def __init__(self, base=None, inodes=None):
        """`base` is a copy of what is on disk when the trace begins, none for nothing; `inodes` has the numbers that its files
        and folders, by their paths, have in the trace."""
        self._root = Folder()
        self._live = {id(self._root): {}}
        self._inodes = {}
        self._folder_inodes = {}
        self._pending = []   # changes that no sync of their folder has covered
        self._journal = []   # all changes, for a file system that keeps them in order
        self._settled = 0    # such a one has all changes before this operation on disk
        self._base = {}
        if base is not None:
            self._take(pathlib.Path(base), self._root, inodes, "")
        self._base[id(self._root)] = dict(self._root.entries)

    def _take(self, path, folder, inodes, prefix):
        for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
            inode = inodes[prefix + entry.name]
            if entry.is_dir(follow_symlinks=False):
                node = Folder()
                self._live[id(node)] = {}
                self._folder_inodes[inode] = node
                self._take(pathlib.Path(entry.path), node, inodes, f"{prefix}{entry.name}/")
                self._base[id(node)] = dict(node.entries)
            else:
                node = self._inodes[inode] = File(pathlib.Path(entry.path).read_bytes())
            folder.entries[entry.name] = node
            self._live[id(folder)][entry.name] = node

    def _place(self, path):
        parts = path.split("/")
        folder = self._root
        for name in parts[:-1]:
            folder = self._live[id(folder)][name]
        return folder, parts[-1]

    def _change(self, sequence, folder, name, node, needs=None):
        change = Change(sequence, folder, name, node, needs)
        if node is None:
            self._live[id(folder)].pop(name, None)
        else:
            self._live[id(folder)][name] = node
        self._pending.append(change)
        self._journal.append(change)
        return change

    def _folder_of(self, operation):
        if not operation.path:
            return self._root
        return self._folder_inodes[operation.inode]

    def apply(self, operation):
        """Goes one operation further."""
        kind = operation.kind
        if kind == CREATE:
            node = self._inodes[operation.inode] = File()
            self._change(operation.sequence, *self._place(operation.path), node)
        elif kind == FOLDER:
            node = self._folder_inodes[operation.inode] = Folder()
            self._live[id(node)] = {}
            self._change(operation.sequence, *self._place(operation.path), node)
        elif kind in (WRITE, TRUNCATE):
            if operation.inode not in self._inodes:
                raise Wrong(f"{operation.path} was made in a way that the library does not see")
            self._inodes[operation.inode].write(operation)
        elif kind == RENAME:
            if operation.flag:
                raise Wrong("a rename with flags is not known here")
            folder, name = self._place(operation.path)
            node = self._live[id(folder)][name]
            added = self._change(operation.sequence, *self._place(operation.second), node)
            self._change(operation.sequence, folder, name, None, added)
        elif kind == LINK:
            folder, name = self._place(operation.path)
            self._change(operation.sequence, *self._place(operation.second), self._live[id(folder)][name])
        elif kind == REMOVE:
            self._change(operation.sequence, *self._place(operation.path), None)
        elif kind == SYNCED:
            self._sync(operation)
        elif kind == MAPPED:
            raise Wrong(f"{operation.path} is written through a mapping, which the library does not see")

    def _sync(self, operation):
        if operation.flag:
            self._inodes[operation.inode].sync_one(operation.other)
            return
        begun = operation.other
        self._settled = max(self._settled, begun)
        if operation.inode in self._inodes:
            self._inodes[operation.inode].sync(begun)
            return
        folder = self._folder_of(operation)
        rest = []
        for change in self._pending:
            if change.folder is folder and change.sequence < begun:
                set_entry(folder.entries, change)
            else:
                rest.append(change)
        self._pending = rest

    def _names(self, random, share, is_ordered):
        """The names of each folder after a loss of power."""
        if is_ordered:
            names = {key: dict(entries) for key, entries in self._base.items()}
            settled = [change for change in self._journal if change.sequence < self._settled]
            rest = self._journal[len(settled):]
            count = len(rest) if random.random() < share else random.randrange(len(rest) + 1)
            # Both halves of a rename are one operation.
            while 0 < count < len(rest) and rest[count].sequence == rest[count - 1].sequence:
                count += 1
            chosen = settled + rest[:count]
        else:
            names = {}
            there = set()
            chosen = []
            pending = {id(change) for change in self._pending}
            for change in self._pending:
                is_possible = change.needs is None or id(change.needs) in there or id(change.needs) not in pending
                if is_possible and random.random() < share:
                    there.add(id(change))
                    chosen.append(change)
        for change in chosen:
            key = id(change.folder)
            if key not in names:
                names[key] = dict(self._base.get(key, {})) if is_ordered else dict(change.folder.entries)
            set_entry(names[key], change)
        return names

    def write_image(self, path, random):
        """Makes the folder `path` as a loss of power now may leave it. Returns what was supposed of the disk, in words."""
        is_ordered = random.random() < 0.5
        share = random.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        granularity = random.choice((SECTOR_BYTES, SECTOR_BYTES, 4096))
        names = self._names(random, share, is_ordered)
        count = sum(len(file.pending) for file in self._inodes.values())
        self._write(self._root, pathlib.Path(path), names, random, share, granularity, is_ordered)
        return (f"{'names in order' if is_ordered else 'names in any order'}, {share:.0%} kept, pieces of {granularity} bytes, "
                f"{count} writes and {len(self._pending)} names not synced")

    def _write(self, folder, path, names, random, share, granularity, is_ordered):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = id(folder)
        entries = names.get(key, self._base.get(key, {}) if is_ordered else folder.entries)
        for name in sorted(entries):
            node = entries[name]
            if isinstance(node, Folder):
                self._write(node, path / name, names, random, share, granularity, is_ordered)
                continue
            content = node.content(random, share, granularity)
            if name == "lock.mdb":
                # It is written through a mapping: anything may be in it.
                content = random.randbytes(len(content))
            file = os.open(path / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as target:
                target.write(content)


def set_entry(entries, change):
    """Makes a change of a folder's names."""
    if change.node is None:
        entries.pop(change.name, None)
    else:
        entries[change.name] = change.node
