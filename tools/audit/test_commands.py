"""`pivot audit` from end to end: a server trains, is verified from outside, exports, is watched by a witness and is tampered
with. Every command is the one that people type."""

import base64
import hashlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402
from server_process import PIVOT, ServerProcess  # noqa: E402

import verify_bundle  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CONFIGURATION = {
    "trainer": {"kind": "synthetic", "steps_per_epoch": 5, "step_milliseconds": 1, "state_bytes": 4096},
    "train": {"epochs": 3, "seed": 11, "checkpoint_monitor": "val_loss", "checkpoint_mode": "min"},
}


def run(*arguments):
    """The result of a command of the program."""
    command = [str(PIVOT), *map(str, arguments)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def post(url, body, content_type="application/octet-stream"):
    """Status, media type and body of the answer to a POST, whatever its status."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers.get("Content-Type"), answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers.get("Content-Type"), refusal.read()


@unittest.skipUnless(PIVOT.is_file(), f"there is no program {PIVOT}; build it or set PIVOT_BINARY")
class CommandTests(unittest.TestCase):
    """One server with a trained session, and copies of its data."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="pivot-audit-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.server = ServerProcess(PIVOT, cls.folder)
        cls.server.start()
        cls.addClassCleanup(cls.server.end)
        cls.session = cls.train("first")
        cls.key = cls.folder / "log.key"
        cls.key.write_text(cls.succeed("key", "--url", cls.server.url))
        cls.head = cls.folder / "head.note"
        cls.succeed("verify", "--url", cls.server.url, "--key", cls.key, "--save", cls.head)
        cls.train("second")
        cls.server.terminate()
        # What is tampered with is a copy of this.
        cls.stopped = cls.folder / "stopped"
        shutil.copytree(cls.server.data, cls.stopped)
        cls.server.start()

    @classmethod
    def ask(cls, target, body=None):
        """The document that answers a call."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{cls.server.url}/api/v1/{target}", data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @classmethod
    def train(cls, name):
        """The id of a session that was trained to its end."""
        session = cls.ask("training/sessions", {"session_name": name, "config": CONFIGURATION})["session_id"]
        cls.ask(f"training/sessions/{session}/start", {})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status = cls.ask(f"training/sessions/{session}")["status"]
            if status in ("completed", "failed", "stopped"):
                break
            time.sleep(0.05)
        if status != "completed":
            raise AssertionError(f"the session ended as {status}: {cls.server.log()}")
        cls.server.wait_until_signed()
        return session

    @classmethod
    def succeed(cls, *arguments):
        """What a command of `pivot audit` prints, which must succeed."""
        result = run("audit", *arguments)
        if result.returncode != 0:
            raise AssertionError(f"{arguments} ended with {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout

    def refuse(self, words, *arguments):
        """Runs a command of `pivot audit` that must find something wrong and say so."""
        result = run("audit", *arguments)
        self.assertEqual(result.returncode, 1, f"{arguments}: {result.stdout}{result.stderr}")
        self.assertRegex(result.stdout + result.stderr, words)
        self.assertIn("Not proved", result.stderr)

    def copy(self, name):
        """A copy of the stopped server's data directory."""
        folder = self.folder / name
        shutil.copytree(self.stopped, folder)
        self.addCleanup(shutil.rmtree, folder)
        return folder

    # From outside.

    def test_the_log_is_verified_from_outside_across_a_restart(self):
        printed = self.succeed(
            "verify", "--url", self.server.url, "--key", self.key, "--since", self.head, "--session", self.session,
            "--stream", "all", "--all")
        self.assertEqual(printed.count("proved"), 4, printed)
        self.assertIn("Nothing is wrong", printed)

    def test_without_a_key_the_servers_own_word_is_taken_and_said_so(self):
        result = run("audit", "verify", "--url", self.server.url, "--json")
        document = json.loads(result.stdout)
        self.assertEqual((result.returncode, document["proved"], document["key_was_given"]), (0, True, False))
        self.assertIn("the server's own word is taken", result.stderr)

    def test_a_key_of_another_log_proves_nothing(self):
        other = self.key.read_text().replace("+", "x+", 1)
        self.assertEqual(run("audit", "verify", "--url", self.server.url, "--key", other).returncode, 2)
        strange = self.folder / "strange.key"
        strange.write_text(self.new_key())
        self.refuse("by no key that is trusted", "verify", "--url", self.server.url, "--key", strange)

    def new_key(self):
        """The public key of another log, of the same name."""
        name = self.key.read_text().split("+")[0]
        public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]
        return f"{name}+{key_id}+{base64.b64encode(bytes([1]) + public).decode()}\n"

    def test_a_remembered_tree_head_that_was_changed_is_named(self):
        changed = self.folder / "changed.note"
        lines = self.head.read_text().split("\n")
        changed.write_text("\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]]))
        self.refuse("changed.note: The signature of .* does not fit the text", "verify", "--url", self.server.url,
                    "--key", self.key, "--since", changed)

    def test_a_missing_remembered_tree_head_is_a_wrong_call(self):
        result = run("audit", "verify", "--url", self.server.url, "--since", self.folder / "none.note")
        self.assertEqual(result.returncode, 2)
        self.assertIn("leave --since out", result.stderr)

    def test_a_proof_is_printed_for_other_programs(self):
        proof = json.loads(self.succeed("proof", "--url", self.server.url, "--position", 1))
        self.assertEqual(proof["leaf_index"], 0)

    # Bundles.

    def test_a_bundle_is_checked_by_both_verifiers(self):
        bundle = self.folder / "evidence.tar"
        self.succeed("export", self.session, "--url", self.server.url, "--stream", "all", "--blobs", "--since", self.head,
                     "--output", bundle)
        document = json.loads(self.succeed("check-bundle", bundle, "--key", self.key, "--since", self.head, "--json"))
        self.assertTrue(document["proved"])
        self.assertIn("session.created", [event["type"] for event in document["events"]])
        self.assertTrue(any(blob["included"] for blob in document["blobs"]))
        other = subprocess.run(
            [sys.executable, str(HERE / "verify_bundle.py"), str(bundle), "--key", self.key.read_text().strip(),
             "--remembered", str(self.head)], capture_output=True, text=True)
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn("The log continues the tree head of", other.stdout)
        # Both refuse a changed one with the same words.
        files = verify_bundle.read_files(bundle)
        unpacked = self.folder / "unpacked"
        payload = next(name for name in sorted(files) if name.endswith(".payload") and files[name])
        for name, data in files.items():
            (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
            changed = data[:-1] + bytes([data[-1] ^ 1]) if name == payload else data
            (unpacked / name).write_bytes(changed)
        with self.assertRaises(verify_bundle.BundleError) as refused:
            verify_bundle.Bundle(verify_bundle.read_files(unpacked)).verify()
        self.refuse(re.escape(str(refused.exception)), "check-bundle", unpacked, "--key", self.key)

    def test_a_bundle_is_written_from_a_data_directory_too(self):
        bundle = self.folder / "offline.tar"
        folder = self.copy("exported")
        self.succeed("export", self.session, "--data-dir", folder, "--blobs", "--output", bundle)
        self.succeed("check-bundle", bundle, "--key", self.key)
        self.assertEqual(run("audit", "export", self.session, "--data-dir", folder, "--output", bundle).returncode, 2)

    # The log as files.

    def test_the_published_log_is_verified_without_a_server(self):
        published = self.folder / "published"
        for _ in range(2):
            self.succeed("export", "--log", published, "--url", self.server.url)
        self.succeed("verify", "--log", published, "--key", self.key, "--since", self.head)
        entries = next((published / "tile" / "entries").rglob("*.p/*"))
        data = bytearray(entries.read_bytes())
        data[-1] ^= 1
        entries.write_bytes(bytes(data))
        self.refuse("is not the leaf that the tile of hashes beside it has", "verify", "--log", published, "--key",
                    self.key)

    def test_the_log_is_published_from_a_data_directory_too(self):
        published = self.folder / "published-offline"
        self.succeed("export", "--log", published, "--data-dir", self.copy("published-from"))
        self.succeed("verify", "--log", published, "--key", self.key, "--since", self.head)

    # The files of a stopped server.

    def test_sound_files_are_proved(self):
        printed = self.succeed("verify", "--data-dir", self.copy("sound"), "--key", self.key, "--since", self.head)
        self.assertNotIn("wrong  ", printed)
        self.assertIn("The read models are those that the records", printed)

    def test_a_running_servers_files_are_refused_and_its_address_is_named(self):
        result = run("audit", "verify", "--data-dir", self.server.data)
        self.assertEqual(result.returncode, 1)
        self.assertIn(self.server.url, result.stderr)

    def test_a_flipped_byte_of_a_record_is_named(self):
        folder = self.copy("flipped")
        data = (folder / "log" / "data.mdb").read_bytes()
        # Stream and type as a header has them; pages that are free now may have it too.
        names = f"session/{self.session}session.created".encode()
        self.assertIn(names, data)
        (folder / "log" / "data.mdb").write_bytes(data.replace(names, names[:-1] + b"D"))
        self.refuse("(position|page|damaged)", "verify", "--data-dir", folder)

    def test_a_truncated_log_is_named(self):
        folder = self.copy("truncated")
        file = folder / "log" / "data.mdb"
        with file.open("r+b") as opened:
            opened.truncate(file.stat().st_size // 2 // 4096 * 4096)
        self.refuse("(cut|shorter|truncated|missing|damaged)", "verify", "--data-dir", folder)

    def test_a_swapped_key_is_named(self):
        folder = self.copy("swapped")
        other = self.folder / "other"
        shutil.copytree(self.stopped, other, ignore=shutil.ignore_patterns("log-key", "log-head"))
        self.addCleanup(shutil.rmtree, other)
        # An export signs, and makes a key where there is none.
        self.succeed("export", "--log", self.folder / "other-published", "--data-dir", other)
        shutil.copy(other / "log-key", folder / "log-key")
        self.refuse("log-head: ", "verify", "--data-dir", folder)
        self.refuse("none of those that are trusted", "verify", "--data-dir", folder, "--key", self.key)

    def test_a_missing_key_is_named(self):
        folder = self.copy("keyless")
        (folder / "log-key").unlink()
        self.refuse("log-key, is missing", "verify", "--data-dir", folder)

    def test_an_older_log_under_a_newer_tree_head_is_named(self):
        folder = self.copy("older")
        self.train("third")
        self.succeed("verify", "--url", self.server.url, "--key", self.key, "--save", self.folder / "newer.note")
        self.refuse("its end was lost, or it was restored from an older backup", "verify", "--data-dir", folder, "--key",
                    self.key, "--since", self.folder / "newer.note")

    def test_a_damaged_checkpoint_is_named(self):
        folder = self.copy("damaged")
        blob = max((path for path in (folder / "blobs").rglob("*") if path.is_file() and "mdb" not in path.name),
                   key=lambda path: path.stat().st_size)
        data = bytearray(blob.read_bytes())
        data[len(data) // 2] ^= 1
        blob.chmod(0o600)
        blob.write_bytes(bytes(data))
        self.refuse("(damaged|There is no blob)", "verify", "--data-dir", folder)
        self.succeed("verify", "--data-dir", folder, "--no-blobs")

    # Witnesses.

    def start_witness(self, state):
        """The address and public key of a witness, and its process."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [str(PIVOT), "audit", "witness", "--listen", f"127.0.0.1:{port}", "--state", str(state), "--log",
             str(self.key)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertIn("listening on", process.stdout.readline())
        return f"http://127.0.0.1:{port}/add-checkpoint", process.stdout.readline().split()[-1], process

    def test_a_witness_signs_only_what_continues(self):
        state = self.folder / "witness"
        url, key, process = self.start_witness(state)
        first = self.head.read_bytes()
        status, _, body = post(url, b"old 0\n\n" + first)
        self.assertEqual(status, 200, body)
        self.assertTrue(body.decode().startswith("\u2014 " + key.split("+")[0]), body)
        # It remembers across a restart: the size that it signed last.
        process.terminate()
        self.assertEqual(process.wait(30), 0)
        url, again, _ = self.start_witness(state)
        self.assertEqual(again, key)
        status, content_type, body = post(url, b"old 0\n\n" + first)
        size = int(first.split(b"\n")[1])
        self.assertEqual((status, content_type, body), (409, "text/x.tlog.size", b"%d\n" % size))
        # The next tree head, with its proof.
        newest = self.ask("audit/tree-head")["note"].encode()
        new = int(newest.split(b"\n")[1])
        proof = self.ask(f"audit/proof/consistency?from={size}&to={new}")["hashes"]
        lines = b"".join(base64.b64encode(bytes.fromhex(text)) + b"\n" for text in proof)
        wrong = b"".join(sorted(lines.splitlines(keepends=True), reverse=True))
        if wrong != lines:
            self.assertEqual(post(url, b"old %d\n" % size + wrong + b"\n" + newest)[0], 422)
        self.assertEqual(post(url, b"old %d\n" % size + lines + b"\n" + newest)[0], 200)
        # What is no request, another log, and a stranger's signature.
        self.assertEqual(post(url, b"old 00\n\n" + newest)[0], 400)
        self.assertEqual(post(url, b"old %d\n\n" % (new + 1) + newest)[0], 400)
        self.assertEqual(post(url, b"old 0\n\nother.example" + newest[newest.index(b"\n"):])[0], 404)
        forged = newest.split(b"\n")
        forged[1] = b"%d" % (new + 1)
        self.assertEqual(post(url, b"old %d\n\n" % new + b"\n".join(forged))[0], 403)


if __name__ == "__main__":
    unittest.main()
