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


def check(sentence, block, real=False):
    """Registers a function of one argument, the test bed, as a check. With `real` it also runs in the real mode."""

    def register(function):
        _checks.append((sentence, block, real, function))
        return function

    return register


def run_one(name, function):
    """Runs one check, prints its line, with the reason when it failed, and returns whether it passed."""
    began = time.monotonic()
    reason = None
    try:
        function()
    except Wrong as error:
        reason = str(error)
    except Exception:
        reason = traceback.format_exc()
    if reason is None:
        print(f"ok     {name} ({time.monotonic() - began:.1f} s)")
    else:
        print(f"FAILED {name}")
        for line in reason.rstrip().splitlines():
            print(f"       {line}")
    sys.stdout.flush()
    return reason is None


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
