"""The command line of tools/formats/run."""

import argparse
import random
import sys

from checking import Wrong, conclude
from server_process import PIVOT, require_program

from .bed import TestBed, listed
from .checks_planted import check_judgement
from .report import groups, run_one

from . import (  # noqa: F401  (they register)
    checks_planted, checks_metaimage, checks_metaimage_headers, checks_nifti, checks_nifti_headers, checks_places,
    checks_mixtures, checks_annotations, checks_texts)

SEED = 1
MIXTURES = 120


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/formats/run",
        description="Writes the same scans, masks and tables in every form that nibabel, SimpleITK and Python's csv "
        "module write or read, and checks that each trains with the same bits as the plain files, or is refused by a "
        "message that names the file and the field. PIVOT_BINARY names the program; .build/release/pivot unless set.")
    parser.add_argument("--seed", type=int, default=SEED, help="determines every random choice")
    parser.add_argument("--count", type=int, default=MIXTURES, help="how many mixtures of several forms are tried")
    parser.add_argument("--parallel", type=int, default=1, help="how many trainings run at a time")
    parser.add_argument("--refusals", action="store_true", help="print also the refusals that are right")
    parser.add_argument("--only", metavar="WORD",
                        help="run only the groups whose sentence, and the variants whose name, contains the word")
    return parser.parse_args()


def chosen(options):
    """The groups that are asked for: pairs of a sentence and variants."""
    for sentence, function in groups():
        variants = list(function(random.Random(f"{options.seed}/{sentence}"), options.count))
        if options.only is not None and options.only not in sentence:
            variants = [variant for variant in variants if options.only in variant.name]
        if variants:
            yield sentence, variants


def main():
    options = arguments()
    try:
        require_program()
    except Wrong as error:
        sys.exit(str(error))
    print(f"seed {options.seed}", flush=True)
    bed = TestBed(PIVOT, options.parallel)
    results = []
    try:
        if options.only is None:
            results.append(run_one("what is wrong is judged wrong, and what is right is judged right", check_judgement))
        for sentence, variants in chosen(options):
            results.append(run_one(sentence, lambda: bed.perform(variants)))
            for line in listed(bed.refusals) if options.refusals else ():
                print(f"       {line}", flush=True)
    finally:
        bed.clean_up()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
