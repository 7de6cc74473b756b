"""The facts about a program, its repository and its machine."""

import hashlib
import subprocess
import sys
import time

import pytest

from pivot_tracker import provenance
from pivot_tracker.provenance import ProvenanceCapture, capture_provenance, masked_command_line


def git(folder, *arguments):
    command = ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "work tree"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "try/this")
    (folder / "train.py").write_text("one\n")
    (folder / "weights.bin").write_bytes(bytes(range(256)))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["train.py", "--lr", "0.1"], "train.py --lr 0.1"),
        (["train.py", "--token=abc", "--fast"], "train.py --token=*** --fast"),
        (["--api-key", "abc", "--hub_token", "x y", "end"], "--api-key *** --hub_token *** end"),
        (["--password", "--fast", "abc"], "--password --fast abc"),
        (["DB_PASSWORD=a b", "secret:x"], "DB_PASSWORD=*** secret:***"),
        (["--AWS_SECRET_ACCESS_KEY=abc"], "--AWS_SECRET_ACCESS_KEY=***"),
        (["https://me:pw@example.org/x", "a b"], "'https://me:***@example.org/x' 'a b'"),
        (["--epochs=3", "--monkey=1"], "--epochs=3 --monkey=1"),
        (["--tokenizer=bert", "--max_tokens", "9"], "--tokenizer=bert --max_tokens 9"),
    ],
)
def test_values_that_are_named_like_secrets_are_masked(arguments, text):
    assert masked_command_line(arguments) == text


def test_a_clean_repository_has_a_commit_and_no_diff(repository):
    facts, diff = capture_provenance(str(repository))
    assert facts["git_commit"] == git(repository, "rev-parse", "HEAD")
    assert facts["git_branch"] == "try/this" and facts["git_repository"] == str(repository)
    assert facts["git_dirty"] is False and diff is None and "git_diff_digest" not in facts


def test_the_diff_of_a_dirty_repository_makes_its_files_again(repository):
    (repository / "train.py").write_text("two\n")
    (repository / "weights.bin").write_bytes(bytes(range(255, -1, -1)))
    (repository / "untracked.txt").write_text("not told\n")
    facts, diff = capture_provenance(str(repository))
    assert facts["git_dirty"] is True
    assert facts["git_diff_digest"] == f"sha256:{hashlib.sha256(diff).hexdigest()}"
    assert b"untracked" not in diff
    git(repository, "checkout", "--quiet", "--", ".")
    subprocess.run(["git", "-C", str(repository), "apply"], input=diff, check=True)
    assert (repository / "train.py").read_text() == "two\n"
    assert (repository / "weights.bin").read_bytes() == bytes(range(255, -1, -1))


def test_a_diff_over_the_bound_is_told_only_as_dirty(repository):
    (repository / "train.py").write_text("".join(f"{number}\n" for number in range(200_000)))
    facts, diff = capture_provenance(str(repository))
    assert facts["git_dirty"] is True and diff is None and "git_diff_digest" not in facts


def test_a_commit_without_a_branch_and_a_folder_without_a_repository_leave_facts_out(repository, tmp_path):
    git(repository, "checkout", "--quiet", "--detach")
    assert "git_branch" not in capture_provenance(str(repository)).facts
    empty = tmp_path / "empty"
    empty.mkdir()
    assert not any(name.startswith("git_") for name in capture_provenance(str(empty)).facts)


def test_the_machine_and_the_packages_are_told(tmp_path):
    facts, _ = capture_provenance(str(tmp_path))
    assert facts["python"] == ".".join(map(str, sys.version_info[:3])) and facts["executable"] == sys.executable
    assert facts["cpu_count"] >= 1 and facts["memory_bytes"] > 1 << 20 and facts["working_directory"] == str(tmp_path)
    assert facts["package.pytest"] == pytest.__version__
    assert all(isinstance(value, (str, int, float, bool)) for value in facts.values())


def test_a_capture_beside_a_training_never_breaks_it_nor_waits(repository, monkeypatch):
    received = []
    began = time.perf_counter()
    capture = ProvenanceCapture(received.append, str(repository))
    assert time.perf_counter() - began < 0.05
    assert capture.wait(20) and capture.error is None and received[0].facts["git_dirty"] is False

    def refuse(found):
        raise OSError("no room")

    failed = ProvenanceCapture(refuse, str(repository))
    assert failed.wait(20) and str(failed.error) == "no room"


def test_programs_that_hang_or_are_missing_leave_their_facts_out(tmp_path, monkeypatch):
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 100\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(provenance, "_PROGRAM_SECONDS", 0.1)
    facts, diff = capture_provenance(str(tmp_path))
    assert diff is None and "git_commit" not in facts and "host" in facts
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert "git_commit" not in capture_provenance(str(tmp_path)).facts
