"""The process's current session, and how a program's end becomes that of its session."""

import multiprocessing
import os
import subprocess
import sys

import counting
import pytest

import pivot_tracker as pivot
from pivot_tracker import current


@pytest.fixture(autouse=True)
def nothing_current(monkeypatch):
    monkeypatch.setattr(current, "_current", None)
    monkeypatch.setattr(current, "_has_begun", False)


def test_a_current_session_is_begun_logged_to_and_finished(server):
    session = pivot.init("current", base_url=server.url, config={"lr": 0.1}, provenance=False)
    pivot.log({"loss": 0.5}, step=3)
    pivot.log({"loss": 0.25})
    pivot.finish()
    pivot.finish()
    document = counting.session_document(server.url, session.session_id)
    assert (document["status"], document["session_name"], document["params"]["lr"]) == ("completed", "current", 0.1)
    assert counting.points(server.url, session.session_id) == {("loss", 3, 0.5): 1, ("loss", 4, 0.25): 1}
    with pytest.raises(pivot.SessionClosed, match="no current session.*to log.*pivot.init"):
        pivot.log({"loss": 1.0})


def test_a_second_init_finishes_the_first(server):
    first = pivot.init("first", base_url=server.url, provenance=False)
    pivot.log({"a": 1.0}, step=1)
    with pivot.init("second", base_url=server.url, provenance=False) as second:
        assert counting.session_document(server.url, first.session_id)["status"] == "completed"
        pivot.log({"a": 2.0}, step=1)
    with pytest.raises(pivot.SessionClosed, match="has ended"):
        pivot.log({"a": 3.0})
    third = pivot.init("third", base_url=server.url, provenance=False)
    pivot.finish("stopped", "enough")
    for session, status in ((first, "completed"), (second, "completed"), (third, "stopped")):
        assert counting.session_document(server.url, session.session_id)["status"] == status
    assert counting.points(server.url, second.session_id) == {("a", 1, 2.0): 1}


def test_without_init_every_call_says_what_to_do():
    for call in (lambda: pivot.log({"a": 1.0}), pivot.finish):
        with pytest.raises(pivot.SessionClosed, match=r"call pivot.init\(\) first"):
            call()


def _log_in_child(answers):
    try:
        pivot.log({"child": 1.0})
        answers.put("logged")
    except pivot.SessionClosed as error:
        answers.put(str(error))


def test_a_forked_child_has_no_current_session(server):
    pivot.init("parent", base_url=server.url, provenance=False)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_log_in_child, args=(answers,))
    child.start()
    assert "pivot.init" in answers.get(timeout=20)
    child.join(20)
    pivot.log({"a": 1.0})
    pivot.finish()


@pytest.mark.parametrize(
    "ending, code, status, message",
    [
        ("", 0, "completed", None),
        ("sys.exit()", 0, "completed", None),
        ("sys.exit(0)", 0, "completed", None),
        ("sys.exit(3)", 3, "failed", "exit code 3"),
        ("sys.exit('no data')", 1, "failed", "no data"),
        ("raise ValueError('broken')", 1, "failed", "ValueError: broken"),
        ("raise KeyboardInterrupt", None, "stopped", "keyboard"),
    ],
)
def test_what_a_program_leaves_open_ends_as_the_program_does(server, ending, code, status, message):
    program = (
        "import sys, pivot_tracker as pivot\n"
        "print(pivot.init('plain', base_url=sys.argv[1], provenance=False).session_id, flush=True)\n"
        f"pivot.log({{'a': 1.0}}, step=1)\n{ending}\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", program, server.url], env=environment, capture_output=True, text=True)
    assert code is None or ended.returncode == code, ended.stderr
    document = counting.session_document(server.url, ended.stdout.strip())
    assert document["status"] == status
    assert message is None or message in document["message"]
