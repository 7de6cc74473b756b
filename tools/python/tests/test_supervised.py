"""A program that the server runs: its supervisor and the client record nothing twice."""

import sys
import time

import conftest
import pytest
from server_process import ServerProcess

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
    server = ServerProcess(conftest.BINARY, folder, "--allow-command", sys.executable)
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
