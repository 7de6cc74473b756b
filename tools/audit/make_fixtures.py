#!/usr/bin/env python3
"""Makes the bundles by which the verifiers are tested, from a log of twelve records: one that is sound, and what
becomes of it when somebody changes it, with the words of the refusal.

usage: make_fixtures.py FOLDER

Writes FOLDER/good (the bundle), FOLDER/good.tar, FOLDER/log.json (the whole log, for whoever makes the same bundle) and
FOLDER/cases.json: the changes, as files that replace those of the sound bundle. Trees are computed by the definitions
of RFC 6962, with no code of the verifiers. The same bytes come out each time.
"""

import base64
import hashlib
import io
import json
import pathlib
import sys
import tarfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "tracker.example/log"
SIZE, REMEMBERED = 12, 5
POSITIONS, REDACTED = (3, 7, 8, 12), (8,)
# Record 12 names two blobs: the bundle has the bytes of one, and of the other only the digest.
NAMING, INCLUDED, LEFT_OUT = 12, b"the bytes of a checkpoint", b"the bytes of another"


def sha256(data):
    return hashlib.sha256(data).digest()


def named(data):
    """The digest of a blob as payloads write it."""
    return "sha256:" + sha256(data).hex()


def encode(data):
    return base64.b64encode(data).decode()


# Trees, as RFC 6962 defines them (section 2.1).

def split(count):
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(index, leaves[:k]) + [root(leaves[k:])]
    return path(index - k, leaves[k:]) + [root(leaves[:k])]


def consistency(old, leaves, is_whole=True):
    if old == len(leaves):
        return [] if is_whole else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return consistency(old, leaves[:k], is_whole) + [root(leaves[k:])]
    return consistency(old - k, leaves[k:], False) + [root(leaves[:k])]


class Signer:
    """A key that signs notes."""

    def __init__(self, name, seed):
        self.name, self.private = name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        material = b"\x01" + self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha256(name.encode() + b"\n" + material)[:4]
        self.verifier = f"{name}+{self.id.hex()}+{encode(material)}"
        self.secret = f"PRIVATE+KEY+{name}+{self.id.hex()}+{encode(bytes([1]) + bytes([seed]) * 32)}"

    def sign(self, text):
        signature = self.private.sign(text.encode())
        return f"{text}\n\u2014 {self.name} {encode(self.id + signature)}\n".encode()

    def tree_head(self, leaves, origin=ORIGIN):
        return self.sign(f"{origin}\n{len(leaves)}\n{encode(root(leaves))}\n")


class Record:
    """A record of the log: header, salt and payload."""

    def __init__(self, position):
        self.position = position
        self.salt, self.payload = sha256(b"salt %d" % position)[:16], b"payload of record %d" % position
        if position == NAMING:
            self.payload += f" names {named(INCLUDED)} and {named(LEFT_OUT)}".encode()
        texts = [b"session/sess_demo", b"epoch_completed", b"trainer", b"cmd_%d" % position]
        # The records with an even position state when the event occurred.
        occurred = (1_699_999_999_000_000 + position).to_bytes(8, "big") if position % 2 == 0 else b""
        # The seventh record was imported from another log.
        imported = (1_600_000_000_000_000).to_bytes(8, "big") if position == 7 else b""
        length = 88 + len(occurred) + len(imported) + sum(map(len, texts))
        self.header = (
            bytes([2 if imported else 1, 0x10 if occurred else 0]) + length.to_bytes(2, "big") + bytes(map(len, texts))
            + position.to_bytes(8, "big") + position.to_bytes(8, "big")
            + (1_700_000_000_000_000 + 1_000_000 * position).to_bytes(8, "big")
            + (1).to_bytes(4, "big") + len(self.payload).to_bytes(4, "big") + sha256(b"id %d" % position)[:16]
            + sha256(self.salt + self.payload) + occurred + imported + b"".join(texts))


RECORDS = [Record(position) for position in range(1, SIZE + 1)]
LEAVES = [record.header for record in RECORDS]
LOG = Signer(ORIGIN, 1)
# Another log: the same but for the payload of the second record.
OTHER = [leaf if index != 1 else leaf[:56] + sha256(b"other") + leaf[88:] for index, leaf in enumerate(LEAVES)]


def manifest(positions=POSITIONS, leaves=LEAVES, key=LOG, **changes):
    events = []
    for position in positions:
        event = {"position": position, "proof": [encode(hash) for hash in path(position - 1, leaves)]}
        if position not in REDACTED:
            event["salt"] = RECORDS[position - 1].salt.hex()
        events.append(event)
    whole = {
        "format": "pivot-audit-bundle", "version": 1, "log": ORIGIN, "key": key.verifier, "events": events,
        "blobs": sorted(({"digest": named(data), "position": NAMING, "included": data == INCLUDED}
                         for data in (INCLUDED, LEFT_OUT)), key=lambda blob: blob["digest"]),
        "consistency": [encode(hash) for hash in consistency(REMEMBERED, leaves)]}
    whole.update(changes)
    return {name: value for name, value in whole.items() if value is not None}


BLOB_PATH = "blobs/" + sha256(INCLUDED).hex()


def text(value):
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def bundle():
    files = {"manifest.json": text(manifest()), "tree-head": LOG.tree_head(LEAVES),
             "remembered-tree-head": LOG.tree_head(LEAVES[:REMEMBERED]), BLOB_PATH: INCLUDED}
    for position in POSITIONS:
        files[f"events/{position}.header"] = LEAVES[position - 1]
        if position not in REDACTED:
            files[f"events/{position}.payload"] = RECORDS[position - 1].payload
    return files


def changed_event(number, **changes):
    """The manifest with other fields in the event of that number."""
    whole = manifest()
    whole["events"][number].update(changes)
    whole["events"][number] = {name: value for name, value in whole["events"][number].items() if value is not None}
    return {"manifest.json": text(whole)}


def changed_blob(data, **changes):
    """The manifest with other fields in the entry of that blob."""
    whole = manifest()
    for place, blob in enumerate(whole["blobs"]):
        if blob["digest"] == named(data):
            whole["blobs"][place] = {name: value for name, value in {**blob, **changes}.items() if value is not None}
    return {"manifest.json": text(whole)}


def place_of(data):
    """The place of that blob in the manifest."""
    return [blob["digest"] for blob in manifest()["blobs"]].index(named(data))


def flipped(data, place, bit=1):
    return data[:place] + bytes([data[place] ^ bit]) + data[place + 1:]


def computed(position, leaf=None, proof=None):
    """The root to which a leaf and a proof lead, by the definition: each hash is put where the path has it."""
    def climb(index, count, hash, rest):
        if count == 1:
            return hash
        k = split(count)
        if index < k:
            return sha256(b"\x01" + climb(index, k, hash, rest[:-1]) + rest[-1])
        return sha256(b"\x01" + rest[-1] + climb(index - k, count - k, hash, rest[:-1]))

    leaf = sha256(b"\x00" + (LEAVES[position - 1] if leaf is None else leaf))
    return climb(position - 1, SIZE, leaf, path(position - 1, LEAVES) if proof is None else proof).hex()


def differs(position, to):
    return (f"Event {position}: The leaf and its proof lead to the root {to}; the tree head's is {root(LEAVES).hex()}.")


def cases():
    """Every case: its name, the changed files, the words of the refusal, and what the reader knows."""
    good, whole = bundle(), manifest()
    proof = path(2, LEAVES)
    coded = [encode(hash) for hash in proof]
    stranger = Signer(ORIGIN, 2)
    head, kept = good["tree-head"], good["remembered-tree-head"]

    def case(name, message, files=None, **known):
        return {"name": name, "message": message, **known,
                "files": {key: None if data is None else encode(data) for key, data in (files or {}).items()}}

    def with_manifest(**changes):
        return {"manifest.json": text(manifest(**changes))}

    def without(name):
        return {"manifest.json": text({key: value for key, value in whole.items() if key != name})}

    yield case("no manifest", "The bundle has no file manifest.json.", {"manifest.json": None})
    yield case("manifest that is no JSON", "manifest.json is not a JSON object.", {"manifest.json": b"{"})
    yield case("manifest that is a list", "manifest.json is not a JSON object.", {"manifest.json": b"[]"})
    yield case("another format", "manifest.json: the format is 'zip', not 'pivot-audit-bundle'.",
               with_manifest(format="zip"))
    yield case("a later version", "manifest.json: version 2 is not known; this verifier knows version 1. Use the "
               "verifier of the release that made the bundle.", with_manifest(version=2))
    for name in ("format", "version", "log", "key", "events"):
        yield case(f"no {name}", f"manifest.json: '{name}' is missing.", without(name))
    yield case("an unknown field", "manifest.json: 'note' is not a field of version 1.", with_manifest(note="trust me"))
    yield case("an unknown field of an event", "manifest.json: 'events[1].note' is not a field of version 1.",
               changed_event(1, note="trust me"))
    yield case("events that are no list", "manifest.json: 'events' has the wrong form.", with_manifest(events={}))
    yield case("an event that is no object", "manifest.json: 'events[0]' has the wrong form.",
               with_manifest(events=[3]))
    yield case("no position", "manifest.json: 'events[2].position' is missing.", changed_event(2, position=None))
    yield case("a position in words", "manifest.json: 'events[2].position' has the wrong form.",
               changed_event(2, position="8"))
    yield case("position 0", "manifest.json: 'events[0].position' has the wrong form.", changed_event(0, position=0))
    yield case("a negative position", "manifest.json: 'events[0].position' has the wrong form.",
               changed_event(0, position=-3))
    yield case("no proof", "manifest.json: 'events[1].proof' is missing.", changed_event(1, proof=None))
    yield case("a proof of numbers", "manifest.json: 'events[1].proof[0]' has the wrong form.",
               changed_event(1, proof=[1]))
    yield case("a short hash", "Event 3: hash 2 of its proof is not the base64 of 32 bytes.",
               changed_event(0, proof=[coded[0], encode(b"short"), *coded[2:]]))
    yield case("a hash in hexadecimal digits", "Event 3: hash 1 of its proof is not the base64 of 32 bytes.",
               changed_event(0, proof=[proof[0].hex(), *coded[1:]]))
    yield case("events out of order", "Event 3: it does not come after the event before it.",
               with_manifest(events=[whole["events"][1], whole["events"][0]]))
    yield case("an event twice", "Event 3: it does not come after the event before it.",
               with_manifest(events=[whole["events"][0], whole["events"][0]]))
    yield case("a file missing", "The bundle has no file events/7.header.", {"events/7.header": None})
    yield case("a payload missing", "The bundle has no file events/7.payload.", {"events/7.payload": None})
    yield case("a file too many", "The file events/8.payload belongs to nothing in the manifest, so nothing proves it.",
               {"events/8.payload": b"made up"})
    yield case("a file beside", "The file README belongs to nothing in the manifest, so nothing proves it.",
               {"README": b"read me"})

    # Keys and tree heads.
    yield case("a key that is none", "manifest.json: 'key': The key is not valid: it consists of a name, an id and "
               "the key itself, with plus signs between them.", {"manifest.json": text({**whole, "key": "none"})})
    yield case("a key with another id", f"manifest.json: 'key': The key is not valid: its id is {stranger.id.hex()}, "
               f"and name and key give {LOG.id.hex()}.",
               {"manifest.json": text({**whole, "key": LOG.verifier.replace(LOG.id.hex(), stranger.id.hex())})})
    yield case("a key that is not trusted", f"The bundle is signed with the key {LOG.verifier}; the one that is "
               f"trusted is {stranger.verifier}.", key=stranger.verifier)
    yield case("a tree head by a stranger", f"tree-head: The note was signed by {ORIGIN}, and by no key that is "
               "trusted.",
               {"tree-head": stranger.tree_head(LEAVES)})
    yield case("a tree head that was changed", f"tree-head: The signature of {ORIGIN} does not fit the text: one of "
               "the two was changed.", {"tree-head": head.replace(b"\n12\n", b"\n13\n")})
    yield case("a tree head of another log", "tree-head: The tree head is of the log 'other.example/log', not of "
               f"'{ORIGIN}'.",
               {"tree-head": LOG.tree_head(LEAVES, "other.example/log")})
    yield case("a tree head without signatures", "tree-head: The note has no signatures: a blank line and one line "
               "for each must follow the text.", {"tree-head": head.partition(b"\n\n")[0] + b"\n"})
    yield case("a tree head with a line too many", "tree-head: Signature 2 of the note is not valid: it is not a "
               "dash (U+2014), a name and a signature with single spaces between them.",
               {"tree-head": head + b"more\n"})
    yield case("a tree head that is not UTF-8", "tree-head: The note is not UTF-8.", {"tree-head": b"\xff" + head})
    yield case("a tree head with a tab", "tree-head: The text of a note ends with a newline and has no control "
               "characters but newlines.", {"tree-head": b"\t" + head})
    yield case("a tree head with a size in other digits", "tree-head: The note is not a tree head: its second line "
               "is not the tree's size as a number without leading zeros.",
               {"tree-head": LOG.sign(f"{ORIGIN}\n012\n{encode(root(LEAVES))}\n")})
    yield case("a tree head with a short root", "tree-head: The note is not a tree head: its third line is not the "
               "base64 of a root of 32 bytes.", {"tree-head": LOG.sign(f"{ORIGIN}\n12\n{encode(b'root')}\n")})

    # Events.
    yield case("a header with one bit changed", differs(3, computed(3, flipped(LEAVES[2], 90))),
               {"events/3.header": flipped(LEAVES[2], 90)})
    yield case("a header that was cut", "Event 3: its header is not one: its format is unknown or its lengths "
               "contradict each other.", {"events/3.header": LEAVES[2][:-1]})
    yield case("a header of a later format", "Event 3: its header is not one: its format is unknown or its lengths "
               "contradict each other.", {"events/3.header": b"\x03" + LEAVES[2][1:]})
    yield case("an empty header", "Event 3: its header is not one: its format is unknown or its lengths contradict "
               "each other.", {"events/3.header": b""})
    yield case("a header of another position", "Event 3: its header says that it stands at position 4.",
               {"events/3.header": LEAVES[3]})
    yield case("a payload with one bit changed", "Event 7: its payload does not match the digest in its header.",
               {"events/7.payload": flipped(RECORDS[6].payload, 0)})
    yield case("a payload that was cut", "Event 7: its payload has 18 bytes, and its header says 19.",
               {"events/7.payload": RECORDS[6].payload[:-1]})
    yield case("another salt", "Event 7: its payload does not match the digest in its header.",
               changed_event(1, salt=RECORDS[2].salt.hex()))
    yield case("a short salt", "Event 7: its salt is not 32 hexadecimal digits.", changed_event(1, salt="00"))
    yield case("a proof that was cut", "Event 3: The proof has 3 hashes; for these sizes it has 4.",
               changed_event(0, proof=coded[:-1]))
    yield case("a proof that is too long", "Event 3: The proof has 5 hashes; for these sizes it has 4.",
               changed_event(0, proof=[*coded, coded[0]]))
    yield case("a proof in another order", differs(3, computed(3, proof=proof[::-1])),
               changed_event(0, proof=coded[::-1]))
    yield case("a proof with one bit changed", differs(3, computed(3, proof=[flipped(proof[0], 5), *proof[1:]])),
               changed_event(0, proof=[encode(flipped(proof[0], 5)), *coded[1:]]))
    yield case("a proof of another event", differs(3, computed(3, proof=path(6, LEAVES))),
               changed_event(0, proof=[encode(hash) for hash in path(6, LEAVES)]))
    yield case("a proof of another log", differs(3, computed(3, proof=path(2, OTHER))), with_manifest(leaves=OTHER))
    yield case("a proof for another size", "Event 12: The tree has 11 leaves, so there is none with index 11.",
               {"tree-head": LOG.tree_head(LEAVES[:11]),
                "manifest.json": text({**whole, "consistency": [], "events": [
                    *({**event, "proof": [encode(hash) for hash in path(event["position"] - 1, LEAVES[:11])]}
                      for event in whole["events"][:-1]), whole["events"][-1]]})})

    # Blobs.
    here, there = f"Blob {named(INCLUDED)}: ", f"Blob {named(LEFT_OUT)}: "
    entry = f"manifest.json: 'blobs[{place_of(INCLUDED)}]"
    yield case("blobs that are no list", "manifest.json: 'blobs' has the wrong form.", with_manifest(blobs={}))
    yield case("an unknown field of a blob", f"{entry}.path' is not a field of version 1.",
               changed_blob(INCLUDED, path="/etc"))
    for name in ("digest", "position", "included"):
        yield case(f"a blob without {name}", f"{entry}.{name}' is missing.", changed_blob(INCLUDED, **{name: None}))
    yield case("a blob that is neither included nor left out", f"{entry}.included' has the wrong form.",
               changed_blob(INCLUDED, included=1))
    yield case("a blob at position 0", f"{entry}.position' has the wrong form.", changed_blob(INCLUDED, position=0))
    yield case("a blob with a bare digest", f"{entry}.digest' has the wrong form.",
               changed_blob(INCLUDED, digest=sha256(INCLUDED).hex()))
    yield case("a blob with a digest in capital letters", f"{entry}.digest' has the wrong form.",
               changed_blob(INCLUDED, digest="sha256:" + sha256(INCLUDED).hex().upper()))
    last, first = whole["blobs"][1], whole["blobs"][0]
    yield case("blobs out of order", f"Blob {first['digest']}: it does not come after the blob before it.",
               with_manifest(blobs=[last, first]))
    yield case("a blob twice", f"Blob {named(LEFT_OUT)}: it does not come after the blob before it.",
               with_manifest(blobs=[blob for blob in whole["blobs"] if not blob["included"]] * 2))
    yield case("the bytes of a blob missing", f"The bundle has no file {BLOB_PATH}.", {BLOB_PATH: None})
    yield case("bytes of a blob that is said to be left out",
               f"The file {BLOB_PATH} belongs to nothing in the manifest, so nothing proves it.",
               changed_blob(INCLUDED, included=False))
    yield case("a blob with one bit changed", f"{here}its bytes have the digest {named(flipped(INCLUDED, 3))}.",
               {BLOB_PATH: flipped(INCLUDED, 3)})
    yield case("a blob that was cut", f"{here}its bytes have the digest {named(INCLUDED[:-1])}.",
               {BLOB_PATH: INCLUDED[:-1]})
    yield case("a blob of another event", f"{there}event 3 does not name it.", changed_blob(LEFT_OUT, position=3))
    yield case("a blob of a redacted event", f"{there}the bundle has no payload of event 8, which is said to name it.",
               changed_blob(LEFT_OUT, position=8))
    yield case("a blob of an event that is not there",
               f"{there}the bundle has no payload of event 4, which is said to name it.",
               changed_blob(LEFT_OUT, position=4))
    made_up = b"made up"
    yield case("a blob that nobody names", f"Blob {named(made_up)}: event 12 does not name it.",
               {**with_manifest(blobs=[{"digest": named(made_up), "position": 12, "included": True}]),
                BLOB_PATH: None, "blobs/" + sha256(made_up).hex(): made_up})

    # What is remembered.
    between = "From remembered-tree-head to tree-head: "
    steps = [encode(hash) for hash in consistency(REMEMBERED, LEAVES)]
    yield case("no remembered tree head", "The bundle has no file remembered-tree-head.",
               {"remembered-tree-head": None})
    yield case("a remembered tree head without a proof",
               "The file remembered-tree-head belongs to nothing in the manifest, so nothing proves it.",
               without("consistency"))
    yield case("a remembered tree head that was changed", f"remembered-tree-head: The signature of {ORIGIN} does not "
               "fit the text: one of the two was changed.", {"remembered-tree-head": kept.replace(b"\n5\n", b"\n6\n")})
    yield case("a proof of consistency that was cut", between + "The proof has 4 hashes; for these sizes it has 5.",
               with_manifest(consistency=steps[:-1]))
    yield case("a hash of consistency that is none", "manifest.json: 'consistency[1]' has the wrong form.",
               with_manifest(consistency=[steps[0], "x", *steps[2:]]))
    yield case("a proof of consistency from another log", between + f"The proof leads to {mixed_root()} as the "
               f"earlier root, which is {root(LEAVES[:REMEMBERED]).hex()}: it belongs to other trees, or was changed.",
               with_manifest(consistency=[encode(hash) for hash in consistency(REMEMBERED, OTHER)]))
    yield case("a remembered tree head of another history", between + "The proof leads to "
               f"{root(LEAVES[:REMEMBERED]).hex()} as the earlier root, which is {root(OTHER[:REMEMBERED]).hex()}: "
               "it belongs to other trees, or was changed.",
               {"remembered-tree-head": LOG.tree_head(OTHER[:REMEMBERED])})
    yield case("a tree that was cut back", between + "The earlier tree has 13 leaves and the later one 12; the later "
               "one cannot be smaller.", {"remembered-tree-head": LOG.tree_head([*LEAVES, b"one more"])})
    yield case("two histories of one size", between + "Two tree heads of size 12 have different roots, "
               f"{root(OTHER).hex()} and {root(LEAVES).hex()}: the log has shown two histories.",
               {"remembered-tree-head": LOG.tree_head(OTHER), **with_manifest(consistency=[])})
    yield case("an empty tree with a root", between + f"The root of a tree without leaves is {sha256(b'').hex()}, not "
               f"{root(LEAVES).hex()}.",
               {"remembered-tree-head": LOG.sign(f"{ORIGIN}\n0\n{encode(root(LEAVES))}\n"),
               **with_manifest(consistency=[])})
    yield case("another tree head is remembered", f"The tree head that you remember is {root(LEAVES[:4]).hex()} at "
               f"size 4; the bundle proves that the log continues {root(LEAVES[:REMEMBERED]).hex()} at size 5.",
               remembered={"size": 4, "root": root(LEAVES[:4]).hex()})
    yield case("a tree head is remembered and nothing is proven of it",
               f"The tree head that you remember is {root(LEAVES[:4]).hex()} at size 4; the bundle's is "
               f"{root(LEAVES).hex()} at size 12, and there is no proof that it continues yours.",
               {**without("consistency"), "remembered-tree-head": None},
               remembered={"size": 4, "root": root(LEAVES[:4]).hex()})
    yield case("another history is remembered", between + f"Two tree heads of size 12 have different roots, "
               f"{root(OTHER).hex()} and {root(LEAVES).hex()}: the log has shown two histories.",
               remembered={"size": 12, "root": root(OTHER).hex()})

    # What is sound.
    yield case("the trusted key", None, key=LOG.verifier)
    yield case("the remembered tree head", None, remembered={"size": 5, "root": root(LEAVES[:5]).hex()})
    yield case("the same tree head is remembered", None, remembered={"size": 12, "root": root(LEAVES).hex()})
    yield case("nothing is remembered", None, {**without("consistency"), "remembered-tree-head": None})
    yield case("the empty tree is remembered", None,
               {"remembered-tree-head": LOG.tree_head([]), **with_manifest(consistency=[])})
    yield case("no blobs", None, {**without("blobs"), BLOB_PATH: None})
    yield case("no events", None, {**with_manifest(events=[], blobs=[]), BLOB_PATH: None,
               **{name: None for name in good if name.startswith("events/")}})
    yield case("further signatures", None, {"tree-head": head + stranger.tree_head(LEAVES).rpartition(b"\n\n")[2]})


def mixed_root():
    """What the proof of the other log leads to as the root of five leaves: its last leaf and its first four."""
    fifth, _, _, first_four, _ = consistency(REMEMBERED, OTHER)
    return sha256(b"\x01" + first_four + fifth).hex()


def main(folder):
    good = bundle()
    for name, data in good.items():
        (folder / "good" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "good" / name).write_bytes(data)
    with tarfile.open(folder / "good.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(good):
            member = tarfile.TarInfo("bundle/" + name)
            member.size = len(good[name])
            archive.addfile(member, io.BytesIO(good[name]))
    (folder / "log.json").write_bytes(text({
        "origin": ORIGIN, "secret": LOG.secret, "remembered": REMEMBERED, "positions": POSITIONS, "redacted": REDACTED,
        "naming": NAMING, "included": INCLUDED.hex(), "absent": named(LEFT_OUT),
        "records": [{"header": record.header.hex(), "salt": record.salt.hex(), "payload": record.payload.hex()}
                    for record in RECORDS]}))
    (folder / "cases.json").write_bytes(text(list(cases())))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
