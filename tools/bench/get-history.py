#!/usr/bin/env python3
"""Measures how fast a server gives the whole history of a metric: PIVOT's, in JSON and as npz, beside MLflow's `get-history`.

usage: tools/bench/get-history.py [--points N] [--rounds N]

Starts both servers (PIVOT_BINARY, or .build/release/pivot; the MLflow that tools/bench/mlflow.txt pins, on its SQLite store), gives
both the same points of one metric, asks for all of them and compares every value. Prints a table in Markdown.
"""

import argparse
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE.parent
sys.path.insert(0, str(TOOLS))

# The most metrics that MLflow takes in one request, and the most points that it gives in one.
BATCH = 1000
PAGE = 25_000
PATIENCE = 120


def values(count):
    return [1 / (1 + step) for step in range(count)]


def best(rounds, ask):
    """What `ask` returned last, and the seconds of its fastest round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - began)
    return answer, min(times)


def measure_mlflow(folder, points, rounds):
    import requests

    from server_process import free_port

    port = free_port()
    url = f"http://127.0.0.1:{port}/api/2.0/mlflow"
    with open(folder / "mlflow.log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
             "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder / "artifacts")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}/health", timeout=2).raise_for_status()
                break
            except requests.RequestException:
                if time.monotonic() > deadline or server.poll() is not None:
                    sys.exit(f"MLflow did not start:\n{(folder / 'mlflow.log').read_text()[-2000:]}")
                time.sleep(0.2)
        talk = requests.Session()

        def post(path, body):
            answer = talk.post(f"{url}/{path}", json=body, timeout=PATIENCE)
            answer.raise_for_status()
            return answer.json()

        run = post("runs/create", {"experiment_id": "0", "start_time": 1})["run"]["info"]["run_id"]
        rows = [{"key": "loss", "value": value, "timestamp": 1_767_225_600_000 + step, "step": step}
                for step, value in enumerate(values(points))]
        for start in range(0, points, BATCH):
            post("runs/log-batch", {"run_id": run, "metrics": rows[start:start + BATCH]})

        def ask():
            found, query = [], {"run_id": run, "metric_key": "loss", "max_results": PAGE}
            while True:
                answer = talk.get(f"{url}/metrics/get-history", params=query, timeout=PATIENCE)
                answer.raise_for_status()
                document = answer.json()
                found += [metric["value"] for metric in document["metrics"]]
                if not document.get("next_page_token"):
                    return found
                query["page_token"] = document["next_page_token"]

        return best(rounds, ask)
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def measure_pivot(folder, points, rounds):
    import numpy
    import requests

    from server_process import PIVOT, ServerProcess

    server = ServerProcess(PIVOT, folder)
    server.start()
    try:
        talk = requests.Session()
        url = f"{server.url}/api/v1"

        def post(path, body, **headers):
            answer = talk.post(f"{url}/training/sessions{path}", json=body, headers=headers, timeout=PATIENCE)
            answer.raise_for_status()
            return answer.json()

        created = post("", {
            "session_name": "history", "config": {"trainer": {"kind": "external"}}, "claim": {"host": "benchmark"}})
        session, token = created["session_id"], created["claim"]["token"]
        numbers = values(points)
        for start in range(0, points, BATCH):
            steps = list(range(start, min(start + BATCH, points)))
            series = {"name": "loss", "steps": steps, "values": numbers[start:start + BATCH]}
            post(f"/{session}/metrics", {"attempt": 1, "series": [series]}, Authorization=f"Lease {token}")
        target = f"{url}/metrics/{session}/history"
        query = {"metric_name": "loss", "axis": "step"}

        def ask():
            answer = talk.get(target, params=query, timeout=PATIENCE)
            answer.raise_for_status()
            return answer.json()["values"]

        several = {"session_ids": session, "metric_names": "loss", "axis": "step", "format": "npz"}

        def ask_npz():
            answer = talk.get(f"{url}/metrics/history", params=several, timeout=PATIENCE)
            answer.raise_for_status()
            return numpy.load(io.BytesIO(answer.content))["values"].tolist()

        return best(rounds, ask), best(rounds, ask_npz)
    finally:
        server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    points, expected = arguments.points, values(arguments.points)
    with tempfile.TemporaryDirectory(prefix="pivot-history-") as name:
        folder = pathlib.Path(name)
        (folder / "pivot").mkdir()
        (json_values, json_time), (npz_values, npz_time) = measure_pivot(folder / "pivot", points, arguments.rounds)
        mlflow_values, mlflow_time = measure_mlflow(folder, points, arguments.rounds)
    for values_of, found in (("PIVOT's JSON", json_values), ("PIVOT's npz", npz_values), ("MLflow's", mlflow_values)):
        if found != expected:
            sys.exit(f"{values_of} values are not those that were written.")
    print(f"\n| {points:,} points of one metric, asked and parsed by Python | points/s | of MLflow's |\n|---|---:|---:|")
    for title, seconds in (("MLflow get-history", mlflow_time), ("PIVOT, JSON", json_time), ("PIVOT, npz", npz_time)):
        print(f"| {title} | {points / seconds:,.0f} | {mlflow_time / seconds:,.1f} × |")


if __name__ == "__main__":
    from virtual_environment import python_with

    python = python_with(HERE / "mlflow.txt")
    if pathlib.Path(sys.executable) != pathlib.Path(python):
        os.execve(python, [python, *sys.argv], {**os.environ, "PYTHONPATH": str(TOOLS)})
    main()
