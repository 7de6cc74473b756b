"""Settings of any shape as flat params."""

import dataclasses

import pytest

from pivot_tracker.params import fitted, flattened


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


def test_settings_that_contain_themselves_are_refused():
    config = {}
    config["a"] = config
    with pytest.raises(TypeError, match="a.a.a.*not dict"):
        flattened(config)


class Silent:
    def __str__(self):
        raise RuntimeError("no words")


def test_settings_that_nobody_chose_are_made_to_fit():
    within = {"x": 1}
    within["self"] = within
    config = {
        "label": {f"{place}": "name" for place in range(3)}, "n" * 300: 1, "n" * 299 + "m": 2, "text": "ä" * 40_000,
        "object": object, "silent": Silent(), "list": [object], "": 5, 1: "int", "1": "text", "set": {Silent},
    }
    params, told = fitted(config, "the model's configuration")
    long = [name for name in params if name.startswith("nnn")]
    assert len(long) == 2 and all(len(name.encode()) <= 255 for name in long) and [params[name] for name in long] == [1, 2]
    assert params["text"].endswith("…") and len(params["text"].encode()) <= 65_536
    assert params["object"] == "<class 'object'>" and "cannot be shown: RuntimeError" in params["silent"]
    assert params["list"] == "[\"<class 'object'>\"]" and params["(empty)"] == 5 and params["1"] == "text"
    assert told.startswith("Of the model's configuration, 3 are recorded under a shorter name (the first is 'nnn")
    for part in ("1 is shortened (the first is 'text')", "recorded as text (the first is 'object')", "1 is named twice"):
        assert part in told
    assert len(fitted(within, "it").params) > 1
    assert fitted({"a": 1}, "it") == ({"a": 1}, "")
    params, told = fitted({f"{place:05}": place for place in range(12)}, "it", room=10)
    assert list(params.values()) == list(range(10))
    assert told == "Of it, 2 are left out, since a session has at most 10000 (the first is '00010')."
