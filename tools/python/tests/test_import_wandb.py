"""Imports of W&B's offline runs, whose files `wandb_writing` writes."""

import json
import math
import struct

import pytest
from importing import artifacts, bits, content, document, get, imported, points, position, recorded, series
from pivot_tracker.imports import wandb_files
from wandb_writing import BEGIN, BLOCK, ended, field, framed, history, item, output, run, summary, write

PNG = b"\x89PNG\r\n\x1a\ncontent"


def offline(tmp_path, name="offline-run-20240101_000000-abc"):
    return tmp_path / "wandb" / name


def test_a_run_arrives_whole(server, tmp_path, capsys):
    folder = offline(tmp_path)
    values = [0.1, -0.0, 5e-324, 1 / 3, 2**60, math.nan, math.inf, -math.inf, True]
    path = write(
        folder, run(name="läuf", config={"lr": 0.1, "opt": {"name": "adam", "betas": [0.9, 0.99]}, "_wandb": {"x": 1}, "n": -3},
                    tags=["a", "b"], notes="note", group="g"),
        *(history(step, {"loss/日本": value, ("nested", "a"): step}, 1_700_000_000.125 + step) for step, value in enumerate(values)),
        history(20, {"img": {"_type": "image-file", "path": "media/images/a.png"}, ("imgs", "_type"): "images/separated",
                     ("imgs", "filenames"): ["media/images/b.png", "media/images/c.png"], "text": "x",
                     ("h", "_type"): "histogram", ("h", "values"): [1, 3], ("h", "bins"): [0, 1, 2]}),
        output("one\ntw"), output("o\n10%\r20%\r\x1b[32m30%\x1b[0m\nrest"), output("bad\n", stream=0),
        summary({"loss/日本": 1.0, "best": 0.25, ("nested", "a"): 8, "word": "x"}), ended(0))
    for name in "abc":
        (folder / "files" / "media" / "images").mkdir(parents=True, exist_ok=True)
        (folder / "files" / "media" / "images" / f"{name}.png").write_bytes(PNG + name.encode())
    (folder / "files" / "config.yaml").write_text("x: 1")
    outcome = imported(server, capsys, "wandb", tmp_path / "wandb", "--tag", "old")
    (found,) = outcome["runs"]
    session = found["session_id"]
    told = document(server, session)
    assert (told["session_name"], told["experiment"], told["status"], told["notes"], told["group"]) == ("läuf", "project", "completed", "note", "g")
    assert sorted(told["tags"]) == ["a", "b", "old"]
    assert told["params"] == {"lr": 0.1, "opt.name": "adam", "opt.betas": "[0.9, 0.99]", "n": -3}
    assert told["provenance"]["wandb.run_id"] == "abc" and told["provenance"]["import.source"] == str(folder)
    assert told["provenance"]["wandb.started_at"].startswith("2023-11-14T22:13:20.000005")
    measured = series(server, session)
    assert measured["loss/日本"] == [(step, bits(float(value))) for step, value in enumerate(values)]
    assert len(measured["nested.a"]) == 9 and set(measured) == {"loss/日本", "nested.a"}
    assert points(server, session)["loss/日本"][3][2].startswith("2023-11-14T22:13:23.125")
    assert [(one["name"], one["value"], one["source"]) for one in told["results"]] == [("best", 0.25, "wandb summary")]
    lines = get(server, f"training/sessions/{session}/logs").json()["lines"]
    assert [(one["source"], one["text"]) for one in lines] == [
        ("stdout", "one"), ("stdout", "two"), ("stdout", "30%"), ("stderr", "bad"), ("stdout", "rest")]
    files = artifacts(server, session)
    assert set(files) == {"images/img/20.png", "images/imgs/20-0.png", "images/imgs/20-1.png", "histograms/h/20.json", "files/config.yaml"}
    assert (files["images/img/20.png"]["kind"], files["images/img/20.png"]["key"], files["images/img/20.png"]["step"]) == ("image", "img", 20)
    assert content(server, session, "images/imgs/20-1.png") == PNG + b"c"
    assert json.loads(content(server, session, "histograms/h/20.json"))["counts"] == [1, 3]
    before = position(server)
    again = imported(server, capsys, "wandb", path)
    assert position(server) == before and again["runs"][0]["session_id"] == session and again["points"] == 0


def test_typed_values_are_read_as_newer_versions_write_them(tmp_path):
    items = [field(2, "i") + field(5, 5), field(2, "d") + b"\x31" + struct.pack("<d", 1 / 3), field(2, "b") + field(4, 1),
             field(2, "j") + field(8, '{"x":2.5}'), field(2, "s") + field(7, "word")]
    write(offline(tmp_path), run(), field(2, b"".join(field(1, one) for one in items) + field(2, field(1, 3))), ended(0))
    (found,) = wandb_files.runs(tmp_path, print)
    assert {name: list(one.values) for name, one in found.series.items()} == {"i": [-3.0], "d": [1 / 3], "b": [1.0], "j.x": [2.5]}


@pytest.mark.parametrize("code,status", [(3, "failed"), (None, "stopped")])
def test_the_exit_code_is_the_ending(server, tmp_path, capsys, code, status):
    records = [run(), history(1, {"loss": 0.5})]
    path = write(offline(tmp_path), *records, *([] if code is None else [ended(code)]))
    (found,) = imported(server, capsys, "wandb", path)["runs"]
    assert found["status"] == status
    before = position(server)
    imported(server, capsys, "wandb", path)
    assert position(server) == before
    # What went on meanwhile is added, and so is the end.
    write(offline(tmp_path), *records, history(2, {"loss": 0.25}), ended(0))
    (later,) = imported(server, capsys, "wandb", path)["runs"]
    assert (later["session_id"], later["status"], later["points"]) == (found["session_id"], "completed", 1)
    assert series(server, found["session_id"])["loss"] == [(1, bits(0.5)), (2, bits(0.25))]
    before = position(server)
    imported(server, capsys, "wandb", path)
    assert position(server) == before


def test_a_resumed_run_goes_on_in_its_next_folder(server, tmp_path, capsys):
    write(offline(tmp_path, "offline-run-1-abc"), run(), *(history(step, {"loss": step}) for step in range(5)))
    (first,) = imported(server, capsys, "wandb", tmp_path)["runs"]
    write(offline(tmp_path, "offline-run-2-abc"), run(), *(history(step, {"loss": step}) for step in range(5, 8)), ended(0))
    (found,) = imported(server, capsys, "wandb", tmp_path)["runs"]
    assert found["session_id"] == first["session_id"] and found["status"] == "completed"
    assert [step for step, _ in series(server, found["session_id"])["loss"]] == list(range(8))
    write(offline(tmp_path, "offline-run-3-abc"), run(), *(history(step, {"loss": -step}) for step in range(6, 8)), ended(0))
    (again,) = imported(server, capsys, "wandb", tmp_path)["runs"]
    assert [value for _, value in series(server, again["session_id"])["loss"]] == [bits(float(value)) for value in (0, 1, 2, 3, 4, 5, -6, -7)]


def test_records_cross_blocks_and_a_file_may_end_anywhere(tmp_path):
    records = [run(), history(1, {"loss": 1.0}), history(2, {"loss": 2.0, "long": "x" * (3 * BLOCK)}), history(3, {"loss": 3.0}), ended(0)]
    data = framed(*records)
    whole = len(framed(*records[:2]))
    path = write(offline(tmp_path), *records)
    ends = {len(framed(*records[:count])): count for count in range(2, 6)}
    for size in [*range(whole, whole + 40), *range(BLOCK - 20, BLOCK + 20), *range(len(data) - 120, len(data) + 1)]:
        path.write_bytes(data[:size])
        (found,) = wandb_files.runs(tmp_path, print)
        expected = [1.0, 2.0, 3.0][: max([count for end, count in ends.items() if end <= size]) - 1]
        assert list(found.series["loss"].values) == expected[:3], size
        told = [(one.file, one.byte, one.is_loss) for one in found.findings if not one.is_note]
        assert told in ([], [(str(path), max(end for end in ends if end <= size), False)]), size


def test_a_damaged_block_is_told_and_the_next_one_is_read(server, tmp_path, capsys):
    records = [run(), *(history(step, {"loss": step, "pad": "x" * 1000}) for step in range(100)), ended(0)]
    path = write(offline(tmp_path), *records)
    data = bytearray(path.read_bytes())
    data[BLOCK + 500] ^= 1
    path.write_bytes(data)
    outcome = imported(server, capsys, "wandb", path, status=1)
    (told,) = [one for one in outcome["warnings"] if one["is_loss"]]
    assert told["file"] == str(path) and BLOCK <= told["byte"] <= BLOCK + 500 and "records before it were taken" in told["message"]
    (found,) = outcome["runs"]
    steps = [step for step, _ in series(server, found["session_id"])["loss"]]
    assert found["status"] == "completed" and 50 < len(steps) < 100 and steps[0] == 0 and steps[-1] == 99


def test_no_flipped_bit_makes_a_wrong_number_or_ends_the_reader(tmp_path):
    path = write(offline(tmp_path), run(), *(history(step, {"loss": step}) for step in range(4)), ended(0))
    data = path.read_bytes()
    for place in range(len(BEGIN), len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        (found,) = wandb_files.runs(tmp_path, print)
        assert any(one.byte is not None and one.byte <= place for one in found.findings)
        loss = found.series.get("loss")
        assert loss is None or set(zip(loss.steps, loss.values)) <= {(step, float(step)) for step in range(4)}


def test_what_is_no_run_is_told(server, tmp_path, capsys):
    (tmp_path / "a.wandb").write_bytes(b"nonsense")
    (tmp_path / "b.wandb").write_bytes(BEGIN[:4] + b"\0\0\0")
    write(tmp_path / "good", run(), history(1, {"loss": 0.5}), field(2, field(1, item("x", 1)) + b"\x0f"), ended(0))
    outcome = imported(server, capsys, "wandb", tmp_path, status=1)
    told = [one["message"] for one in outcome["warnings"]]
    assert str(tmp_path / "a.wandb") in told[0] and "byte 4" in told[1] and "cannot be read" in told[2]
    assert outcome["points"] == 1
    assert "There is no folder" in imported(server, capsys, "wandb", tmp_path / "none", status=1)["warnings"][0]["message"]


def test_files_that_lead_out_of_the_run_are_not_taken(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = offline(tmp_path)
    write(folder, run(), history(1, {"x": {"_type": "file", "path": "../../../secret.txt"}}), ended(0))
    (folder / "files" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (found,) = wandb_files.runs(tmp_path, print)
    assert found.artifacts == {} and recorded is not None
