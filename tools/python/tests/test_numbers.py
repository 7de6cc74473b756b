"""What counts as a number in a metric, and what becomes of the rest."""

import datetime
import decimal
import fractions
import math

import counting
import numpy
import pytest

import pivot_tracker as pivot
from pivot_tracker.artifacts import MAXIMUM_PICTURES
from pivot_tracker.number_reading import number, readable
from test_artifacts import Recorder, decode


def begin(server):
    return pivot.session("numbers", base_url=server.url, provenance=False, host_readings=False)


class Tensor:
    """What tensors of every library have in common."""

    def __init__(self, *values):
        self.values = values
        self.shape = (len(values),)

    def item(self):
        if len(self.values) != 1:
            raise ValueError("only one element can be a number")
        return self.values[0]


@pytest.mark.parametrize(
    "value, found",
    [
        (1, 1.0), (True, 1.0), (False, 0.0), (2**62, 2.0**62), (10**300, 1e300), (decimal.Decimal("0.25"), 0.25),
        (decimal.Decimal("Infinity"), math.inf), (fractions.Fraction(1, 4), 0.25), (numpy.float32(1.5), 1.5),
        (numpy.int64(-3), -3.0), (numpy.bool_(True), 1.0), (numpy.array(2.5), 2.5), (numpy.array([2.5]), 2.5),
        (numpy.array([[[7]]]), 7.0), (numpy.float16(0.5), 0.5), (numpy.longdouble(0.5), 0.5), (Tensor(3), 3.0),
    ],
)
def test_numbers_of_every_kind_are_doubles(value, found):
    assert number("m", value) == found and type(number("m", value)) is float


@pytest.mark.parametrize(
    "value, error, text",
    [
        ("1.5", TypeError, "'m' must be a single number, not str"), (None, TypeError, "not NoneType"),
        ([1], TypeError, "not list"), (numpy.array([1, 2]), TypeError, r"not ndarray of shape \(2,\)"),
        (numpy.array(["1.5"]), TypeError, "not ndarray"), (numpy.str_("1"), TypeError, "not str"),
        (1 + 2j, TypeError, "not complex"), (Tensor(1, 2), TypeError, r"not Tensor of shape \(2,\)"),
        (datetime.timedelta(1), TypeError, "not timedelta"), (object(), TypeError, "not object"), (b"1", TypeError, "not bytes"),
        (10**400, ValueError, "int beyond"), (decimal.Decimal("1e400"), ValueError, "Decimal beyond"),
        (fractions.Fraction(10**400), ValueError, "Fraction beyond"),
    ],
)
def test_what_is_not_a_number_is_named(value, error, text):
    with pytest.raises(error, match=text):
        number("m", value)


def test_what_is_not_a_number_is_left_out_with_one_warning_and_the_rest_is_logged(server, caplog):
    with begin(server) as session:
        for step in range(5):
            session.log({"text": "a", "loss": float(step), "vector": [1, 2], "huge": 10**400}, step=step)
        session.log({"text": None}, step=5)
        session.epoch(1, {"val_loss": 0.5, "note": "x"})
    messages = [record.message for record in caplog.records if "left out" in record.message]
    assert [message.split("'")[1] for message in messages] == ["text", "vector", "huge", "text", "note"]
    assert messages[0] == ("The metric 'text' must be a single number, not str. It is left out, like further values of this type; "
                           "the rest is logged.")
    assert counting.points(server.url, session.session_id) == {("loss", step, float(step)): 1 for step in range(5)}
    with pivot.PIVOTClient(server.url) as client:
        (record,) = client.get_metrics(session.session_id)["metrics"]
    assert record["val_loss"] == 0.5 and "note" not in record


def test_nested_metrics_are_named_with_dots(server):
    with begin(server) as session:
        session.log({"val": {"loss": 1, "by": {"class": numpy.array([2])}}, "ok": True}, step=1)
        session.epoch(1, {"val": {"dice": 0.5}})
    found = counting.points(server.url, session.session_id)
    assert found == {("val.loss", 1, 1.0): 1, ("val.by.class", 1, 2.0): 1, ("ok", 1, 1.0): 1}
    with pivot.PIVOTClient(server.url) as client:
        assert client.get_metrics(session.session_id)["metrics"][0]["val.dice"] == 0.5


def test_warnings_end_when_there_are_too_many(server, caplog, monkeypatch):
    from pivot_tracker import session as function
    import sys

    monkeypatch.setattr(sys.modules["pivot_tracker.session"], "KNOWN_WARNINGS", 3)
    assert callable(function)
    with begin(server) as session:
        session.log({f"m{place}": "x" for place in range(10)})
    messages = [record.message for record in caplog.records if "left out" in record.message]
    assert len(messages) == 4 and "no further ones" in messages[-1]


def test_a_list_of_pictures_has_one_key_and_step(server):
    pictures = [numpy.full((2, 3), shade, numpy.uint8) for shade in (0, 128, 255)]
    with begin(server) as session:
        session.log({"loss": 1.0}, step=9)
        assert session.image("samples", pictures) == [f"images/samples/9-{place}.png" for place in range(3)]
        assert session.image("one", pictures[0], step=4) == "images/one/4.png"
        assert session.image("last", pictures[0]) == "images/last/9.png"
        assert session.histogram("weights", [1, 2]) == "histograms/weights/9.json"
    with pivot.PIVOTClient(server.url) as client:
        found = client.list_artifacts(session.session_id, kind="image", key="samples")["artifacts"]
    assert [(entry["key"], entry["step"]) for entry in found] == [("samples", 9)] * 3


@pytest.mark.parametrize(
    "pictures, count",
    [
        ([[0, 1], [2, 3]], None), ([[[0, 1, 2]], [[3, 4, 5]]], None), ([numpy.zeros(3), numpy.ones(3)], None),
        ([[[[0, 1, 2]]], [[[3, 4, 5]]]], 2), ([numpy.zeros((2, 2))], 1), ((numpy.zeros((2, 2, 3)),) * 4, 4),
    ],
)
def test_nested_lists_of_numbers_are_one_picture(pictures, count):
    session = Recorder()
    told = session.image("k", pictures)
    assert (told if count is None else len(told)) == ("images/k/17.png" if count is None else count)
    assert all(decode(data).width > 0 for _, data, *_ in session.put)


def test_too_many_pictures_and_none_are_refused_before_any_is_saved():
    session = Recorder()
    for count in (0, MAXIMUM_PICTURES + 1):
        with pytest.raises(ValueError, match=f"1 to 256 pictures, not {count}"):
            session.image("k", [numpy.zeros((1, 1))] * count)
    with pytest.raises((TypeError, ValueError)):
        session.image("k", [numpy.zeros((1, 1)), "text"])
    assert session.put == []


def test_metrics_are_shown_as_the_command_line_shows_them():
    shown = {0: "0", 0.234567: "0.2346", 0.001: "0.001000", 12.3: "12.30", 999_999: "999999", 999_999.6: "1.000e+06",
             1e-5: "1.000e-05", -2.5e7: "-2.500e+07", 0.99996: "1.000", math.inf: "∞", -math.inf: "-∞"}
    assert {value: readable(value) for value in shown} == shown
    assert readable(math.nan) == "NaN"
