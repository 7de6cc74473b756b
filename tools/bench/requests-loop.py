"""Reports metrics with Python's requests over one kept connection, one report after the other.

Usage: python requests-loop.py --url http://127.0.0.1:PORT/api/v1/training/sessions/ID/metrics --token TOKEN [--seconds 3]

Prints one JSON line: the median and the 99th percentile of a report of one point in milliseconds, and points a second in
reports of 1,000 points.
"""

import argparse
import json
import random
import time

import requests


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Lease {options.token}"
    values = random.Random(1)
    step = 0

    def report(count: int) -> float:
        nonlocal step
        points = [{"name": "loss", "step": step + index, "value": values.random()} for index in range(count)]
        step += count
        begin = time.perf_counter()
        answer = session.post(options.url, json={"attempt": 1, "points": points}, timeout=30)
        answer.raise_for_status()
        return time.perf_counter() - begin

    singles = []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end:
        singles.append(report(1) * 1e3)
    singles.sort()
    batches = 0
    begin = time.perf_counter()
    while time.perf_counter() < begin + options.seconds:
        report(1000)
        batches += 1
    print(json.dumps({
        "single_p50_ms": singles[len(singles) // 2], "single_p99_ms": singles[len(singles) * 99 // 100],
        "points_per_second": batches * 1000 / (time.perf_counter() - begin),
    }))


if __name__ == "__main__":
    main()
