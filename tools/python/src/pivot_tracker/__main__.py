"""`python -m pivot_tracker sync`, `python -m pivot_tracker import` and `python -m pivot_tracker tensorboard`."""

import sys

from . import sync
from .imports import command
from .tensorboard_pages import command as tensorboard

_COMMANDS = {"sync": sync.main, "import": command.main, "tensorboard": tensorboard.main}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        print("usage: python -m pivot_tracker sync [--spool FOLDER] [--url URL] [--dry-run] [--json]\n"
              "       python -m pivot_tracker import FORMAT SOURCE… [--url URL] [--experiment NAME] [--tag TAG] [--dry-run] [--json]\n"
              "       python -m pivot_tracker tensorboard [--url URL] [--filter FILTER] [--limit N] [--host HOST] [--port PORT]",
              file=sys.stderr)
        sys.exit(2)
    sys.exit(_COMMANDS[sys.argv[1]](sys.argv[2:]))
