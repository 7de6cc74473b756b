"""What the command that delivers leftovers says, before and after it does."""

import json
import os
import subprocess
import sys

import requests
from pivot_tracker.sync import main
from test_kills import make_leftovers


def printed(capsys, *arguments):
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_dry_run_lists_what_would_be_delivered_and_delivers_nothing(server, spool, tmp_path, capsys):
    session_id, _ = make_leftovers(tmp_path, 10)
    status, out, _ = printed(capsys, "--dry-run", "--url", server.url)
    assert status == 0 and out.startswith(f"{session_id} (") and f"bytes for {server.url}/api/v1" in out
    status, out, _ = printed(capsys, "--dry-run", "--json")
    (told,) = json.loads(out)["spools"]
    assert told["session_id"] == session_id and told["bytes"] > 0 and not told["is_in_use"]
    assert requests.get(f"{server.url}/api/v1/training/sessions/{session_id}", timeout=10).status_code == 404
    assert len(list(spool.glob("sess_*"))) == 1


def test_what_is_delivered_is_said_first(server, spool, tmp_path, capsys):
    first, _ = make_leftovers(tmp_path, 10, "one")
    second, _ = make_leftovers(tmp_path, 10, "two")
    status, out, _ = printed(capsys, "--url", server.url)
    assert status == 0
    head, *lines = out.splitlines()
    assert head.startswith(f"Delivering 2 spools from {spool}")
    assert {line.split()[0] for line in lines[:2]} == {first, second}
    assert all("delivered" in line for line in lines[2:4])


ARCHIVED = """
import glob, json, os, requests, time
import pivot_tracker as pivot

session = pivot.session("archived", provenance=False)
session.log({"loss": 1.0}, step=1)
session.flush(delivered=True)
session._pipeline._delivery_ends.set()
time.sleep(0.5)
session.epoch(1, {"loss": 1.0})
session.epoch(2, {"loss": 0.5})
session.flush()
(state,) = glob.glob(os.environ["PIVOT_SPOOL_DIR"] + "/sess_*/state.json")
token, route = json.load(open(state))["token"], f"{os.environ['PIVOT_URL']}/api/v1/training/sessions/{session.session_id}"
headers = {"Authorization": f"Lease {token}"}
requests.post(f"{route}/finish", json={"attempt": 1, "outcome": "completed"}, headers=headers).raise_for_status()
requests.delete(route).raise_for_status()
os._exit(9)
"""


def test_each_refusal_is_printed_once_and_named(server, spool):
    environment = {**os.environ, "PIVOT_URL": server.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", ARCHIVED], env=environment).returncode == 9
    command = [sys.executable, "-m", "pivot_tracker", "sync"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 1 and result.stderr == ""
    refused = [line.strip() for line in result.stdout.splitlines() if "refused:" in line]
    assert [line.split(":")[1] for line in refused] == [" epoch 1", " epoch 2"]
    assert all(line.endswith("archived: The session is archived and cannot be changed.") for line in refused)


def test_a_failure_is_json_too(spool, tmp_path, capsys):
    status, out, _ = printed(capsys, "--json", "--spool", str(tmp_path / "none"))
    assert status == 2 and "There is no folder" in json.loads(out)["error"]["message"]
    status, _, err = printed(capsys, "--spool", str(tmp_path / "none"))
    assert status == 2 and "There is no folder" in err
    make_leftovers(tmp_path, 10)
    status, out, _ = printed(capsys, "--json", "--url", "nowhere")
    assert status == 2 and "not the address of a server" in json.loads(out)["error"]["message"]
