"""The message written by hand, held against the protobuf runtime that reads the schema's own description."""

import itertools
import random
import struct
from array import array

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pivot_tracker import metrics_encoding as encoding
from pivot_tracker.delivery import EPOCH_HEAD, METRICS_HEAD, epoch_payload
from pivot_tracker.log_queue import Points, encoded, points_payload
from pivot_tracker.spool import decode

FIELD = descriptor_pb2.FieldDescriptorProto


def messages():
    """The messages of the schema, with the numbers and types that schemas/pivot/events/v1 gives them."""
    file = descriptor_pb2.FileDescriptorProto(name="test.proto", package="test", syntax="proto3")
    layout = {
        "MetricSeries": [
            ("name", 1, FIELD.TYPE_STRING, False, ""), ("step_deltas", 2, FIELD.TYPE_SINT64, True, ""),
            ("values", 3, FIELD.TYPE_DOUBLE, True, ""), ("time_deltas", 4, FIELD.TYPE_SINT64, True, ""),
        ],
        "MetricsReported": [
            ("attempt", 1, FIELD.TYPE_UINT32, False, ""), ("series", 2, FIELD.TYPE_MESSAGE, True, ".test.MetricSeries"),
        ],
        "Metric": [("name", 1, FIELD.TYPE_STRING, False, ""), ("value", 2, FIELD.TYPE_DOUBLE, False, "")],
        "EpochCompleted": [
            ("attempt", 1, FIELD.TYPE_UINT32, False, ""), ("epoch", 2, FIELD.TYPE_UINT32, False, ""),
            ("step", 3, FIELD.TYPE_UINT64, False, ""), ("metrics", 4, FIELD.TYPE_MESSAGE, True, ".test.Metric"),
        ],
    }
    for name, entries in layout.items():
        message = file.message_type.add(name=name)
        for entry, number, kind, repeats, type_name in entries:
            label = FIELD.LABEL_REPEATED if repeats else FIELD.LABEL_OPTIONAL
            field = message.field.add(name=entry, number=number, type=kind, label=label)
            if type_name:
                field.type_name = type_name
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"test.{name}")) for name in layout}


MESSAGES = messages()
SPECIAL = [0x7FF8000000000001, 0xFFF8DEADBEEF1234, 0x7FF0000000000001, 0x7FF0000000000000, 0xFFF0000000000000, 1 << 63, 1, 0]


def bits(values):
    return [struct.unpack("<Q", struct.pack("<d", value))[0] for value in values]


def steps_of_kind(source, kind, count):
    if kind == "consecutive":
        return range(source.randrange(100), 10**6)[:count]
    if kind == "constant":
        return [source.randrange(encoding.MAXIMUM_STEP)] * count
    if kind == "falling":
        return list(range(10**6, 0, -3))[:count]
    if kind == "small":
        return list(itertools.accumulate(source.randrange(9000) for _ in range(count)))
    return [source.randrange(encoding.MAXIMUM_STEP + 1) for _ in range(count)]


@pytest.mark.parametrize("kind", ["consecutive", "constant", "falling", "small", "any"])
@pytest.mark.parametrize("seed", range(12))
def test_a_series_is_read_as_it_was_written(kind, seed):
    source = random.Random(seed)
    count = source.choice([1, 2, 3, 17, 1000])
    steps = steps_of_kind(source, kind, count)
    patterns = [source.choice([source.getrandbits(64), source.choice(SPECIAL)]) for _ in range(count)]
    values = array("d", struct.pack(f"<{count}Q", *patterns))
    times = sorted(source.randrange(1 << 50) for _ in range(count))
    payload = points_payload(Points("loss/ü", steps, values, times))
    message = MESSAGES["MetricsReported"].FromString(encoding.attempt_field(7) + payload[METRICS_HEAD.size :])
    assert METRICS_HEAD.unpack_from(payload) == (max(steps), count)
    (series,) = message.series
    assert (message.attempt, series.name) == (7, "loss/ü")
    assert list(itertools.accumulate(series.step_deltas)) == list(steps)
    assert bits(series.values) == bits(values)
    assert list(itertools.accumulate(series.time_deltas)) == times


def test_calls_are_joined_by_metric_in_their_order():
    entries = [(1000 + number, number * 2, (("a", number / 2), ("b", -0.0))) for number in range(100)]
    ids = map(str, itertools.count())
    (record,) = encoded(entries, lambda: next(ids))
    payload = decode(record, 0).payload
    message = MESSAGES["MetricsReported"].FromString(payload[METRICS_HEAD.size :])
    assert METRICS_HEAD.unpack_from(payload) == (198, 200)
    assert [series.name for series in message.series] == ["a", "b"]
    assert list(message.series[0].values) == [number / 2 for number in range(100)]
    assert set(bits(message.series[1].values)) == {1 << 63}
    assert list(itertools.accumulate(message.series[0].time_deltas)) == list(range(1000, 1100))


def test_an_epoch_is_read_as_it_was_written():
    values = [struct.pack("<Q", value) for value in SPECIAL]
    payload = epoch_payload(300, 1 << 40, [(f"m{number}".encode(), value) for number, value in enumerate(values)])
    message = MESSAGES["EpochCompleted"].FromString(encoding.attempt_field(2) + payload[EPOCH_HEAD.size :])
    assert (message.attempt, message.epoch, message.step) == (2, 300, 1 << 40)
    assert bits(metric.value for metric in message.metrics) == SPECIAL


def test_concatenated_batches_are_one_message():
    parts = [points_payload(Points("m", [step], array("d", [1.0]), 5))[METRICS_HEAD.size :] for step in range(3)]
    message = MESSAGES["MetricsReported"].FromString(encoding.attempt_field(1) + b"".join(parts))
    assert [series.step_deltas[0] for series in message.series] == [0, 1, 2]
