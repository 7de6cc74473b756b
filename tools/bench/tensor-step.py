"""Times a training step of the 3D U-Net in PyTorch on the CPU, as TrainingStep does in Sources/pivot-bench.

Usage: python tensor-step.py [--threads 1] [--steps 20] [--features 8] [--depth 3] [--patch 32] [--batch 2]
       [--memory-format contiguous|channels_last_3d]

Prints one JSON line: the fastest and the median step in milliseconds, and voxels per second at the median.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))
from unet3d import UNet3D, focal_loss  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--patch", type=int, default=32)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--memory-format", choices=["contiguous", "channels_last_3d"], default="contiguous")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    layout = torch.contiguous_format if options.memory_format == "contiguous" else torch.channels_last_3d
    net = UNet3D(init_features=options.features, depth=options.depth).to(memory_format=layout)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    shape = (options.batch, 1, options.patch, options.patch, options.patch)
    volume = torch.randn(shape).to(memory_format=layout)
    target = (torch.rand(shape) > 0.9).float()

    def step() -> None:
        optimizer.zero_grad()
        loss = focal_loss(net(volume), target)
        loss.backward()
        optimizer.step()

    for _ in range(3):
        step()
    times = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e3)
    median = statistics.median(times)
    voxels = options.batch * options.patch**3
    print(json.dumps({
        "engine": f"torch {torch.__version__}", "threads": options.threads,
        "memory_format": options.memory_format, "fastest_ms": round(min(times), 2), "median_ms": round(median, 2),
        "voxels_per_second": round(voxels / median * 1e3),
    }))


if __name__ == "__main__":
    main()
