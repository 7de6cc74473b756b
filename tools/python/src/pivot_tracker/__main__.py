"""`python -m pivot_tracker sync` and `python -m pivot_tracker import`."""

import sys

from . import sync
from .imports import command

_COMMANDS = {"sync": sync.main, "import": command.main}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        print("usage: python -m pivot_tracker sync [--spool FOLDER] [--url URL] [--dry-run] [--json]\n"
              "       python -m pivot_tracker import FORMAT SOURCE… [--url URL] [--experiment NAME] [--tag TAG] [--dry-run] [--json]",
              file=sys.stderr)
        sys.exit(2)
    sys.exit(_COMMANDS[sys.argv[1]](sys.argv[2:]))
