#!/usr/bin/env python3
"""A linear regression in plain Python that is logged, obeys stops, and resumes from its checkpoints bit for bit.

usage: regression.py [--epochs N] [--pause SECONDS] [--resume SESSION] [--weights FILE]

PIVOT_URL names the server; if it cannot be reached, the session is spooled, and `pivot-sync` delivers it later.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile
import time

import pivot_tracker as pivot

SIZE = 8
BATCHES = 20


def train(session, epochs, folder, pause):
    """Trains until the last epoch or a stop, and returns the weights."""
    state = session.resume_state(folder)
    if state is None:
        source, weights, first = random.Random(0), [0.0] * SIZE, 1
    else:
        saved = json.loads(state.path.read_text())
        source, weights, first = random.Random(), saved["weights"], state.epoch + 1
        kind, numbers, rest = saved["random"]
        source.setstate((kind, tuple(numbers), rest))
    target = [0.5 * place - 1 for place in range(SIZE)]
    for epoch in range(first, epochs + 1):
        total = 0.0
        for batch in range(BATCHES):
            step = (epoch - 1) * BATCHES + batch + 1
            inputs = [source.gauss(0, 1) for _ in range(SIZE)]
            wanted = sum(weight * value for weight, value in zip(target, inputs))
            error = sum(weight * value for weight, value in zip(weights, inputs)) - wanted
            weights = [weight - 0.02 * error * value for weight, value in zip(weights, inputs)]
            session.log({"loss": error * error}, step=step)
            total += error * error
            time.sleep(pause)
        session.epoch(epoch, {"mean_loss": total / BATCHES})
        session.histogram("weights", weights, step=epoch * BATCHES)
        path = folder / "weights.json"
        path.write_text(json.dumps({"weights": weights, "random": source.getstate()}))
        session.checkpoint(path, epoch, {"mean_loss": total / BATCHES}, stop=session.should_stop)
        if session.should_stop:
            break
    return weights


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--epochs", type=int, default=10)
    options.add_argument("--pause", type=float, default=0.0, help="seconds to pause after each step")
    options.add_argument("--resume", help="the session to resume")
    options.add_argument("--weights", type=pathlib.Path, help="a file for the final weights")
    arguments = options.parse_args()
    told = {"resume": arguments.resume} if arguments.resume else {"config": {"epochs": arguments.epochs, "rate": 0.02}}
    with tempfile.TemporaryDirectory() as folder, pivot.session("regression", **told) as session:
        print(session.session_id, flush=True)
        weights = train(session, arguments.epochs, pathlib.Path(folder), arguments.pause)
    if arguments.weights:
        arguments.weights.write_text(json.dumps(weights))


if __name__ == "__main__":
    sys.exit(main())
