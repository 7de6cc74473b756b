"""Imports of TensorBoard's event files, which tensorboardX and TensorFlow's own messages write."""

import json
import math
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import numpy
import pytest
import requests
from importing import artifacts, bits, content, document, imported, points, position, recorded, series
from pivot_tracker.imports import crc32c, tensorboard
from pivot_tracker.imports.command import main
from tensorboardX import SummaryWriter
from tensorboardX.crc32c import crc32c as reference_checksum
from tensorboardX.event_file_writer import EventFileWriter
from tensorboardX.proto import event_pb2, plugin_hparams_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2

VALUES = [0.1, -0.0, math.nan, math.inf, -math.inf, 1e-45, 3.4028234663852886e38, 1 / 3, 16777217.0]


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def events_of(folder, *events, name=None):
    """Writes events with tensorboardX's own record writer, whose files of one second have one name."""
    with tempfile.TemporaryDirectory() as scratch:
        writer = EventFileWriter(scratch)
        for event in events:
            writer.add_event(event)
        writer.close()
        (path,) = pathlib.Path(scratch).glob("events.*")
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        return pathlib.Path(shutil.move(path, pathlib.Path(folder) / (name or path.name)))


def scalar(tag, step, value, wall_time=1_700_000_000.25):
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
    return event_pb2.Event(wall_time=wall_time + step, step=step, summary=summary)


def tensor(tag, step, dtype, plugin="scalars", shape=(), **content):
    sizes = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in shape])
    plugin_data = summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin)
    value = summary_pb2.Summary.Value(
        tag=tag, tensor=tensor_pb2.TensorProto(dtype=dtype, tensor_shape=sizes, **content),
        metadata=summary_pb2.SummaryMetadata(plugin_data=plugin_data) if plugin else None)
    return event_pb2.Event(wall_time=1_700_000_000 + step, step=step, summary=summary_pb2.Summary(value=[value]))


def test_the_checksum_is_the_reference_one():
    for size in (0, 1, 2, 7, 8, 33, 1000):
        data = bytes((7 * place + size) % 256 for place in range(size))
        assert crc32c.crc32c(data) == reference_checksum(data)
    assert crc32c.crc32c(b"123456789") == 0xE3069283  # the check value that RFC 3720 names


def test_scalars_arrive_bit_for_bit_with_their_times(server, tmp_path, capsys):
    folder = tmp_path / "logs" / "läufe" / "a"
    writer = SummaryWriter(str(folder))
    for step, value in enumerate(VALUES * 3):
        writer.add_scalar("loss/日本", value, step, walltime=1_700_000_000 + step / 8)
        writer.add_scalar("epoch", step // 4, step)
    writer.close()
    summary = imported(server, capsys, "tensorboard", tmp_path / "logs", "--experiment", "old", "--tag", "x")
    (run,) = summary["runs"]
    assert (run["run"], run["points"], run["status"]) == ("läufe/a", 54, "completed")
    expected = [(step, bits(single(value))) for step, value in enumerate(VALUES * 3)]
    assert series(server, run["session_id"])["loss/日本"] == expected
    assert recorded(server, run["session_id"])["loss/日本"] == expected
    assert len(series(server, run["session_id"])["logged_epoch"]) == 27  # a record has a field of that name
    told = document(server, run["session_id"])
    assert told["session_name"] == "läufe/a" and told["experiment"] == "old" and told["tags"] == ["x"]
    facts = told["provenance"]
    assert facts["import.source"] == str(folder) and facts["import.format"] == "tensorboard"
    assert facts["import.importer"].startswith("pivot-tracker ")


def test_the_times_are_the_sources(server, tmp_path, capsys):
    events_of(tmp_path / "run", scalar("loss", 1, 0.5, 1_500_000_000.125))
    (run,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    assert points(server, run["session_id"])["loss"][0][2].startswith("2017-07-14T02:40:01.125")


def test_a_second_import_adds_no_event_and_what_has_come_since_is_added(server, tmp_path, capsys):
    writer = SummaryWriter(str(tmp_path / "run"))
    writer.add_scalars("two", {"a": 1.0, "b": 2.0}, 1)
    for step in range(20):
        writer.add_scalar("loss", step * 0.1, step)
    writer.add_histogram("weights", numpy.array([1.0, 2.0]), 3)
    writer.add_hparams({"lr": 0.1}, {"final": 1.0})
    writer.flush()
    first = imported(server, capsys, "tensorboard", tmp_path)
    before = position(server)
    again = imported(server, capsys, "tensorboard", tmp_path)
    assert position(server) == before and again["points"] == 0
    assert [run["session_id"] for run in again["runs"]] == [run["session_id"] for run in first["runs"]]
    for step in range(20, 25):
        writer.add_scalar("loss", step * 0.1, step)
    writer.close()
    later = imported(server, capsys, "tensorboard", tmp_path)
    assert later["points"] == 5
    session_id = next(run["session_id"] for run in later["runs"] if run["points"])
    assert series(server, session_id)["loss"] == [(step, bits(single(step * 0.1))) for step in range(25)]


@pytest.mark.parametrize("plugin", ["scalars", ""])
def test_tensors_without_dimensions_are_scalars(server, tmp_path, capsys, plugin):
    half, third = numpy.float16(0.1), numpy.float32(1 / 3)
    events_of(
        tmp_path / "run",
        tensor("f", 1, types_pb2.DT_FLOAT, plugin, float_val=[third]),
        tensor("f", 2, types_pb2.DT_FLOAT, plugin, tensor_content=third.tobytes()),
        tensor("d", 1, types_pb2.DT_DOUBLE, plugin, double_val=[1 / 3]),
        tensor("d", 2, types_pb2.DT_DOUBLE, plugin, tensor_content=struct.pack("<d", -0.0)),
        tensor("h", 1, types_pb2.DT_HALF, plugin, half_val=[int(half.view(numpy.uint16))]),
        tensor("h", 2, types_pb2.DT_HALF, plugin, tensor_content=half.tobytes()),
        tensor("i", 1, types_pb2.DT_INT32, plugin, int_val=[-7]),
        tensor("i", 2, types_pb2.DT_INT64, plugin, int64_val=[1 << 40]),
        tensor("u", 1, types_pb2.DT_UINT8, plugin, tensor_content=b"\xff"),
        tensor("bool", 1, types_pb2.DT_BOOL, plugin, bool_val=[True]),
        tensor("zero", 1, types_pb2.DT_FLOAT, plugin),
    )
    (run,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    found = series(server, run["session_id"])
    expected = {
        "f": [third, third], "d": [1 / 3, -0.0], "h": [half, half], "i": [-7, 1 << 40], "u": [255], "bool": [1], "zero": [0],
    }
    assert found == {
        name: [(step, bits(float(value))) for step, value in enumerate(values, 1)] for name, values in expected.items()}


def test_steps_and_times_that_no_session_takes_are_left_out(server, tmp_path, capsys):
    events_of(
        tmp_path / "run", scalar("first", 1, 0.5, math.nan), *(scalar("loss", step, 0.5) for step in range(3)), scalar("loss", 1 << 60, 0.5, 0.0),
        scalar("loss", -1, 0.5), scalar("loss", 3, 0.5, math.nan), scalar("loss", 3, 0.5, 1e300), scalar("loss", 4, 0.25))
    summary = imported(server, capsys, "tensorboard", tmp_path / "run")
    assert [step for step, _ in series(server, summary["runs"][0]["session_id"])["loss"]] == [0, 1, 2, 4]
    assert sum("were left out" in one["message"] for one in summary["warnings"]) == 2


def test_a_value_of_brain_floats_is_widened(server, tmp_path, capsys):
    events_of(tmp_path / "run", tensor("b", 1, types_pb2.DT_BFLOAT16, half_val=[0x3F80]), tensor("b", 2, types_pb2.DT_BFLOAT16, tensor_content=b"\xc0\x7f"))
    (run,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    assert series(server, run["session_id"])["b"] == [(1, bits(1.0)), (2, "NaN")]


def test_a_folder_that_is_not_called_in_unicode_is_imported(server, tmp_path, capsys):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/r\xff n%")
    events_of(folder, scalar("loss", 1, 0.5))
    (run,) = imported(server, capsys, "tensorboard", tmp_path)["runs"]
    assert run["points"] == 1 and document(server, run["session_id"])["session_name"] == "r? n%"
    assert main(["tensorboard", str(tmp_path), "--dry-run"]) == 0 and "n%: 1 points" in capsys.readouterr().out


def test_one_source_that_is_not_there_does_not_keep_the_others(server, tmp_path, capsys):
    events_of(tmp_path / "run", scalar("loss", 1, 0.5))
    summary = imported(server, capsys, "tensorboard", tmp_path / "none", tmp_path / "run", status=1)
    assert summary["points"] == 1


def test_images_histograms_texts_and_settings(server, tmp_path, capsys):
    writer = SummaryWriter(str(tmp_path / "run"))
    writer.add_histogram("weights", numpy.array([0.0, 0.5, 0.5, 1.0, -2.0]), 5)
    writer.add_text("note", "**bold** ü", 2)
    writer.close()
    png = b"\x89PNG\r\n\x1a\n" + b"content"
    image = summary_pb2.Summary.Image(height=4, width=4, colorspace=3, encoded_image_string=png + b"old")
    old = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="in/put", image=image)])
    cells = struct.pack("<6d", -1, 0, 3, 0, 2, 4)
    info = plugin_hparams_pb2.HParamsPluginData(session_start_info=plugin_hparams_pb2.SessionStartInfo())
    info.session_start_info.hparams["lr"].number_value = 0.01
    info.session_start_info.hparams["name"].string_value = "ü"
    info.session_start_info.hparams["fast"].bool_value = True
    hparams = summary_pb2.SummaryMetadata.PluginData(plugin_name="hparams", content=info.SerializeToString())
    value = summary_pb2.Summary.Value(
        tag="_hparams_/session_start_info", metadata=summary_pb2.SummaryMetadata(plugin_data=hparams))
    events_of(
        tmp_path / "run",
        event_pb2.Event(wall_time=1.0, step=5, summary=old),
        tensor("new", 7, types_pb2.DT_STRING, "images", (3,), string_val=[b"4", b"4", png]),
        tensor("two", 7, types_pb2.DT_STRING, "images", (4,), string_val=[b"4", b"4", png, png + b"2"]),
        tensor("cells", 7, types_pb2.DT_DOUBLE, "histograms", (2, 3), tensor_content=cells),
        event_pb2.Event(wall_time=1.0, summary=summary_pb2.Summary(value=[value])),
        name="events.out.tfevents.9999999999.later",
    )
    (run,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    found = artifacts(server, run["session_id"])
    assert set(found) == {
        "images/in/put/5.png", "histograms/weights/5.json", "text/note/2.md", "images/new/7.png", "images/two/7-0.png",
        "images/two/7-1.png", "histograms/cells/7.json"}
    assert [found["images/in/put/5.png"][name] for name in ("kind", "key", "step", "content_type")] == [
        "image", "in/put", 5, "image/png"]
    assert content(server, run["session_id"], "images/new/7.png") == png
    assert content(server, run["session_id"], "text/note/2.md").decode() == "**bold** ü"
    assert json.loads(content(server, run["session_id"], "histograms/cells/7.json")) == {
        "format": "pivot.histogram", "version": 1, "edges": [-1, 0, 2], "counts": [3, 4], "total_count": 7, "nan_count": 0,
        "positive_infinity_count": 0, "negative_infinity_count": 0, "min": -1, "max": 2}
    weights = json.loads(content(server, run["session_id"], "histograms/weights/5.json"))
    assert weights["total_count"] == sum(weights["counts"]) == 5 and (weights["min"], weights["max"]) == (-2, 1)
    assert weights["mean"] == 0.0 and len(weights["edges"]) == len(weights["counts"]) + 1
    assert weights["edges"] == sorted(weights["edges"]) and weights["edges"][0] == -2 and weights["edges"][-1] == 1
    assert document(server, run["session_id"])["params"] == {"lr": 0.01, "name": "ü", "fast": True}


def test_every_folder_with_event_files_is_a_run(server, tmp_path, capsys):
    for name in (".", "a", "a/b", "c"):
        events_of(tmp_path / "logs" / name, scalar("loss", 1, 0.5))
    (tmp_path / "logs" / "empty").mkdir()
    before = position(server)
    summary = imported(server, capsys, "tensorboard", tmp_path / "logs", "--dry-run")
    assert [run["run"] for run in summary["runs"]] == ["logs", "a", "a/b", "c"] and summary["files"] == 4
    assert position(server) == before
    assert len(imported(server, capsys, "tensorboard", tmp_path / "logs")["runs"]) == 4


def test_a_later_file_replaces_what_it_records_again(server, tmp_path, capsys):
    folder = tmp_path / "run"
    events_of(folder, *(scalar("loss", step, step) for step in range(10)), *(scalar("other", step, step) for step in range(10)), name="events.out.tfevents.1.a")
    events_of(folder, *(scalar("loss", step, step * 10) for step in range(6, 12)), name="events.out.tfevents.2.a")
    (run,) = imported(server, capsys, "tensorboard", folder)["runs"]
    found = series(server, run["session_id"])
    assert found["loss"] == [(step, bits(float(step if step < 6 else 10 * step))) for step in range(12)]
    assert len(found["other"]) == 10


def test_a_purge_replaces_everything_from_its_step_on(server, tmp_path, capsys):
    folder = tmp_path / "run"
    events_of(folder, *(scalar("loss", step, step) for step in range(10)), *(scalar("other", step, step) for step in range(10)), name="events.out.tfevents.1.a")
    writer = SummaryWriter(str(folder), purge_step=4)
    writer.add_scalar("loss", 40, 4)
    writer.close()
    (run,) = imported(server, capsys, "tensorboard", folder)["runs"]
    assert [step for step, _ in series(server, run["session_id"])["loss"]] == [0, 1, 2, 3, 4]
    assert [step for step, _ in series(server, run["session_id"])["other"]] == [0, 1, 2, 3]


def test_a_restart_after_an_import_becomes_a_new_session(server, tmp_path, capsys):
    folder = tmp_path / "run"
    events_of(folder, *(scalar("loss", step, step) for step in range(10)), name="events.out.tfevents.1.a")
    (first,) = imported(server, capsys, "tensorboard", folder)["runs"]
    events_of(folder, *(scalar("loss", step, step * 10) for step in range(6, 12)), name="events.out.tfevents.2.a")
    summary = imported(server, capsys, "tensorboard", folder)
    (second,) = summary["runs"]
    assert second["session_id"] != first["session_id"] and second["points"] == 12
    assert first["session_id"] in summary["warnings"][0]["message"]
    before = position(server)
    (third,) = imported(server, capsys, "tensorboard", folder)["runs"]
    assert position(server) == before and third["points"] == 0


def test_a_deleted_session_is_imported_anew(server, tmp_path, capsys):
    events_of(tmp_path / "run", scalar("loss", 1, 0.5))
    (first,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    requests.delete(f"{server.url}/api/v1/training/sessions/{first['session_id']}", params={"permanent": "true"}, timeout=9).raise_for_status()
    (second,) = imported(server, capsys, "tensorboard", tmp_path / "run")["runs"]
    assert second["session_id"] != first["session_id"] and second["points"] == 1


def test_a_file_may_end_at_every_byte_of_its_last_record(tmp_path):
    path = events_of(tmp_path / "run", *(scalar("loss", step, step) for step in range(4)))
    data = path.read_bytes()
    ends = [0]
    while ends[-1] < len(data):
        ends.append(ends[-1] + 16 + struct.unpack_from("<Q", data, ends[-1])[0])
    for size in range(ends[-2], ends[-1] + 1):
        path.write_bytes(data[:size])
        (folder,) = tensorboard.runs(tmp_path)
        folder.read()
        folder.tell_the_rest()
        is_whole = size == ends[-1]
        assert list(folder.run.series["loss"].steps) == [0, 1, 2, 3][: 4 if is_whole else 3]
        told = [(finding.file, finding.byte, finding.is_loss) for finding in folder.run.findings]
        assert told == ([] if size in ends else [(str(path), ends[-2], False)])


def test_no_flipped_bit_makes_a_wrong_number(server, tmp_path, capsys):
    path = events_of(tmp_path / "run", *(scalar("loss", step, step) for step in range(4)))
    data = bytearray(path.read_bytes())
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        (folder,) = tensorboard.runs(tmp_path)
        folder.read()
        (finding,) = folder.run.findings
        assert finding.is_loss and finding.file == str(path) and finding.byte is not None and finding.byte <= place
        loss = folder.run.series.get("loss")
        assert loss is None or set(zip(loss.steps, loss.values)) <= {(step, float(step)) for step in range(4)}
    data[-8] ^= 1
    path.write_bytes(data)
    summary = imported(server, capsys, "tensorboard", tmp_path / "run", status=1)
    assert summary["points"] == 3 and summary["warnings"][0]["file"] == str(path)
    assert "were taken" in summary["warnings"][0]["message"]


def test_a_growing_file_is_followed_until_ctrl_c(server, tmp_path):
    folder = tmp_path / "logs" / "run"
    writer = SummaryWriter(str(folder), flush_secs=0)
    writer.add_scalar("loss", 0.5, 0)
    writer.flush()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pivot_tracker", "import", "tensorboard", str(tmp_path / "logs"), "--follow", "--json", "--url", server.url]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: has_points(server, 1))
        for step in range(1, 8):
            writer.add_scalar("loss", 0.5 / step, step)
        writer.flush()
        wait_for(lambda: has_points(server, 8))
        # Trained again from step 4: a further attempt, which supersedes.
        writer.close()
        again = SummaryWriter(str(folder), purge_step=4, filename_suffix=".again")
        for step in range(4, 7):
            again.add_scalar("loss", 9.0, step)
        again.close()
        wait_for(lambda: has_points(server, 7))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    assert child.returncode == 0 and err == ""
    (run,) = json.loads(out)["runs"]
    assert run["status"] == "completed"
    expected = [(0, 0.5), *((step, 0.5 / step) for step in (1, 2, 3)), (4, 9.0), (5, 9.0), (6, 9.0)]
    assert series(server, run["session_id"])["loss"] == [(step, bits(single(value))) for step, value in expected]


def has_points(server, count):
    sessions = requests.get(f"{server.url}/api/v1/training/sessions", timeout=9).json()["sessions"]
    return bool(sessions) and len(series(server, sessions[0]["session_id"]).get("loss", ())) == count


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_exit_status(server, stopped_server, tmp_path, capsys):
    assert imported(server, capsys, "tensorboard", tmp_path / "none", status=1)["warnings"][0]["message"].startswith("There is no folder")
    with pytest.raises(SystemExit) as wrong:
        imported(server, capsys, "nothing")
    assert wrong.value.code == 2
    capsys.readouterr()
    events_of(tmp_path / "run", scalar("loss", 1, 0.5))
    server.terminate()
    assert imported(server, capsys, "tensorboard", tmp_path / "run", status=4)["error"]["code"] == "unreachable"
