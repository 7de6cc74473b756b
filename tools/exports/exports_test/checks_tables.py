"""Tables as pandas, pyarrow, polars and DuckDB read them."""

import json
import math
import urllib.request

import duckdb
import pandas
import polars
import pyarrow.parquet

from checking import require

from .bed import METRICS, bits

COLUMNS = ["metric", "axis", "attempt", "step", "epoch", "time", "value"]


def _number(value):
    """What a reader gives for a value or none: None for NaN of an integer column."""
    return None if value is None or value is pandas.NaT or isinstance(value, float) and math.isnan(value) else int(value)


def _compare(session, rows, what):
    """Compares rows of COLUMNS, times in microseconds, with the session's points."""
    found = sorted(
        (metric, axis, int(attempt), int(step), _number(epoch), int(time), bits(float(value)))
        for metric, axis, attempt, step, epoch, time, value in rows)
    wanted = [(*row[:2], row[2], row[3], row[4], row[5], row[6]) for row in session.rows()]
    key = [tuple(str(part) for part in row) for row in found], [tuple(str(part) for part in row) for row in wanted]
    require(sorted(key[0]) == sorted(key[1]), f"{what} has {len(found)} points, and not those {len(wanted)} that were reported")


def _frame_rows(frame):
    times = pandas.to_datetime(frame["time"], utc=True).astype("datetime64[us, UTC]").astype("int64")
    return zip(*(frame[name].tolist() for name in COLUMNS[:5]), times.tolist(), frame["value"].tolist())


def parquet(bed):
    session = bed.fill("parquet lauf/№ 7")
    path = bed.folder / "points.parquet"
    bed.pivot("export", "parquet", session.id, "--output", path)
    _compare(session, _frame_rows(pandas.read_parquet(path)), "pandas")
    _compare(session, _frame_rows(pyarrow.parquet.read_table(path).to_pandas()), "pyarrow")
    _compare(session, _frame_rows(polars.read_parquet(path).to_pandas()), "polars")
    relation = duckdb.sql(
        f"select metric, axis, attempt, step, epoch, epoch_us(time), value from '{path}'").fetchall()
    _compare(session, relation, "DuckDB")
    # Statistics must not hide what is there.
    count = duckdb.sql(f"select count(*) from '{path}' where value > 1e308 and not isnan(value)").fetchall()[0][0]
    wanted = sum(1 for points in session.points.values() for point in points if point[4] > 1e308)
    require(count == wanted, f"DuckDB counts {count} great values, not {wanted}")
    metadata = pyarrow.parquet.ParquetFile(path).metadata
    require(metadata.row_group(0).column(0).compression == "ZSTD", "the pages are not compressed by Zstandard")


def text_tables(bed):
    session = bed.fill("texte")
    path = bed.folder / "points.csv"
    bed.pivot("export", "csv", session.id, "--output", path)
    _compare(session, _frame_rows(pandas.read_csv(path, float_precision="round_trip")), "pandas' CSV")
    frame = polars.read_csv(path, infer_schema_length=None)
    _compare(session, _frame_rows(frame.to_pandas()), "polars' CSV")
    path = bed.folder / "points.jsonl"
    bed.pivot("export", "jsonl", session.id, "--output", path)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    times = pandas.to_datetime([row["time"] for row in rows], utc=True).astype("datetime64[us, UTC]").astype("int64")
    _compare(
        session, [(row["metric"], row["axis"], row["attempt"], row["step"], row.get("epoch"), time, float(row["value"]))
                  for row, time in zip(rows, times)], "JSON Lines")


def server_is_program(bed):
    session = bed.fill("gleich", 300)
    for form in ("csv", "jsonl", "parquet"):
        for wide in (False, True):
            path = bed.folder / f"same.{form}"
            bed.pivot("export", form, session.id, "--output", path, "--force", *(["--wide"] if wide else []))
            url = f"{bed.server.url}/api/v1/training/sessions/{session.id}/export?format={form}"
            with urllib.request.urlopen(url + ("&layout=wide" if wide else "")) as answer:
                require(answer.read() == path.read_bytes(), f"the server's {form} is another than the program's")


def several(bed):
    sessions = [bed.fill(f"mehrere {number}", 200) for number in (1, 2, 3)]
    path = bed.folder / "several.parquet"
    answer = bed.pivot("export", "parquet", *(session.id for session in sessions), "--output", path, "--json",
                       "--metrics", "lo*", "--metrics", "学習率")
    frame = pandas.read_parquet(path)
    require(json.loads(answer)["rows"] == len(frame), "the rows that are told are not those that are there")
    require(list(frame["session_id"].unique()) == [session.id for session in sessions], "the sessions are not there in order")
    require(set(frame["metric"]) == {"loss", "学習率"}, "the patterns let through other metrics")
    for session in sessions:
        of_session = frame[frame["session_id"] == session.id]
        require(len(of_session) == 200 * 2 + 2, f"{session.id} has {len(of_session)} points")


def wide(bed):
    session = bed.fill("breit", 400)
    path = bed.folder / "wide.parquet"
    bed.pivot("export", "parquet", session.id, "--wide", "--output", path)
    frame = pandas.read_parquet(path)
    for (metric, axis), points in session.points.items():
        column = "metric.step" if metric == "step" else metric
        rows = frame[frame["axis"] == axis].set_index("epoch" if axis == "epoch" else "step")[column]
        for _, step, epoch, _, value in points:
            found = rows.loc[epoch if axis == "epoch" else step]
            require(bits(float(found)) == bits(value), f"{metric} at {step} is {found}, not {value}")
    text = bed.folder / "wide.csv"
    bed.pivot("export", "csv", session.id, "--wide", "--output", text)
    again = pandas.read_csv(text, float_precision="round_trip")
    for column in frame.columns[6:]:
        same = [bits(left) == bits(right) for left, right in zip(frame[column], again[column])]
        require(all(same), f"{column} is not the same as CSV and as Parquet")


def sessions_table(bed):
    first, second = bed.fill("tabelle 1", 50), bed.start("tabelle 2", {"lr": 0.5})
    bed.finish(first)
    for form, read in (("parquet", pandas.read_parquet), ("csv", pandas.read_csv)):
        path = bed.folder / f"sessions.{form}"
        bed.pivot("export", "sessions", first.id, second.id, "--output", path)
        frame = read(path).set_index("session_id")
        require(list(frame.index) == [first.id, second.id], "the rows are not the sessions")
        require(list(frame["params.lr"]) == [0.1, 0.5], "the parameters are others")
        require(frame.loc[first.id, "params.optimizer"] == "adam", "a text parameter is another")
        require(list(frame["status"]) == ["completed", "running"], "the status is another")
        require(f"metrics.{METRICS[2]}" in frame.columns, "a metric is missing")


def refusals(bed):
    session = bed.fill("weigert", 10)
    path = bed.folder / "taken.csv"
    path.write_text("mine")
    answer = bed.pivot("export", "csv", session.id, "--output", path, status=2)
    require("--force" in answer and path.read_text() == "mine", f"a file was replaced, or {answer!r}")
    bed.pivot("export", "csv", session.id, "--output", path, "--force")
    require(path.read_text().startswith("session_id,"), "--force did not replace the file")
    bed.pivot("export", "csv", "sess_nothingofthekind0", "--output", bed.folder / "none.csv", status=3)
    require(not (bed.folder / "none.csv").exists(), "a failed export left a file")
    require(not list(bed.folder.glob("*.part")), "a part of a file was left")
    folder = bed.folder / "mine"
    folder.mkdir()
    (folder / "file").write_text("mine")
    bed.pivot("export", "tensorboard", session.id, "--output", folder, "--force", status=2)
    require((folder / "file").read_text() == "mine", "a folder of the user's was replaced")
    for wrong in (["--follow", "--wide"], ["--scalars", "double"], ["--metrics", ""]):
        bed.pivot("export", "csv", session.id, "--output", bed.folder / "never.csv", *wrong, status=2)


CHECKS = [
    ("Parquet is read by pandas, pyarrow, polars and DuckDB bit for bit", parquet),
    ("CSV and JSON Lines are read bit for bit", text_tables),
    ("the server's files are the program's files", server_is_program),
    ("several sessions stand in one file, and patterns choose metrics", several),
    ("the wide form has every point in its row and column", wide),
    ("the table of sessions has parameters and final metrics", sessions_table),
    ("nothing is replaced unasked, and nothing half-written is left", refusals),
]
