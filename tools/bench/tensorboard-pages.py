#!/usr/bin/env python3
"""Measures TensorBoard on many sessions: over PIVOT's API, without a file, and on the log directory that `pivot export` writes.

usage: tools/bench/tensorboard-pages.py [--sessions N] [--metrics N] [--points N]

Starts a server (PIVOT_BINARY, or .build/release/pivot) and gives it that many sessions, of which each metric has that many points;
200, 20 and 10,000 unless told otherwise. Then it starts TensorBoard twice: over the server, as `pivot-tensorboard` does, and on the
exported log directory, with its own fast loader (RustBoard). Of each it tells how long it takes from the start until every run has its
tags, until the scalars of one tag of all runs are there, and the memory; of PIVOT also the rates of reporting and exporting.
Prints a table in Markdown. The Python packages are those of the tests of the Python client.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

REPORT = 10_000
PATIENCE = 1800
TAG = "metric_00"


def fill(url, options):
    import numpy

    import pivot_tracker as pivot

    steps = numpy.arange(options.points)
    began = time.perf_counter()
    with pivot.PIVOTClient(url) as client:
        for number in range(options.sessions):
            session = client.create_session(
                session_name=f"run {number}", config={"trainer": {"kind": "external"}})["session_id"]
            token = client.claim_attempt(session, host="benchmark")["token"]
            for metric in range(options.metrics):
                values = numpy.exp(-steps / (100 + number)) + metric
                for start in range(0, options.points, REPORT):
                    client.report_metrics(session, token, attempt=1, series=[{
                        "name": f"metric_{metric:02}", "steps": steps[start:start + REPORT].tolist(),
                        "values": values[start:start + REPORT].tolist()}])
            client.finish_attempt(session, token, attempt=1, outcome="completed")
    return time.perf_counter() - began


def memory(process):
    """The MiB that the processes of a group hold, without pages that they share with files."""
    total = 0
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getpgid(int(folder.name)) == process.pid:
                    lines = (folder / "status").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
            except (OSError, ProcessLookupError):
                pass  # it ended meanwhile
    return total / 1024


def board(command, log, options, own):
    """How a TensorBoard does that `command` starts: seconds to the tags of all runs, seconds for one tag of all, MiB."""
    import requests

    from server_process import free_port

    port = free_port()
    began = time.perf_counter()
    with open(log, "wb") as output:
        process = subprocess.Popen([*command, "--port", str(port)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   start_new_session=True)
    address = f"http://127.0.0.1:{port}/data/"
    asked = requests.Session()
    try:
        while True:
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                sys.exit(f"{command} did not get there:\n{log.read_text(errors='replace')[-3000:]}")
            try:
                tags = asked.get(address + "plugin/scalars/tags", timeout=PATIENCE).json()
            except requests.RequestException:
                time.sleep(0.1)
                continue
            whole = [run for run, names in tags.items() if len(names) >= options.metrics]
            if len(whole) == options.sessions and loaded(asked, address, whole, options):
                break
            time.sleep(0.2)
        ready = time.perf_counter() - began
        began = time.perf_counter()
        answer = asked.post(
            address + "plugin/scalars/scalars_multirun", data={"tag": TAG, "runs": whole}, timeout=PATIENCE).json()
        seconds = time.perf_counter() - began
        counts = sorted(len(series) for series in answer.values())
        if len(counts) != options.sessions:
            sys.exit(f"TensorBoard gave {len(counts)} of {options.sessions} runs.")
        return ready, seconds, counts[0], memory(process)
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def loaded(asked, address, runs, options):
    """Whether the last point of every run is there: a log directory is read piece by piece."""
    answer = asked.post(
        address + "plugin/scalars/scalars_multirun", data={"tag": f"metric_{options.metrics - 1:02}", "runs": runs},
        timeout=PATIENCE).json()
    return len(answer) == len(runs) and all(series[-1][1] == options.points - 1 for series in answer.values())


def measure(options):
    from server_process import PIVOT, ServerProcess

    points = options.sessions * options.metrics * options.points
    with tempfile.TemporaryDirectory(prefix="pivot-boards-") as name:
        folder = pathlib.Path(name)
        server = ServerProcess(PIVOT, folder)
        server.start()
        try:
            filled = fill(server.url, options)
            print(f"{points:,} points were reported in {filled:.0f} s", file=sys.stderr, flush=True)
            own = board([sys.executable, "-m", "pivot_tracker.tensorboard_pages.command", "--url", server.url, "--limit",
                         str(options.sessions)],
                        folder / "own.log", options, True)
            print(json.dumps(own), file=sys.stderr, flush=True)
            began = time.perf_counter()
            subprocess.run([str(PIVOT), "export", "tensorboard", "--filter", "status = completed", "--url", server.url, "--output",
                            str(folder / "logs")], check=True, stdout=subprocess.DEVNULL)
            exported = time.perf_counter() - began
            files = board([sys.executable, "-m", "tensorboard.main", "--logdir", str(folder / "logs"), "--reload_interval", "1"],
                          folder / "files.log", options, False)
        finally:
            server.end()
    print(f"\n| {options.sessions} sessions × {options.metrics} metrics × {options.points:,} points | over PIVOT | on a log directory |")
    print("|---|---:|---:|")
    for title, place, form in (("until all runs are there, s", 0, ".1f"), ("one tag of all runs, s", 1, ".2f"),
                               ("points of a series", 2, "d"), ("memory, MiB", 3, ".0f")):
        print(f"| {title} | {own[place]:{form}} | {files[place]:{form}} |")
    print(f"\nReported with {points / filled:,.0f} points/s, exported with {points / exported:,.0f} points/s "
          f"({exported:.0f} s, which the log directory takes before).")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--points", type=int, default=10_000)
    measure(parser.parse_args())


if __name__ == "__main__":
    from virtual_environment import python_with

    python = python_with(TOOLS / "python" / "requirements-tests.txt")
    if pathlib.Path(sys.executable) != pathlib.Path(python):
        os.execve(python, [python, *sys.argv], {**os.environ, "PYTHONPATH": f"{TOOLS / 'python' / 'src'}:{TOOLS}"})
    main()
