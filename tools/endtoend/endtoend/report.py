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
    """Raises `Wrong` unless the two are equal."""
    require(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def check(sentence):
    """Registers a function of one argument, the test bed, as a check. A text that it returns is told in its line."""

    def register(function):
        _checks.append((sentence, function))
        return function

    return register


def checks():
    """The registered checks, in order: pairs of a sentence and a function."""
    return list(_checks)


def run_one(sentence, function):
    """Runs one check, prints its line, with the reason when it failed, and returns whether it passed."""
    began = time.monotonic()
    reason = note = None
    try:
        note = function()
    except Wrong as error:
        reason = str(error)
    except Exception:
        reason = traceback.format_exc()
    mark = "ok    " if reason is None else "FAILED"
    print(f"{mark} {sentence} ({time.monotonic() - began:.1f} s{'; ' + note if note else ''})")
    for line in (reason or "").rstrip().splitlines():
        print(f"       {line}")
    sys.stdout.flush()
    return reason is None
