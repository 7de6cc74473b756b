#!/usr/bin/env python3
"""Measures the importers: points a second into a server, beside what TensorBoard's and pandas' own readers take for the same files.

usage: tools/bench/imports.py [--points N]

Starts a server (PIVOT_BINARY, or .build/release/pivot), writes an event file and a CSV of N points, and imports both with the
Python client, as `pivot import` does. Every point is counted in the server afterwards. Prints a table in Markdown. The Python
packages are those of the tests of the Python client.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

METRICS = 10


def write_logdir(folder, steps):
    """An event file with that many steps of each metric, by TensorBoard's own writer."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))
    for step in range(steps):
        values = [Summary.Value(tag=f"train/metric_{index}", simple_value=step / (index + 1)) for index in range(METRICS)]
        writer.add_event(Event(wall_time=1_767_225_600 + step, step=step, summary=Summary(value=values)))
    writer.close()


def write_csv(path, steps):
    """A wide table with a row for each step."""
    with open(path, "w") as file:
        print("step," + ",".join(f"metric_{index}" for index in range(METRICS)), file=file)
        for step in range(steps):
            print(step, *(step / (index + 1) for index in range(METRICS)), sep=",", file=file)


def rate(points, work):
    began = time.perf_counter()
    work()
    return points / (time.perf_counter() - began)


def read_logdir(folder):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    for path in folder.glob("events.out.tfevents.*"):
        for _ in EventFileLoader(str(path)).Load():
            pass


def measure(points):
    import pandas

    import pivot_tracker as pivot
    from checking import require
    from server_process import PIVOT, ServerProcess

    steps = points // METRICS
    with tempfile.TemporaryDirectory(prefix="pivot-imports-") as name:
        folder = pathlib.Path(name)
        (folder / "logs" / "run").mkdir(parents=True)
        (folder / "server").mkdir()
        write_logdir(folder / "logs" / "run", steps)
        write_csv(folder / "table.csv", steps)
        server = ServerProcess(PIVOT, folder / "server")
        server.start()
        try:
            def take(format, source):
                subprocess.run([sys.executable, "-m", "pivot_tracker", "import", format, str(source), "--url", server.url, "--json"],
                               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

            rows = [
                ("tensorboard", rate(points, lambda: take("tensorboard", folder / "logs")),
                 "TensorBoard's loader, which only reads", rate(points, lambda: read_logdir(folder / "logs" / "run"))),
                ("csv", rate(points, lambda: take("csv", folder / "table.csv")),
                 "pandas.read_csv, which only reads", rate(points, lambda: pandas.read_csv(folder / "table.csv"))),
            ]
            with pivot.PIVOTClient(server.url) as client:
                found = client.list_sessions()["sessions"]
                require(len(found) == 2, f"{len(found)} sessions were imported")
                for session in found:
                    names = client.get_metric_names(session["session_id"])["metrics"]
                    counts = [metric["steps"]["count"] for metric in names]
                    require(counts == [steps] * METRICS, f"{session['session_name']} has {counts} points")
        finally:
            server.end()
    print(f"\n| {points:,} points imported | points/s | beside it | points/s |\n|---|---:|---|---:|")
    for format, own, peer, other in rows:
        print(f"| {format} | {own:,.0f} | {peer} | {other:,.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    measure(parser.parse_args().points)


if __name__ == "__main__":
    from virtual_environment import python_with

    python = python_with(TOOLS / "python" / "requirements-tests.txt")
    if pathlib.Path(sys.executable) != pathlib.Path(python):
        os.execve(python, [python, *sys.argv], {**os.environ, "PYTHONPATH": f"{TOOLS / 'python' / 'src'}:{TOOLS}"})
    main()
