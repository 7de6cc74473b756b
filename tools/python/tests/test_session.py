"""What a session promises, seen through a real server."""

import math
import multiprocessing
import os
import signal
import pathlib
import struct
import subprocess
import sys
import threading
import time
from array import array

import counting
import numpy
import pytest
import requests

import pivot_tracker as pivot
from pivot_tracker import pipeline
from pivot_tracker.sync import deliver_all


def begin(server, name="session", **options):
    options.setdefault("provenance", False)
    return pivot.session(name, base_url=server.url, **options)


def test_a_training_is_recorded_whole(server, tmp_path):
    (tmp_path / "weights").write_bytes(b"weights")
    model = {"layers": [1, 2], "bias": True}
    config = {"lr": 0.1, "model": model, "seed": numpy.int64(7), "path": pathlib.Path("/a"), "none": None}
    with begin(server, config=config, tags=["a", "b"], experiment="e", epochs=2) as session:
        for epoch in (1, 2):
            session.log({"loss": 1 / epoch, "count": 3}, step=epoch * 10)
            session.epoch(epoch, {"val_loss": 0.5 / epoch})
            checkpoint = session.checkpoint(tmp_path / "weights", epoch, {"val_loss": 0.5 / epoch})
            (tmp_path / "weights").write_bytes(b"other")
        session.params({"late": {"setting": 1}})
        session.text("first\nsecond", level="warning")
        session._put_artifact("folder/file.txt", b"content", "text/plain", "file", "key", 4)
        session._record_facts({"python": "3", "cores": 2})
    document = counting.session_document(server.url, session.session_id)
    assert document["status"] == "completed" and document["current_epoch"] == document["total_epochs"] == 2
    assert document["tags"] == ["a", "b"] and document["experiment"] == "e"
    params = document["params"]
    assert (params["lr"], params["model.layers"], params["model.bias"], params["seed"]) == (0.1, "[1, 2]", True, 7)
    assert (params["path"], params["none"], params["late.setting"]) == ("/a", "null", 1)
    assert document["provenance"]["cores"] == 2
    found = counting.points(server.url, session.session_id)
    assert found == {("loss", 10, 1.0): 1, ("count", 10, 3): 1, ("loss", 20, 0.5): 1, ("count", 20, 3): 1}
    with pivot.PIVOTClient(server.url) as client:
        assert [line["text"] for line in client.get_logs(session.session_id)["lines"]] == ["first", "second"]
        (artifact,) = client.list_artifacts(session.session_id)["artifacts"]
        assert (artifact["kind"], artifact["key"], artifact["step"]) == ("file", "key", 4)
        first, last = client.get_checkpoints(session.session_id)["checkpoints"]
        assert last["checkpoint_id"] == checkpoint and (first["step"], last["step"]) == (10, 20)
        assert client.download_checkpoint(first["checkpoint_id"], tmp_path / "first").read_bytes() == b"weights"
    assert not session.spool_path.exists()


def test_numbers_arrive_bit_for_bit(server):
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1]
    with begin(server, host_readings=False, capture_output=False) as session:
        session.log_points("special", values)
        session.epoch(1, {f"m{number}": value for number, value in enumerate(values)})
    (event,) = counting.events(server.url, session.session_id, "telemetry")
    got = [float(value) for value in event["data"]["series"][0]["values"]]
    assert [struct.pack("<d", value) for value in got] == [struct.pack("<d", value) for value in values]
    (epoch,) = [e for e in counting.events(server.url, session.session_id, "session") if e["type"] == "session.epoch_completed"]
    got = [float(metric.get("value", 0)) for metric in epoch["data"]["metrics"]]
    assert [struct.pack("<d", value) for value in got] == [struct.pack("<d", value) for value in values]


@pytest.mark.parametrize(
    "make",
    [
        list, tuple, lambda v: array("f", v), lambda v: numpy.array(v), lambda v: numpy.array(v, "f4"),
        lambda v: numpy.array(v, "i4"), lambda v: numpy.repeat(numpy.array(v, float), 2)[::2],
    ],
)
def test_batches_of_every_kind_are_taken(server, make):
    with begin(server) as session:
        session.log_points("a", make(range(1000)), steps=numpy.arange(0, 2000, 2))
        session.log_points("a", make(range(5)))
        session.log_points("b", make(range(5)), steps=7)
    found = counting.points(server.url, session.session_id)
    expected = {("a", 2 * number, float(number)): 1 for number in range(1000)}
    expected.update({("a", 1999 + number, float(number)): 1 for number in range(5)})
    expected.update({("b", 7 + number, float(number)): 1 for number in range(5)})
    assert found == expected


def test_wrong_values_are_refused_at_the_call_and_named(server):
    with begin(server) as session:
        for metrics, error in (
            ({3: 1.0}, TypeError), ({3: {"a": 1.0}}, TypeError), ({"a": {3: 1.0}}, TypeError),
            ({"a.b": 1.0, "a": {"b": 2.0}}, ValueError), ({"a": {"x" * 256: 1.0}}, ValueError),
            ({"x" * 256: 1.0}, ValueError), ({"": 1.0}, ValueError), ({"a\n": 1.0}, ValueError), ({"epoch": 1.0}, ValueError),
        ):
            with pytest.raises(error):
                session.log(metrics, step=1)
        for step, error in ((1.5, TypeError), ("1", TypeError), (-1, ValueError), (2**53, ValueError)):
            with pytest.raises(error):
                session.log({"a": 1.0}, step=step)
        with pytest.raises(ValueError, match="255"):
            session.log({"y" * 300: 1.0})
        with pytest.raises(ValueError):
            session.epoch(0, {})
        with pytest.raises(FileNotFoundError):
            session.checkpoint("/nowhere/file", 1)
        session.log({"good": numpy.float32(1.5)}, step=numpy.int64(3))
    with pytest.raises(TypeError, match="bad.one"):
        begin(server, config={"bad": {"one": object()}})
    assert counting.points(server.url, session.session_id) == {("good", 3, 1.5): 1}


def test_eight_threads_log_at_once(server):
    with begin(server) as session:
        def work(number):
            for step in range(2000):
                session.log({f"thread-{number}": float(step)}, step=step)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = counting.points(server.url, session.session_id)
    assert found == {(f"thread-{number}", step, float(step)): 1 for number in range(8) for step in range(2000)}


def test_the_spool_of_a_living_session_is_left_to_it(server, spool):
    with begin(server) as session:
        session.log({"a": 1.0}, step=1)
        (here,) = deliver_all(spool, None)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "pivot_tracker", "sync"]
        there = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert here.outcome == "in_use" and there.returncode == 0 and "in use" in there.stdout
        # Nor did looking at it give the lock away.
        (here,) = deliver_all(spool, None)
        assert here.outcome == "in_use"
        session.log({"a": 2.0}, step=2)
    assert counting.points(server.url, session.session_id) == {("a", 1, 1.0): 1, ("a", 2, 2.0): 1}


def test_a_full_queue_makes_calls_wait_and_counts_it(server, monkeypatch):
    monkeypatch.setattr(pipeline, "QUEUE_BYTES", 20_000)
    with begin(server) as session:
        for step in range(20_000):
            session.log({"loss": float(step)}, step=step)
        assert session.stats.blocked_seconds > 0
    assert len(counting.points(server.url, session.session_id)) == 20_000


def test_a_stop_is_seen_within_seconds(server):
    with begin(server) as session:
        session.log({"a": 1.0})
        session.flush(delivered=True)
        assert not session.should_stop
        requests.post(f"{server.url}/api/v1/training/sessions/{session.session_id}/stop", params={"wait": 0}, timeout=10)
        asked = time.monotonic()
        while not session.should_stop:
            assert time.monotonic() - asked < 3
            time.sleep(0.01)
    assert counting.session_document(server.url, session.session_id)["status"] == "stopped"


def test_errors_and_interrupts_end_the_session_as_what_they_are(server):
    with pytest.raises(ZeroDivisionError):
        with begin(server) as failed:
            1 / 0
    with pytest.raises(KeyboardInterrupt):
        with begin(server) as stopped:
            raise KeyboardInterrupt
    document = counting.session_document(server.url, failed.session_id)
    assert document["status"] == "failed" and "ZeroDivisionError" in document["message"]
    assert counting.session_document(server.url, stopped.session_id)["status"] == "stopped"
    with pytest.raises(pivot.SessionClosed):
        failed.log({"a": 1.0})


def test_a_program_that_ends_without_finish_is_told_as_it_ended(server):
    code = (
        "import sys, pivot_tracker as pivot\n"
        "session = pivot.session('plain', base_url=sys.argv[1], provenance=False)\n"
        "print(session.session_id, flush=True)\nsession.log({'a': 1.0}, step=1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for ending, status in (("", "completed"), ("raise ValueError('broken')", "failed")):
        result = subprocess.run(
            [sys.executable, "-c", code + ending, server.url], env=environment, capture_output=True, text=True
        )
        session_id = result.stdout.split()[0]
        document = counting.session_document(server.url, session_id)
        assert document["status"] == status, result.stderr
        assert len(counting.points(server.url, session_id)) == 1


def _log_in_child(session, answers):
    try:
        session.log({"child": 1.0}, step=1)
        answers.put("logged")
    except pivot.SessionClosed as error:
        answers.put(str(error))


def test_a_forked_child_is_told_and_the_parent_goes_on(server):
    context = multiprocessing.get_context("fork")
    with begin(server) as session:
        session.log({"parent": 1.0}, step=1)
        answers = context.Queue()
        child = context.Process(target=_log_in_child, args=(session, answers))
        child.start()
        assert "forked" in answers.get(timeout=20)
        child.join(20)
        assert child.exitcode == 0
        session.log({"parent": 2.0}, step=2)
    assert counting.points(server.url, session.session_id) == {("parent", 1, 1.0): 1, ("parent", 2, 2.0): 1}


def test_a_resumed_session_goes_on_behind_its_checkpoint(server, tmp_path):
    weights = tmp_path / "weights"
    with begin(server) as first:
        assert first.resume_state() is None
        for epoch in (1, 2, 3):
            for step in range(epoch * 10 - 9, epoch * 10 + 1):
                first.log({"loss": float(step)}, step=step)
            first.epoch(epoch, {"val_loss": 1.0 / epoch})
            if epoch < 3:
                weights.write_bytes(b"epoch %d" % epoch)
                first.checkpoint(weights, epoch, {"val_loss": 1.0 / epoch})
        first.finish("stopped")
    with begin(server, resume=first.session_id) as second:
        state = second.resume_state(tmp_path / "resumed")
        assert (state.epoch, state.step, state.path.read_bytes()) == (2, 20, b"epoch 2")
        assert state.metrics == {"val_loss": 0.5}
        for step in range(21, 31):
            second.log({"loss": -float(step)}, step=step)
        second.epoch(3, {"val_loss": 0.1})
    document = counting.session_document(server.url, first.session_id)
    assert document["status"] == "completed" and document["attempt"] == 2
    assert document["attempts"][1]["first_epoch"] == 3 and document["attempts"][1]["first_step"] == 21
    with pivot.PIVOTClient(server.url) as client:
        history = client.get_metric_history(first.session_id, "loss", axis="step")
        assert history["values"] == [float(step) if step <= 20 else -float(step) for step in range(1, 31)]
    with begin(server, name="child", checkpoint_id=state.checkpoint_id) as child:
        assert child.resume_state(tmp_path / "child").path.read_bytes() == b"epoch 2"


def test_what_the_server_refuses_at_the_beginning_is_raised(server):
    with pytest.raises(pivot.PIVOTError) as caught:
        begin(server, checkpoint_id="ckpt_unknown")
    assert caught.value.status == 404
    with pytest.raises(pivot.PIVOTError) as caught:
        begin(server, resume="sess_unknown")
    assert caught.value.status == 404
    with begin(server) as done:
        pass
    with pytest.raises(pivot.PIVOTError) as caught:
        begin(server, resume=done.session_id)
    assert caught.value.code == "wrong_status"


def test_a_program_joins_the_session_that_the_server_runs(server, monkeypatch):
    with pivot.PIVOTClient(server.url) as client:
        session_id = client.create_session(config={"trainer": {"kind": "external"}}, name="joined")["session_id"]
        claim = client.claim_attempt(session_id)
        client.report_attempt_started(session_id, 1, claim["token"], first_epoch=1, first_step=1)
        monkeypatch.setenv("PIVOT_SESSION_ID", session_id)
        monkeypatch.setenv("PIVOT_LEASE", claim["token"])
        monkeypatch.setenv("PIVOT_ATTEMPT", str(claim["attempt"]))
        with pivot.session(base_url=server.url, config={"lr": 1}, provenance=False) as session:
            session.log({"loss": 1.0}, step=5)
            session.epoch(1, {"val_loss": 1.0})
            # The supervisor's SIGTERM asks for a stop, so that there is time to save; afterwards it ends a process again.
            assert not session.should_stop
            os.kill(os.getpid(), signal.SIGTERM)
            assert session.should_stop
            session.finish("completed")
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        assert session.stats.refused == 0
        document = client.get_status(session_id)
    assert session.session_id == session_id and document["status"] == "completed" and document["attempt"] == 1
    assert document["params"]["lr"] == 1 and document["current_epoch"] == 1


def test_a_joined_session_is_joined_once_and_leaves_its_failure_to_the_exit_code(server, monkeypatch):
    with pivot.PIVOTClient(server.url) as client:
        session_id = client.create_session(config={"trainer": {"kind": "external"}}, name="joined")["session_id"]
        claim = client.claim_attempt(session_id)
        monkeypatch.setenv("PIVOT_SESSION_ID", session_id)
        monkeypatch.setenv("PIVOT_LEASE", claim["token"])
        monkeypatch.setenv("PIVOT_ATTEMPT", str(claim["attempt"]))
        monkeypatch.setenv("PIVOT_URL", server.url)
        with pytest.raises(ZeroDivisionError):
            with pivot.session(provenance=False) as session:
                session.log({"loss": 1.0}, step=1)
                # What this process starts does not end its session.
                code = "import pivot_tracker as p; s = p.session('child', provenance=False); print(s.session_id); s.finish()"
                child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
                with pivot.session("second", provenance=False) as second:
                    second.log({"loss": 2.0}, step=1)
                raise ZeroDivisionError("to be seen by the supervisor")
        assert len({session.session_id, second.session_id, child.stdout.strip()}) == 3
        # The supervisor says how the program ended.
        assert client.get_status(session_id)["status"] == "running"
        assert len(counting.points(server.url, session_id)) == 1


def test_nul_in_a_line_or_a_message_costs_nothing(server):
    with pytest.raises(ValueError):
        with begin(server) as session:
            session.text("one\nbad \0 line\nthree")
            session.flush(delivered=True)
            raise ValueError("bad \0 message")
    assert session.stats.refused == 0
    with pivot.PIVOTClient(server.url) as client:
        document = client.get_status(session.session_id)
    assert document["status"] == "failed" and "bad \ufffd message" in document["message"]


@pytest.mark.parametrize("call", [lambda s: s.log([1]), lambda s: s.log(0.5)])
def test_log_says_what_it_takes(server, call):
    with begin(server) as session, pytest.raises(TypeError, match="mapping of names to numbers"):
        call(session)


def test_what_is_refused_is_told_kept_and_passed_by(server, spool):
    with begin(server) as session:
        with pytest.raises(ValueError, match="outside"):
            session._put_artifact("../outside", b"x", "text/plain")
        session._put_artifact("back\\slash", b"x", "text/plain")
        session.log({"a": 1.0}, step=1)
        with pytest.raises(pivot.PIVOTError, match="refused 1 of the records.*path"):
            session.flush(delivered=True)
        session.flush(delivered=True)
        assert session.stats.refused == 1 and "path" in session.stats.last_error
    assert len(counting.points(server.url, session.session_id)) == 1
    assert "ARTIFACT" in next((spool / "refused").iterdir()).read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system of a given size")
def test_a_full_disk_is_told_and_nothing_is_confirmed_wrongly(stopped_server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        session = pivot.session("full", base_url=stopped_server.url, spool_dir=disk, provenance=False, patience=0.1)
        confirmed = -1
        with pytest.raises(pivot.SpoolError, match="written"):
            for step in range(1_000_000):
                session.log({f"metric-{step % 50}": step / 3}, step=step)
                if step % 500 == 499:
                    session.flush()
                    confirmed = step
        assert confirmed > 0
        with pytest.raises(pivot.SpoolError):
            session.flush()
        # Room again: it goes on, and everything that was taken arrives.
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        deadline = time.monotonic() + 10
        while session._pipeline.failure is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        session.log({"after": 1.0}, step=2_000_000)
        session.flush()
        stopped_server.start()
        session.finish()
        steps = {step for _, step, _ in counting.points(stopped_server.url, session.session_id)}
        assert steps >= set(range(confirmed + 1)) | {2_000_000}
        assert max(counting.points(stopped_server.url, session.session_id).values()) == 1
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_spool_that_cannot_be_made_is_told(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(pivot.SpoolError, match="PIVOT_SPOOL_DIR"):
        begin(server, spool_dir=tmp_path / "file")


def test_a_session_that_never_met_a_server_ends_at_once_and_is_synced(stopped_server, spool):
    began = time.monotonic()
    with begin(stopped_server) as session:
        session.log_points("a", range(100_000))
        with pytest.raises(TimeoutError):
            session.flush(timeout=0.2, delivered=True)
    assert time.monotonic() - began < 10
    stopped_server.start()
    (outcome,) = deliver_all(spool, None)
    assert (outcome.outcome, outcome.points, outcome.ended_as_failed) == ("delivered", 100_000, False)
    assert sum(counting.points(stopped_server.url, session.session_id).values()) == 100_000
    assert deliver_all(spool, None) == []


@pytest.mark.parametrize("work", ["session.log({'a': 1.0})", "print('x')", "session.flush()"])
def test_a_handler_that_finishes_the_session_may_interrupt_any_call(server, work):
    code = (
        "import os, signal, sys, pivot_tracker as pivot\n"
        "session = pivot.session('handled', base_url=sys.argv[1], provenance=False, quiet=True)\n"
        "signal.signal(signal.SIGTERM, lambda *_: (session.finish('stopped'), os._exit(0)))\n"
        "os.write(2, (session.session_id + '\\n').encode())\n"
        f"while True: {work}\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    programs = [
        subprocess.Popen([sys.executable, "-c", code, server.url], env=environment, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        ids = [program.stderr.readline().strip() for program in programs]
        time.sleep(0.3)
        for program in programs:
            program.terminate()
        assert [program.wait(20) for program in programs] == [0] * 4
    finally:
        for program in programs:
            program.kill()
            program.stderr.close()
            program.wait()
    for session_id in ids:
        assert counting.session_document(server.url, session_id)["status"] == "stopped"


def test_two_spellings_of_one_name_are_one_metric_of_the_epoch(server, caplog):
    with begin(server) as session:
        session.epoch(1, {"perte_\u00e9": 1.0, "a": 2.0, "perte_e\u0301": 3.0})
    assert "two spellings" in caplog.text
    records = requests.get(f"{server.url}/api/v1/metrics/{session.session_id}", timeout=10).json()["metrics"]
    assert [{name: value for name, value in record.items() if name != "timestamp"} for record in records] == [
        {"epoch": 1, "a": 2.0, "perte_\u00e9": 3.0}
    ]
