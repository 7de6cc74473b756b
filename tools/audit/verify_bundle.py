#!/usr/bin/env python3
"""Verifies a bundle of records of a PIVOT log, with nothing of PIVOT but this file.

usage: verify_bundle.py BUNDLE [--key KEY] [--remembered FILE]

BUNDLE is the folder or the tar archive. KEY is the log's key, from elsewhere than the bundle: without it, whoever made
the bundle may have made key and log too. FILE is a signed tree head of the log that you kept earlier: the bundle has to
prove that the log still begins with what it had then.

Exit status: 0 when everything is proven, 1 when something is wrong (the message says what), 2 when the call is wrong.

Needs Python 3.9 and the package cryptography. The format is documented in Sources/Transparency/Transparency.docc;
hashes and proofs are those of RFC 9162, tree heads and signatures those of https://c2sp.org/tlog-checkpoint and
https://c2sp.org/signed-note.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import pathlib
import re
import sys
import tarfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EMPTY_ROOT = hashlib.sha256().digest()
MAXIMUM_SIZE = 1 << 30
TOO_LARGE = "The bundle cannot be read: it has more than 1 GiB."


class BundleError(Exception):
    """The first thing that is wrong with a bundle, in words."""


def require(condition, message):
    if not condition:
        raise BundleError(message)


def decode_base64(text):
    """The bytes of standard base64 in its one spelling; None for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def decode_hash(text):
    data = decode_base64(text)
    return data if data is not None and len(data) == 32 else None


# Trees: RFC 9162, section 2.1.

def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_inclusion(leaf, index, size, proof):
    """The root to which the leaf at an index leads (section 2.1.3.2), and whether the proof has the right length."""
    node, last, root = index, size - 1, leaf
    for hash in proof:
        if last == 0:
            return root, False
        if node & 1 or node == last:
            root = node_hash(hash, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, hash)
        node, last = node >> 1, last >> 1
    return root, last == 0


def inclusion_length(index, size):
    """The number of hashes that the proof for a leaf has: one for each level at which something stands beside its "
    "way."""
    count, last = 0, size - 1
    while last:
        count += 1 if index & 1 or index < last else 0
        index, last = index >> 1, last >> 1
    return count


def check_inclusion(leaf, index, head, proof):
    size, root = head
    require(index < size, f"The tree has {size} leaves, so there is none with index {index}.")
    expected = inclusion_length(index, size)
    require(len(proof) == expected, f"The proof has {len(proof)} hashes; for these sizes it has {expected}.")
    computed, fits = root_of_inclusion(leaf, index, size, proof)
    require(fits and computed == root,
            f"The leaf and its proof lead to the root {computed.hex()}; the tree head's is {root.hex()}.")


def check_consistency(old, new, proof):
    """Checks that a tree continues an earlier one (section 2.1.4.2)."""
    (size, old_root), (new_size, new_root) = old, new
    require(size <= new_size, f"The earlier tree has {size} leaves and the later one {new_size}; the later one "
                              "cannot be "
            "smaller.")
    for head_size, root in (old, new):
        require(head_size or root == EMPTY_ROOT,
                f"The root of a tree without leaves is {EMPTY_ROOT.hex()}, not {root.hex()}.")
    expected = 0
    if 0 < size < new_size:
        # As for the last leaf of the earlier tree, from the height of that tree's last perfect subtree on.
        node, last, is_perfect = size - 1, new_size - 1, size & (size - 1) == 0
        while node & 1:
            node, last = node >> 1, last >> 1
        expected = inclusion_length(node, last + 1) + (0 if is_perfect else 1)
    require(len(proof) == expected, f"The proof has {len(proof)} hashes; for these sizes it has {expected}.")
    if size == new_size:
        require(old_root == new_root, f"Two tree heads of size {size} have different roots, {old_root.hex()} and "
                f"{new_root.hex()}: the log has shown two histories.")
    if expected == 0:
        return
    old_computed = new_computed = old_root if is_perfect else proof[0]
    for hash in proof if is_perfect else proof[1:]:
        if node & 1 or node == last:
            old_computed, new_computed = node_hash(hash, old_computed), node_hash(hash, new_computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, hash)
        node, last = node >> 1, last >> 1
    require(old_computed == old_root, f"The proof leads to {old_computed.hex()} as the earlier root, which is "
            f"{old_root.hex()}: it belongs to other trees, or was changed.")
    require(new_computed == new_root, f"The proof leads from the earlier root to {new_computed.hex()}, and the later "
                                      "root "
            f"is {new_root.hex()}: the later tree does not continue the earlier one.")


# Notes: C2SP signed-note and tlog-checkpoint.

def is_name(text):
    return text != "" and not any(c == "+" or c < " " or c.isspace() for c in text)


class Key:
    """The public key of a log: name+id+base64 of the kind, 1 for Ed25519, and the key."""

    def __init__(self, text):
        def check(condition, what):
            require(condition, f"The key is not valid: {what}.")

        parts = text.split("+", 2)
        check(len(parts) == 3, "it consists of a name, an id and the key itself, with plus signs between them")
        self.text, (self.name, key_id, material) = text, parts
        check(is_name(self.name), "its name is empty, or has spaces or control characters")
        check(re.fullmatch("[0-9a-f]{8}", key_id), "its id is not eight lower-case hexadecimal digits")
        wrong = "after its kind, in base64, there are not the 32 bytes of an Ed25519 key"
        data = decode_base64(material)
        check(data, wrong)
        check(data[0] in (1, 4), f"kind {data[0]} is not read here; Ed25519 (1) and cosignatures by it (4) are")
        check(len(data) == 33, wrong)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        check(self.id.hex() == key_id, f"its id is {key_id}, and name and key give {self.id.hex()}")
        self.kind, self.public = data[0], Ed25519PublicKey.from_public_bytes(data[1:])

    def check(self, signature, text):
        """Checks that the key made a signature over a text, or over a time and the text if it is a witness's."""
        message = text.encode()
        if self.kind == 4:
            time = int.from_bytes(signature[:8], "big")
            signature, message = signature[8:], f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            raise BundleError(
                f"The signature of {self.name} does not fit the text: one of the two was changed.") from None


def signature_lines(lines):
    """The name and the bytes of each signature of a note."""
    for number, line in enumerate(lines, 1):
        def check(condition, what):
            require(condition, f"Signature {number} of the note is not valid: {what}.")

        parts = line.split(" ")
        check(len(parts) == 3 and parts[0] == "\u2014",
              "it is not a dash (U+2014), a name and a signature with single spaces between them")
        check(is_name(parts[1]), "its name is empty or has spaces, plus signs or control characters")
        data = decode_base64(parts[2])
        check(data is not None, "its signature is not base64")
        check(len(data) > 4, "its signature has no bytes after the key's id")
        yield parts[1], data


def read_tree_head(note, key, origin):
    """The size and root that a note states, once the key has signed it for the log."""
    require(len(note) <= 1_000_000, f"The note has {len(note)} bytes; at most 1000000 are read.")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise BundleError("The note is not UTF-8.") from None
    require(all(c >= " " or c == "\n" for c in whole),
            "The text of a note ends with a newline and has no control characters but newlines.")
    text, blank, rest = whole.rpartition("\n\n")
    require(blank and rest.endswith("\n"),
            "The note has no signatures: a blank line and one line for each must follow the text.")
    lines, text = rest[:-1].split("\n"), text + "\n"
    require(len(lines) <= 100, f"The note has {len(lines)} signatures; at most 100 are read.")
    signatures = list(signature_lines(lines))
    own = [data[4:] for name, data in signatures if name == key.name and data[:4] == key.id]
    for signature in own:
        key.check(signature, text)
    require(own, f"The note was signed by {', '.join(name for name, _ in signatures)}, and by no key that is trusted.")

    def check(condition, what):
        require(condition, f"The note is not a tree head: {what}.")

    stated = text[:-1].split("\n")
    check(len(stated) >= 3, "it has fewer than three lines")
    check(stated[0], "its first line, the name of the log, is empty")
    check(re.fullmatch("0|[1-9][0-9]*", stated[1]) and int(stated[1]) < 1 << 64,
          "its second line is not the tree's size as a number without leading zeros")
    root = decode_hash(stated[2])
    check(root, "its third line is not the base64 of a root of 32 bytes")
    check(all(stated[3:]), "one of the lines after the root is empty")
    require(stated[0] == origin, f"The tree head is of the log '{stated[0]}', not of '{origin}'.")
    return int(stated[1]), root


# Bundles.

class Header:
    """A record's header, format 1, or 2 for an imported record: see the article on the format of a record."""

    def __init__(self, data):
        wrong = "its header is not one: its format is unknown or its lengths contradict each other."
        require(88 <= len(data) <= 4096 and data[0] in (1, 2) and not data[1] & 0xE0 and data[1] & 0x0F <= 1, wrong)
        start = 88 + (8 if data[1] & 0x10 else 0) + (8 if data[0] == 2 else 0)
        stream, type_name = data[4], data[5]
        require(int.from_bytes(data[2:4], "big") == len(data) == start + sum(data[4:8]), wrong)
        self.position = int.from_bytes(data[8:16], "big")
        self.recorded_at = int.from_bytes(data[24:32], "big", signed=True)
        self.payload_length = int.from_bytes(data[36:40], "big")
        self.digest = data[56:88]
        try:
            self.stream = data[start:start + stream].decode()
            self.type = data[start + stream:start + stream + type_name].decode()
        except UnicodeDecodeError:
            raise BundleError(wrong) from None


def unique_fields(pairs):
    require(len({key for key, _ in pairs}) == len(pairs), "manifest.json is not a JSON object.")
    return dict(pairs)


def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_position(value):
    return is_number(value) and 0 < value < 1 << 64


def is_truth(value):
    return isinstance(value, bool)


def is_list(value):
    return isinstance(value, list)


def check_fields(owner, path, fields, optional=()):
    """Checks that an object of the manifest has these fields, each of its form, and no others."""
    require(isinstance(owner, dict), f"manifest.json: '{path[:-1]}' has the wrong form.")
    for name in sorted(owner):
        require(name in fields, f"manifest.json: '{path}{name}' is not a field of version 1.")
    for name, is_right in fields.items():
        require(name in owner or name in optional, f"manifest.json: '{path}{name}' is missing.")
        require(name in optional and owner.get(name) is None or is_right(owner[name]),
                f"manifest.json: '{path}{name}' has the wrong form.")
        for place, value in enumerate(owner[name] if name in ("proof", "consistency") and owner.get(name) else ()):
            require(is_text(value), f"manifest.json: '{path}{name}[{place}]' has the wrong form.")


def read_manifest(data):
    """The manifest, once every field is known and of its form."""
    try:
        manifest = json.loads(data.decode(), object_pairs_hook=unique_fields)
    except (UnicodeDecodeError, ValueError, RecursionError):
        manifest = None
    require(isinstance(manifest, dict), "manifest.json is not a JSON object.")
    beginning = {"format": is_text, "version": is_number}
    check_fields({name: manifest[name] for name in beginning if name in manifest}, "", beginning)
    require(manifest["format"] == "pivot-audit-bundle",
            f"manifest.json: the format is '{manifest['format']}', not 'pivot-audit-bundle'.")
    require(manifest["version"] == 1, f"manifest.json: version {manifest['version']} is not known; this verifier knows "
            "version 1. Use the verifier of the release that made the bundle.")
    check_fields(manifest, "", {**beginning, "log": is_text, "key": is_text, "events": is_list, "blobs": is_list,
                                "consistency": is_list}, optional=("blobs", "consistency"))
    for number, event in enumerate(manifest["events"]):
        check_fields(event, f"events[{number}].", {"position": is_position, "salt": is_text, "proof": is_list},
                     optional=("salt",))
    for number, blob in enumerate(manifest.get("blobs") or ()):
        check_fields(blob, f"blobs[{number}].", {"digest": is_text, "position": is_position, "included": is_truth})
        require(re.fullmatch("sha256:[0-9a-f]{64}", blob["digest"]),
                f"manifest.json: 'blobs[{number}].digest' has the wrong form.")
    return manifest


def named(prefix, function, *arguments):
    """The result of a check, or its error with what was checked before it."""
    try:
        return function(*arguments)
    except BundleError as error:
        raise BundleError(f"{prefix}: {error}") from None


class Bundle:
    """The files of a bundle, read; what they say is not verified before `verify`."""

    def __init__(self, files):
        self.files = dict(files)
        manifest = read_manifest(self.take("manifest.json"))
        self.key = named("manifest.json: 'key'", Key, manifest["key"])
        self.origin = manifest["log"]
        self.tree_head = self.take("tree-head")
        self.events, last = [], 0
        for entry in manifest["events"]:
            position = entry["position"]
            require(position > last, f"Event {position}: it does not come after the event before it.")
            self.events.append(self.read_event(position, entry))
            last = position
        self.blobs, last = [], ""
        for blob in manifest.get("blobs") or ():
            digest = blob["digest"]
            require(digest > last, f"Blob {digest}: it does not come after the blob before it.")
            content = self.take("blobs/" + digest.removeprefix("sha256:")) if blob["included"] else None
            self.blobs.append((digest, blob["position"], content))
            last = digest
        self.consistency = None
        if manifest.get("consistency") is not None:
            self.consistency = [decode_hash(text) for text in manifest["consistency"]]
            for place, hash in enumerate(self.consistency):
                require(hash, f"manifest.json: 'consistency[{place}]' has the wrong form.")
            self.remembered = self.take("remembered-tree-head")
        for path in sorted(self.files):
            raise BundleError(f"The file {path} belongs to nothing in the manifest, so nothing proves it.")

    def take(self, path):
        require(path in self.files, f"The bundle has no file {path}.")
        return self.files.pop(path)

    def read_event(self, position, entry):
        proof = [decode_hash(text) for text in entry["proof"]]
        for number, hash in enumerate(proof, 1):
            require(hash, f"Event {position}: hash {number} of its proof is not the base64 of 32 bytes.")
        header, salt, payload = self.take(f"events/{position}.header"), None, None
        if entry.get("salt") is not None:
            require(re.fullmatch("[0-9a-f]{32}", entry["salt"]),
                    f"Event {position}: its salt is not 32 hexadecimal digits.")
            salt, payload = bytes.fromhex(entry["salt"]), self.take(f"events/{position}.payload")
        return position, header, salt, payload, proof

    def verify(self, trusted=None, remembered=None):
        """Checks everything that the bundle says. Returns the head of the tree, the events' headers with their "
        "payloads, and
        the head that the log is proven to continue, if any."""
        require(trusted is None or trusted == self.key.text,
                f"The bundle is signed with the key {self.key.text}; the one that is trusted is {trusted}.")
        head = named("tree-head", read_tree_head, self.tree_head, self.key, self.origin)
        events = [named(f"Event {event[0]}", self.verify_event, head, *event) for event in self.events]
        payloads = {header.position: payload for header, payload in events}
        for digest, position, content in self.blobs:
            payload = payloads.get(position)
            require(payload is not None, f"Blob {digest}: the bundle has no payload of event {position}, which is said "
                                         "to name it.")
            require(digest.encode() in payload, f"Blob {digest}: event {position} does not name it.")
            actual = digest if content is None else "sha256:" + hashlib.sha256(content).hexdigest()
            require(actual == digest, f"Blob {digest}: its bytes have the digest {actual}.")
        continued = None
        if self.consistency is not None:
            continued = named("remembered-tree-head", read_tree_head, self.remembered, self.key, self.origin)
            named("From remembered-tree-head to tree-head", check_consistency, continued, head, self.consistency)
        if remembered is not None and remembered not in (head, continued):
            self.check_remembered(remembered, head, continued)
        return head, events, continued

    @staticmethod
    def verify_event(head, position, data, salt, payload, proof):
        header = Header(data)
        require(header.position == position, f"its header says that it stands at position {header.position}.")
        if payload is not None:
            require(len(payload) == header.payload_length,
                    f"its payload has {len(payload)} bytes, and its header says {header.payload_length}.")
            require(hashlib.sha256(salt + payload).digest() == header.digest,
                    "its payload does not match the digest in its header.")
        check_inclusion(leaf_hash(data), position - 1, head, proof)
        return header, payload

    @staticmethod
    def check_remembered(remembered, head, continued):
        size, root = remembered
        if size == head[0]:
            named("From remembered-tree-head to tree-head", check_consistency, remembered, head, [])
        words = f"The tree head that you remember is {root.hex()} at size {size}; the bundle"
        require(continued, f"{words}'s is {head[1].hex()} at size {head[0]}, and there is no proof that it continues "
                           "yours.")
        raise BundleError(f"{words} proves that the log continues {continued[1].hex()} at size {continued[0]}.")


def read_files(path):
    """The files of a folder or a tar archive, without the name of the folder that they all lie in."""
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file()]
        require(sum(file.stat().st_size for file in found) <= MAXIMUM_SIZE, TOO_LARGE)
        files = {str(file.relative_to(path)): file.read_bytes() for file in found}
    else:
        try:
            require(path.stat().st_size <= MAXIMUM_SIZE, TOO_LARGE)
            # Neither compressed nor sparse: an archive that unpacks to more than it has is no bundle.
            with tarfile.open(path, "r:") as archive:
                files = {member.name.removeprefix("./"): archive.extractfile(member).read()
                         for member in archive if member.isreg() and member.sparse is None}
        except (OSError, tarfile.TarError) as error:
            raise BundleError(f"The bundle cannot be read: {error}") from None
    tops = {name.split("/")[0] for name in files}
    if "manifest.json" not in files and len(tops) == 1:
        files = {name.partition("/")[2]: data for name, data in files.items()}
    return files


def plain(text):
    """A text of the log or the bundle without what would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def moment(microseconds):
    """The time so many microseconds after 1970, as text."""
    try:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)).isoformat() + "Z"
    except OverflowError:
        return f"{microseconds} microseconds after 1970"


def show(bundle, head, events, continued, is_trusted):
    """Prints what is proven, and what is not."""
    print(f"Everything in the bundle is proven by the log {plain(bundle.origin)}, whose tree has {head[0]} records and "
          f"the root {head[1].hex()}.")
    for header, payload in events:
        content = "redacted" if payload is None else f"{len(payload)} bytes"
        what = f"{plain(header.stream)}  {plain(header.type)}"
        print(f"  {header.position}  {moment(header.recorded_at)}  {what}  {content}")
    for digest, position, content in bundle.blobs:
        what = "not in the bundle" if content is None else f"{len(content)} bytes"
        print(f"  {digest}, named by event {position}: {what}")
    if continued:
        print(f"The log continues the tree head of {continued[0]} records, root {continued[1].hex()}.")
    if not is_trusted:
        print(f"The key is the bundle's own word. Ask the log's owner for it, and compare: {bundle.key.text}")


def main(arguments):
    parser = argparse.ArgumentParser(description="Verifies a bundle of records of a PIVOT log.")
    parser.add_argument("bundle", type=pathlib.Path, help="the folder or the tar archive")
    parser.add_argument("--key", help="the log's key, from elsewhere than the bundle")
    parser.add_argument("--remembered", type=pathlib.Path, help="a signed tree head of the log that you kept earlier")
    given = parser.parse_args(arguments)
    try:
        bundle = Bundle(read_files(given.bundle))
        remembered = None
        if given.remembered:
            remembered = named(str(given.remembered), read_tree_head, given.remembered.read_bytes(),
                               named("--key", Key, given.key) if given.key else bundle.key, bundle.origin)
        show(bundle, *bundle.verify(given.key, remembered), given.key is not None)
    except (BundleError, OSError) as error:
        print(f"Not proven. {plain(str(error))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
