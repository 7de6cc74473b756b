#!/usr/bin/env python3
"""A small convolutional network in PyTorch that tells rings, squares and crosses apart, logged with everything it has.

usage: train_torch.py [--epochs N] [--seed N] [--learning-rate R] [--pause SECONDS] [--resume SESSION] [--weights FILE]

It logs each step and epoch, a grid of pictures that shows where the network is right, a histogram of the weights, and a
checkpoint per epoch: weights, optimizer and generator. It ends when a stop is requested, and resumes from the checkpoint
with the same numbers, bit for bit. PIVOT_URL names the server; if it cannot be reached, the session is spooled. When PIVOT
runs it (configs/torch.yaml), it joins that session.
"""

import argparse
import pathlib
import sys
import tempfile
import time

import torch
from torch import nn

import pivot_tracker as pivot

SIDE = 24
KINDS = ("ring", "square", "cross")
BATCHES = 20
BATCH_SIZE = 32


def pictures(count, generator):
    """Noisy pictures of count×1×24×24 with one thing each, at a random place in a random size, and which it is."""
    rows = torch.arange(SIDE).view(1, SIDE, 1).float()
    columns = torch.arange(SIDE).view(1, 1, SIDE).float()

    def uniform(low, high):
        return low + (high - low) * torch.rand((count, 1, 1), generator=generator)

    down, across, size = (rows - uniform(8, 16)).abs(), (columns - uniform(8, 16)).abs(), uniform(4, 7)
    distance = (down.square() + across.square()).sqrt()
    ring = (distance <= size) & (distance >= 0.6 * size)
    square = torch.maximum(down, across) <= 0.85 * size
    cross = (torch.minimum(down, across) <= 0.3 * size) & (torch.maximum(down, across) <= size)
    kinds = torch.randint(len(KINDS), (count,), generator=generator)
    shapes = torch.stack((ring, square, cross), dim=1)[torch.arange(count), kinds].float()
    return (shapes + 0.25 * torch.randn(shapes.shape, generator=generator)).unsqueeze(1), kinds


def network():
    """Two convolutions and a linear layer."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * (SIDE // 4) ** 2, len(KINDS)),
    )


def grid(images, labels, found, columns=8):
    """Pictures side by side as H×W×3; each has a green frame, or a red one where the network is wrong."""
    framed = []
    for image, label, guess in zip(images, labels, found):
        color = torch.tensor((0.1, 0.8, 0.2) if label == guess else (0.9, 0.1, 0.1))
        tile = color.repeat(SIDE + 2, SIDE + 2, 1)
        tile[1:-1, 1:-1] = image.clamp(0, 1).permute(1, 2, 0)
        framed.append(tile)
    lines = [torch.cat(framed[start : start + columns], dim=1) for start in range(0, len(framed), columns)]
    return torch.cat(lines, dim=0).numpy()


class Training:
    """What a training consists of, and what of it a checkpoint holds."""

    def __init__(self, seed, learning_rate):
        torch.manual_seed(seed)
        self.model = network()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=learning_rate)
        # The pictures come from a generator of their own, so that nothing else moves it.
        self.generator = torch.Generator().manual_seed(seed)
        self.validation = pictures(128, torch.Generator().manual_seed(seed + 1))

    def save(self, path):
        """Writes the weights, the optimizer and the generator."""
        state = {
            "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }
        torch.save(state, path)

    def load(self, path):
        """Restores the state from such a file."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])

    def step(self):
        """Trains one batch; its loss and the norm of its gradients."""
        self.model.train()
        images, labels = pictures(BATCH_SIZE, self.generator)
        loss = nn.functional.cross_entropy(self.model(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        return {"loss": loss, "gradient_norm": norm}

    def validate(self):
        """The loss and accuracy on pictures that are not trained on, and what each was classified as."""
        self.model.eval()
        images, labels = self.validation
        with torch.no_grad():
            scores = self.model(images)
        found = scores.argmax(dim=1)
        loss = nn.functional.cross_entropy(scores, labels)
        return {"val_loss": loss, "val_accuracy": (found == labels).double().mean()}, found


def train(session, training, epochs, folder, pause):
    """Trains until the last epoch or a stop; whether it was stopped."""
    state = session.resume_state(folder)
    if state is not None:
        training.load(state.path)
    for epoch in range(1 if state is None else state.epoch + 1, epochs + 1):
        for batch in range(BATCHES):
            session.log(training.step(), step=(epoch - 1) * BATCHES + batch + 1)
            time.sleep(pause)
        metrics, found = training.validate()
        session.epoch(epoch, metrics)
        images, labels = training.validation
        session.image("validation", grid(images[:32], labels[:32], found[:32]), step=epoch * BATCHES)
        session.histogram("weights", nn.utils.parameters_to_vector(training.model.parameters()), step=epoch * BATCHES)
        path = folder / "model.pt"
        training.save(path)
        is_to_stop = session.should_stop
        session.checkpoint(path, epoch, metrics, stop=is_to_stop)
        if is_to_stop:
            return True
    return False


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--learning-rate", type=float, default=1e-2)
    options.add_argument("--pause", type=float, default=0.0, help="seconds to pause after each step")
    options.add_argument("--resume", help="the session to resume")
    options.add_argument("--weights", type=pathlib.Path, help="a file for the final weights, as plain bytes")
    arguments = options.parse_args()
    torch.use_deterministic_algorithms(True)
    # Sums of floating-point numbers depend on how many threads share them.
    torch.set_num_threads(1)
    config = {"epochs": arguments.epochs, "seed": arguments.seed, "learning_rate": arguments.learning_rate}
    told = {"resume": arguments.resume} if arguments.resume else {"config": config, "tags": ["torch"]}
    with tempfile.TemporaryDirectory() as folder, pivot.session("shapes", **told) as session:
        print(session.session_id, flush=True)
        training = Training(arguments.seed, arguments.learning_rate)
        is_stopped = train(session, training, arguments.epochs, pathlib.Path(folder), arguments.pause)
        if arguments.weights:
            weights = nn.utils.parameters_to_vector(training.model.parameters()).detach()
            arguments.weights.write_bytes(weights.numpy().tobytes())
        session.finish("stopped" if is_stopped else "completed")


if __name__ == "__main__":
    sys.exit(main())
