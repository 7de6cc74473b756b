"""The client against a real server."""

import datetime
import hashlib
import inspect
import os
import socket
import threading
import time

import pytest

import pivot_tracker as pivot
from pivot_tracker.transport import Transport


def test_every_public_method_is_documented():
    for name, method in inspect.getmembers(pivot.PIVOTClient, inspect.isfunction):
        assert name.startswith("_") or method.__doc__, name


def synthetic(**changes):
    return {"trainer": {"kind": "synthetic"}, "train": {"epochs": 3, **changes}}


def test_the_guides_calls_run_a_training(server):
    with pivot.PIVOTClient(server.url) as client:
        session = client.create_session(config=synthetic(), name="guide", tags=["a"])
        session_id = session["session_id"]
        client.start_training(session_id)
        document = client.wait_for_completion(session_id, timeout=60)
        assert document["status"] == "completed" and client.get_latest_metrics(session_id)["epoch"] == 3
        assert len(client.get_metrics(session_id)["metrics"]) == 3
        assert client.get_checkpoints(session_id)["checkpoints"]
        assert [entry["session_id"] for entry in client.iterate_sessions(tag="a")] == [session_id]
        assert client.monitor_training(session_id)["status"] == "completed"
        assert "cpu" in client.get_resources() and client.ping() and client.get_health()
        assert "pivot" in client.get_server_telemetry()
        assert client.get_openapi()["openapi"].startswith("3")
        for query in (client.get_loss_graph, client.get_session_epochs, client.get_metric_records, client.get_session_status):
            assert query(session_id)


def test_a_session_is_reproduced_and_the_verdict_stands_in_both(server):
    with pivot.PIVOTClient(server.url) as client:
        original = client.create_session(config=synthetic(), name="original")["session_id"]
        client.start_training(original)
        client.wait_for_completion(original, timeout=60)
        copy = client.reproduce_session(original, tolerance=1e-9)["session_id"]
        client.wait_for_completion(copy, timeout=60)
        deadline = time.monotonic() + 30
        while not (verdicts := client.get_status(copy).get("reproductions")) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert verdicts[-1]["verdict"] == "identical" and verdicts[-1]["epochs_compared"] == 3
        assert client.get_status(original)["reproductions"] == verdicts


def test_a_read_of_the_past_answers_what_it_answered_then(server):
    external = {"trainer": {"kind": "external"}, "train": {"epochs": 1}}
    with pivot.PIVOTClient(server.url) as client:
        session_id = client.create_session(config=external, session_name="past of mine", tags=["early"])["session_id"]
        position = client.get_status(session_id)["position"]
        client.update_session(session_id, session_name="renamed", tags=["late"])
        client.archive_session(session_id)
        (then,) = client.list_sessions(filter=f"id = {session_id} and tags = early", as_of=position)["sessions"]
        assert then["session_name"] == "past of mine"
        assert client.list_sessions(filter=f"id = {session_id}")["total"] == 0
        assert [one["session_id"] for one in client.iterate_sessions(tag="early", as_of=position)] == [session_id]
        with pytest.raises(pivot.PIVOTError, match="as_of"):
            client.list_sessions(as_of=position + 1_000_000)
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        with pytest.raises(pivot.PIVOTError, match="future"):
            client.list_sessions(as_of=tomorrow)


def test_many_sessions_are_asked_about_at_once(server):
    external = {"trainer": {"kind": "external"}, "train": {"epochs": 1}}
    with pivot.PIVOTClient(server.url) as client:
        for rate, dice in ((0.1, 1.0), (0.1, 2.0), (0.2, 4.0)):
            session_id = client.create_session(config=external, params={"rate": rate}, tags=["many"])["session_id"]
            client.report_result(session_id, "dice", dice, "test.py")
        assert client.list_session_names("params", prefix="ra")["names"] == [{"name": "rate", "sessions": 3}]
        groups = client.list_session_groups("params.rate", ["results.dice"], tag="many", statistics=["mean", "count"])
        assert [group["group"] for group in groups["groups"]] == [0.1, 0.2]
        assert groups["groups"][0]["values"] == [{"field": "results.dice", "mean": 1.5, "count": 2}]
        before = client.list_sessions()["total"]
        check = client.check_session(config_text="trainer: {kind: external}\ntrain:\n  epochs: 0\n")
        assert not check["valid"] and [(one["field"], one["line"]) for one in check["problems"]] == [("train.epochs", 3)]
        assert client.check_session(config=external)["config"]["train"]["epochs"] == 1
        assert client.list_sessions()["total"] == before


def test_errors_say_what_to_do(server):
    client = pivot.PIVOTClient(server.url)
    with pytest.raises(pivot.PIVOTError) as caught:
        client.create_session(config={"train": {"epochs": -1}}, name="wrong")
    assert caught.value.status == 422 and caught.value.code == "invalid_field" and "epochs" in caught.value.field
    with pytest.raises(pivot.PIVOTError) as caught:
        client.get_status("sess_unknown")
    assert caught.value.status == 404 and caught.value.code == "not_found"
    with pytest.raises(pivot.Unreachable, match="pivot serve"):
        pivot.PIVOTClient("http://127.0.0.1:9", retries=0).ping()
    with pytest.raises(ValueError, match="address"):
        pivot.PIVOTClient("localhost:8000")


def test_a_call_survives_a_restart_of_the_server_and_takes_effect_once(server):
    client = pivot.PIVOTClient(server.url, retries=30)
    server.kill()
    made = []
    thread = threading.Thread(target=lambda: made.append(client.create_session(config=synthetic(), name="late")))
    thread.start()
    server.start()
    thread.join(30)
    assert client.list_sessions()["total"] == 1 and made[0]["session_name"] == "late"


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_files_come_back_as_they_were_sent(server, tmp_path, size):
    client = pivot.PIVOTClient(server.url)
    session_id = client.create_session(config={"trainer": {"kind": "external"}}, name="files")["session_id"]
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))
    digest = "sha256:" + hashlib.sha256(source.read_bytes()).hexdigest()
    checkpoint = client.upload_checkpoint(source, session_id, 1, {"val_loss": 0.5})
    assert checkpoint["digest"] == digest
    target = client.download_checkpoint(checkpoint["checkpoint_id"], tmp_path / "target")
    assert target.read_bytes() == source.read_bytes()
    artifact = client.upload_artifact(session_id, "a b/ü?.bin", source, kind="file", key="k", step=3)
    assert artifact["digest"] == digest and artifact["step"] == 3
    target = client.download_artifact(session_id, "a b/ü?.bin", tmp_path / "second", digest)
    assert target.read_bytes() == source.read_bytes()
    with pytest.raises(pivot.DigestMismatch):
        client._transport.download(f"checkpoints/{checkpoint['checkpoint_id']}/download", tmp_path / "third", digest="sha256:0")
    assert not (tmp_path / "third").exists() and not list(tmp_path.glob("*.part"))


def test_a_feed_survives_restarts_without_a_gap_or_a_repeat(server):
    client = pivot.PIVOTClient(server.url)
    frames = []
    with pivot.session("fed", base_url=server.url, provenance=False) as session:
        session.flush(delivered=True)
        types = ["metrics", "status", "training_complete"]
        reader = threading.Thread(
            target=lambda: frames.extend(client.stream_metrics(session.session_id, types=types, after=0))
        )
        reader.start()
        for step in range(200):
            session.log({"loss": float(step)}, step=step)
            if step % 70 == 60:
                session.flush(delivered=True)
                server.kill()
                server.start()
            time.sleep(0.002)
    reader.join(30)
    assert not reader.is_alive()
    steps = []
    for frame in frames:
        if frame["type"] == "metrics":
            for series in frame.get("series", []):
                steps += series.get("steps", [])
            steps += [point["step"] for point in frame.get("points", [])]
    assert steps == list(range(200)), frames[:3]


@pytest.mark.parametrize(
    "answer, wanted",
    [("none", "timed out"), ("closing", "the connection was closed without an answer"), ("away", "Connection refused")],
)
def test_a_broken_call_says_why_in_few_words(answer, wanted):
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    thread = None
    if answer == "away":
        listener.close()
    elif answer == "closing":
        thread = threading.Thread(target=close_the_first, args=(listener,))
        thread.start()
    transport = Transport(url, timeout=0.3, retries=0)
    try:
        raise FileNotFoundError(2, "something else that is being handled")
    except FileNotFoundError:
        with pytest.raises(pivot.Unreachable) as raised:
            transport.send("GET", "ping")
    finally:
        transport.close()
        if thread is not None:
            thread.join()
        listener.close()
    assert str(raised.value) == (
        f"No answer from {url} to GET ping: {wanted}. Start the server (pivot serve), or name its address in PIVOT_URL or "
        "base_url."
    )


def close_the_first(listener):
    """Takes one connection, reads its request and closes it."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)


def test_content_is_redacted_and_the_rest_stays(server):
    client = pivot.PIVOTClient(server.url)
    session = client.create_session(name="s", notes="a name", config={"trainer": {"kind": "external"}})["session_id"]
    planned = client.redact_session(session, ["notes"], "asked for", dry_run=True)
    assert planned["dry_run"] and planned["record_count"] == 1
    assert client.get_status(session)["notes"] == "a name"
    done = client.redact_session(session, ["notes"], "asked for")
    assert done["record_count"] == 1 and done["remaining_count"] == 0
    document = client.get_status(session)
    assert "notes" not in document and document["notes_redacted_by"] == done["position"]
    assert client.redact_session(session, ["notes"], "asked for")["record_count"] == 0
