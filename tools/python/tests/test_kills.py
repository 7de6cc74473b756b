"""Nothing is lost and nothing comes twice, whatever is killed when. Every point is counted in the server's log."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import counting
import requests

import pivot_tracker as pivot
from pivot_tracker import delivery
from pivot_tracker.spool import read_state, write_state
from pivot_tracker.sync import deliver_all

HERE = pathlib.Path(__file__).resolve().parent
# The interval of the spool, and a margin for two cores that the server and the training share.
LOSS_NANOSECONDS = 50_000_000 + 50_000_000


class Training:
    """One training process and what it was promised before it was killed."""

    def __init__(self, folder, url):
        self._told = folder / "told"
        environment = {**os.environ, "PIVOT_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen([sys.executable, str(HERE / "training.py"), str(self._told)], env=environment)

    def wait_for_first_step(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._told.exists() and b"logged" in self._told.read_bytes():
                return
            time.sleep(0.005)
        raise AssertionError(f"the training did not begin: {self._process.poll()}")

    def kill(self):
        """Kills it and returns the session, the steps logged with their times, and the last one flushed."""
        killed = time.monotonic_ns()
        self._process.kill()
        self._process.wait()
        session, logged, flushed = None, [], -1
        for line in self._told.read_bytes().split(b"\n")[:-1]:
            words = line.decode().split()
            if words[0] == "session":
                session = words[1]
            elif words[0] == "logged":
                logged.append((int(words[1]), int(words[2])))
            else:
                flushed = int(words[1])
        return session, logged, flushed, killed


def check(url, session, logged, flushed, killed):
    """Every point that had to be kept is there once, and nothing else is; how many of the last are lost."""
    found = counting.points(url, session)
    assert max(found.values(), default=1) == 1, "points came twice"
    steps = sorted(step for name, step, _ in found if name == "loss")
    assert steps == list(range(len(steps))), "points are missing between others"
    assert steps == sorted(step for name, step, _ in found if name == "accuracy")
    assert all(value == (step if name == "loss" else step / 2) for name, step, value in found)
    assert len(steps) > flushed, f"flush confirmed step {flushed}, and {len(steps)} are there"
    old = [step for step, time_ns in logged if time_ns < killed - LOSS_NANOSECONDS]
    assert len(steps) > (old[-1] if old else -1), "points older than the interval are lost"
    # The last call may have been taken and not told.
    assert len(steps) <= len(logged) + 1
    return len(logged) - len(steps)


def test_trainings_killed_at_any_moment_lose_nothing_that_was_confirmed(server, spool, tmp_path):
    source = random.Random(1)
    for count in range(30):
        folder = tmp_path / str(count)
        folder.mkdir()
        training = Training(folder, server.url)
        training.wait_for_first_step()
        time.sleep(source.random() * 0.4)
        if count % 6 == 3:
            server.kill()
            time.sleep(source.random() * 0.2)
            server.start()
        promised = training.kill()
        outcomes = deliver_all(spool, server.url)
        assert [outcome.outcome for outcome in outcomes] in (["delivered"], []), outcomes
        check(server.url, *promised)
        document = counting.session_document(server.url, promised[0])
        assert document["status"] == "failed"
    assert list(spool.iterdir()) == []


def test_a_training_without_any_server_is_delivered_later(stopped_server, spool, tmp_path):
    training = Training(tmp_path, stopped_server.url)
    training.wait_for_first_step()
    time.sleep(1)
    promised = training.kill()
    stopped_server.start()
    (outcome,) = deliver_all(spool, None)
    assert outcome.outcome == "delivered" and outcome.ended_as_failed and outcome.session_id == promised[0]
    check(stopped_server.url, *promised)
    document = counting.session_document(stopped_server.url, promised[0])
    assert document["status"] == "failed" and document["message"] == "the process ended without finishing"


def make_leftovers(folder, count, name="left"):
    """A session with many records that never saw a server."""
    session = pivot.session(name, base_url="http://127.0.0.1:9/api/v1", provenance=False, patience=0.1)
    for number in range(count):
        session.log({"loss": float(number)}, step=number)
        if number % 50 == 49:
            session.flush()
        if number % 100 == 99:
            session.epoch(number // 100 + 1, {"val_loss": 1.0 / number})
    path = folder / "weights"
    path.write_bytes(os.urandom(300_000))
    checkpoint = session.checkpoint(path, count // 100, {"val_loss": 0.5})
    session.finish()
    return session.session_id, checkpoint


def sync_command(spool, url):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pivot_tracker", "sync", "--spool", str(spool), "--url", url, "--json"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def check_leftovers(url, session_id, checkpoint, count):
    found = counting.points(url, session_id)
    assert found == {("loss", step, float(step)): 1 for step in range(count)}
    epochs = [event for event in counting.events(url, session_id, "session") if event["type"] == "session.epoch_completed"]
    assert [event["data"]["epoch"] for event in epochs] == list(range(1, count // 100 + 1))
    saved = [event for event in counting.events(url, session_id, "session") if event["type"] == "session.checkpoint_saved"]
    assert [event["data"]["checkpoint_id"] for event in saved] == [checkpoint]
    assert counting.session_document(url, session_id)["status"] == "completed"


def test_a_sync_killed_again_and_again_delivers_each_record_once(server, spool, tmp_path):
    session_id, checkpoint = make_leftovers(tmp_path, 3000)
    source = random.Random(2)
    for _ in range(8):
        process = sync_command(spool, server.url)
        time.sleep(0.15 + source.random() * 0.3)
        process.kill()
        process.wait()
    process = sync_command(spool, server.url)
    process.communicate()
    assert process.returncode == 0 and not any(spool.glob("sess_*"))
    check_leftovers(server.url, session_id, checkpoint, 3000)


def test_a_state_that_a_loss_of_power_sets_back_repeats_nothing(server, spool, tmp_path, monkeypatch):
    session_id, checkpoint = make_leftovers(tmp_path, 1000)
    (folder,) = spool.glob("sess_*")
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    durable = [(kept / "state.json").read_text()]

    def recording(folder, state, is_durable=False):
        write_state(folder, state, is_durable)
        if is_durable:
            durable.append((folder / "state.json").read_text())

    monkeypatch.setattr(delivery, "write_state", recording)
    (outcome,) = deliver_all(spool, server.url)
    assert outcome.outcome == "delivered"
    states = list(durable)
    assert len(states) > 10
    for state in states:
        # The spool as it is found when only what was made durable is on the disk.
        shutil.copytree(kept, folder)
        (folder / "state.json").write_text(state)
        (outcome,) = deliver_all(spool, server.url)
        assert (outcome.outcome, outcome.refused) == ("delivered", [])
    check_leftovers(server.url, session_id, checkpoint, 1000)


def test_two_syncs_at_once_deliver_each_record_once(server, spool, tmp_path):
    sessions = [make_leftovers(tmp_path, 500, f"left-{number}") for number in range(3)]
    both = [sync_command(spool, server.url) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    last = sync_command(spool, server.url)
    assert last.wait() == 0 and not any(spool.glob("sess_*"))
    for session_id, checkpoint in sessions:
        check_leftovers(server.url, session_id, checkpoint, 500)


def test_a_lost_attempt_is_followed_by_one_that_supersedes_nothing(server, spool, tmp_path):
    session_id, checkpoint = make_leftovers(tmp_path, 1000)
    # Half of it is delivered, and then the server counts the attempt as lost.
    process = sync_command(spool, server.url)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = requests.get(f"{server.url}/api/v1/training/sessions/{session_id}", timeout=10)
        if answer.ok and answer.json()["current_epoch"] >= 2:
            break
        time.sleep(0.005)
    process.kill()
    process.wait()
    if any(spool.glob("sess_*")):
        (folder,) = spool.glob("sess_*")
        state = read_state(folder)
        headers = {"Authorization": f"Lease {state.token}"}
        body = {"attempt": 1, "outcome": "failed", "message": "lost, says the test"}
        requests.post(f"{server.url}/api/v1/training/sessions/{session_id}/finish", json=body, headers=headers, timeout=10)
        assert sync_command(spool, server.url).wait() == 0
    check_leftovers(server.url, session_id, checkpoint, 1000)
    visible = requests.get(
        f"{server.url}/api/v1/metrics/{session_id}/history", params={"metric_name": "loss", "axis": "step"}, timeout=10
    ).json()
    assert visible["values"] == [float(step) for step in range(1000)]


def test_a_live_training_whose_attempt_is_lost_goes_on_with_a_new_one(server, spool):
    with pivot.session("lost", base_url=server.url, provenance=False) as session:
        for step in range(200):
            session.log({"loss": float(step)}, step=step)
            if step == 100:
                session.epoch(1, {"val_loss": 1.0})
                session.flush(delivered=True)
                headers = {"Authorization": f"Lease {session._state.token}"}
                body = {"attempt": 1, "outcome": "failed", "message": "lost, says the test"}
                url = f"{server.url}/api/v1/training/sessions/{session.session_id}/finish"
                requests.post(url, json=body, headers=headers, timeout=10).raise_for_status()
        session.epoch(2, {"val_loss": 0.5})
    document = counting.session_document(server.url, session.session_id)
    assert (document["status"], document["attempt"], document["current_epoch"]) == ("completed", 2, 2)
    with pivot.PIVOTClient(server.url) as client:
        history = client.get_metric_history(session.session_id, "loss", axis="step")
        assert history["values"] == [float(step) for step in range(200)]
        assert [record["epoch"] for record in client.get_metrics(session.session_id)["metrics"]] == [1, 2]


def test_a_killed_training_is_resumed_at_once(server, spool, tmp_path):
    training = Training(tmp_path, server.url)
    training.wait_for_first_step()
    time.sleep(0.3)
    session_id, _, _, _ = training.kill()
    began = time.monotonic()
    with pivot.session(resume=session_id, base_url=server.url, provenance=False) as session:
        assert session.resume_state() is None
        session.log({"again": 1.0}, step=1)
        session.flush(delivered=True)
    assert time.monotonic() - began < 15
    document = counting.session_document(server.url, session_id)
    assert (document["status"], document["attempt"]) == ("completed", 2) and not any(spool.glob("sess_*"))


def test_a_server_killed_in_the_middle_loses_nothing(server, spool, tmp_path):
    with pivot.session("steady", base_url=server.url, provenance=False) as session:
        for step in range(600):
            session.log({"loss": float(step)}, step=step)
            if step % 200 == 100:
                server.kill()
                session.flush()
                server.start()
            time.sleep(0.001)
    assert not any(spool.glob("sess_*"))
    assert counting.points(server.url, session.session_id) == {("loss", step, float(step)): 1 for step in range(600)}
    assert counting.session_document(server.url, session.session_id)["status"] == "completed"
