#!/usr/bin/env python3
"""An example of training with your own program: logistic regression by gradient descent, using only the standard library.

Started by PIVOT (configs/command.yaml), it finds its settings in the file that PIVOT_CONFIG names, prints a JSON line for
each epoch, keeps its state in PIVOT_SESSION_FOLDER and continues from there when it is started again. On SIGTERM it saves
its state and ends. It runs without PIVOT too.
"""

import json
import math
import os
import pathlib
import random
import signal
import sys
import time

FEATURES = 8
SAMPLES = 400

stopping = False


def stop(number, frame):
    global stopping
    stopping = True


def settings():
    """The session's `train` section; empty without PIVOT."""
    path = os.environ.get("PIVOT_CONFIG")
    return json.loads(pathlib.Path(path).read_text())["train"] if path else {}


def samples(seed):
    """Points of two classes that a plane nearly separates."""
    source = random.Random(seed)
    plane = [source.gauss(0, 1) for _ in range(FEATURES)]
    found = []
    for _ in range(SAMPLES):
        point = [source.gauss(0, 1) for _ in range(FEATURES)]
        score = sum(a * b for a, b in zip(plane, point)) + source.gauss(0, 0.5)
        found.append((point, 1.0 if score > 0 else 0.0))
    return found[: SAMPLES * 3 // 4], found[SAMPLES * 3 // 4:]


def probability(weights, point):
    score = weights[-1] + sum(a * b for a, b in zip(weights, point))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def evaluate(weights, data):
    """The mean cross entropy and the share of points on the right side."""
    loss, right = 0.0, 0
    for point, label in data:
        chance = probability(weights, point)
        loss -= math.log(chance if label else 1 - chance)
        right += (chance > 0.5) == (label > 0.5)
    return loss / len(data), right / len(data)


def main():
    signal.signal(signal.SIGTERM, stop)
    train = settings()
    epochs, seed = train.get("epochs") or 20, train.get("seed", 0)
    rate, pause = train.get("learning_rate", 0.05), train.get("epoch_seconds", 0.0)
    folder = pathlib.Path(os.environ.get("PIVOT_SESSION_FOLDER", "."))
    checkpoint = folder / "logistic.json"
    state = {"epoch": 0, "step": 0, "weights": [0.0] * (FEATURES + 1)}
    if checkpoint.exists():
        state = json.loads(checkpoint.read_text())
        print(f"continuing after epoch {state['epoch']}", file=sys.stderr, flush=True)
    training, validation = samples(seed)
    weights = state["weights"]
    for epoch in range(state["epoch"] + 1, epochs + 1):
        order = list(range(len(training)))
        random.Random(f"{seed}/{epoch}").shuffle(order)
        for index in order:
            point, label = training[index]
            error = probability(weights, point) - label
            for place, value in enumerate(point):
                weights[place] -= rate * error * value
            weights[-1] -= rate * error
            state["step"] += 1
        (train_loss, train_accuracy), (val_loss, val_accuracy) = evaluate(weights, training), evaluate(weights, validation)
        state["epoch"] = epoch
        # Saved before it is reported: an epoch that PIVOT knows is never trained again.
        fresh = checkpoint.with_suffix(".new")
        fresh.write_text(json.dumps(state))
        fresh.replace(checkpoint)
        print(json.dumps({"epoch": epoch, "step": state["step"], "train_loss": train_loss, "val_loss": val_loss,
                          "train_accuracy": train_accuracy, "val_accuracy": val_accuracy}), flush=True)
        if stopping:
            print(f"stopped after epoch {epoch}", file=sys.stderr)
            return
        time.sleep(pause)
    print(f"done after {state['epoch']} epochs", file=sys.stderr)


if __name__ == "__main__":
    main()
