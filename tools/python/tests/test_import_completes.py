"""Imports that were killed half way, or whose requests arrive twice: whatever the format is, nothing is doubled or lost."""

import pytest
import requests
from importing import bits, imported, points, position, recorded
from pivot_tracker.imports import session_import
from pivot_tracker.transport import Transport
from wandb_writing import ended, history, output, run, write


class Killed(BaseException):
    """The end of the process, for a test."""


def killed_at(monkeypatch, call):
    """Lets the process end right after its call of that number, which the server has carried out."""
    send, count = Transport.send, [0]

    def counted(self, method, path, **options):
        answer = send(self, method, path, **options)
        count[0] += 1
        if count[0] == call:
            raise Killed
        return answer

    monkeypatch.setattr(Transport, "send", counted)
    return lambda: monkeypatch.setattr(Transport, "send", send)


def test_an_import_that_was_killed_anywhere_is_completed(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(session_import, "BATCH_POINTS", 4)
    monkeypatch.setattr(session_import, "BATCH_LINES", 1)
    call, is_whole = 1, False
    while not is_whole:
        name = f"run{call}"
        path = write(
            tmp_path / name, run(name, config={"lr": 0.1}), *(history(step, {"loss": step / 3, "acc": float(step)}, 1_700_000_000 + step) for step in range(5)),
            output("one\ntwo\n"), ended(0), run_id=name)
        (tmp_path / name / "files" / "a.txt").write_text(name)
        restore = killed_at(monkeypatch, call)
        try:
            imported(server, capsys, "wandb", path)
            is_whole = True
        except Killed:
            capsys.readouterr()
        restore()
        (found,) = imported(server, capsys, "wandb", path)["runs"]
        session = found["session_id"]
        assert found["status"] == "completed"
        assert recorded(server, session) == {
            "loss": [(step, bits(step / 3)) for step in range(5)], "acc": [(step, bits(float(step))) for step in range(5)]}
        lines = requests.get(f"{server.url}/api/v1/training/sessions/{session}/logs", timeout=9).json()["lines"]
        assert [one["text"] for one in lines] == ["one", "two"]
        before = position(server)
        imported(server, capsys, "wandb", path)
        assert position(server) == before
        call += 1
    assert call > 8


def test_an_import_that_lost_its_lease_is_completed(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(session_import, "_LEASE_SECONDS", 1)
    path = write(tmp_path, run(), *(history(step, {"loss": float(step)}) for step in range(5)), ended(3))
    monkeypatch.setattr(session_import, "BATCH_POINTS", 2)
    restore = killed_at(monkeypatch, 6)
    with pytest.raises(Killed):
        imported(server, capsys, "wandb", path)
    capsys.readouterr()
    restore()
    (session,) = requests.get(f"{server.url}/api/v1/training/sessions", timeout=9).json()["sessions"]
    while requests.get(f"{server.url}/api/v1/training/sessions/{session['session_id']}", timeout=9).json()["status"] == "running":
        pass
    (found,) = imported(server, capsys, "wandb", path)["runs"]
    assert found["session_id"] == session["session_id"] and found["status"] == "failed"
    assert points(server, found["session_id"])["loss"] and recorded(server, found["session_id"])["loss"] == [(step, bits(float(step))) for step in range(5)]
    told = requests.get(f"{server.url}/api/v1/training/sessions/{found['session_id']}", timeout=9).json()
    assert "exit code 3" in str(told)
    before = position(server)
    imported(server, capsys, "wandb", path)
    assert position(server) == before


def test_two_imports_at_once_do_not_double_a_point(server, tmp_path, capsys, monkeypatch):
    path = write(tmp_path, run(), *(history(step, {"loss": float(step)}) for step in range(5)), ended(0))
    brought = session_import.SessionImport._bring_points

    def twice(self, missing, told):
        # As when another import had counted before this one's points arrived.
        brought(self, missing, told)
        brought(self, missing, told)

    monkeypatch.setattr(session_import.SessionImport, "_bring_points", twice)
    (found,) = imported(server, capsys, "wandb", path)["runs"]
    assert len(recorded(server, found["session_id"])["loss"]) == 5
