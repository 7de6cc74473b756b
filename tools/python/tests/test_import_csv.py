"""Imports of CSV files, in long and in wide form."""

import json
import math

import pytest
import requests
from importing import bits, document, imported, points, position, recorded, series
from pivot_tracker.imports import csv_files

NO_NAMES = {}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path, **named):
    file = csv_files.CSVFile(path, named)
    return file, file.read()


def test_the_long_form_is_a_point_a_row(server, tmp_path, capsys):
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, math.nan, math.inf, -math.inf]
    rows = [f"läuf {run},loss/日本,{step},{value!r},{1_700_000_000.125 + step}" for run in "ab" for step, value in enumerate(values)]
    path = write(tmp_path / "points.csv", "run_name,Metric,Step,Value,wall_time\n" + "\n".join([*rows, "läuf a,acc,3,,1700000000", "läuf a,acc,4,0.5,1700000000", ""]))
    summary = imported(server, capsys, "csv", path, "--experiment", "old", "--tag", "x")
    assert [(run["run"], run["points"]) for run in summary["runs"]] == [("läuf a", 9), ("läuf b", 8)]
    assert summary["notes"] == [
        f"{path}: Long form: run from 'run_name'; metric from 'Metric'; step from 'Step'; time from 'wall_time'; value from 'Value'."]
    session = summary["runs"][0]["session_id"]
    assert series(server, session) == {
        "loss/日本": [(step, bits(value)) for step, value in enumerate(values)], "acc": [(4, bits(0.5))]}
    assert points(server, session)["loss/日本"][1][2].startswith("2023-11-14T22:13:21.125")
    told = document(server, session)
    assert (told["experiment"], told["tags"], told["status"]) == ("old", ["x"], "completed")
    assert told["provenance"]["import.source"] == str(path) and told["provenance"]["import.format"] == "csv"
    assert told["provenance"]["import.columns"].startswith("Long form")


def test_the_wide_form_is_a_column_a_metric(server, tmp_path, capsys):
    # As pandas writes a history of W&B: a column of rows' numbers without a name, empty cells, a text.
    path = write(tmp_path / "history.csv", ",_step,_timestamp,loss,acc,note,ok\n0,0,1700000000.5,0.1,,hi,True\n1,1,1700000001.5,nan,0.5,,False\n2,5,1700000002.5,inf,,ho,\n")
    summary = imported(server, capsys, "csv", path)
    (run,) = summary["runs"]
    assert run["run"] == f"{tmp_path.name}/history" and summary["warnings"] == []
    assert "left out '(without a name)', 'note'" in summary["notes"][0]
    assert series(server, run["session_id"]) == {
        "loss": [(0, bits(0.1)), (1, "NaN"), (5, bits(math.inf))], "acc": [(1, bits(0.5))], "ok": [(0, bits(1.0)), (1, bits(0.0))]}


def test_rows_with_only_an_epoch_are_epochs(server, tmp_path, capsys):
    # As Keras' CSVLogger writes them, from 0 on.
    path = write(tmp_path / "keras.csv", "epoch,accuracy,loss,val_loss\n0,0.5,0.9,1.0\n1,0.6,0.7,0.8\n2,0.7,0.5,NaN\n")
    summary = imported(server, capsys, "csv", path)
    (run,) = summary["runs"]
    assert run["epochs"] == 3 and "from 1 on" in summary["notes"][1]
    answer = requests.get(f"{server.url}/api/v1/training/sessions/{run['session_id']}/metrics", timeout=9).json()
    records = answer.get("metrics") or answer.get("records")
    assert [(one["epoch"], one["loss"]) for one in records] == [(1, 0.9), (2, 0.7), (3, 0.5)]
    before = position(server)
    assert imported(server, capsys, "csv", path)["runs"][0]["epochs"] == 0 and position(server) == before
    # A completed session takes no further epochs: then the run becomes a new one.
    with open(path, "a") as file:
        file.write("3,0.8,0.4,0.6\n")
    (later,) = imported(server, capsys, "csv", path)["runs"]
    assert later["session_id"] != run["session_id"] and later["epochs"] == 4
    before = position(server)
    assert imported(server, capsys, "csv", path)["runs"][0]["session_id"] == later["session_id"] and position(server) == before


def test_a_csv_file_of_lightning_has_steps_and_epochs(server, tmp_path, capsys):
    path = write(tmp_path / "version_0" / "metrics.csv", "epoch,step,train_loss,val_loss\n0,9,0.5,\n0,19,0.4,\n0,19,,0.45\n1,29,0.3,\n")
    (run,) = imported(server, capsys, "csv", path)["runs"]
    found = series(server, run["session_id"])
    assert run["run"] == "version_0/metrics" and [step for step, _ in found["train_loss"]] == [9, 19, 29]
    assert found["val_loss"] == [(19, bits(0.45))] and found["logged_epoch"][-1] == (29, bits(1.0))


def test_the_servers_own_export_comes_back_the_same(server, tmp_path, capsys):
    source = write(tmp_path / "points.csv", "metric,step,epoch,time,value\nloss,1,,1700000000.5,0.1\nloss,2,,1700000001.5,NaN\nval,,1,1700000002,0.3\nval,,2,1700000003,0.25\n")
    (first,) = imported(server, capsys, "csv", source)["runs"]
    exported = requests.get(f"{server.url}/api/v1/training/sessions/{first['session_id']}/export?format=csv", timeout=9).content
    (second,) = imported(server, capsys, "csv", write(tmp_path / "exported.csv", exported))["runs"]
    assert second["session_id"] != first["session_id"] and second["run"] == first["session_id"] and second["epochs"] == 2
    assert points(server, second["session_id"]) == points(server, first["session_id"])


def test_a_chart_of_wandb_is_split_into_its_runs(tmp_path):
    path = write(tmp_path / "chart.csv", '"Step","a-1 - loss","a-1 - loss__MIN","a-1 - loss__MAX","b - loss","b - loss__MIN","b - loss__MAX"\n1,0.5,0.5,0.5,,,\n2,0.25,0.25,0.25,0.75,0.75,0.75\n')
    _, runs = read(path)
    assert {run.name: {name: list(one.values) for name, one in run.series.items()} for run in runs} == {
        "a-1": {"loss": [0.5, 0.25]}, "b": {"loss": [0.75]}}


def test_a_download_of_tensorboard_is_called_by_its_file(tmp_path):
    _, (run,) = read(write(tmp_path / "run-train-tag-loss.csv", "Wall time,Step,Value\n1700000000.25,1,0.5\n"))
    assert list(run.series) == ["loss"] and list(run.series["loss"].times) == [1_700_000_000_250_000]


@pytest.mark.parametrize("cell,expected", [
    ("1700000000", 1_700_000_000_000_000), ("1700000000.000001", 1_700_000_000_000_001), ("1700000000123", 1_700_000_000_123_000),
    ("1700000000123456", 1_700_000_000_123_456), ("1700000000123456789", 1_700_000_000_123_456), ("2023-11-14T22:13:20Z", 1_700_000_000_000_000),
    ("2023-11-14 22:13:20.5", 1_700_000_000_500_000), ("2023-11-14T23:13:20+01:00", 1_700_000_000_000_000)])
def test_times_are_read_by_their_size_or_as_iso_8601(tmp_path, cell, expected):
    _, (run,) = read(write(tmp_path / "a.csv", f"step,time,loss\n1,{cell},0.5\n"))
    assert list(run.series["loss"].times) == [expected]


@pytest.mark.parametrize("header,message", [
    ("a,b", "none of the columns 'a', 'b' is a step or an epoch; name one with --step-column"),
    ("step,global_step,loss", "'step' and 'global_step' may both be the step; name the right one with --step-column"),
    ("step,loss,loss", "the column 'loss' is there twice"),
    ("step,time", "there is no column that could be a metric"),
])
def test_unclear_columns_are_refused_by_name(server, tmp_path, capsys, header, message):
    path = write(tmp_path / "a.csv", header + "\n1,1700000000,3\n")
    good = write(tmp_path / "good.csv", "step;loss\n1;0.5\n")
    summary = imported(server, capsys, "csv", path, good, status=1)
    assert message in summary["warnings"][0]["message"] and str(path) in summary["warnings"][0]["message"]
    assert summary["points"] == 1  # of the other file


def test_columns_can_be_named(tmp_path):
    path = write(tmp_path / "a.csv", "n,when,global_step,loss\n7,1700000000,3,0.5\n")
    _, (run,) = read(path, step="n", time="when")
    assert set(run.series) == {"global_step", "loss"} and list(run.series["loss"].steps) == [7] and run.series["loss"].times
    _, (run,) = read(write(tmp_path / "b.csv", "loss\n0.5\n0.25\n"), step="#")
    assert list(run.series["loss"].steps) == [0, 1]


def test_what_cannot_be_read_is_told_with_its_line_and_byte_and_the_rest_is_taken(server, tmp_path, capsys):
    lines = [b"step,loss,acc\n", b"1,0.5,0.5\n", b"2,x,0.6\n", b"3,0.3\n", b"x,0.2,0.7\n", b"5,\xff,0.8\n", b'6,"0.1,0.9\n', b"7,1e999,1\n", b"8,0.05,1_0\n", b"9,0.04,2\n"]
    path = write(tmp_path / "a.csv", b"".join(lines))
    summary = imported(server, capsys, "csv", path, status=1)
    (run,) = summary["runs"]
    found = series(server, run["session_id"])
    assert [step for step, _ in found["loss"]] == [1, 8, 9] and [step for step, _ in found["acc"]] == [1, 2, 7, 9]
    told = {one["line"]: one["byte"] for one in summary["warnings"]}
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    assert told == {line: starts[line - 1] for line in (3, 4, 5, 6, 7, 8, 9)}
    assert all(one["file"] == str(path) and one["is_loss"] for one in summary["warnings"])


def test_no_bytes_end_the_reader(tmp_path):
    text = 'step,"lo""ss",t\n1,0.5,"a\nb"\n2,"0.25",é\n3,NaN,\n'.encode()
    for place in range(len(text)):
        for byte in (0x00, 0x22, 0x0A, 0xFF, 0x2C):
            path = write(tmp_path / "a.csv", text[:place] + bytes([byte]) + text[place + 1 :])
            try:
                read(path)
            except csv_files.UnreadableSource as error:
                assert str(path) in str(error)


def test_a_growing_file_only_adds(server, tmp_path, capsys):
    path = write(tmp_path / "a.tsv", "\ufeffstep\tloss\n" + "".join(f"{step}\t{1 / (step + 1)!r}\n" for step in range(100)))
    (first,) = imported(server, capsys, "csv", path)["runs"]
    before = position(server)
    assert imported(server, capsys, "csv", path)["points"] == 0 and position(server) == before
    with open(path, "a") as file:
        file.writelines(f"{step}\t{1 / (step + 1)!r}\n" for step in range(100, 110))
    (later,) = imported(server, capsys, "csv", path)["runs"]
    assert later["points"] == 10 and later["points_present"] == 100
    assert recorded(server, first["session_id"])["loss"] == [(step, bits(1 / (step + 1))) for step in range(110)]


def test_a_dry_run_brings_nothing(server, tmp_path, capsys):
    write(tmp_path / "logs" / "a.csv", "step,loss\n1,0.5\n")
    before = position(server)
    summary = imported(server, capsys, "csv", tmp_path / "logs", "--dry-run")
    assert [(run["run"], run["points"]) for run in summary["runs"]] == [("a", 1)] and position(server) == before
    assert json.dumps(summary)
