"""The command line of tools/endtoend/run."""

import argparse
import sys

from checking import Wrong, conclude
from server_process import PIVOT, require_program

from .bed import TestBed
from .report import checks, run_one

from . import (  # noqa: F401  (they register)
    checks_stops, checks_trainer_kills, checks_server_kills, checks_commands, checks_feeds,
    checks_folders, checks_reproductions, checks_backups)

SEED = 1


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/endtoend/run",
        description="Starts, stops, kills and resumes real servers and trainers, and checks that nothing is lost and "
        "that every training ends with the bits of an undisturbed one. PIVOT_BINARY names the program; "
        ".build/release/pivot unless set.")
    parser.add_argument("--seed", type=int, default=SEED, help="determines the moments of all kills and stops")
    parser.add_argument("--only", metavar="WORD", help="run only the checks whose sentence contains the word")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        require_program()
    except Wrong as error:
        sys.exit(str(error))
    print(f"seed {options.seed}", flush=True)
    bed = TestBed(PIVOT, options.seed)
    results = []
    try:
        for sentence, function in checks():
            if options.only is None or options.only in sentence:
                results.append(run_one(sentence, lambda: function(bed)))
        if not all(results) and bed.log:
            print(f"--- the end of the log of the server that the checks share ---\n{bed.log}", file=sys.stderr)
    finally:
        bed.clean_up()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
