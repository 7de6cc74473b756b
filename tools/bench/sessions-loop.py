"""Creates runs with Python's requests over one kept connection, each with its first report, one after the other.

Usage: python sessions-loop.py (--pivot | --mlflow) http://127.0.0.1:PORT [--seconds 3]

A PIVOT server takes one request for it (a creation with a claim and points), one that speaks MLflow's API two (create, log a
batch).
Prints one JSON line: runs a second.
"""

import argparse
import json
import time

import requests


def main() -> None:
    parser = argparse.ArgumentParser()
    server = parser.add_mutually_exclusive_group(required=True)
    server.add_argument("--pivot", metavar="URL")
    server.add_argument("--mlflow", metavar="URL")
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    session = requests.Session()
    session.trust_env = False

    def post(path: str, body: dict, **headers: str) -> dict:
        answer = session.post((options.pivot or options.mlflow) + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def pivot() -> None:
        post("/api/v1/training/sessions", {
            "session_name": "run", "config": {"trainer": {"kind": "external"}}, "params": {"learning_rate": 0.001},
            "claim": {"host": "benchmark"}, "points": [{"name": "loss", "step": 1, "value": 0.5}]})

    def mlflow() -> None:
        api = "/api/2.0/mlflow/runs"
        run = post(f"{api}/create", {"experiment_id": "0", "start_time": 1, "run_name": "run"})["run"]["info"]["run_id"]
        post(f"{api}/log-batch", {"run_id": run, "params": [{"key": "learning_rate", "value": "0.001"}],
                                  "metrics": [{"key": "loss", "value": 0.5, "timestamp": 1, "step": 1}]})

    create = pivot if options.pivot else mlflow
    count = 0
    begin = time.perf_counter()
    while time.perf_counter() < begin + options.seconds:
        create()
        count += 1
    print(json.dumps({"runs_per_second": count / (time.perf_counter() - begin)}))


if __name__ == "__main__":
    main()
