"""Pictures, histograms, tables, figures and files of a session.

Each is an artifact that is found by its kind, its key (what it shows, like a metric's name) and its step, whatever its path is.

| method | kind | path | content type |
|---|---|---|---|
| `image` | image | `images/<key>/<step>.png`; of a list `images/<key>/<step>-<number>.png`, from 0 | image/png |
| `histogram` | histogram | `histograms/<key>/<step>.json` | application/json |
| `table` | table | `tables/<key>/<step>.json` | application/json |
| `figure` | figure | `figures/<key>/<step>.png`, `.svg` or `.json` | image/png, image/svg+xml, application/vnd.plotly.v1+json |
| `file` | file | `files/<name>` | by the file's name |

Without a step the path ends after the key: `tables/<key>.json`. A second artifact with the same path is a new version of it.
`histograms` and `tables` describe the JSON documents.
"""

from __future__ import annotations

import io
import json
import mimetypes
import os
import pathlib
from typing import Any, List, Optional, Union

from .histograms import histogram_document
from .png import SIGNATURE, check_png, encode_png, pixels_of
from .tables import table_document

#: The most bytes of an image, histogram, table or figure as it is kept. The client sets no limit for files.
MAXIMUM_ARTIFACT_BYTES = 64 << 20

#: The most pictures of one call.
MAXIMUM_PICTURES = 256

#: The most bytes of a key, in UTF-8.
MAXIMUM_KEY_BYTES = 255

#: The greatest step: what a JSON number holds exactly.
MAXIMUM_STEP = (1 << 53) - 1

# What PNG knows of PIL's modes; others are drawn in color first.
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}


class ArtifactLogging:
    """What a session logs besides numbers.

    All methods raise TypeError or ValueError at once for what they do not accept, make the artifact's bytes in the calling
    thread, and return the artifact's path. Like everything a session logs, the bytes are then spooled and delivered;
    `flush()` waits for that.
    """

    def _put_artifact(
        self,
        path: str,
        data: Union[bytes, pathlib.Path],
        content_type: str = "application/octet-stream",
        kind: str = "file",
        key: Optional[str] = None,
        step: Optional[int] = None,
    ) -> None:
        """Queues the artifact; a path stands for the file's content at this moment."""
        raise NotImplementedError

    def _step_now(self) -> int:
        """The last step that was logged."""
        raise NotImplementedError

    def image(self, key: str, picture: Any, step: Optional[int] = None) -> Union[str, List[str]]:
        """Saves a picture as PNG, at the last step that was logged unless `step` says another.

        `picture` is an array H×W or H×W×1/3/4 (bool, integers 0…255 or floats 0…1, clipped, NaN black), a torch tensor H×W
        or C×H×W, nested lists, a PIL image, or the bytes of a PNG file. At most 16,384 pixels per side and 64 Mi in all.
        A list of 1 to 256 pictures is saved under the same key and step, and the list of their paths is returned.
        """
        at = self._step_now() if step is None else step
        if not _is_several(picture):
            return self._put("image", "images", ".png", _png(picture), "image/png", key, at)
        if not 1 <= len(picture) <= MAXIMUM_PICTURES:
            raise ValueError(f"image(): a list may have 1 to {MAXIMUM_PICTURES} pictures, not {len(picture)}.")
        data = [_png(one) for one in picture]
        return [
            self._put("image", "images", f"-{place}.png", one, "image/png", key, at) for place, one in enumerate(data)
        ]

    def histogram(self, key: str, values: Any, step: Optional[int] = None, bins: int = 64) -> str:
        """Saves the distribution of the numbers in a list, an array or a tensor, in `bins` bins from the least to the greatest.

        Like a picture, it is saved at the last step that was logged unless `step` says another.

        NaN and the infinities are counted separately. It takes about as long as sorting the values once.
        """
        data = _json(histogram_document(values, bins))
        at = self._step_now() if step is None else step
        return self._put("histogram", "histograms", ".json", data, "application/json", key, at)

    def table(self, key: str, rows: Any, step: Optional[int] = None) -> str:
        """Saves a list of dicts, or a pandas or polars DataFrame, as columns.

        At most 100,000 rows, 1,000 columns, 1,000,000 cells and 16,384 characters per text. NaN stays NaN.
        """
        return self._put("table", "tables", ".json", _json(table_document(rows)), "application/json", key, step)

    def figure(self, key: str, figure: Any, step: Optional[int] = None, svg: bool = False, dpi: int = 100) -> str:
        """Saves a matplotlib figure as PNG, with `svg` as SVG too, or a plotly figure as its JSON.

        matplotlib axes, and `pyplot` for its current figure, are accepted too. The figure is not closed.
        """
        if hasattr(figure, "to_plotly_json") and hasattr(figure, "to_json"):
            data = str(figure.to_json()).encode()
            return self._put("figure", "figures", ".json", data, "application/vnd.plotly.v1+json", key, step)
        drawn = figure.gcf() if hasattr(figure, "gcf") else figure
        if not hasattr(drawn, "savefig") and hasattr(drawn, "get_figure"):
            drawn = drawn.get_figure()
        if not hasattr(drawn, "savefig"):
            raise TypeError(f"figure(): a {type(figure).__name__} is not a figure; give one of matplotlib or plotly.")
        if svg:
            self._put("figure", "figures", ".svg", _drawn(drawn, "svg", dpi), "image/svg+xml", key, step)
        return self._put("figure", "figures", ".png", _drawn(drawn, "png", dpi), "image/png", key, step)

    def file(
        self,
        path: Union[str, "os.PathLike[str]"],
        key: Optional[str] = None,
        name: Optional[str] = None,
        step: Optional[int] = None,
    ) -> str:
        """Saves a file as it is now, as `files/<name>`; `name` may contain folders, and is by default the file's own name.

        Raises FileNotFoundError, or IsADirectoryError for a folder.
        """
        source = pathlib.Path(path)
        if source.is_dir():
            raise IsADirectoryError(f"file(): {source} is a folder; save its files one by one, or save an archive of it.")
        if not source.is_file():
            raise FileNotFoundError(f"file(): there is no file {source}.")
        if key is not None:
            check_key(key)
        if step is not None:
            check_step(step)
        artifact = f"files/{_safe(name or source.name)}"
        content_type = mimetypes.guess_type(source.name)[0] or "application/octet-stream"
        self._put_artifact(artifact, source, content_type, "file", key, step)
        return artifact

    def _put(
        self, kind: str, folder: str, ending: str, data: bytes, content_type: str, key: str, step: Optional[int]
    ) -> str:
        check_key(key)
        if step is not None:
            check_step(step)
        if len(data) > MAXIMUM_ARTIFACT_BYTES:
            raise ValueError(
                f"{kind}(): '{key}' takes {len(data)} bytes, more than {MAXIMUM_ARTIFACT_BYTES}; make it smaller, or save it "
                "as a file with file()."
            )
        place = _safe(key) if step is None else f"{_safe(key)}/{step}"
        path = f"{folder}/{place}{ending}"
        self._put_artifact(path, data, content_type, kind, key, step)
        return path


def _is_several(picture: Any) -> bool:
    """Whether this is a list of pictures; nested lists of numbers are one picture of H×W or H×W×C."""
    if not isinstance(picture, (list, tuple)):
        return False
    if len(picture) == 0:
        return True
    first = picture[0]
    if isinstance(first, (list, tuple)):
        return _depth(first) > 2
    return isinstance(first, (bytes, bytearray, memoryview)) or hasattr(first, "convert") or getattr(first, "ndim", 0) > 1


def _depth(value: Any) -> int:
    return 1 + _depth(value[0]) if isinstance(value, (list, tuple)) and len(value) > 0 else 0


def _png(picture: Any) -> bytes:
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return check_png(bytes(picture))
    if hasattr(picture, "save") and hasattr(picture, "mode") and hasattr(picture, "convert"):
        buffer = io.BytesIO()
        (picture if picture.mode in _PNG_MODES else picture.convert("RGB")).save(buffer, format="PNG")
        return check_png(buffer.getvalue())
    return encode_png(pixels_of(picture))


def check_key(key: Any) -> None:
    """Raises unless this is a key: a string of 1…255 bytes in UTF-8 whose parts between slashes are file names."""
    if not isinstance(key, str):
        raise TypeError(f"A key must be a string, not {type(key).__name__}.")
    length = len(key.encode())
    if not 1 <= length <= MAXIMUM_KEY_BYTES:
        raise ValueError(f"A key must have 1 to {MAXIMUM_KEY_BYTES} bytes in UTF-8, not {length}.")
    _safe(key)


def check_step(step: Any) -> None:
    """Raises unless this is a step: an integer of 0…2^53 - 1."""
    if isinstance(step, bool) or not hasattr(step, "__index__"):
        raise TypeError(f"A step must be an integer, not {type(step).__name__}.")
    if not 0 <= step.__index__() <= MAXIMUM_STEP:
        raise ValueError(f"A step must be from 0 to {MAXIMUM_STEP}, not {step}.")


def _safe(name: str) -> str:
    """The name, if it may be part of a path; raises ValueError otherwise."""
    if "\\" in name or any(ord(character) < 32 for character in name):
        raise ValueError(f"{name!a} cannot be part of an artifact's path: leave out backslashes and control characters.")
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise ValueError(f"'{name}' cannot be part of an artifact's path: the parts between slashes must be file names.")
    return name


def _json(document: Any) -> bytes:
    return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _drawn(figure: Any, form: str, dpi: int) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=dpi)
    data = buffer.getvalue()
    if form == "png" and data[:8] != SIGNATURE:
        raise TypeError(f"figure(): savefig of a {type(figure).__name__} did not write a PNG.")
    return data
