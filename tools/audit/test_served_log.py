"""A served log, read as C2SP tlog-tiles publishes it and checked with nothing but hashlib and the signature's form."""

import base64
import hashlib
import json
import pathlib
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from server_process import PIVOT, ServerProcess  # noqa: E402

SESSIONS = 300
EMPTY = hashlib.sha256(b"").digest()


def leaf(entry):
    """The hash of a leaf (RFC 9162, section 2.1)."""
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    """The hash of a node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes):
    """The root of the tree with these leaves, by its definition."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    left = 1
    while left * 2 < len(hashes):
        left *= 2
    return node(root(hashes[:left]), root(hashes[left:]))


def path(index):
    """The index of a tile as paths write it: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def tiles(count):
    """The tiles that `count` hashes or entries make up: each with its path and its width."""
    whole, rest = divmod(count, 256)
    found = [(path(index), 256) for index in range(whole)]
    return found + ([(f"{path(whole)}.p/{rest}", rest)] if rest else [])


def entries_of(bundle):
    """The entries of a bundle, each after its length in two bytes."""
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        yield bundle[2:2 + length]
        bundle = bundle[2 + length:]


@unittest.skipUnless(PIVOT.is_file(), f"there is no program {PIVOT}; build it or set PIVOT_BINARY")
class ServedLogTests(unittest.TestCase):
    """One server with some hundred records."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="pivot-audit-")
        cls.server = ServerProcess(PIVOT, cls.folder.name)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server.start()
        cls.addClassCleanup(cls.server.end)
        for number in range(SESSIONS):
            cls.ask("training/sessions", {"session_name": f"s{number}", "config": {"trainer": {"kind": "external"}}})
        cls.server.wait_until_signed()

    @classmethod
    def ask(cls, target, body=None):
        """The bytes that answer a call."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{cls.server.url}/api/v1/{target}", data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def checkpoint(self):
        """The size and root that the log's note states, once its form and its key's id are checked."""
        text, signatures = self.ask("audit/log/checkpoint").decode().split("\n\n")
        origin, size, root_text = text.split("\n")
        keys = json.loads(self.ask("audit/public-key"))
        self.assertEqual(origin, keys["origin"])
        name, key_id, material = keys["keys"][0]["verifier_key"].split("+", 2)
        public = base64.b64decode(material)
        self.assertEqual(hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex(), key_id)
        self.assertEqual(public[1:].hex(), keys["keys"][0]["public_key"])
        dash, signer, signature = signatures.splitlines()[0].split(" ")
        self.assertEqual((dash, signer), ("\u2014", origin))
        self.assertEqual(base64.b64decode(signature)[:4].hex(), key_id)
        return int(size), base64.b64decode(root_text)

    def test_the_entries_make_up_the_signed_root(self):
        size, signed = self.checkpoint()
        self.assertGreater(size, SESSIONS)
        entries = [entry for name, _ in tiles(size) for entry in entries_of(self.ask(f"audit/log/tile/entries/{name}"))]
        self.assertEqual(len(entries), size)
        self.assertEqual(root([leaf(entry) for entry in entries]), signed)
        positions = [int.from_bytes(entry[8:16], "big") for entry in entries]
        self.assertEqual(positions, list(range(1, size + 1)))

    def test_each_level_of_tiles_is_made_of_the_one_below(self):
        size, signed = self.checkpoint()
        entries = [entry for name, _ in tiles(size) for entry in entries_of(self.ask(f"audit/log/tile/entries/{name}"))]
        expected, level = [leaf(entry) for entry in entries], 0
        while expected:
            served = b"".join(self.ask(f"audit/log/tile/{level}/{name}") for name, _ in tiles(len(expected)))
            self.assertEqual(served, b"".join(expected), f"level {level}")
            expected = [root(expected[at:at + 256]) for at in range(0, len(expected) - 255, 256)]
            level += 1
        self.assertEqual(level, 2)
        self.assertEqual(root([leaf(entry) for entry in entries]), signed)

    def test_the_tree_head_of_the_api_is_that_of_the_note(self):
        head = json.loads(self.ask("audit/tree-head"))
        self.assertTrue(head["note"].split("\n")[1:3] == [
            str(head["size"]), base64.b64encode(bytes.fromhex(head["root_hash"])).decode()])

    def test_the_secret_key_is_its_owners_alone(self):
        key = self.server.data / "log-key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        secret = key.read_text(encoding="utf-8").strip().rsplit("+", 1)[1]
        for target in ("audit/public-key", "audit/tree-head", "health/detailed", "events?limit=1000"):
            self.assertNotIn(secret, self.ask(target).decode())
        self.assertNotIn(secret, (pathlib.Path(self.folder.name) / "server.log").read_text(encoding="utf-8"))

    def test_a_tile_that_the_tree_does_not_have_is_404(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.ask("audit/log/tile/0/x001/x234/067")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()
