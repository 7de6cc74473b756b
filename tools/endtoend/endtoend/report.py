"""The registry of the checks, and what they are written with."""

from checking import Wrong, require, run_one

__all__ = ["Wrong", "check", "checks", "equal", "require", "run_one"]

_checks = []


def equal(found, wanted, what):
    """Raises `Wrong` unless the two are equal."""
    require(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def check(sentence):
    """Registers a function of one argument, the test bed, as a check. A text that it returns is printed in its line."""

    def register(function):
        _checks.append((sentence, function))
        return function

    return register


def checks():
    """The registered checks, in order: pairs of a sentence and a function."""
    return list(_checks)
