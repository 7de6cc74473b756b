"""Runs the checks of the page."""

import argparse
import pathlib
import sys
import tempfile

from checking import Wrong, conclude, run_one

from . import (
    checks_alerts,
    checks_audit,
    checks_compare,
    checks_creation,
    checks_everybody,
    checks_files,
    checks_live,
    checks_many,
    checks_models,
    checks_session,
    checks_sessions,
)
from .bed import Bed

LAST = "the page has not complained, and asked nobody but its server"


def quiet(bed):
    """Nothing was complained of in any page, and nobody else was asked."""
    if bed.complaints or bed.strangers:
        raise Wrong("\n".join([*bed.complaints, *bed.strangers]))


def main():
    parser = argparse.ArgumentParser(
        prog="tools/ui/run", description="Uses the web page in a real Chromium, and checks what it shows."
    )
    parser.add_argument("--only", metavar="WORD", default="", help="only checks whose sentence has this word")
    parser.add_argument("--full", action="store_true", help="with 10,000 sessions instead of 2,000")
    parser.add_argument("--pictures", metavar="FOLDER", type=pathlib.Path, help="keep screenshots in this folder")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    # Those with many sessions come last, since they fill the lists.
    checks = [
        *checks_files.CHECKS,
        *checks_sessions.CHECKS,
        *checks_session.CHECKS,
        *checks_compare.CHECKS,
        *checks_creation.CHECKS,
        *checks_alerts.CHECKS,
        *checks_audit.CHECKS,
        *checks_models.CHECKS,
        *checks_everybody.CHECKS,
        *checks_live.CHECKS,
        *checks_many.CHECKS,
    ]
    results = []
    with tempfile.TemporaryDirectory(prefix="pivot-ui-") as folder:
        bed = Bed(folder, arguments.full, arguments.pictures)
        try:
            for sentence, check in checks:
                if arguments.only in sentence:
                    results.append(run_one(sentence, lambda check=check: check(bed)))
            results.append(run_one(LAST, lambda: quiet(bed)))
        finally:
            bed.end()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
