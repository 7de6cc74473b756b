"""Logdirs as TensorBoard reads them: by its own loader, and by its server."""

import io
import json
import pathlib
import signal
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request

import numpy
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.util import tensor_util

from checking import Wrong, require
from server_process import PIVOT, free_port

from .bed import PNG, bits


def _single(value):
    """The value with 32 bits."""
    with numpy.errstate(over="ignore"):
        return float(numpy.float32(value))


def _scalars(folder):
    """The points of every run: by run and tag, of (step, time in microseconds, bits), as they stand in the files."""
    series = {}
    for path in sorted(pathlib.Path(folder).rglob("events.out.tfevents.*")):
        run = str(path.parent.relative_to(folder))
        metadata = {}
        for event in event_file_loader.LegacyEventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.HasField("metadata"):
                    metadata.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
                if metadata.get(value.tag) == "scalars":
                    is_single = value.HasField("simple_value")
                    number = value.simple_value if is_single else tensor_util.make_ndarray(value.tensor).item()
                    series.setdefault((run, value.tag), []).append((event.step, round(event.wall_time * 1e6), bits(number)))
    return series


def _wanted(session, run, attempt=None, rounded=_single):
    """What `_scalars` gives for a session."""
    series = {}
    for (metric, axis), points in session.points.items():
        for number, step, epoch, wall_time, value in points:
            if attempt not in (None, number):
                continue
            key = (f"{run}/epochs", f"epoch/{metric}") if axis == "epoch" else (run, metric)
            series.setdefault(key, []).append((epoch if axis == "epoch" else step, wall_time, bits(rounded(value))))
    return series


def _require_same(found, wanted):
    require(found.keys() == wanted.keys(), f"the series are {sorted(found)}, not {sorted(wanted)}")
    for key, points in wanted.items():
        require(found[key] == points, f"{key} has other points: {found[key][:3]}…, not {points[:3]}…")


def points(bed):
    session = bed.fill("mein lauf/№ 7: größe")
    bed.finish(session)
    folder = bed.folder / "logs"
    bed.pivot("export", "tensorboard", session.id, "--output", folder)
    run = f"mein_lauf_7_größe-{session.id[-8:]}"
    _require_same(_scalars(folder), _wanted(session, run))
    multiplexer = EventMultiplexer(tensor_size_guidance={"scalars": 0, "text": 0}).AddRunsFromDirectory(str(folder)).Reload()
    require(set(multiplexer.Runs()) == {run, f"{run}/epochs"}, f"the runs are {set(multiplexer.Runs())}")
    double = bed.folder / "double"
    bed.pivot("export", "tensorboard", session.id, "--scalars", "double", "--output", double)
    _require_same(_scalars(double), _wanted(session, run, rounded=float))
    read = [bits(tensor_util.make_ndarray(event.tensor_proto).item()) for event in multiplexer.Tensors(run, "学習率")]
    require(read == [bits(_single(point[4])) for point in session.points["学習率", "step"]], "TensorBoard's loader reads other values")
    notes = tensor_util.make_ndarray(multiplexer.Tensors(run, "notes")[0].tensor_proto)
    require(notes[0].decode() == "Eine *Notiz*", "the notes are others")


def attempts(bed):
    session = bed.start("versuche")
    bed.report(session, "loss", [1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])
    bed.complete(session, 1, 2, {"val": 0.5})
    bed.complete(session, 2, 4, {"val": 0.25})
    bed.finish(session, "stopped")
    bed.claim(session, 2, 3)
    bed.report(session, "loss", [3, 4], [30.0, 40.0])
    bed.complete(session, 2, 4, {"val": 0.125})
    run = f"versuche-{session.id[-8:]}"
    bed.pivot("export", "tensorboard", session.id, "--output", bed.folder / "all", "--attempts", "all")
    wanted = {**_wanted(session, f"{run}/attempt-1", 1), **_wanted(session, f"{run}/attempt-2", 2)}
    _require_same(_scalars(bed.folder / "all"), wanted)
    bed.pivot("export", "tensorboard", session.id, "--output", bed.folder / "current")
    found = _scalars(bed.folder / "current")
    require([point[0] for point in found[run, "loss"]] == [1, 2, 3, 4], "superseded points are there")
    require(found[run, "loss"][2][2] == bits(30.0), "the later attempt's points are not there")
    require(len(found[f"{run}/epochs", "epoch/val"]) == 2, "superseded epochs are there")


def _get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return json.loads(answer.read() or "null")


def served(bed):
    """By TensorBoard's server with its Rust loader: runs, scalars, hyperparameters, pictures, histograms."""
    sessions = [bed.fill(f"gezeigt {number}", 100) for number in (1, 2)]
    for session in sessions:
        bed.artifact(session, "images/probe/7.png", PNG, "image", "probe", 7, "image/png")
        histogram = json.dumps({"format": "pivot.histogram", "version": 1, "edges": [0, 1, 2], "counts": [3, 4]}).encode()
        bed.artifact(session, "histograms/weights/7.json", histogram, "histogram", "weights", 7, "application/json")
        bed.finish(session)
    folder = bed.folder / "served"
    bed.pivot("export", "tensorboard", *(session.id for session in sessions), "--output", folder)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        runs = [f"gezeigt_{number}-{session.id[-8:]}" for number, session in zip((1, 2), sessions)]
        deadline = time.monotonic() + 60
        while True:
            try:
                # TensorBoard loads in the background.
                if len(_get(port, "/data/plugin/scalars/tags")) == 4:
                    break
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise Wrong("TensorBoard does not show the runs within a minute")
            time.sleep(0.5)
        query = urllib.parse.urlencode({"run": runs[0], "tag": "学習率"})
        shown = _get(port, f"/data/plugin/scalars/scalars?{query}")
        require([row[1] for row in shown] == list(range(1, 101)), "the steps are others")
        experiment = _get_hparams(port, "experiment", {"experimentName": ""})
        names = {info["name"] for info in experiment["hparamInfos"]}
        require(names == {"lr", "optimizer", "größe"}, f"the hyperparameters are {names}")
        metrics = [info["name"] for info in experiment["metricInfos"]]
        require(any(name["tag"] == "loss" for name in metrics), f"the metrics of the table are {metrics}")
        request = {
            "experimentName": "", "startIndex": 0, "sliceSize": 10,
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
            "colParams": [{"hparam": "lr"}, *({"metric": name} for name in metrics)]}
        groups = _get_hparams(port, "session_groups", request)["sessionGroups"]
        require(len(groups) == 2 and all(group["hparams"]["lr"] == 0.1 for group in groups), f"the groups are {groups}")
        require(all(group["metricValues"] for group in groups), "the table has no metrics")
        images = _get(port, "/data/plugin/images/tags")
        require("probe" in images[runs[0]], f"the pictures are {images}")
        histograms = _get(port, "/data/plugin/histograms/histograms?" + urllib.parse.urlencode(
            {"run": runs[0], "tag": "weights"}))
        require(histograms[0][1] == 7 and histograms[0][2][-1] == [1, 2, 4], f"the histogram is {histograms}")
        texts = _get(port, "/data/plugin/text/tags")
        require({"configuration", "notes", "session"} <= set(texts[runs[0]]), f"the texts are {texts}")
    finally:
        process.kill()
        process.wait()


def _get_hparams(port, name, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/data/plugin/hparams/{name}", json.dumps(body).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def archive(bed):
    """The server's archive has the points that the program's folder has."""
    session = bed.fill("archiv", 300)
    url = f"{bed.server.url}/api/v1/training/sessions/{session.id}/export?format=tensorboard"
    with urllib.request.urlopen(url) as answer:
        tarfile.open(fileobj=io.BytesIO(answer.read())).extractall(bed.folder / "tar", filter="data")
    _require_same(_scalars(bed.folder / "tar"), _wanted(session, f"archiv-{session.id[-8:]}"))


class Follower:
    """The program that keeps a logdir up with the log."""

    def __init__(self, bed, session, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [str(PIVOT), "export", "tensorboard", session.id, "--output", str(folder), "--follow", "--url", bed.server.url],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait_for(self, count, run, tag, seconds=20):
        """Waits until a series has so many points, and returns how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.process.poll() is not None:
                raise Wrong(f"the program ended: {self.process.stderr.read().decode()}")
            try:
                if len(_scalars(self.folder).get((run, tag), [])) >= count:
                    return time.monotonic() - began
            except (OSError, ValueError):
                pass
            time.sleep(0.05)
        raise Wrong(f"{run} has not {count} points of {tag} within {seconds} s")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def followed(bed):
    session = bed.start("verfolgt")
    run = f"verfolgt-{session.id[-8:]}"
    folder = bed.folder / "followed"
    count, slowest = 0, 0.0
    for round_number in range(6):
        follower = Follower(bed, session, folder)
        try:
            if count:
                follower.wait_for(count, run, "loss")
            if not round_number:
                # The first export has to be there before anything can lag.
                bed.report(session, "loss", [1], [0.0])
                count = 1
                follower.wait_for(1, run, "loss")
            for _ in range(5):
                bed.report(session, "loss", list(range(count + 1, count + 41)), [place / 7 for place in range(count, count + 40)])
                count += 40
                slowest = max(slowest, follower.wait_for(count, run, "loss"))
            # Some that it may or may not have written when it is killed.
            for _ in range(3):
                bed.report(session, "loss", list(range(count + 1, count + 41)), [place / 7 for place in range(count, count + 40)])
                count += 40
                time.sleep(0.1)
        finally:
            follower.kill()
    follower = Follower(bed, session, folder)
    try:
        bed.complete(session, 1, count, {"val": 0.5})
        bed.finish(session, "stopped")
        follower.wait_for(1, f"{run}/epochs", "epoch/val")
        _require_same(_scalars(folder), _wanted(session, run))
        # A new attempt goes back; what it does again is done away with, and comes again.
        bed.claim(session, 2, 101)
        bed.report(session, "loss", list(range(101, 111)), [float(step) for step in range(101, 111)])
        follower.wait_for(count + 10, run, "loss")
    finally:
        follower.kill()
    multiplexer = EventMultiplexer(tensor_size_guidance={"scalars": 0}).AddRunsFromDirectory(str(folder)).Reload()
    steps = [event.step for event in multiplexer.Tensors(run, "loss")]
    require(steps == list(range(1, 111)), f"TensorBoard shows the steps {steps[:3]}…{steps[-3:]}, {len(steps)} of them")
    require(slowest < 2, f"it lagged by {slowest:.1f} s")
    return f"at most {slowest:.2f} s behind the log"


CHECKS = [
    ("a logdir has every point bit for bit, with its step and time", points),
    ("attempts: what was done again is left out, or has runs of its own", attempts),
    ("TensorBoard's server shows scalars, hyperparameters, pictures, histograms and texts", served),
    ("the server's archive is the same logdir", archive),
    ("a followed logdir lags by less than 2 s, and a killed program misses and repeats nothing", followed),
]
