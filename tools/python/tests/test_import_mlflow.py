"""Imports of MLflow's stores: a file of SQLite, a folder and a server, whose contents `mlflow_writing` writes."""

import http.server
import json
import math
import threading
import urllib.parse

import pytest
from importing import artifacts, bits, content, document, imported, points, position, recorded, series
from mlflow_writing import Database, write_experiment, write_run
from pivot_tracker.imports.mlflow_folder import flat_yaml

VALUES = [0.1, -0.0, 5e-324, 1 / 3, math.nan, math.inf, -math.inf]
TIME = 1_700_000_000_125


@pytest.fixture
def database(tmp_path):
    """A store with an experiment."""
    found = Database(tmp_path / "mlflow.db")
    found.experiment(1, "Exp ü")
    found.experiment(2, "gone", "deleted")
    return found


def test_a_file_of_sqlite_arrives_whole(server, database, tmp_path, capsys):
    folder = tmp_path / "artifacts of p"
    (folder / "sub dir").mkdir(parents=True)
    (folder / "sub dir" / "a.txt").write_text("hello")
    (folder / "empty.bin").touch()
    (folder / "images").mkdir()
    (folder / "images" / "pic#x%step%7%timestamp%1700000000000%0a1b.png").write_bytes(b"\x89PNG")
    (folder / "net").mkdir()
    (folder / "net" / "MLmodel").write_text("flavors: {}")
    model = tmp_path / "mlruns" / "1" / "models" / "m-1" / "artifacts"
    model.mkdir(parents=True)
    (model / "weights.pt").write_bytes(b"weights")
    database.run("p" * 32, "parent", tags={"team": "läuf", "mlflow.note.content": "a\nnote", "mlflow.source.name": "train.py", "long": "x" * 300},
                 params={"lr": "0.1", "a/b": "c"}, artifacts=folder.as_uri())
    database.run("c" * 32, "child", "FAILED", tags={"mlflow.parentRunId": "p" * 32})
    database.run("k" * 32, "killed", "KILLED")
    database.run("d" * 32, "deleted", stage="deleted")
    database.run("e" * 32, "of a deleted experiment", experiment=2)
    # SQLite itself keeps -0.0 as 0.
    values = [0.25 if value == 0 else value for value in VALUES]
    database.points("p" * 32, "loss/日本", [(TIME + step, step, value) for step, value in enumerate(values)])
    database.points("p" * 32, "without steps", [(TIME + count, 0, float(count)) for count in range(3)])
    database.points("c" * 32, "loss", [(TIME, 1, 2.5)])
    database.model("m-1", "mymodel", "p" * 32, "file:///gone/1/models/m-1/artifacts")
    summary = imported(server, capsys, "mlflow", f"sqlite:///{database.path}", "--tag", "old")
    found = {run["run"]: run for run in summary["runs"]}
    assert {name: run["status"] for name, run in found.items()} == {"parent": "completed", "child": "failed", "killed": "stopped"}
    assert summary["notes"] == [f"sqlite:///{database.path}: 2 deleted runs were left out."]
    session = found["parent"]["session_id"]
    assert series(server, session) == {
        "loss/日本": [(step, bits(value)) for step, value in enumerate(values)],
        "without steps": [(0, bits(float(count))) for count in range(3)]}
    assert points(server, session)["loss/日本"][1][2].startswith("2023-11-14T22:13:20.126")
    told = document(server, session)
    assert (told["experiment"], told["group"], told["notes"]) == ("Exp ü", "parent", "a\nnote")
    assert sorted(told["tags"]) == ["old", "team=läuf"] and told["params"] == {"lr": "0.1", "a/b": "c"}
    facts = told["provenance"]
    assert (facts["mlflow.run_id"], facts["mlflow.user"], facts["mlflow.status"]) == ("p" * 32, "ann", "FINISHED")
    assert facts["tag.team"] == "läuf" and facts["mlflow.source.name"] == "train.py" and facts["tag.long"] == "x" * 300
    assert facts["mlflow.started_at"].startswith("2023-11-14T22:13:20.123") and facts["import.source"] == str(database.path)
    child = document(server, found["child"]["session_id"])
    assert child["group"] == "parent" and child["provenance"]["mlflow.parentRunId"] == "p" * 32
    files = artifacts(server, session)
    assert {path: one["kind"] for path, one in files.items()} == {
        "files/sub dir/a.txt": "file", "files/empty.bin": "file", "files/net/MLmodel": "model", "models/mymodel/weights.pt": "model",
        "files/images/pic#x%step%7%timestamp%1700000000000%0a1b.png": "image"}
    assert files["files/images/pic#x%step%7%timestamp%1700000000000%0a1b.png"]["step"] == 7
    assert content(server, session, "models/mymodel/weights.pt") == b"weights"
    before = position(server)
    again = imported(server, capsys, "mlflow", database.path)
    assert position(server) == before and again["points"] == 0


def test_a_running_run_is_completed_when_it_has_ended(server, database, capsys):
    database.run("r" * 32, "", "RUNNING")
    database.points("r" * 32, "loss", [(TIME + step, step, 0.5) for step in range(3)])
    (first,) = imported(server, capsys, "mlflow", database.path)["runs"]
    assert first["status"] == "stopped" and first["run"] == "r" * 32
    before = position(server)
    imported(server, capsys, "mlflow", database.path)
    assert position(server) == before
    database.points("r" * 32, "loss", [(TIME + step, step, 0.25) for step in range(3, 5)])
    (second,) = imported(server, capsys, "mlflow", database.path)["runs"]
    assert (second["points"], second["status"]) == (2, "stopped")
    database.points("r" * 32, "loss", [(TIME + 5, 5, 0.125)])
    database.end("r" * 32, "FINISHED")
    (third,) = imported(server, capsys, "mlflow", database.path)["runs"]
    assert (third["session_id"], third["status"]) == (first["session_id"], "completed")
    expected = [(0, 0.5), (1, 0.5), (2, 0.5), (3, 0.25), (4, 0.25), (5, 0.125)]
    assert series(server, first["session_id"])["loss"] == [(step, bits(value)) for step, value in expected]
    assert recorded(server, first["session_id"])["loss"] == series(server, first["session_id"])["loss"]
    before = position(server)
    imported(server, capsys, "mlflow", database.path)
    assert position(server) == before


def test_a_folder_of_runs_arrives_whole(server, tmp_path, capsys):
    experiment = write_experiment(tmp_path / "mlruns", "123", "'Exp: ü'")
    lines = b"".join(b"%d %s %d\n" % (TIME + step, str(value).encode(), step) for step, value in enumerate(VALUES))
    write_run(experiment, "f" * 32, '"quoted\\tname \\\n  \\ \\xFC \\u65E5"', tags={"mlflow.user": "ann", "x/y": "z"}, params={"a/b": "ü\n"},
              metrics={"val/loss": lines, "old": b"%d 0.5\n" % TIME}, artifacts={"net/MLmodel": "x", "net/a.bin": "y", "plot.png": "z"})
    summary = imported(server, capsys, "mlflow", tmp_path / "mlruns")
    (run,) = summary["runs"]
    assert summary["warnings"] == [] and run["run"] == "quoted\tname  ü 日" and run["status"] == "completed"
    told = document(server, run["session_id"])
    assert told["experiment"] == "Exp: ü" and told["params"] == {"a/b": "ü\n"} and told["tags"] == ["x/y=z"]
    assert series(server, run["session_id"]) == {
        "val/loss": [(step, bits(value)) for step, value in enumerate(VALUES)], "old": [(0, bits(0.5))]}
    assert {path: one["kind"] for path, one in artifacts(server, run["session_id"]).items()} == {
        "files/net/MLmodel": "model", "files/net/a.bin": "model", "files/plot.png": "image"}
    before = position(server)
    imported(server, capsys, "mlflow", tmp_path)
    assert position(server) == before
    with open(experiment / ("f" * 32) / "metrics" / "val" / "loss", "ab") as file:
        file.write(b"%d 7.0 9\n" % (TIME + 100))
    assert imported(server, capsys, "mlflow", tmp_path)["points"] == 1


def test_broken_lines_are_told_with_their_byte_and_the_rest_is_taken(server, tmp_path, capsys):
    experiment = write_experiment(tmp_path / "mlruns", "1", "e")
    folder = write_run(experiment, "b" * 32, "b", metrics={"loss": b"%d 0.5 1\n%d x 2\n%d 0.25 3\n17" % (TIME, TIME + 1, TIME + 2), "neg": b"%d 1 -1\n" % TIME})
    summary = imported(server, capsys, "mlflow", tmp_path / "mlruns", status=1)
    assert [step for step, _ in series(server, summary["runs"][0]["session_id"])["loss"]] == [1, 3]
    told = [(one["file"], one["byte"], one["line"]) for one in summary["warnings"] if "byte" in one]
    path = str(folder / "metrics" / "loss")
    assert told == [(path, 20, 2), (path, 59, 4)]
    assert "a step must be from 0" in summary["warnings"][-1]["message"]


@pytest.mark.parametrize("text,expected", [
    ("a: 1\nb: null\nc: ''\n", {"a": "1", "b": "", "c": ""}), ("a: 'it''s'\n", {"a": "it's"}), ("a: x y\n  z\nb: 2\n", {"a": "x y z", "b": "2"}),
    ('a: "x\\\n  \\ y\\n\\xE9\\u2028"\n', {"a": "x y\n\xe9\u2028"}), ("a: c:\\d\n", {"a": "c:\\d"}), ("tags: []\n- x\n", {"tags": "[]"})])
def test_scalars_of_yaml(text, expected):
    assert flat_yaml(text) == expected


def test_what_is_no_store_is_told_with_the_remedy(server, tmp_path, capsys):
    (tmp_path / "text").write_text("x")
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (tmp_path / "empty").mkdir()
    cases = {
        str(tmp_path / "none"): "There is no file or folder", str(tmp_path / "text"): "no file of SQLite", str(damaged): "cannot be read as a file of SQLite",
        str(tmp_path / "empty"): "no experiments of MLflow", "postgresql://host/db": "mlflow server --backend-store-uri"}
    summary = imported(server, capsys, "mlflow", *cases, status=1)
    for told, expected in zip(summary["warnings"], cases.values()):
        assert expected in told["message"]


def test_what_a_damaged_file_still_tells_is_taken(server, database, capsys):
    database.run("a" * 32, "a")
    database.points("a" * 32, "loss", [(TIME + step, step, float(step)) for step in range(20_000)])
    database.connection.close()
    data = bytearray(database.path.read_bytes())
    half = len(data) // 2 // 4096 * 4096
    data[half : half + 40 * 4096] = b"\xff" * (40 * 4096)
    database.path.write_bytes(data)
    summary = imported(server, capsys, "mlflow", database.path, status=1)
    assert str(database.path) in summary["warnings"][0]["message"]


def test_artifacts_elsewhere_are_told(server, database, capsys):
    for name in "ab":
        database.run(name * 32, name, artifacts=f"s3://bucket/{name}/artifacts")
    summary = imported(server, capsys, "mlflow", database.path)
    assert len(summary["runs"]) == 2
    assert "The artifacts of 2 runs were left out: they are in s3:" in summary["warnings"][0]["message"]


class Server:
    """A server of MLflow's REST API 2.0 with one run, in pages of two."""

    def __init__(self):
        self.points = [{"key": "loss", "value": value, "timestamp": TIME + step, "step": step} for step, value in enumerate(
            [0.1, "NaN", 1.7976931348623157e308, "-Infinity", 5e-324])]
        self.files = {"a b.txt": b"one", "dir/c.bin": b"two"}
        self.is_broken = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                outer.answer(self, parts.path, {k: v[-1] for k, v in urllib.parse.parse_qs(parts.query).items()})

            def do_POST(self):
                outer.answer(self, self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/prefix"

    def answer(self, call, path, asked):
        route = path.removeprefix("/prefix/")
        status, body = 200, None
        if route == "get-artifact":
            body = self.files[asked["path"]]
        elif route == "api/2.0/mlflow/experiments/search":
            document = {"experiments": [{"experiment_id": "1", "name": "exp"}]}
        elif route == "api/2.0/mlflow/runs/search":
            info = {"run_id": "s" * 32, "run_name": "served", "experiment_id": "1", "status": "FINISHED", "user_id": "ann", "start_time": TIME}
            data = {"metrics": [self.points[-1]], "params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "t", "value": "v"}]}
            document = {"runs": [{"info": info, "data": data}]}
        elif route == "api/2.0/mlflow/metrics/get-history":
            at = int(asked.get("page_token", 0))
            document = {"metrics": self.points[at : at + 2]}
            if at + 2 < len(self.points):
                document["next_page_token"] = str(at + 2)
            if self.is_broken and at:
                status, document = 400, {"error_code": "INTERNAL_ERROR", "message": "broken"}
        elif route == "api/2.0/mlflow/artifacts/list":
            document = {"files": [{"path": "dir/c.bin"}] if asked.get("path") else [{"path": "a b.txt"}, {"path": "dir", "is_dir": True}]}
        else:
            status, document = 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": "none"}
        body = json.dumps(document).encode() if body is None else body
        call.send_response(status)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)

    def end(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def mlflow_server():
    found = Server()
    yield found
    found.end()


def test_the_runs_of_a_server_arrive_whole(server, mlflow_server, capsys):
    mlflow_server.is_broken = True
    summary = imported(server, capsys, "mlflow", mlflow_server.url, status=1)
    assert summary["points"] == 2 and "2 points of it were taken" in summary["warnings"][0]["message"]
    mlflow_server.is_broken = False
    summary = imported(server, capsys, "mlflow", mlflow_server.url)
    (run,) = summary["runs"]
    assert run["points"] == 3 and run["points_present"] == 2
    assert series(server, run["session_id"])["loss"] == [(step, bits(value)) for step, value in enumerate([0.1, math.nan, math.inf, -math.inf, 5e-324])]
    assert content(server, run["session_id"], "files/a b.txt") == b"one" and content(server, run["session_id"], "files/dir/c.bin") == b"two"
    told = document(server, run["session_id"])
    assert told["params"] == {"lr": "0.1"} and told["tags"] == ["t=v"] and told["experiment"] == "exp"
    before = position(server)
    assert imported(server, capsys, "mlflow", mlflow_server.url)["runs"][0]["artifacts"] == 0 and position(server) == before


def test_a_server_that_is_none_of_mlflows_is_told(server, capsys):
    summary = imported(server, capsys, "mlflow", server.url, status=1)
    assert "Is it MLflow's server?" in summary["warnings"][0]["message"]


def test_a_run_is_the_same_from_a_file_and_from_a_server(server, database, mlflow_server, capsys):
    database.run("s" * 32, "served", tags={"t": "v"}, params={"lr": "0.1"})
    database.points("s" * 32, "loss", [(TIME + step, step, value) for step, value in enumerate([0.1, math.nan, math.inf])])
    (first,) = imported(server, capsys, "mlflow", database.path)["runs"]
    (second,) = imported(server, capsys, "mlflow", mlflow_server.url)["runs"]
    assert second["session_id"] == first["session_id"] and second["points"] == 2
