"""Pictures, histograms, tables and figures of NumPy, torch, PIL, pandas, matplotlib and plotly, where these are installed."""

import io
import json
import math

import pytest

from pivot_tracker.histograms import histogram_document
from pivot_tracker.number_reading import number
from pivot_tracker.png import Pixels, encode_png, pixels_of
from pivot_tracker.tables import table_document
from test_artifacts import Recorder


def test_arrays_become_the_same_pixels_as_lists_and_pil_reads_them_back():
    numpy = pytest.importorskip("numpy")
    image = pytest.importorskip("PIL.Image")
    generator = numpy.random.default_rng(1)
    for shape in ((5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)):
        for array in (
            generator.integers(0, 256, shape).astype(numpy.uint8),
            generator.integers(0, 256, shape),
            generator.normal(0.5, 0.5, shape).astype(numpy.float32),
            generator.random(shape) > 0.5,
        ):
            pixels = pixels_of(array)
            assert pixels == pixels_of(array.tolist())
            with image.open(io.BytesIO(encode_png(pixels))) as picture:
                assert picture.size == (7, 5)
                assert numpy.asarray(picture).reshape(-1).tobytes() == pixels.data
    with pytest.raises(TypeError):
        pixels_of(numpy.zeros((2, 2), dtype=complex))


def test_pictures_of_pil_of_every_mode_are_saved():
    image = pytest.importorskip("PIL.Image")
    session = Recorder()
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "HSV", "F"):
        session.image(f"mode-{mode}", image.new(mode, (3, 2)), 0)
    for _, data, *_ in session.put:
        with image.open(io.BytesIO(data)) as picture:
            assert picture.size == (3, 2)


def test_arrays_are_counted_like_lists():
    numpy = pytest.importorskip("numpy")
    generator = numpy.random.default_rng(2)
    for scale in (1e-300, 1, 1e300):
        array = generator.normal(0, scale, (20, 11))
        array[0, :3] = math.nan, math.inf, -math.inf
        counted, listed = histogram_document(array, 13), histogram_document(array.tolist(), 13)
        assert counted.pop("mean") == pytest.approx(listed.pop("mean"), rel=1e-9)
        assert counted == listed


def test_tensors_are_pictures_with_channels_first_and_are_counted():
    torch = pytest.importorskip("torch")
    tensor = torch.arange(24, dtype=torch.uint8).reshape(3, 2, 4)
    assert pixels_of(tensor) == Pixels(4, 2, 3, bytes(tensor.permute(1, 2, 0).contiguous().flatten().tolist()))
    assert pixels_of(torch.full((2, 2), 0.5, dtype=torch.bfloat16, requires_grad=True)).data == bytes([128] * 4)
    assert histogram_document(torch.tensor([[0.0, 1.0], [math.nan, 1.0]], requires_grad=True), 2)["counts"] == [1, 2]


def test_frames_are_tables():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.5, math.nan], "b": ["x", None], "t": pandas.to_datetime(["2026-01-05", "2026-01-06"])})
    columns = {column["name"]: column for column in table_document(frame)["columns"]}
    assert columns["a"] == {"name": "a", "type": "number", "values": [1.5, "NaN"]}
    assert columns["b"]["values"][0] == "x"
    assert columns["t"]["values"] == ["2026-01-05T00:00:00", "2026-01-06T00:00:00"]


def test_figures_of_matplotlib_and_plotly_are_saved():
    matplotlib = pytest.importorskip("matplotlib")
    graphs = pytest.importorskip("plotly.graph_objects")
    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3])
    session = Recorder()
    assert session.figure("loss", figure, 3, svg=True) == "figures/loss/3.png"
    session.figure("axes", axes)
    session.figure("current", pyplot)
    session.figure("lines", graphs.Figure(graphs.Scatter(y=[1, 2, 3])), 4)
    pyplot.close(figure)
    assert [put[0] for put in session.put] == [
        "figures/loss/3.svg", "figures/loss/3.png", "figures/axes.png", "figures/current.png", "figures/lines/4.json",
    ]
    assert b"<svg" in session.put[0][1] and session.put[1][1].startswith(b"\x89PNG")
    assert json.loads(session.put[4][1])["data"][0]["y"] == [1, 2, 3]
    with pytest.raises(TypeError):
        session.figure("none", object())


def test_a_loss_that_still_has_its_graph_is_read_without_a_warning(recwarn):
    torch = pytest.importorskip("torch")
    loss = (torch.ones(2, requires_grad=True) * 0.1).sum()
    assert number("loss", loss) == loss.item() and not recwarn.list
    with pytest.raises(TypeError, match="'loss' must be a single number, not Tensor"):
        number("loss", torch.ones(2, requires_grad=True))
