"""The example that runs everywhere: stopped, gone on with, and compared with an undisturbed training."""

import os
import pathlib
import subprocess
import sys

import pivot_tracker as pivot

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "examples" / "regression.py"


def start(server, *arguments):
    environment = {**os.environ, "PIVOT_URL": f"{server.url}/api/v1", "PYTHONPATH": str(EXAMPLE.parents[1] / "src")}
    return subprocess.Popen([sys.executable, str(EXAMPLE), *arguments], stdout=subprocess.PIPE, text=True, env=environment)


def test_an_example_that_is_stopped_and_gone_on_with_ends_like_an_undisturbed_one(server, tmp_path):
    client = pivot.PIVOTClient(server.url + "/api/v1")
    undisturbed = start(server, "--weights", str(tmp_path / "a.json"))
    undisturbed.communicate(timeout=60)
    stopped = start(server, "--pause", "0.02")
    session_id = stopped.stdout.readline().strip()
    for frame in client.stream_metrics(session_id):
        if frame.get("type") == "epoch_complete":
            break
    client.stop_training(session_id)
    assert stopped.wait(60) == 0 and undisturbed.returncode == 0
    stopped.stdout.close()
    document = client.get_status(session_id)
    assert document["status"] == "stopped" and 1 <= document["current_epoch"] < 10
    resumed = start(server, "--resume", session_id, "--weights", str(tmp_path / "b.json"))
    resumed.communicate(timeout=60)
    assert resumed.returncode == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    history = client.get_metric_history(session_id, "loss", axis="step")
    assert history["steps"] == list(range(1, 201))
