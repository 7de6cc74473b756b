"""Settings of any shape as flat params."""

import dataclasses

import pytest

from pivot_tracker.params import flattened


@dataclasses.dataclass
class Optimizer:
    lr: float = 0.1


@dataclasses.dataclass
class Nothing:
    pass


def test_settings_are_flattened_with_dots_and_none_is_lost():
    config = {"a": {"b": {"c": 1}}, "d": {}, "e": Optimizer(), "f": [], 1: "one", "g": Nothing()}
    assert flattened(config) == {"a.b.c": 1, "d": "{}", "e.lr": 0.1, "f": "[]", "1": "one", "g": "{}"}


@pytest.mark.parametrize(
    "config, places",
    [
        ({"a.b": 1, "a": {"b": 2}}, r"params\['a.b'\] and params\['a'\]\['b'\] are both recorded as 'a.b'"),
        ({1: 1, "1": 2}, r"params\[1\] and params\['1'\] are both recorded as '1'"),
        ({"a": {"b": {"c": 1}, "b.c": 2}}, r"params\['a'\]\['b'\]\['c'\] and params\['a'\]\['b.c'\]"),
        ({None: 1, "None": 2}, r"params\[None\] and params\['None'\]"),
    ],
)
def test_settings_of_the_same_name_are_both_named(config, places):
    with pytest.raises(ValueError, match=places):
        flattened(config, "params")
