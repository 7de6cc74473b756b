"""`python -m pivot_tracker sync`."""

import sys

from .sync import main

if __name__ == "__main__":
    if sys.argv[1:2] != ["sync"]:
        sys.exit("usage: python -m pivot_tracker sync [--spool FOLDER] [--url URL] [--dry-run] [--json]")
    sys.exit(main(sys.argv[2:]))
