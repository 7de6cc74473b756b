"""Measures what logging costs a training, and how many points a second reach the server.

usage: python overhead.py --url URL [--quick]

Prints one JSON object. `log_…` are seconds of one call of log() in the thread that trains: `paced` with a pause of 100
microseconds between calls, as between steps of a training, `flat_out` without one. `append_seconds` is the floor: appending
the same tuple to a list. `tensorboardx_…` is `SummaryWriter.add_scalar` of tensorboardX in the same run, when it is
installed. `points_per_second` is from the first call of log_points to the server's acknowledgement of the last point.
"""

import argparse
import array
import importlib.util
import json
import statistics
import tempfile
import time

import pivot_tracker as pivot


def spin(seconds):
    """Computes for a while, as a training does between two calls, and keeps the interpreter's lock as much."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def costs(call, count, pause):
    """The time of each of `count` calls."""
    clock = time.perf_counter_ns
    taken = array.array("q", bytes(8 * count))
    for step in range(count):
        began = clock()
        call(step)
        taken[step] = clock() - began
        if pause:
            spin(pause)
    return {
        "p50": statistics.median(taken) / 1e9, "mean": statistics.fmean(taken) / 1e9, "p99": sorted(taken)[count * 99 // 100] / 1e9,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    paced = 10_000 if options.quick else 50_000
    flat = 100_000 if options.quick else 500_000
    points = 4_000_000 if options.quick else 20_000_000
    result = {}
    kept = []
    result["append_seconds"] = costs(lambda step: kept.append((time.time_ns(), step, ("loss", 0.5))), flat, 0)
    with tempfile.TemporaryDirectory() as folder:
        with pivot.session("overhead", base_url=options.url, spool_dir=folder, provenance=False) as session:
            one = {"loss": 0.5}
            three = {"loss": 0.5, "accuracy": 0.25, "learning_rate": 0.001}
            result["log_one_paced"] = costs(lambda step: session.log(one, step=step), paced, 100e-6)
            result["log_three_paced"] = costs(lambda step: session.log(three, step=step), paced, 100e-6)
            result["log_one_flat_out"] = costs(lambda step: session.log(one, step=step), flat, 0)
            result["blocked_seconds"] = session.stats.blocked_seconds
            session.flush(delivered=True)
        values = array.array("d", [number / 7 for number in range(1_000_000)])
        with pivot.session("throughput", base_url=options.url, spool_dir=folder, provenance=False) as session:
            session.flush(delivered=True)
            began = time.perf_counter()
            for _ in range(points // len(values)):
                session.log_points("loss", values)
            session.flush()
            result["points_per_second_spooled"] = points / (time.perf_counter() - began)
            session.flush(delivered=True)
            result["points_per_second"] = points / (time.perf_counter() - began)
    if importlib.util.find_spec("tensorboardX"):
        from tensorboardX import SummaryWriter

        with tempfile.TemporaryDirectory() as folder:
            writer = SummaryWriter(folder)
            result["tensorboardx_paced"] = costs(lambda step: writer.add_scalar("loss", 0.5, step), paced, 100e-6)
            writer.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
