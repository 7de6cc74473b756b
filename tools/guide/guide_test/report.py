"""The registry of the checks, and what they are written with."""

from checking import Wrong, require, run_one

__all__ = ["Wrong", "check", "equal", "require", "run_all", "run_one"]

_checks = []


def equal(found, wanted, what):
    """Raises `Wrong` unless the two are equal and of the same type."""
    require(found == wanted and type(found) is type(wanted), f"{what} is {found!r}, not {wanted!r}")


def check(sentence, block, real=False):
    """Registers a function of one argument, the test bed, as a check. With `real` it also runs in the real mode."""

    def register(function):
        _checks.append((sentence, block, real, function))
        return function

    return register


def run_all(bed, only=None, real=False):
    """Runs the registered checks in the order of their blocks and returns how many passed and how many failed.

    `only` is a set of block numbers to run; nothing else then runs.
    """
    passed = failed = 0
    for sentence, block, in_real_mode, function in sorted(_checks, key=lambda entry: entry[1]):
        if (only and block not in only) or (real and not in_real_mode):
            continue
        if run_one(f"block {block}: {sentence}", lambda: function(bed)):
            passed += 1
        else:
            failed += 1
    return passed, failed
