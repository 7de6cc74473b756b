"""A program that the server runs: its supervisor and the client record nothing twice."""

import sys
import time

import pytest
from server_process import PIVOT, ServerProcess

import pivot_tracker as pivot

PROGRAM = """
import sys, time, pivot_tracker as pivot
print("before")
with pivot.session(config={"lr": 0.5}, provenance=False, host_interval=0.5) as session:
    print("inside")
    print("to the error stream", file=sys.stderr)
    session.text("by hand")
    session.log({"loss": 1.0}, step=1)
    session.epoch(1, {"val_loss": 0.5})
    assert session.config["trainer"]["kind"] == "command" and session.config["train"]["checkpoint_monitor"] == "dice"
    assert session.params["lr"] == 0.5 and session.params["seed"] == 3, dict(session.params)
    assert session.url.endswith(session.session_id) and session.session_id in repr(session)
    time.sleep(1.2)
"""


@pytest.fixture
def running(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    # A lease as short as the tests bear: a server that comes back learns of a lost supervisor only by it.
    (folder / "server.yaml").write_text("lease_seconds: 10.0\n")
    server = ServerProcess(PIVOT, folder, "--allow-command", sys.executable, "--config", str(folder / "server.yaml"))
    server.start()
    yield server
    server.end()


def test_a_program_that_the_server_runs_is_recorded_once(running, tmp_path, spool):
    (tmp_path / "train.py").write_text(PROGRAM)
    environment = {"PYTHONPATH": ":".join(sys.path), "XDG_STATE_HOME": str(spool)}
    trainer = {"kind": "command", "command": [sys.executable, str(tmp_path / "train.py")], "environment": environment}
    with pivot.PIVOTClient(running.url) as client:
        config = {"trainer": trainer, "train": {"checkpoint_monitor": "dice"}}
        session_id = client.create_session(config=config, name="supervised", params={"seed": 3})["session_id"]
        client.start_training(session_id)
        document = client.wait_for_completion(session_id, 60)
        assert document["status"] == "completed", (document.get("message"), running.log())
        lines = [(line["source"], line["text"]) for line in client.get_logs(session_id)["lines"]]
        told = [line for line in lines if line[0] != "log" or line[1] == "by hand"]
        assert sorted(told) == sorted([
            ("stdout", "before"), ("stdout", "inside"), ("stderr", "to the error stream"), ("log", "by hand")])
        deadline = time.monotonic() + 10
        while not client.get_host_readings(session_id)["series"] and time.monotonic() < deadline:
            time.sleep(0.1)
        names = [series["name"] for series in client.get_host_readings(session_id)["series"]]
        assert "memory.percent" in names and len(names) == len(set(names))


KILLED = """
import os, pathlib, threading, time, pivot_tracker as pivot
with pivot.session(provenance=False, host_readings=False) as session:
    state = session.resume_state()
    first = 1 if state is None else state.epoch + 1
    print(f"attempt {os.environ['PIVOT_ATTEMPT']} begins at {first}", flush=True)
    pathlib.Path("weights").write_text("after")
    session.epoch(first, {"val_loss": 1 / first})
    if first == 1:
        session.checkpoint("weights", 1)
        pathlib.Path("ready").touch()
        while not pathlib.Path("gone").exists():
            time.sleep(0.02)
        for epoch in range(2, 6):
            session.log({"loss": 1 / epoch}, step=epoch * 10)
            session.epoch(epoch, {"val_loss": 1 / epoch})
        threading.Timer(1.0, os.kill, (os.getpid(), 9)).start()
        session.checkpoint("weights", 5)
"""


def test_what_a_killed_program_could_not_send_counts_for_its_next_attempt(running, tmp_path, spool):
    (tmp_path / "train.py").write_text(KILLED)
    environment = {"PYTHONPATH": ":".join(sys.path), "XDG_STATE_HOME": str(spool)}
    trainer = {"kind": "command", "command": [sys.executable, str(tmp_path / "train.py")], "environment": environment,
               "working_directory": str(tmp_path)}
    with pivot.PIVOTClient(running.url) as client:
        config = {"trainer": trainer, "train": {"epochs": 6}, "max_restarts": 1}
        session_id = client.create_session(config=config, name="killed")["session_id"]
        client.start_training(session_id)
        wait_for(lambda: (tmp_path / "ready").exists())
        running.kill()
        (tmp_path / "gone").touch()
        time.sleep(2.5)
        running.start()
        document = client.wait_for_completion(session_id, 60)
        assert document["status"] == "completed", (document.get("message"), running.log())
        assert [attempt["ending"] for attempt in document["attempts"]] == ["lost", "completed"]
        records = client.get_metrics(session_id)["metrics"]
        assert [(record["epoch"], record["val_loss"]) for record in records] == [(n, 1 / n) for n in range(1, 7)]
        checkpoints = client.get_checkpoints(session_id)["checkpoints"]
        assert sorted(checkpoint["epoch"] for checkpoint in checkpoints) == [1, 5]
        points = client.get_metric_history(session_id, "loss", axis="step")
        assert points["steps"] == [20, 30, 40, 50]
        lines = [line["text"] for line in client.get_logs(session_id)["lines"] if line["source"] == "stdout"]
        assert lines == ["attempt 1 begins at 1", "attempt 2 begins at 6"]
    assert not list(spool.rglob("refused/*"))


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
