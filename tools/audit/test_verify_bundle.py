"""Tests of verify_bundle.py: every case of the fixtures, the command line, and other people's implementations."""

import base64
import filecmp
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import pymerkle
from sigstore._internal.rekor.checkpoint import LogCheckpoint, SignedNote

import make_fixtures
import verify_bundle

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parents[1] / "Tests" / "TransparencyTests" / "Bundles"
GOOD = FIXTURES / "good"


def run(*arguments):
    command = [sys.executable, str(HERE / "verify_bundle.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


class Cases(unittest.TestCase):
    """What was changed is refused, with the words that the other verifier has too."""

    def test_every_case(self):
        good = verify_bundle.read_files(GOOD)
        cases = json.loads((FIXTURES / "cases.json").read_text())
        self.assertGreater(len(cases), 80)
        for case in cases:
            with self.subTest(case["name"]):
                files = dict(good)
                for name, data in case["files"].items():
                    files.pop(name, None)
                    if data is not None:
                        files[name] = base64.b64decode(data)
                known = case.get("remembered")
                remembered = known and (known["size"], bytes.fromhex(known["root"]))
                try:
                    verify_bundle.Bundle(files).verify(case.get("key"), remembered)
                    message = None
                except verify_bundle.BundleError as error:
                    message = str(error)
                self.assertEqual(message, case["message"])

    def test_no_changed_bit_of_an_event_passes(self):
        good = verify_bundle.read_files(GOOD)
        for name in sorted(good):
            if name == "manifest.json":
                continue
            for place in range(len(good[name])):
                files = {**good, name: good[name][:place] + bytes([good[name][place] ^ 4]) + good[name][place + 1:]}
                with self.subTest(name, place=place), self.assertRaises(verify_bundle.BundleError):
                    verify_bundle.Bundle(files).verify()

    def test_the_fixtures_are_what_their_script_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            make_fixtures.main(pathlib.Path(folder))
            compared = filecmp.dircmp(folder, FIXTURES)
            self.assertEqual((compared.left_only, compared.right_only, compared.diff_files), ([], [], []))
            files = [str(path.relative_to(GOOD)) for path in GOOD.rglob("*") if path.is_file()]
            _, different, missing = filecmp.cmpfiles(pathlib.Path(folder) / "good", GOOD, files, shallow=False)
            self.assertEqual((different, missing), ([], []))


class CommandLine(unittest.TestCase):
    def test_a_sound_bundle(self):
        for bundle in (GOOD, FIXTURES / "good.tar"):
            result = run(bundle)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("session/sess_demo  epoch_completed  19 bytes", result.stdout)
            self.assertIn(make_fixtures.named(make_fixtures.INCLUDED) + ", named by event 12: 25 bytes", result.stdout)
            self.assertIn(make_fixtures.named(make_fixtures.LEFT_OUT) + ", named by event 12: not in the bundle",
                          result.stdout)
            self.assertIn("epoch_completed  redacted", result.stdout)
            self.assertIn("The log continues the tree head of 5 records", result.stdout)
            self.assertIn("The key is the bundle's own word.", result.stdout)

    def test_a_key_from_elsewhere(self):
        result = run(GOOD, "--key", make_fixtures.LOG.verifier)
        self.assertEqual(result.returncode, 0)
        self.assertNotIn("own word", result.stdout)
        result = run(GOOD, "--key", make_fixtures.Signer(make_fixtures.ORIGIN, 2).verifier)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("Not proven. The bundle is signed with the key", result.stderr)

    def test_a_remembered_tree_head(self):
        self.assertEqual(run(GOOD, "--remembered", GOOD / "remembered-tree-head").returncode, 0)
        with tempfile.NamedTemporaryFile() as file:
            file.write(make_fixtures.LOG.tree_head(make_fixtures.LEAVES[:4]))
            file.flush()
            result = run(GOOD, "--remembered", file.name)
        self.assertEqual(result.returncode, 1)
        self.assertIn("the bundle proves that the log continues", result.stderr)

    def test_nothing_of_a_bundle_reaches_the_terminal_as_it_is(self):
        manifest = {**json.loads((GOOD / "manifest.json").read_text()), "format": "\x1b[2Jzip"}
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "manifest.json").write_text(json.dumps(manifest))
            result = run(folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("the format is '\ufffd[2Jzip'", result.stderr)

    def test_times_beyond_the_calendar_are_shown_as_numbers(self):
        self.assertEqual(verify_bundle.moment(1_700_000_000_000_001), "2023-11-14T22:13:20.000001Z")
        self.assertEqual(verify_bundle.moment((1 << 63) - 1), "9223372036854775807 microseconds after 1970")

    def test_archives_that_grow_are_not_unpacked(self):
        with tempfile.TemporaryDirectory() as folder:
            packed = pathlib.Path(folder) / "bundle.tar.gz"
            packed.write_bytes(gzip.compress((FIXTURES / "good.tar").read_bytes()))
            self.assertEqual(run(packed).returncode, 1)
            large = pathlib.Path(folder) / "large"
            with large.open("wb") as file:
                file.truncate((1 << 30) + 1)
            self.assertIn("it has more than 1 GiB", run(large).stderr)
            self.assertIn("it has more than 1 GiB", run(folder).stderr)

    def test_what_is_no_bundle(self):
        for path in (HERE, HERE / "verify_bundle.py", HERE / "nothing"):
            result = run(path)
            self.assertEqual((result.returncode, result.stdout), (1, ""), path)
            self.assertTrue(result.stderr.startswith("Not proven. "), result.stderr)


class Trees(unittest.TestCase):
    """What the verifier checks is what the RFC defines, for every size."""

    def test_proofs_by_the_definition_hold_and_no_other_length(self):
        leaves = [b"%d" % number for number in range(40)]
        heads = [(size, make_fixtures.root(leaves[:size])) for size in range(len(leaves) + 1)]
        for new in range(1, len(leaves) + 1):
            for index in range(new):
                proof, leaf = make_fixtures.path(index, leaves[:new]), verify_bundle.leaf_hash(leaves[index])
                verify_bundle.check_inclusion(leaf, index, heads[new], proof)
                with self.assertRaises(verify_bundle.BundleError):
                    verify_bundle.check_inclusion(leaf, index, heads[new], [*proof, proof[0] if proof else leaf])
            for old in range(1, new + 1):
                proof = make_fixtures.consistency(old, leaves[:new])
                verify_bundle.check_consistency(heads[old], heads[new], proof)
                with self.assertRaises(verify_bundle.BundleError):
                    verify_bundle.check_consistency(heads[old], heads[new], [*proof, heads[old][1]])


class OtherImplementations(unittest.TestCase):
    """The trees of pymerkle, and the notes of sigstore, are those of the fixtures."""

    def test_roots_and_proofs_of_pymerkle_hold(self):
        leaves, tree = make_fixtures.LEAVES, pymerkle.InmemoryTree(algorithm="sha256")
        for leaf in leaves:
            tree.append_entry(leaf)
        for size in range(1, len(leaves) + 1):
            head = size, tree.get_root(size)
            self.assertEqual(head[1], make_fixtures.root(leaves[:size]))
            for index in range(size):
                # A path of pymerkle begins with the leaf itself.
                leaf, *path = map(bytes, tree.prove_inclusion(index + 1, size).path)
                self.assertEqual(leaf, verify_bundle.leaf_hash(leaves[index]))
                self.assertEqual(path, make_fixtures.path(index, leaves[:size]))
                verify_bundle.check_inclusion(leaf, index, head, path)

    def test_tree_heads_are_notes_of_sigstore(self):
        text = (GOOD / "tree-head").read_text()
        note = SignedNote.from_text(text)
        self.assertEqual([(signature.name, signature.sig_hash.hex()) for signature in note.signatures],
                         [(make_fixtures.ORIGIN, make_fixtures.LOG.id.hex())])
        head = LogCheckpoint.from_text(note.note)
        self.assertEqual((head.origin, head.log_size, head.log_hash),
                         (make_fixtures.ORIGIN, 12, make_fixtures.root(make_fixtures.LEAVES).hex()))


if __name__ == "__main__":
    unittest.main()
