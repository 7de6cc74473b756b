"""TensorBoard over PIVOT: what its pages ask for, compared with what PIVOT has, number by number."""

import datetime
import http.server
import json
import math
import os
import subprocess
import sys
import threading
from fractions import Fraction

import numpy
import pytest
import requests
from boards import board_of
from importing import artifacts, content, document, get
from pivot_tracker.tensorboard_pages import command, media, texts
from pivot_tracker.tensorboard_pages.kept import Kept
from pivot_tracker.tensorboard_pages.reading import Reader
from pivot_tracker.tensorboard_pages.sessions import run_name
from pivot_tracker.tensorboard_pages.times import seconds
from server_process import free_port

import pivot_tracker as pivot

ODD = [0.1, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1 / 3]


def logging(server, name="digits", **arguments):
    arguments.setdefault("experiment", "lr")
    return pivot.session(
        name, base_url=server.url, provenance=False, host_readings=False, capture_output=False, quiet=True, **arguments)


def history(server, session_id, name, axis="step", **query):
    """[[wall time, place, value], …] as PIVOT's API tells it, in TensorBoard's form."""
    answer = get(server, f"metrics/{session_id}/history", metric_name=name, axis=axis, **query).json()
    places = answer["epochs" if axis == "epoch" else "steps"]
    return [[exact(time), place, value] for time, place, value in zip(answer["timestamps"], places, answer["values"])]


def exact(text):
    """The double that is nearest to a time."""
    whole, _, digits = text[:-1].partition(".")
    moment = datetime.datetime.fromisoformat(whole + "+00:00")
    return float(Fraction(int(moment.timestamp())) + Fraction(int(digits or 0), 10 ** len(digits)))


def test_scalars_are_pivots_numbers_at_their_steps_and_times(server):
    with logging(server, "näher/日本 ⚙", config={"lr": 0.1}) as session:
        for step, value in enumerate(ODD):
            session.log({"loss": value, "größe/ß 🙂": -value, "epoch/acc": 1.0}, step=3 * step)
        for epoch in (1, 2, 3):
            session.epoch(epoch, {"loss": 1 / epoch, "acc": epoch / 7})
    requests.post(
        f"{server.url}/api/v1/training/sessions/{session.session_id}/results", timeout=60,
        json={"name": "dice", "value": 0.875, "step": 21, "source": "evaluate.py"}).raise_for_status()
    run = f"lr/näher/日本 ⚙/{session.session_id}"
    with board_of(server) as board:
        assert board.json("runs") == [run]
        tags = board.json("plugin/scalars/tags")
        assert set(tags[run]) == {"loss", "größe/ß 🙂", "epoch/acc", "epoch/epoch/acc", "epoch/loss", "result/dice"}
        for tag, name, axis in (
            ("loss", "loss", "step"), ("größe/ß 🙂", "größe/ß 🙂", "step"), ("epoch/acc", "epoch/acc", "step"),
            ("epoch/epoch/acc", "acc", "epoch"), ("epoch/loss", "loss", "epoch"),
        ):
            assert board.scalars(run, tag) == history(server, session.session_id, name, axis), tag
        assert [value for _, _, value in board.scalars(run, "loss")] == [
            0.1, -0.0, "NaN", "Infinity", "-Infinity", 5e-324, 1.7976931348623157e308, 1 / 3]
        assert [point[1] for point in board.scalars(run, "loss")] == [0, 3, 6, 9, 12, 15, 18, 21]
        assert [point[1:] for point in board.scalars(run, "result/dice")] == [[21, 0.875]]
        several = requests.post(
            f"{board.address}/data/plugin/scalars/scalars_multirun", data={"tag": "loss", "runs": [run, "none"]}, timeout=60).json()
        assert several == {run: board.scalars(run, "loss")}
        series = board.json("plugin/timeseries/timeSeries", requests=json.dumps([{"plugin": "scalars", "tag": "loss"}]))
        assert [point["step"] for point in series[0]["runToSeries"][run]] == [0, 3, 6, 9, 12, 15, 18, 21]
        board.ask("plugin/scalars/scalars", status=404, run=run, tag="none")
        board.ask("plugin/scalars/scalars", status=404, run="none", tag="loss")


def test_a_long_curve_keeps_its_spikes_and_its_ends_and_is_whole_when_asked(server):
    values = [math.sin(step / 500) for step in range(12_345)]
    values[7_777], values[4_321], values[9_999] = 50.0, -50.0, math.nan
    with logging(server) as session:
        for step, value in enumerate(values):
            session.log({"loss": value}, step=step)
    run = f"lr/digits/{session.session_id}"
    with board_of(server) as board:
        points = board.scalars(run, "loss")
        assert points == history(server, session.session_id, "loss", max_points=1000)
        assert 100 < len(points) <= 1000 and points[0][1] == 0 and points[-1][1] == 12_344
        assert {(7_777, 50.0), (4_321, -50.0)} <= {(step, value) for _, step, value in points}
    with board_of(server, max_points=0) as board:
        points = board.scalars(run, "loss")
        assert [step for _, step, _ in points] == list(range(12_345))
        assert [float(value) if value != "NaN" else None for _, _, value in points] == [None if value != value else value for value in values]


def test_a_growing_session_shows_its_new_points_and_tags_and_pictures(server):
    with board_of(server) as board, logging(server) as session:
        session.log({"loss": 1.0}, step=0)
        session.flush(delivered=True)
        run = f"lr/digits/{session.session_id}"
        board.when(lambda: board.json("runs"), lambda runs: runs == [run])
        for step in range(1, 4):
            session.log({"loss": 1.0}, step=step)
            session.flush(delivered=True)
            board.when(lambda: board.scalars(run, "loss"), lambda points, step=step: [one[1] for one in points] == list(range(step + 1)))
        session.log({"other": 2.0}, step=9)
        session.image("picture", [[0.0, 1.0]], 9)
        session.flush(delivered=True)
        board.when(lambda: board.json("plugin/scalars/tags"), lambda tags: set(tags[run]) == {"loss", "other"})
        board.when(lambda: board.json("plugin/images/tags"), lambda tags: set(tags.get(run, ())) == {"picture"})


def test_what_a_restart_superseded_is_left_out(server):
    with logging(server) as session:
        for step in range(1, 11):
            session.log({"loss": float(step)}, step=step)
            session.image("picture", [[0.0, 1.0]], step)
        session.finish("failed", "broken")
    with pivot.session(resume=session.session_id, base_url=server.url, provenance=False, host_readings=False, quiet=True) as again:
        again.log({"loss": 100.0}, step=1)
    run = f"lr/digits/{session.session_id}"
    with board_of(server) as board:
        points = board.scalars(run, "loss")
        assert points == history(server, session.session_id, "loss")
        assert len(history(server, session.session_id, "loss", attempts="all")) > len(points)


def test_the_table_of_hparams_has_params_and_last_values(server):
    runs = {}
    for lr, name, shuffles in ((0.1, "adam", True), (0.01, "sgd", False), (0.001, "adam", True)):
        with logging(server, f"lr {lr}", config={"lr": lr, "optimizer": {"name": name}, "shuffles": shuffles, "größe": 3}) as session:
            for step in range(2_000):
                session.log({"loss": lr / (step + 1)}, step=step)
            session.epoch(1, {"acc": 1 - lr, "bad": math.nan})
        runs[f"lr/lr {lr}/{session.session_id}"] = (lr, name, shuffles, session.session_id)
    with logging(server, "broken", config={"lr": 1}) as failed:
        failed.finish("failed", "NaN")
    with board_of(server) as board:
        experiment = board.hparams("experiment")
        assert {one["name"]: one["type"] for one in experiment["hparamInfos"]} == {
            "lr": "DATA_TYPE_FLOAT64", "optimizer.name": "DATA_TYPE_STRING", "shuffles": "DATA_TYPE_BOOL", "größe": "DATA_TYPE_FLOAT64"}
        assert {one["name"]["tag"] for one in experiment["metricInfos"]} == {"loss", "epoch/acc", "epoch/bad"}
        statuses = ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING", "STATUS_UNKNOWN"]
        answer = board.hparams("session_groups", startIndex=0, sliceSize=100, allowedStatuses=statuses, colParams=[
            {"hparam": "lr", "order": "ORDER_DESC"}])
        assert answer["totalSize"] == 4
        assert [group["hparams"]["lr"] for group in answer["sessionGroups"]] == [1, 0.1, 0.01, 0.001]
        for group in answer["sessionGroups"][1:]:
            lr, name, shuffles, session_id = runs[group["name"]]
            assert group["hparams"] == {"lr": lr, "optimizer.name": name, "shuffles": shuffles, "größe": 3}
            (one,) = group["sessions"]
            assert one["status"] == "STATUS_SUCCESS" and session_id in one["monitorUrl"]
            assert one["startTimeSecs"] == exact(document(server, session_id)["started_at"])
            values = {value["name"]["tag"]: [value["wallTimeSecs"], value["trainingStep"], value["value"]] for value in one["metricValues"]}
            assert values == {
                "loss": history(server, session_id, "loss")[-1], "epoch/acc": history(server, session_id, "acc", "epoch")[-1],
                "epoch/bad": history(server, session_id, "bad", "epoch")[-1]}
        failures = board.hparams("session_groups", startIndex=0, sliceSize=100, allowedStatuses=["STATUS_FAILURE"])
        assert [group["name"] for group in failures["sessionGroups"]] == [f"lr/broken/{failed.session_id}"]
        few = board.hparams("session_groups", startIndex=0, sliceSize=100, allowedStatuses=statuses, colParams=[
            {"hparam": "lr", "filterInterval": {"minValue": 0.005, "maxValue": 0.5}}])
        assert {group["hparams"]["lr"] for group in few["sessionGroups"]} == {0.1, 0.01}


def test_pictures_histograms_and_texts_are_the_artifacts(server):
    with logging(server, config={"layers": [1, 2], "depth": 3}, notes="A **bold** note, <script>alert(1)</script>.") as session:
        for step in range(0, 300, 2):
            session.image("overlay/größe", [[step / 300, 0.0], [1.0, 0.5]], step)
            if step < 10:
                session.image("several", [numpy.full((2, 2), place / 12) for place in range(12)], step)
                session.histogram("weights", [step, 1.0, 2.0, 2.5, math.nan, math.inf], step, bins=7)
        session.histogram("nothing", [math.nan], 0)
        session.file(__file__, name="text.py")
    requests.put(
        f"{server.url}/api/v1/training/sessions/{session.session_id}/artifacts/text/log/4.md", data="# Head\n\nünder".encode(), timeout=60,
        params={"kind": "text", "key": "log", "step": 4}, headers={"Content-Type": "text/markdown"}).raise_for_status()
    run = f"lr/digits/{session.session_id}"
    kept = artifacts(server, session.session_id)
    with board_of(server) as board:
        assert {name for name, one in board.json("plugins_listing").items() if one["enabled"]} == {
            "timeseries", "hparams", "images", "histograms", "distributions", "text"}
        tags = board.json("plugin/images/tags")[run]
        assert {tag: one["samples"] for tag, one in tags.items()} == {"overlay/größe": 1, "several": 12}
        pictures = board.json("plugin/images/images", run=run, tag="overlay/größe", sample=0)
        assert len(pictures) == 100 and pictures[0]["step"] == 0 and pictures[-1]["step"] == 298
        for picture in pictures[::25]:
            path = f"images/overlay/größe/{picture['step']}.png"
            assert picture["wall_time"] == exact(kept[path]["created_at"])
            shown = requests.get(f"{board.address}/data/plugin/images/individualImage?{picture['query']}", timeout=60)
            assert shown.headers["Content-Type"] == "image/png" and shown.content == content(server, session.session_id, path)
        for sample in (0, 2, 10, 11):
            (picture, *_) = board.json("plugin/images/images", run=run, tag="several", sample=sample)
            shown = requests.get(f"{board.address}/data/plugin/images/individualImage?{picture['query']}", timeout=60)
            assert shown.content == content(server, session.session_id, f"images/several/0-{sample}.png")

        histograms = board.json("plugin/histograms/histograms", run=run, tag="weights")
        assert [one[1] for one in histograms] == [0, 2, 4, 6, 8]
        for wall_time, step, rows in histograms:
            told = json.loads(content(server, session.session_id, f"histograms/weights/{step}.json"))
            assert rows == [[low, high, count] for low, high, count in zip(told["edges"], told["edges"][1:], told["counts"])]
            assert wall_time == exact(kept[f"histograms/weights/{step}.json"]["created_at"])
        assert board.json("plugin/histograms/histograms", run=run, tag="nothing")[0][2] == [[0, 0, 0]]
        assert len(board.json("plugin/distributions/distributions", run=run, tag="weights")) == 5

        assert set(board.json("plugin/text/tags")[run]) == {"log", "pivot/configuration", "pivot/notes", "pivot/session"}
        (text,) = board.json("plugin/text/text", run=run, tag="log")
        assert (text["step"], text["text"]) == (4, "<h1>Head</h1>\n<p>ünder</p>")
        (note,) = board.json("plugin/text/text", run=run, tag="pivot/notes")
        assert "<strong>bold</strong>" in note["text"] and "<script" not in note["text"]
        (configuration,) = board.json("plugin/text/text", run=run, tag="pivot/configuration")
        assert '"depth": 3' in configuration["text"].replace("&quot;", '"')
        (told,) = board.json("plugin/text/text", run=run, tag="pivot/session")
        assert session.session_id in told["text"] and "<table>" in told["text"] and "completed" in told["text"]


def test_only_what_is_shown_can_be_had(server):
    with logging(server, "hidden") as hidden:
        hidden.image("picture", [[0.0, 1.0]], 0)
        hidden.file(__file__, name="text.py")
    with logging(server, "shown") as shown:
        shown.image("picture", [[0.0, 1.0]], 0)
    with board_of(server, filter="name = shown") as board:
        assert board.json("runs") == [f"lr/shown/{shown.session_id}"]
        assert "filter: name = shown" in board.json("environment")["data_location"]
        for session in (hidden, shown):
            for path, artifact in artifacts(server, session.session_id).items():
                found = session is shown and path.endswith(".png")
                board.ask("plugin/images/individualImage", status=200 if found else 404, blob_key=media.blob_key(artifact))
        for key in ("none", "%%%", "W10", ""):
            board.ask("plugin/images/individualImage", status=404, blob_key=key)


def test_the_newest_are_shown_and_how_many_match_is_told(server):
    client = pivot.PIVOTClient(server.url)
    ids = [client.create_session(name=f"s{number}", config={"trainer": {"kind": "external"}})["session_id"] for number in range(5)]
    with board_of(server, limit=2) as board:
        assert sorted(board.json("runs")) == sorted(f"s{number}/{ids[number]}" for number in (3, 4))
        assert board.json("environment")["data_location"].endswith("2 of 5")
    with board_of(server, limit=2, sort="session_name") as board:
        assert sorted(board.json("runs")) == sorted(f"s{number}/{ids[number]}" for number in (0, 1))
        client.delete_session(ids[0])
        board.when(lambda: board.json("runs"), lambda runs: sorted(runs) == sorted(f"s{number}/{ids[number]}" for number in (1, 2)))


def test_a_server_that_goes_away_is_told_and_found_again(server):
    with logging(server) as session:
        session.log({"loss": 1.0}, step=0)
    with board_of(server) as board:
        assert board.json("runs") == [f"lr/digits/{session.session_id}"]
        server.kill()
        answer = board.when(
            lambda: requests.get(f"{board.address}/data/runs", timeout=60), lambda answer: answer.status_code != 200)
        assert answer.status_code == 503 and "Start the server" in answer.text
        server.start()
        board.when(lambda: requests.get(f"{board.address}/data/runs", timeout=60), lambda answer: answer.status_code == 200)
        assert board.scalars(f"lr/digits/{session.session_id}", "loss")[0][1:] == [0, 1.0]


def test_the_program_serves_until_it_is_interrupted(server):
    with logging(server) as session:
        session.log({"loss": 1.0}, step=0)
    process = subprocess.Popen(
        [sys.executable, "-m", "pivot_tracker", "tensorboard", "--url", server.url, "--port", "0", "--filter", "metrics.loss exists"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    try:
        assert process.stdout.readline() == "1 session shown.\n"
        address = process.stdout.readline().split()[3]
        assert requests.get(f"{address}data/runs", timeout=60).json() == [f"lr/digits/{session.session_id}"]
        assert "<!doctype html>" in requests.get(address, timeout=60).text
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def test_wrong_usage_is_told_in_the_servers_words(server, capsys):
    assert command.main(["--url", server.url, "--filter", "metrics.loss <"]) == 2
    refused = requests.get(f"{server.url}/api/v1/training/sessions", params={"filter": "metrics.loss <"}, timeout=60).json()["error"]["message"]
    assert refused in capsys.readouterr().err
    assert command.main(["--url", f"http://127.0.0.1:{free_port()}"]) == 4
    assert "Start the server" in capsys.readouterr().err
    assert command.main(["--url", "ftp://x"]) == 2
    assert command.main(["--url", server.url, "--port", str(server.port)]) == 1
    assert "Choose another --port" in capsys.readouterr().err
    for wrong in (["--limit", "0"], ["--limit", "1001"], ["--max-points", "3"], ["--port", "-1"]):
        with pytest.raises(SystemExit) as ended:
            command.main(wrong)
        assert ended.value.code == 2


def test_the_token_is_sent_and_many_calls_go_on_at_once_but_not_all():
    tokens, together, most, lock, go_on = [], 0, 0, threading.Lock(), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            nonlocal together, most
            with lock:
                tokens.append(self.headers["Authorization"])
                together += 1
                most = max(most, together)
                if together == 6:
                    go_on.set()
            assert go_on.wait(20)
            with lock:
                together -= 1
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as stand_in:
        threading.Thread(target=stand_in.serve_forever, daemon=True).start()
        reader = Reader(f"http://127.0.0.1:{stand_in.server_port}/api/v1", "secret")
        assert reader.for_each(range(20), lambda _: reader.document("ping")) == [({}, 0)] * 20
        reader.close()
        stand_in.shutdown()
    assert tokens == ["Bearer secret"] * 20 and most == 6


def test_names_of_runs_are_paths_of_their_own():
    def name(name, experiment=None):
        return run_name({"session_id": "sess_1", "session_name": name, "experiment": experiment})

    assert name("a", "lr") == "lr/a/sess_1"
    assert name("a/b") == "a/b/sess_1"
    assert name("/../a//./ b /", "..") == "a/b/sess_1"
    assert name("a\nb\x00") == "a b/sess_1"
    assert name("") == "sess_1"


def test_times_are_the_nearest_doubles():
    assert seconds("1970-01-01T00:00:00Z") == 0
    for text in ("2026-01-05T10:00:12.345678Z", "2026-02-28T23:59:59.999999Z", "2100-03-01T00:00:00.1Z", "2026-11-29T08:42:21Z"):
        assert seconds(text) == exact(text)


def test_few_of_many_steps_are_far_apart_and_have_both_ends():
    steps = {step: [] for step in range(1000)}
    assert list(media.thinned(steps, 5)) == [0, 249, 499, 749, 999]
    assert list(media.thinned(steps, 1)) == [999]
    assert media.thinned(steps, 0) is steps and media.thinned(steps, 1000) is steps


def test_text_in_a_table_is_only_text():
    told = texts._table("http://user:secret@x/api/v1", {
        "session_id": "sess_1", "session_name": "a|b\n<i>*c*", "status": "failed", "message": "[x](javascript:alert)"})
    assert "| name | a\\|b \\<i\\>\\*c\\* |" in told and "secret" not in told and "\\[x\\]\\(javascript" in told


def test_what_is_kept_is_made_once_and_again_when_it_changed_and_never_too_much():
    kept, made = Kept(10), []

    def value(key, stamp, cost=1, fails=False):
        def make():
            made.append(key)
            if fails:
                raise ValueError(key)
            return stamp

        return kept.value(key, stamp, make, is_current=lambda one: one == stamp, cost=lambda _: cost)

    assert [value("a", 1), value("a", 1), value("a", 2), value("a", 2)] == [1, 1, 2, 2] and made == ["a", "a"]
    value("b", 1, cost=9)
    value("c", 1, cost=1)
    made.clear()
    value("b", 1, cost=9)
    value("a", 2)
    assert made == ["a"]
    assert [value("d", 1, cost=11), value("d", 1, cost=11)] == [1, 1] and made == ["a", "d", "d"]
    value("b", 1, cost=9)
    assert made == ["a", "d", "d"]
    for _ in range(2):
        with pytest.raises(ValueError):
            value("e", 1, fails=True)
    assert made[3:] == ["e", "e"]


def test_a_value_that_two_threads_ask_for_is_made_once():
    kept, calls, begun, go_on = Kept(10), [], threading.Event(), threading.Event()

    def make():
        calls.append(1)
        begun.set()
        assert go_on.wait(20)
        return 5

    found = []
    threads = [threading.Thread(target=lambda: found.append(kept.value("a", 1, make, is_current=lambda one: True))) for _ in range(4)]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert found == [5] * 4 and calls == [1]
