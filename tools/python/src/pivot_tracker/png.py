"""Pictures as PNG (W3C "Portable Network Graphics", third edition), with nothing but the standard library.

`encode_png` takes bytes; `pixels_of` reads them from what people train with: NumPy-like arrays, torch tensors and nested
lists. NumPy is never imported here: an array of it is only met when somebody else has imported it.
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: The longest side of a picture, in pixels.
MAXIMUM_SIDE = 16_384

#: The most pixels of a picture (64 Mi, an 8192 × 8192 square).
MAXIMUM_PIXELS = 1 << 26

# Color types of PNG, by the number of channels.
_COLOR_TYPES = {1: 0, 3: 2, 4: 6}

# Float values above this are taken for a picture of 0…255 that nobody divided.
_GREATEST_FLOAT = 16.0


class Pixels(NamedTuple):
    """Rows of pixels, 8 bits a channel, first row first."""

    width: int
    height: int
    channels: int
    data: bytes


def encode_png(pixels: Pixels, level: int = 6) -> bytes:
    """The picture as a PNG file; `level` is zlib's, 0…9."""
    stride = pixels.width * pixels.channels
    rows = bytearray()
    for start in range(0, len(pixels.data), stride):
        rows.append(0)  # the filter "none"
        rows += pixels.data[start : start + stride]
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, 8, _COLOR_TYPES[pixels.channels], 0, 0, 0)
    return (
        SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows), level)) + _chunk(b"IEND", b"")
    )


def check_png(data: bytes) -> bytes:
    """The bytes, when they begin like a PNG file of a size that is accepted; raises ValueError otherwise."""
    if len(data) < 33 or data[:8] != SIGNATURE or data[12:16] != b"IHDR":
        raise ValueError("image(): these bytes are not a PNG file. Give a PNG file's bytes, an array or a PIL image.")
    width, height = struct.unpack(">II", data[16:24])
    _check_size(width, height)
    return data


def pixels_of(picture: Any) -> Pixels:
    """Reads a picture from an array H×W or H×W×C, a torch tensor H×W or C×H×W, or nested lists; C is 1, 3 or 4.

    Booleans are black and white, integers 0…255, floats 0…1: floats outside are clipped, and NaN is black. Raises
    TypeError for anything that is not a picture, and ValueError for a shape, a size or values that are not accepted.
    """
    value = _from_tensor(picture) if hasattr(picture, "detach") else picture
    numpy = sys.modules.get("numpy")
    if numpy is not None and not isinstance(value, (list, tuple)) and _is_array(value):
        return _from_array(numpy, numpy.asarray(value))
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return _from_lists(value)
    raise TypeError(
        f"image(): a {type(picture).__name__} is not a picture. Give an array of H×W or H×W×1/3/4, a tensor of C×H×W, a PIL "
        "image or the bytes of a PNG file."
    )


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") or hasattr(value, "__array_interface__")


def _from_tensor(tensor: Any) -> Any:
    """A torch tensor as an array or nested lists, its channels last."""
    value = tensor.detach().cpu()
    if value.ndim == 3:
        value = value.permute(1, 2, 0)
    if str(value.dtype) in ("torch.bfloat16", "torch.float16"):
        value = value.float()
    return value.numpy() if "numpy" in sys.modules else value.tolist()


def _from_array(numpy: Any, array: Any) -> Pixels:
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(f"image(): an array of {array.ndim} dimensions is not a picture; give H×W or H×W×1/3/4.")
    height, width, channels = (int(length) for length in array.shape)
    _check_shape(width, height, channels)
    kind = array.dtype.kind
    if kind == "b":
        array = array.astype(numpy.uint8) * numpy.uint8(255)
    elif kind in "iu":
        if array.dtype != numpy.uint8:
            _check_integers(int(array.min()), int(array.max()))
    elif kind == "f":
        array = numpy.nan_to_num(array.astype(numpy.float64), nan=0.0, posinf=1.0, neginf=0.0)
        _check_floats(float(array.max()))
        array = array.clip(0, 1) * 255 + 0.5
    else:
        raise TypeError(f"image(): pixels of the type {array.dtype} are not accepted; give bool, integers or floats.")
    return Pixels(width, height, channels, array.astype(numpy.uint8).tobytes())


def _from_lists(rows: Sequence[Any]) -> Pixels:
    height = len(rows)
    width = len(rows[0]) if height > 0 else 0
    first = rows[0][0] if width > 0 else None
    channels = len(first) if isinstance(first, Sequence) else 1
    _check_shape(width, height, channels)
    flat: list[Any] = []
    for row in rows:
        if len(row) != width:
            raise ValueError(f"image(): there are rows of {width} and of {len(row)} pixels; make them equally long.")
        for pixel in row:
            values = pixel if isinstance(pixel, Sequence) else (pixel,)
            if len(values) != channels:
                raise ValueError("image(): all pixels must have the same number of channels.")
            flat.extend(values)
    if any(isinstance(value, float) for value in flat):
        finite = [float(value) for value in flat if math.isfinite(value)]
        _check_floats(max(finite, default=0.0))
        return Pixels(width, height, channels, bytes(_byte(float(value)) for value in flat))
    if all(isinstance(value, bool) for value in flat):
        return Pixels(width, height, channels, bytes(255 if value else 0 for value in flat))
    if not all(isinstance(value, int) for value in flat):
        raise TypeError("image(): pixels must be numbers.")
    _check_integers(min(flat), max(flat))
    return Pixels(width, height, channels, bytes(flat))


def _byte(value: float) -> int:
    return 0 if math.isnan(value) else int(min(max(value, 0.0), 1.0) * 255 + 0.5)


def _check_shape(width: int, height: int, channels: int) -> None:
    if channels not in _COLOR_TYPES:
        raise ValueError(
            f"image(): a picture of {height}×{width}×{channels} has {channels} channels; give 1, 3 or 4 of them: last in an "
            "array, first in a torch tensor."
        )
    _check_size(width, height)


def _check_size(width: int, height: int) -> None:
    if not (1 <= width <= MAXIMUM_SIDE and 1 <= height <= MAXIMUM_SIDE and width * height <= MAXIMUM_PIXELS):
        raise ValueError(
            f"image(): a picture of {height}×{width} is not accepted: a side may have 1 to {MAXIMUM_SIDE} pixels, a picture "
            f"at most {MAXIMUM_PIXELS}. Make it smaller, or save its file with file()."
        )


def _check_integers(least: int, greatest: int) -> None:
    if least < 0 or greatest > 255:
        raise ValueError(f"image(): integers from {least} to {greatest} are not pixel values; scale them to 0…255.")


def _check_floats(greatest: Optional[float]) -> None:
    if greatest is not None and greatest > _GREATEST_FLOAT:
        raise ValueError(f"image(): floats up to {greatest:g} are not pixel values; scale them to 0…1 (divide by 255).")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
