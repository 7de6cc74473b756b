"""What a session says at the terminal, and what its object shows."""

import json
import os
import subprocess
import sys

import counting
import pytest

import pivot_tracker as pivot
from pivot_tracker.announcements import duration
from pivot_tracker.sync import deliver_all
from server_process import PIVOT

PROGRAM = """
import sys, pivot_tracker as pivot
with pivot.session("lung-7", base_url=sys.argv[1], provenance=False, patience=0.3) as session:
    session.log({"loss": 1.0}, step=1)
    print(session.session_id)
"""


def run(url, program=PROGRAM, **variables):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    return subprocess.run(
        [sys.executable, "-c", program, url], env=environment, capture_output=True, text=True, timeout=60, check=True
    )


def test_the_beginning_and_the_end_are_told_on_standard_error(server):
    told = run(server.url)
    session_id = told.stdout.strip()
    first, last = told.stderr.splitlines()
    assert first == f"pivot: session lung-7 ({session_id}) at {server.url}/api/v1/training/sessions/{session_id}"
    assert last.startswith(f"pivot: session lung-7 ({session_id}) completed after ") and last.endswith(" s")
    with pivot.PIVOTClient(server.url) as client:
        assert client.get_status(session_id)["session_name"] == "lung-7"


def test_what_is_left_is_told_at_the_end(stopped_server, spool):
    told = run(stopped_server.url)
    lines = [line for line in told.stderr.splitlines() if line.startswith("pivot: ")]
    assert "does not answer yet" in lines[0] and str(spool) in lines[0]
    assert "records are not delivered yet" in lines[1] and str(spool) in lines[1] and "pivot-sync" in lines[1]
    stopped_server.start()
    (outcome,) = deliver_all(spool, None)
    assert f"{outcome.records} records are" in lines[1] or f"{outcome.records:,} records are" in lines[1]


def test_the_client_can_be_quiet(server):
    assert run(server.url, PIVOT_QUIET="1").stderr == ""
    assert run(server.url, PROGRAM.replace("patience", "quiet=True, patience")).stderr == ""
    assert run(server.url, PIVOT_QUIET="0").stderr.count("pivot: ") == 2
    assert run(server.url, PROGRAM.replace("patience", "quiet=False, patience"), PIVOT_QUIET="1").stderr.count("pivot: ") == 2


def test_a_closed_standard_error_is_no_error(server):
    run(server.url, "import sys; sys.stderr.close()" + PROGRAM)
    run(server.url, "import sys; sys.stderr = None" + PROGRAM)


@pytest.mark.parametrize(
    "seconds, text",
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7440, "2 h 4 min"),
     (97_200, "1 d 3 h")],
)
def test_durations_are_told_in_their_two_greatest_units(seconds, text):
    assert duration(seconds) == text


def test_a_session_shows_its_address_configuration_and_params(server):
    with pivot.session("shown", config={"a": {"b": 1}}, base_url=server.url, epochs=4, provenance=False) as session:
        document = counting.session_document(server.url, session.session_id)
        assert session.url == f"{server.url}/api/v1/training/sessions/{session.session_id}"
        assert session.config == document["config"] and session.config["train"]["epochs"] == 4
        session.params({"late": {"setting": 2}})
        session.params["lr"] = 0.1
        session.params.update(a={"b": 3})
        assert session.params["lr"] == 0.1 and session.params["late.setting"] == 2 and session.params["a.b"] == 3
        assert "train.epochs" not in session.params and "nothing" not in session.params
        with pytest.raises(TypeError, match="'lr' is recorded"):
            del session.params["lr"]
        session.log({"loss": 1.0}, step=7)
        assert repr(session) == f"<pivot session shown ({session.session_id}), running, epoch 0, step 7, at {session.url}>"
        session.flush(delivered=True)
        assert dict(session.params) == counting.session_document(server.url, session.session_id)["params"]
    assert "shown" in repr(session) and "completed" in repr(session)


def test_a_resumed_session_knows_its_name_and_its_params(server, capsys):
    with pivot.session("first", config={"lr": 0.5}, base_url=server.url, provenance=False) as first:
        first.finish("stopped")
    with pivot.session(resume=first.session_id, config={"b": 2}, base_url=server.url, provenance=False) as second:
        assert (second.name, second.params["lr"], second.params["b"]) == ("first", 0.5, 2)
    assert f"pivot: session first ({first.session_id}) at " in capsys.readouterr().err.splitlines()[-2]


def test_a_session_without_a_server_shows_what_it_was_begun_with(stopped_server):
    with pivot.session("alone", config={"lr": 0.5}, epochs=3, base_url=stopped_server.url, patience=0.1) as session:
        assert session.config["train"] == {"epochs": 3} and dict(session.params) == {"lr": 0.5}


def test_many_params_are_sent_in_several_requests(server):
    config = {f"text-{number}": "ä" * 30_000 for number in range(40)}
    with pivot.session("many", config=config, base_url=server.url, provenance=False) as session:
        session.params({f"later-text-{number}": "x" * 60_000 for number in range(40)})
        session.flush(delivered=True)
    assert len([name for name in counting.session_document(server.url, session.session_id)["params"] if "text-" in name]) == 80


def test_the_version_is_the_servers():
    told = subprocess.run([PIVOT, "version"], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["pivot", pivot.__version__]


def test_an_address_does_not_show_a_password(stopped_server):
    from pivot_tracker.transport import session_address

    assert session_address("http://me:secret@example.org:1/api/v1", "sess_1") == "http://example.org:1/api/v1/training/sessions/sess_1"


def test_the_best_checkpoint_is_that_of_the_monitored_metric(server, tmp_path):
    weights = tmp_path / "weights"
    for mode, best in (("max", b"epoch 2"), ("min", b"epoch 3"), (None, b"epoch 2")):
        with pivot.session("best", monitor="dice", mode=mode, base_url=server.url, provenance=False) as session:
            for epoch, dice in ((1, 0.5), (2, 0.9), (3, 0.1)):
                session.epoch(epoch, {"dice": dice, "val_loss": 1.0})
                weights.write_bytes(b"epoch %d" % epoch)
                session.checkpoint(weights, epoch)
        train = counting.session_document(server.url, session.session_id)["config"]["train"]
        assert (train["checkpoint_monitor"], train["checkpoint_mode"]) == ("dice", mode or "max")
        target = tmp_path / f"best-{mode}"
        command = [PIVOT, "checkpoints", "download", session.session_id, "--url", server.url, "--output", str(target), "--json"]
        told = subprocess.run(command, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        assert target.read_bytes() == best and json.loads(told.stdout)["metrics"]["dice"] in (0.9, 0.1)


@pytest.mark.parametrize(
    "options, error, text",
    [
        ({"monitor": "dice", "mode": "best"}, ValueError, "mode must be 'min' or 'max'.*'best'"),
        ({"mode": "max"}, ValueError, "name the metric with monitor"),
        ({"monitor": 3}, TypeError, "monitor must be the name of a metric"),
        ({"monitor": ""}, ValueError, "monitor must be the name of a metric"),
    ],
)
def test_a_wrong_monitor_or_mode_is_named_before_anything_begins(stopped_server, options, error, text, spool):
    with pytest.raises(error, match=text):
        pivot.session("wrong", base_url=stopped_server.url, patience=0.1, **options)
    assert not spool.exists()


def test_a_monitor_that_cannot_be_changed_any_more_is_told(server, caplog):
    with pivot.session("first", monitor="dice", base_url=server.url, provenance=False) as first:
        first.finish("stopped")
    for options, count in (({"monitor": "dice", "mode": "max"}, 0), ({"monitor": "loss"}, 1)):
        with pivot.session(resume=first.session_id, base_url=server.url, provenance=False, **options) as again:
            again.finish("stopped")
        assert sum("decided when a session is created" in record.message for record in caplog.records) == count
