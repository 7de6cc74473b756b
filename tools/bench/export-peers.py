"""Measures what other tools do with points: tensorboardX and pandas write them, TensorBoard's Python loader reads an event file.

Prints points a second as one line of JSON.
"""

import argparse
import json
import pathlib
import time


def write(folder, count):
    import numpy
    import pandas
    from tensorboardX import SummaryWriter

    began = time.perf_counter()
    with SummaryWriter(str(folder / "tensorboardX")) as writer:
        for step in range(count):
            writer.add_scalar("train/metric_0", step / 7, step, walltime=1_767_225_600 + step)
    rates = {"tensorboardX": count / (time.perf_counter() - began)}
    rows = 10 * count
    steps = numpy.arange(rows)
    frame = pandas.DataFrame({
        "session_id": "sess_0123456789abcdef", "metric": "train/metric_0", "axis": "step", "attempt": 1, "step": steps,
        "epoch": pandas.NA, "time": pandas.to_datetime(1_767_225_600_000_000 + steps * 1_000_123, unit="us", utc=True),
        "value": numpy.sin(steps)})
    for name, save in (("csv", lambda path: frame.to_csv(path, index=False)),
                       ("jsonl", lambda path: frame.to_json(path, orient="records", lines=True)),
                       ("parquet", lambda path: frame.to_parquet(path, compression="zstd"))):
        began = time.perf_counter()
        save(folder / f"pandas.{name}")
        rates[f"pandas_{name}"] = rows / (time.perf_counter() - began)
    return rates


def read(folder):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    path = next(folder.glob("events.out.tfevents.*"))
    began = time.perf_counter()
    count = 0
    for _ in EventFileLoader(str(path)).Load():
        count += 1
        if time.perf_counter() - began > 20:
            break
    return {"loader": count / (time.perf_counter() - began)}


parser = argparse.ArgumentParser()
parser.add_argument("--folder", type=pathlib.Path)
parser.add_argument("--points", type=int)
parser.add_argument("--read", type=pathlib.Path)
arguments = parser.parse_args()
print(json.dumps(read(arguments.read) if arguments.read else write(arguments.folder, arguments.points)))
