"""Checks of the tools: functions that raise when something is wrong, and the line that each leaves."""

import sys
import time
import traceback


class Wrong(Exception):
    """Something is not as it must be; the text says what was found and what was wanted."""


def require(condition, text):
    """Raises `Wrong` with the text unless the condition holds."""
    if not condition:
        raise Wrong(text)


def conclude(results):
    """Prints how many checks passed and failed, and returns the exit status: 0 when there were some and all passed."""
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


def run_one(sentence, function):
    """Runs one check, prints its line, with the reason when it failed, and returns whether it passed.

    A text that the check returns is printed in its line.
    """
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
