"""A log whose tree, proofs and signed heads are computed here, to answer in the place of a server's."""

import base64
import hashlib
import json
import struct
from urllib.parse import parse_qs, urlparse


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def root(leaves):
    """The root of the tree of these leaves, by the definition of RFC 9162."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return hashlib.sha256(b"\1" + root(leaves[:middle]) + root(leaves[middle:])).digest()


def split(count):
    """The largest power of two that is less than `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*inclusion(index, leaves[:middle]), root(leaves[middle:])]
    return [*inclusion(index - middle, leaves[middle:]), root(leaves[:middle])]


def consistency(old, leaves, is_whole=True):
    if old == len(leaves):
        return [] if is_whole else [root(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*consistency(old, leaves[:middle], is_whole), root(leaves[middle:])]
    return [*consistency(old - middle, leaves[middle:], False), root(leaves[:middle])]


def text(data):
    return base64.b64encode(data).decode()


class AuditedLog:
    """Records of one session and of a webhook; `sign` is a function of bytes, of the key `public`."""

    def __init__(self, session, public, sign, count, origin="lab.example.org/7f0c1a2b"):
        self.session, self.public, self.sign, self.origin = session, public, sign, origin
        self.records = []
        for _ in range(count):
            self.append()

    def append(self):
        position = len(self.records) + 1
        stream = "webhook/hook_1" if position % 10 == 0 else f"session/{self.session}"
        version = sum(1 for record in self.records if record["stream"] == stream) + 1
        salt, payload = bytes([position % 256] * 16), f"payload {position}".encode()
        names = [part.encode() for part in (stream, "session.epoch_completed", "trainer", "")]
        header = bytes([1, 0]) + struct.pack(">H", 88 + sum(map(len, names))) + bytes(map(len, names))
        header += struct.pack(">QQqII", position, version, 1_790_000_000_000_000 + position, 1, len(payload))
        header += bytes(16) + hashlib.sha256(salt + payload).digest() + b"".join(names)
        self.records.append({"stream": stream, "header": header, "salt": salt, "payload": payload})

    def leaves(self, size=None):
        return [leaf(record["header"]) for record in self.records[:size]]

    def verifier_key(self):
        key = b"\1" + self.public
        name = self.origin.split("/")[0]
        return name, hashlib.sha256(name.encode() + b"\n" + key).digest()[:4], key

    def head(self):
        body = f"{self.origin}\n{len(self.records)}\n{text(root(self.leaves()))}\n"
        name, identifier, _ = self.verifier_key()
        line = f"\N{EM DASH} {name} {text(identifier + self.sign(body.encode()))}\n"
        return {"size": len(self.records), "root_hash": root(self.leaves()).hex(), "note": body + "\n" + line}

    def keys(self):
        name, identifier, key = self.verifier_key()
        spelled = f"{name}+{identifier.hex()}+{text(key)}"
        return {
            "origin": self.origin,
            "keys": [{"status": "signing", "verifier_key": spelled, "public_key": self.public.hex()}],
        }

    def proven(self, position, size):
        record = self.records[position - 1]
        hashes = [one.hex() for one in inclusion(position - 1, self.leaves(size))]
        return {
            "position": position,
            "header": text(record["header"]),
            "payload_digest": record["header"][56:88].hex(),
            "salt": text(record["salt"]),
            "payload": text(record["payload"]),
            "inclusion": {"leaf_index": position - 1, "hashes": hashes},
        }

    def answer(self, address):
        """The body of the answer to a GET below `/api/v1/audit/`."""
        parts = urlparse(address)
        path = parts.path.split("/audit/")[1]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        size = int(query.get("size", len(self.records)))
        if path == "tree-head":
            return json.dumps(self.head())
        if path == "public-key":
            return json.dumps(self.keys())
        if path == "proof/inclusion":
            proven = self.proven(int(query["position"]), size)
            return json.dumps({"leaf_hash": "", "size": size, **proven["inclusion"]})
        if path == "proof/consistency":
            old, new = int(query["from"]), int(query["to"])
            hashes = [one.hex() for one in consistency(old, self.leaves(new))]
            return json.dumps({"from": old, "to": new, "hashes": hashes})
        if path.startswith("log/tile/entries/"):
            headers = [record["header"] for record in self.records[:256]]
            return b"".join(struct.pack(">H", len(header)) + header for header in headers)
        after, limit = int(query.get("after", 0)), int(query.get("limit", 100))
        own = [
            place
            for place, record in enumerate(self.records[:size], 1)
            if place > after and record["stream"].endswith("/" + self.session)
        ]
        page = {"size": size, "events": [self.proven(place, size) for place in own[:limit]]}
        if len(own) > limit:
            page["next_after"] = own[limit - 1]
        return json.dumps(page)
