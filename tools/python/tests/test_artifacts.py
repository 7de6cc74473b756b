"""Pictures, histograms, tables, figures and files: what they accept, and the bytes they become."""

import array
import json
import math
import random
import struct
import zlib

import pytest

from pivot_tracker.artifacts import ArtifactLogging
from pivot_tracker.histograms import histogram_document
from pivot_tracker.png import Pixels, encode_png, pixels_of
from pivot_tracker.tables import table_document


class Recorder(ArtifactLogging):
    """A session that keeps what it would send."""

    def __init__(self):
        self.put = []

    def _step_now(self):
        return 17

    def _put_artifact(self, path, data, content_type, kind, key, step):
        self.put.append((path, data, content_type, kind, key, step))


def decode(png):
    """The pixels of a PNG with unfiltered rows, read by the format's own rules, with every checksum compared."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        name, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + data)
        chunks[name] = data
        place += 12 + length
    width, height, depth, color, _, _, _ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    channels = {0: 1, 2: 3, 6: 4}[color]
    assert depth == 8
    rows = zlib.decompress(chunks[b"IDAT"])
    stride = width * channels + 1
    assert len(rows) == stride * height and all(rows[start] == 0 for start in range(0, len(rows), stride))
    return Pixels(width, height, channels, b"".join(rows[at + 1 : at + stride] for at in range(0, len(rows), stride)))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_a_picture_comes_back_from_its_png(channels, seed):
    source = random.Random(seed)
    width, height = source.randint(1, 40), source.randint(1, 40)
    pixels = Pixels(width, height, channels, source.randbytes(width * height * channels))
    assert decode(encode_png(pixels)) == pixels


@pytest.mark.parametrize(
    "picture, data",
    [
        ([[0, 128], [255, 1]], bytes([0, 128, 255, 1])),
        ([[0.0, 0.5], [1.0, math.nan]], bytes([0, 128, 255, 0])),
        ([[-3.0, 2.5], [math.inf, -math.inf]], bytes([0, 255, 255, 0])),
        ([[True, False]], bytes([255, 0])),
        ([[[1, 2, 3], [4, 5, 6]]], bytes([1, 2, 3, 4, 5, 6])),
    ],
)
def test_numbers_become_the_pixels_they_stand_for(picture, data):
    assert pixels_of(picture).data == data


@pytest.mark.parametrize(
    "picture, remedy",
    [
        ([[0, 256]], "scale them to 0…255"),
        ([[0.0, 200.0]], "divide by 255"),
        ([[[1, 2], [3, 4]]], "give 1, 3 or 4"),
        ([], "1 to 256 pictures, not 0"),
        ([[1, 2], [3]], "equally long"),
        ([[0] * 16_385], "is not accepted"),
        (b"GIF89a", "not a PNG file"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_remedy(picture, remedy):
    session = Recorder()
    with pytest.raises(ValueError, match=remedy):
        session.image("overlay", picture, 1)
    assert session.put == []


def test_a_picture_is_put_under_its_key_and_step():
    session = Recorder()
    assert session.image("val/overlay", [[0, 255]], 120) == "images/val/overlay/120.png"
    ((path, data, content_type, kind, key, step),) = session.put
    assert (path, content_type, kind, key, step) == ("images/val/overlay/120.png", "image/png", "image", "val/overlay", 120)
    assert decode(data) == Pixels(2, 1, 1, bytes([0, 255]))
    assert session.image("again", data, 0) == "images/again/0.png" and session.put[1][1] == data


@pytest.mark.parametrize("key", ["", "../up", "a//b", "/a", "a\\b", "a\0b", "x" * 256])
def test_a_key_that_cannot_be_a_path_is_refused(key):
    with pytest.raises(ValueError):
        Recorder().table(key, [])


@pytest.mark.parametrize("step, error", [(-1, ValueError), (1 << 53, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_step_that_is_none_is_refused(step, error):
    with pytest.raises(error):
        Recorder().histogram("weights", [1.0], step)


@pytest.mark.parametrize("seed", range(20))
def test_every_value_is_counted_once_in_the_bin_of_its_edges(seed):
    source = random.Random(seed)
    scale = 10.0 ** source.randint(-300, 300)
    values = [source.gauss(0, 1) * scale for _ in range(source.randint(1, 300))]
    values += source.choices([math.nan, math.inf, -math.inf], k=source.randint(0, 5))
    bins = source.choice([1, 2, 7, 64])
    document = histogram_document(values, bins)
    edges, counts = document["edges"], document["counts"]
    assert len(edges) == bins + 1 and edges == sorted(edges)
    finite = [value for value in values if math.isfinite(value)]
    for place in range(bins):
        last = place == bins - 1
        inside = [value for value in finite if edges[place] <= value and (value < edges[place + 1] or last)]
        assert counts[place] == len(inside)
    assert sum(counts) == len(finite)
    assert document["nan_count"] == sum(map(math.isnan, values))
    assert document["positive_infinity_count"] == values.count(math.inf)
    assert document["negative_infinity_count"] == values.count(-math.inf)
    assert document["total_count"] == len(values)


@pytest.mark.parametrize(
    "values", [[0.0], [5e-324] * 3, [1e308, -1e308, 1.7e308], [-1.7976931348623157e308] * 2, [1e16, 1e16 + 2], 3]
)
def test_histograms_of_odd_ranges_are_whole_and_valid_json(values):
    document = json.loads(json.dumps(histogram_document(values, 4), allow_nan=False))
    assert sum(document["counts"]) == document["total_count"] and document["min"] <= document["mean"] <= document["max"]
    assert document["edges"] == sorted(document["edges"])


def test_a_histogram_without_finite_values_says_only_what_there_was():
    document = histogram_document([math.nan, math.inf])
    assert document["edges"] == document["counts"] == [] and "min" not in document
    assert (document["nan_count"], document["positive_infinity_count"], document["total_count"]) == (1, 1, 2)
    assert histogram_document([])["total_count"] == 0
    assert sum(histogram_document(array.array("f", [1, 2, 3]), 3)["counts"]) == 3


def test_values_that_are_no_numbers_and_bins_that_are_none_are_refused():
    for values in (["1"], [{}], "12"):
        with pytest.raises(TypeError):
            histogram_document(values)
    for bins in (0, 10_001, 1.5, True):
        with pytest.raises(ValueError):
            histogram_document([1.0], bins)


def test_a_table_keeps_types_gaps_and_values_that_are_not_finite():
    document = table_document([{"a": 1, "b": "NaN"}, {"a": math.nan, "c": True}, {"b": -math.inf, "a": None}])
    assert document == {
        "format": "pivot.table",
        "version": 1,
        "row_count": 3,
        "columns": [
            {"name": "a", "type": "number", "values": [1, "NaN", None]},
            {"name": "b", "type": "mixed", "values": ["NaN", None, {"number": "-Infinity"}]},
            {"name": "c", "type": "boolean", "values": [None, True, None]},
        ],
    }
    assert table_document([])["columns"] == []


def test_a_table_beyond_its_bounds_is_refused_with_the_bound():
    with pytest.raises(ValueError, match="100000 rows"):
        table_document({"a": number} for number in range(100_001))
    with pytest.raises(ValueError, match="1000 columns"):
        table_document([{str(number): 0 for number in range(1_001)}])
    with pytest.raises(ValueError, match="16384"):
        table_document([{"a": "x" * 16_385}])
    for rows in ({"a": [1]}, "abc", 3, [1]):
        with pytest.raises(TypeError):
            table_document(rows)


def test_a_file_is_put_by_its_path_and_a_missing_one_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    session = Recorder()
    assert session.file(tmp_path / "notes.txt", key="notes", name="texts/notes.txt") == "files/texts/notes.txt"
    assert session.put == [("files/texts/notes.txt", tmp_path / "notes.txt", "text/plain", "file", "notes", None)]
    with pytest.raises(FileNotFoundError, match="gone.txt"):
        session.file(tmp_path / "gone.txt")
    with pytest.raises(IsADirectoryError):
        session.file(tmp_path)
