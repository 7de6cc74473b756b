"""What a program prints, in its session's log."""

import io
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import types

import pytest

import pivot_tracker as pivot
from pivot_tracker import console
from pivot_tracker.console import ConsoleCapture
from pivot_tracker.output_splitter import MAXIMUM_LINE_BYTES, OutputSplitter


def begin(server, **options):
    return pivot.session("output", base_url=server.url, provenance=False, host_readings=False, **options)


def lines_of(server, session_id, limit=1000):
    with pivot.PIVOTClient(server.url) as client:
        return [(line["source"], line["text"]) for line in client.get_logs(session_id, limit=limit)["lines"]]


def cut(*writes):
    """The lines that a splitter makes of texts that are written at times, and of what is left."""
    splitter, lines = OutputSplitter(), []
    for now, text in writes:
        lines += splitter.take(text, now)
    return lines + splitter.finish()


@pytest.mark.parametrize(
    "writes, lines",
    [
        ([(0, "a\nb\n")], ["a", "b"]),
        ([(0, "a"), (0, "b\n\n"), (0, "c")], ["ab", "", "c"]),
        ([(0, "a\r\nb\r\n")], ["a", "b"]),
        ([(0, "a\r"), (0, "\nb")], ["a", "b"]),
        # Of what is written over, one in two seconds and the last.
        ([(0, "\r1 %"), (0.5, "\r2 %"), (1, "\r3 %"), (2.6, "\r4 %"), (2.7, "\r100 %\n")], ["1 %", "3 %", "100 %"]),
        ([(0, "\r1 %"), (0.1, "\r2 %"), (0.2, "\r\n")], ["1 %", "2 %"]),
        # Two bars of tqdm: the lower one moves up again after it is drawn.
        (
            [(0, "\router 0"), (0, "\n"), (0, "\rinner 1"), (0, "\x1b[A"), (1, "\n"), (1, "\rinner 2"), (1, "\x1b[A"),
             (1.5, "\n"), (1.5, "\rinner 3"), (1.5, "\x1b[A"), (4, "\n"), (4, "\rinner 4\n")],
            ["outer 0", "inner 1", "inner 3", "inner 4"],
        ),
        ([(0, "\x1b[2K\x1b[31mred\x1b[0m\n")], ["\x1b[31mred\x1b[0m"]),
        ([(0, "a\0b\ud800\n")], ["a\ufffdb?"]),
    ],
)
def test_output_is_cut_into_lines_and_progress_is_thinned(writes, lines):
    assert cut(*writes) == lines


def test_a_long_line_is_cut_and_says_so():
    (line,) = cut((0, "x" * 20_000), (0, "y" * 1000 + "\n"))
    assert line == "x" * MAXIMUM_LINE_BYTES + " … (5000 bytes left out)"
    (line,) = cut((0, "ä" * 20_000 + "\n"))
    assert line.startswith("ä" * 8000 + " … (24000 bytes") and len(line.encode()) < 16_384


def test_what_is_printed_goes_to_the_terminal_and_into_the_log_in_order(server, capsys):
    earlier = logging.StreamHandler(sys.stderr)
    with begin(server) as session:
        print("first", flush=True)
        print("second", file=sys.stderr)
        sys.stdout.writelines(["third\n", "fourth\n"])
        session.text("by hand")
        earlier.emit(logging.LogRecord("a", 20, "b", 1, "by a logger that was set up before", None, None))
        print("unfinished", end="")
    told = lines_of(server, session.session_id)
    assert told == [
        ("stdout", "first"), ("stderr", "second"), ("stdout", "third"), ("stdout", "fourth"), ("log", "by hand"),
        ("stderr", "by a logger that was set up before"), ("stdout", "unfinished"),
    ]
    shown = capsys.readouterr()
    assert shown.out == "first\nthird\nfourth\nunfinished"
    assert [line for line in shown.err.splitlines() if not line.startswith("pivot: ")] == [
        "second", "by a logger that was set up before"]


def test_the_streams_are_their_own_again_at_the_end_and_the_clients_lines_are_no_output(server):
    before = sys.stdout, sys.stderr
    with begin(server, quiet=False) as session:
        assert (sys.stdout, sys.stderr) == before and "write" in vars(sys.stdout)
        with begin(server, quiet=False) as other:
            print("both")
        print("one")
    assert "write" not in vars(sys.stdout) and "write" not in vars(sys.stderr) and not console._taps
    print("none")
    assert lines_of(server, session.session_id) == [("stdout", "both"), ("stdout", "one")]
    assert lines_of(server, other.session_id) == [("stdout", "both")]


def test_capturing_can_be_switched_off_and_is_off_where_the_server_does_it(server, monkeypatch):
    with begin(server, capture_output=False) as session:
        print("not taken")
    monkeypatch.setenv("PIVOT_SESSION_ID", "sess_of_the_supervisor")
    with begin(server) as supervised:
        print("not taken either")
    assert lines_of(server, session.session_id) == lines_of(server, supervised.session_id) == []


def test_somebody_elses_replacement_of_write_stays(server, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    heard = []
    stream.write = lambda text: heard.append(text)
    with begin(server) as session:
        print("x")
    print("y")
    assert heard == ["x", "\n", "y", "\n"] and lines_of(server, session.session_id) == [("stdout", "x")]
    del stream.write
    with begin(server) as session:
        ours = stream.write
        stream.write = lambda text: ours(text)
    print("z")
    assert stream.getvalue() == "z\n"


class _Bare:
    """A stream whose methods cannot be replaced."""

    __slots__ = ()

    def write(self, text):
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize("stream", [None, _Bare()])
def test_streams_that_are_missing_or_fixed_cost_only_their_lines(server, monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    with begin(server) as session:
        print("lost")
        print("kept", file=sys.stderr)
    assert lines_of(server, session.session_id) == [("stderr", "kept")]


def test_a_stream_that_is_closed_meanwhile_fails_as_it_would(server, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with begin(server) as session:
        print("before")
        stream.close()
        with pytest.raises(ValueError, match="closed"):
            print("after")
        session.log({"a": 1.0}, step=1)
    assert lines_of(server, session.session_id) == [("stdout", "before")]


def _print_in_child(answers):
    print("of the child")
    answers.put(("write" in vars(sys.stdout), len(console._taps)))


def test_a_forked_child_prints_into_no_log(server):
    with begin(server) as session:
        print("before")
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        children = [context.Process(target=_print_in_child, args=(answers,)) for _ in range(3)]
        for child in children:
            child.start()
        assert [answers.get(timeout=20) for _ in children] == [(False, 0)] * 3
        for child in children:
            child.join(20)
        print("after")
    assert lines_of(server, session.session_id) == [("stdout", "before"), ("stdout", "after")]


def test_an_uncaught_error_and_all_output_of_a_program_are_in_the_log(server):
    program = (
        "import os, sys, pivot_tracker as pivot\n"
        "s = pivot.init('plain', base_url=sys.argv[1], provenance=False)\n"
        "print(s.session_id)\n"
        "if os.fork() == 0: os._exit(0)\n"
        "os.wait()\n"
        "raise ValueError('broken')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", program, server.url], env=environment, capture_output=True, text=True)
    session_id = told.stdout.strip()
    lines = lines_of(server, session_id)
    assert ("stdout", session_id) in lines and ("stderr", "ValueError: broken") in lines
    assert not any(text.startswith("pivot: ") for _, text in lines)


def test_printing_never_waits_and_what_is_too_much_is_counted(monkeypatch):
    monkeypatch.setattr(console, "MAXIMUM_BYTES", 100 * (console.WRITE_BYTES + 10))
    monkeypatch.setattr(console, "RECORD_LINES", 10)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    may_go, delivered = threading.Event(), []

    def deliver(lines):
        assert may_go.wait(20)
        delivered.extend(lines)

    capture = ConsoleCapture(deliver, lambda: True)
    capture.start()
    began = time.monotonic()
    for number in range(1000):
        sys.stdout.write(f"{number}\n")
    assert time.monotonic() - began < 1
    time.sleep(0.5)
    may_go.set()
    capture.drain()
    sys.stdout.write("after\n")
    capture.stop()
    kept = [text for _, source, text in delivered if source == "stdout"]
    left_out = [int(text.split()[0][1:].replace(",", "")) for _, source, text in delivered if source == "log"]
    assert len(kept) - 1 + sum(left_out) == 1000 and sum(left_out) >= 700
    assert kept[:90] == [str(number) for number in range(90)] and stream.getvalue().count("\n") == 1001
    assert delivered[-1][2] == "after" and delivered[-2][1] == "log"


def test_a_huge_write_is_cut(monkeypatch):
    monkeypatch.setattr(console, "MAXIMUM_WRITE", 10)
    delivered = []
    capture = ConsoleCapture(delivered.extend, lambda: True)
    capture.take("stdout", "a\n" * 10)
    capture.drain()
    assert [text for _, _, text in delivered] == ["a"] * 5 + [
        "(5 lines of output left out here: more was printed than could be kept)"]


def test_output_gives_way_when_the_spool_is_half_full():
    delivered, room = [], [False]
    capture = ConsoleCapture(delivered.extend, lambda: room[0])
    capture.take("stdout", "a\nb\n")
    capture.drain()
    assert delivered == []
    room[0] = True
    capture.take("stdout", "c\n")
    capture.drain()
    assert [text for _, _, text in delivered] == [
        "(2 lines of output left out here: more was printed than could be kept)", "c"]


def test_eight_threads_print_at_once(server):
    with begin(server) as session:
        def work(number):
            for line in range(200):
                sys.stdout.write(f"thread {number} line {line}\n")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with pivot.PIVOTClient(server.url) as client:
        told = []
        while len(told) < 1600:
            page = client.get_logs(session.session_id, limit=1000, after=len(told))["lines"]
            assert page
            told += [line["text"] for line in page]
    for number in range(8):
        own = [text for text in told if text.startswith(f"thread {number} ")]
        assert own == [f"thread {number} line {line}" for line in range(200)]


def test_what_is_logged_before_resuming_is_no_beginning(server, tmp_path):
    (tmp_path / "weights").write_bytes(b"w")
    with begin(server) as first:
        first.epoch(1, {"val_loss": 1.0})
        first.checkpoint(tmp_path / "weights", 1)
        first.finish("stopped")
    with begin(server, resume=first.session_id) as second:
        print("resuming")
        second.flush(delivered=True)
        assert second.resume_state(tmp_path).epoch == 1
    assert lines_of(server, first.session_id) == [("stdout", "resuming")]


def test_cells_of_ipython_which_put_their_own_write_back_are_heard(server, monkeypatch):
    stream, callbacks = io.StringIO(), []
    events = types.SimpleNamespace(register=lambda name, call: callbacks.append((name, call)))
    shell = types.SimpleNamespace(events=events)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(console, "_follows_cells", False)
    monkeypatch.setattr(sys, "stdout", stream)

    def cell(run):
        before = stream.write
        stream.write = lambda text: before(text)
        for _, call in callbacks:
            call()
        run()
        stream.write = before

    sessions = []
    cell(lambda: sessions.append(begin(server)))
    for number in range(3):
        cell(lambda: print(number))
    cell(sessions[0].finish)
    print("after")
    assert [name for name, _ in callbacks] == ["pre_execute"]
    assert lines_of(server, sessions[0].session_id) == [("stdout", str(number)) for number in range(3)]
    assert stream.getvalue() == "0\n1\n2\nafter\n"
