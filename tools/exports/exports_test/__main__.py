"""Runs the checks of the exports."""

import argparse
import sys
import tempfile

from checking import conclude, run_one

from . import checks_handover, checks_logdirs, checks_tables
from .bed import Bed


def main():
    parser = argparse.ArgumentParser(
        prog="tools/exports/run", description="Exports sessions in every format and reads them with the tools people use.")
    parser.add_argument("--only", metavar="WORD", default="", help="only checks whose sentence has this word")
    arguments = parser.parse_args()
    checks = [*checks_tables.CHECKS, *checks_logdirs.CHECKS, *checks_handover.CHECKS]
    results = []
    with tempfile.TemporaryDirectory(prefix="pivot-exports-") as folder:
        bed = Bed(folder)
        try:
            for sentence, check in checks:
                if arguments.only in sentence:
                    results.append(run_one(sentence, lambda check=check: check(bed)))
        finally:
            bed.end()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
