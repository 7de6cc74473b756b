"""Histories as numpy arrays and as a data frame, against what was logged."""

import math

import numpy
import pandas
import pytest

import pivot_tracker as pivot

VALUES = [0.1, 5e-324, float("nan"), float("inf"), -float("inf"), -0.0, 1 / 3]


@pytest.fixture
def logged(server):
    """A client, and the ids of two sessions with the metric of an odd name."""
    ids = []
    for lr in (0.1, 0.01):
        with pivot.session("ä, \"b\"", config={"lr": lr}, provenance=False, base_url=server.url) as session:
            for step, value in enumerate(VALUES, start=1):
                session.log({"verlust/größe, ✓": value, "loss": lr * step}, step=step)
            ids.append(session.session_id)
    return pivot.PIVOTClient(server.url), ids


def test_arrays_have_every_bit(logged):
    client, ids = logged
    arrays = client.metric_arrays(session_ids=ids, metric_names=["verlust*"])
    assert arrays["session_ids"].tolist() == ids and arrays["metrics"].tolist() == ["verlust/größe, ✓"] * 2
    assert arrays["offsets"].tolist() == [0, len(VALUES), 2 * len(VALUES)]
    assert arrays["steps"].dtype == numpy.int64 and arrays["values"].dtype == numpy.float64
    assert arrays["steps"].tolist() == 2 * list(range(1, len(VALUES) + 1))
    bits = numpy.array(VALUES).view(numpy.int64)
    values = arrays["values"].view(numpy.int64).reshape(2, -1)
    for row in values:
        for one, other, value in zip(row, bits, VALUES):
            assert one == other or math.isnan(value)


def test_a_data_frame_has_a_row_for_each_point(logged):
    client, ids = logged
    frame = client.metric_frame(filter="params.lr < 1", metric_names=["loss"], smoothing=0.5)
    assert sorted(frame.session_id.unique()) == sorted(ids) and len(frame) == 2 * len(VALUES)
    assert frame[frame.session_id == ids[0]].value.tolist() == [0.1 * step for step in range(1, len(VALUES) + 1)]
    assert frame.smoothed_value.notna().all() and isinstance(frame.time.dtype, pandas.DatetimeTZDtype)
    bands = client.metric_frame(session_ids=ids, metric_names=["loss"], aggregate={"by": "params.lr", "statistics": ["mean", "count"]})
    assert list(bands.columns) == ["metric", "axis", "group", "place", "mean", "count"]
    assert sorted(bands.group.unique()) == ["0.01", "0.1"] and set(bands["count"]) == {1}


def test_an_answer_of_nothing_is_empty(logged):
    client, ids = logged
    assert client.metric_arrays(session_ids=ids, metric_names=["none"])["values"].size == 0
    assert client.metric_frame(session_ids=ids, metric_names=["none"]).empty
    assert client.query_metric_histories(session_ids=ids, metric_names=["none"])["series"] == []
    assert client.get_metric_histories(session_ids=ids, metric_names=["none"])["total_sessions"] == 2
