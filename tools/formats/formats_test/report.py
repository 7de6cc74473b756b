"""The registry of the groups of variants, and what they are written with."""

from checking import Wrong, require, run_one

__all__ = ["Wrong", "group", "groups", "require", "run_one"]

_groups = []


def group(sentence):
    """Registers a function of one argument, the seeded random numbers, that returns the variants of a group."""

    def register(function):
        _groups.append((sentence, function))
        return function

    return register


def groups():
    """The registered groups, in order: pairs of a sentence and a function."""
    return list(_groups)
