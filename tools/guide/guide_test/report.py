"""Checks: named functions that raise when something is wrong, and the lines and the count they leave."""

import sys
import time
import traceback

_checks = []


class Wrong(Exception):
    """Something is not as it must be; the text says what was found and what was wanted."""


def require(condition, text):
    """Raises `Wrong` with the text unless the condition holds."""
    if not condition:
        raise Wrong(text)


def equal(found, wanted, what):
    """Raises `Wrong` unless the two are equal and of the same type."""
    require(found == wanted and type(found) is type(wanted), f"{what} is {found!r}, not {wanted!r}")


def check(sentence, block=None, real=False):
    """Registers a function of one argument, the test bed, as a check. With `real` it also runs in the real mode."""

    def register(function):
        _checks.append((sentence, block, real, function))
        return function

    return register


def run_all(bed, only=None, real=False):
    """Runs the registered checks in order, prints a line for each and a count, and returns how many failed.

    `only` is a set of block numbers to run; checks of no block always run.
    """
    passed = failed = 0
    for sentence, block, in_real_mode, function in _checks:
        if only and block is not None and block not in only:
            continue
        if real and not in_real_mode:
            continue
        name = f"block {block}: {sentence}" if block else sentence
        began = time.monotonic()
        try:
            function(bed)
        except Exception as error:
            failed += 1
            detail = str(error) if isinstance(error, Wrong) else traceback.format_exc()
            print(f"FAILED {name}")
            for line in detail.rstrip().splitlines():
                print(f"       {line}")
        else:
            passed += 1
            print(f"ok     {name} ({time.monotonic() - began:.1f} s)")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return failed
