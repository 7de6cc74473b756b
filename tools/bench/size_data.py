"""The data sets of tools/bench/sizes: files in several versions, each made from a seed, without a network.

    @data_set("name", "file.bin", ...)
    def name(shrink, folder):        # yields the bytes of each version; --quick makes everything `shrink` times smaller

A folder is given for what a maker must write; it is deleted once the versions are there.
"""

import array
import io
import json
import pickle
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from checking import require
from server_process import PIVOT, ServerProcess
from size_tools import ask
from virtual_environment import CHECKOUT

MEBIBYTE = 1 << 20
# A layer is a MiB of float32.
NUMBERS_IN_LAYER = MEBIBYTE // 4
TRAINING_SECONDS = 600


@dataclass(frozen=True)
class DataSet:
    """Versions of one file."""

    name: str
    text: str
    file_name: str
    number_type: str | None     # of all numbers in the file, as ZipNN names it
    most: float | None          # the share of the content that PIVOT may take
    versions: Callable

    @property
    def is_opaque(self):
        """Whether PIVOT sees nothing but bytes in the file."""
        return not self.file_name.endswith(".safetensors")


DATA_SETS = []


def data_set(name, text, file_name, number_type=None, most=None):
    """Adds what the function makes to the data sets."""
    def add(function):
        DATA_SETS.append(DataSet(name, text, file_name, number_type, most, function))
        return function
    return add


# Networks

@data_set("unet3d", "checkpoints of a 3D U-Net with Adam's moments, 20 steps apart", "unet3d.safetensors", "float32",
          most=0.79)
def trained(shrink, folder):
    """Trains the network of the quick start, with twice the channels and a level more, on a server of its own."""
    epochs = 5 if shrink == 1 else 2
    settings = {"train.epochs": epochs, "train.model.init_features": 16, "train.model.depth": 3, "train.batch_size": 2,
                "data.train_scans": 10}
    server = ServerProcess(PIVOT, folder)
    server.start()
    try:
        command = [str(PIVOT), "train", str(CHECKOUT / "configs" / "quickstart.yaml"), "--url", server.url, "--json"]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=TRAINING_SECONDS)
        require(result.returncode == 0, f"the training failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
        session = json.loads(ask(server.port, "GET", "/training/sessions"))["sessions"][0]["session_id"]
        saved = json.loads(ask(server.port, "GET", f"/checkpoints?session_id={session}"))["checkpoints"]
        require(len(saved) == epochs, f"the training of {epochs} epochs saved {len(saved)} checkpoints")
        for checkpoint in sorted(saved, key=lambda each: each["epoch"]):
            yield ask(server.port, "GET", f"/checkpoints/{checkpoint['checkpoint_id']}/download")
        server.terminate()
    finally:
        server.end()


@data_set("tuned-float32", "weights as float32, and all changed by about 0.1 %", "tuned.safetensors", "float32")
def tuned_float32(shrink, _):
    for layers in tuned(64 // shrink):
        yield safetensors("F32", [little_endian(layer) for layer in layers])


@data_set("tuned-bfloat16", "the same as bfloat16", "tuned.safetensors", "bfloat16")
def tuned_bfloat16(shrink, _):
    for layers in tuned(64 // shrink):
        yield safetensors("BF16", [bfloat16(layer) for layer in layers])


def tuned(layer_count):
    """Layers of a MiB of normally distributed weights, and the same with relative changes that are normally distributed."""
    layers = normal_layers(1, layer_count)
    yield layers
    # Weights of another layer, 0.02 wide, are as good a noise as fresh ones.
    yield [changed(layer, layers[number - 1]) for number, layer in enumerate(layers)]


def normal_layers(seed, count):
    """So many arrays of a MiB of float32, distributed normally around zero with a standard deviation of 0.02."""
    gauss = random.Random(seed).gauss
    return [array.array("f", (gauss(0, 0.02) for _ in range(NUMBERS_IN_LAYER))) for _ in range(count)]


def changed(layer, noise):
    """The layer with each weight changed by about a thousandth; the noise is 0.02 wide."""
    return array.array("f", [weight * (1 + 0.05 * other) for weight, other in zip(layer, noise)])


def bfloat16(numbers):
    """The upper halves of float32 numbers."""
    wide, narrow = little_endian(numbers), bytearray(len(numbers) * 2)
    narrow[0::2], narrow[1::2] = wide[2::4], wide[3::4]
    return bytes(narrow)


def little_endian(numbers):
    """The bytes of an array as the formats hold them."""
    if sys.byteorder == "big":
        numbers = array.array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def safetensors(number_type, tensors):
    """A safetensors file of layers, which are given as bytes."""
    header, begin = {}, 0
    for number, tensor in enumerate(tensors):
        header[f"layers.{number}.weight"] = {"dtype": number_type, "shape": [NUMBERS_IN_LAYER // 512, 512],
                                             "data_offsets": [begin, begin + len(tensor)]}
        begin += len(tensor)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(tensors)


# Opaque files

@data_set("replaced", "ten versions of random bytes, 1 % replaced in one place each time", "replaced.bin", most=0.13)
def replaced(shrink, _):
    yield from edited(8 * MEBIBYTE // shrink, lambda values, content, offset, size:
                      content[:offset] + values.randbytes(size) + content[offset + size:])


@data_set("inserted", "ten versions of random bytes, 1 % inserted in one place each time", "inserted.bin", most=0.13)
def inserted(shrink, _):
    yield from edited(8 * MEBIBYTE // shrink, lambda values, content, offset, size:
                      content[:offset] + values.randbytes(size) + content[offset:])


def edited(byte_count, edit):
    """Ten versions of random bytes; `edit` makes the next from the one before, an offset and the size of the change."""
    values = random.Random(2)
    content = values.randbytes(byte_count)
    size = byte_count // 100
    yield content
    for _ in range(9):
        content = edit(values, content, values.randrange(byte_count - size), size)
        yield content


@data_set("pth", "layers of float32 in PyTorch's zip, and with 3 of 32 changed", "model.pth")
def pth(shrink, _):
    layers = normal_layers(3, 32 // shrink)
    yield pytorch_zip(layers)
    for number in (0, len(layers) // 2, len(layers) - 1):
        layers[number] = changed(layers[number], layers[number - 1])
    yield pytorch_zip(layers)


def pytorch_zip(layers):
    """A file with the outer form of torch.save: stored entries that begin at multiples of 64 bytes."""
    names = {f"layers.{number}.weight": (str(number), "float32", len(layer)) for number, layer in enumerate(layers)}
    entries = [("data.pkl", pickle.dumps(names, protocol=2)), ("byteorder", b"little")]
    entries += [(f"data/{number}", little_endian(layer)) for number, layer in enumerate(layers)]
    return stored_zip([(f"model/{name}", content) for name, content in entries + [("version", b"3\n")]], alignment=64)


@data_set("npz", "arrays of float32 in NumPy's zip, and with a quarter of them changed", "arrays.npz")
def npz(shrink, _):
    layers = normal_layers(4, 32 // shrink)
    yield numpy_zip(layers)
    layers[::4] = [changed(layer, layers[number - 1]) for number, layer in list(enumerate(layers))[::4]]
    yield numpy_zip(layers)


def numpy_zip(layers):
    """A file as numpy.savez writes it: a stored entry with a header and the numbers for each array."""
    entries = []
    for number, layer in enumerate(layers):
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(layer)},), }}"
        header += " " * (-(len(header) + 11) % 64) + "\n"
        start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
        entries.append((f"arr_{number}.npy", start + little_endian(layer)))
    return stored_zip(entries, alignment=1)


def stored_zip(entries, alignment):
    """A zip of names and contents that are not compressed; each content begins at a multiple of the alignment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            if alignment > 1:
                # A local header is 30 bytes, the name and the extra field; that has 4 bytes before its filling.
                filling = -(file.tell() + 34 + len(name)) % alignment
                entry.extra = b"FB" + struct.pack("<H", filling) + b"Z" * filling
            archive.writestr(entry, content)
    return file.getvalue()


@data_set("log", "a training's output, and with lines inserted and appended", "training.log")
def log(shrink, _):
    values = random.Random(5)
    lines = list(log_lines(values, range(216_000 // shrink)))
    yield "".join(lines).encode()
    for _ in range(20):
        lines.insert(values.randrange(len(lines)), "WARNING the gradient was clipped\n")
    lines += log_lines(values, range(216_000 // shrink, 227_000 // shrink))
    yield "".join(lines).encode()


def log_lines(values, steps):
    """A line of about 93 bytes for each step."""
    for step in steps:
        loss = 2 / (1 + step / 1000) + 0.05 * values.random()
        yield (f"{step // 3600 % 24:02}:{step // 60 % 60:02}:{step % 60:02} INFO epoch {step // 1000 + 1} step {step} "
               f"loss {loss:.6f} grad_norm {values.random() * 3:.4f} lr 0.001 samples/s {800 + values.random() * 40:.1f}\n")


@data_set("random", "random bytes", "random.bin")
def random_bytes(shrink, _):
    yield random.Random(6).randbytes(32 * MEBIBYTE // shrink)
