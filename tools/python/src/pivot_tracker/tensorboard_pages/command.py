"""Shows TensorBoard's pages over PIVOT's data: `pivot-tensorboard`, or `python -m pivot_tracker tensorboard`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, Optional, Sequence

from ..errors import PIVOTError, Unreachable
from ..transport import base_url
from .reading import Reader
from .sessions import MAXIMUM_SESSIONS, Sessions

_DESCRIPTION = """\
Starts TensorBoard over the sessions of a PIVOT server: no log folder, no copy. Each session is a run, named EXPERIMENT/NAME/ID.
The pages Time Series, Scalars, HParams, Images, Histograms, Distributions and Text show what the log holds a few seconds ago;
reload them with TensorBoard's button, or turn on "Reload data" in its settings."""

_EPILOG = f"""\
What is shown: metrics by step under their names, those by epoch under "epoch/", results under "result/", params and the last value
of each metric (HParams), pictures and figures, histograms, notes and configurations. What a restart superseded is left out.

Only the newest sessions are listed, --limit of them (at most {MAXIMUM_SESSIONS:,}), however many there are; the program says
how many match. Each takes a few calls to the server once, so a large limit makes the first page slow: choose with --filter.

examples:
  pivot-tensorboard --url http://localhost:8000 --filter 'experiment = mnist and metrics.val_loss < 0.5'
  pivot-tensorboard --filter 'status = running' --limit 20 --port 6007

Exit status: 1 when the server refuses or the port is taken, 2 for wrong usage or a wrong filter, 3 when TensorBoard is not
installed, 4 when the server cannot be reached."""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command. Returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        from . import serving
    except ImportError as error:
        return _fail(3, f"TensorBoard cannot be loaded: {error}. Install it with: pip install 'pivot-tracker[tensorboard]'")
    try:
        reader = Reader(base_url(options.url), options.token or os.environ.get("PIVOT_TOKEN"))
    except ValueError as error:
        return _fail(2, error)
    sessions = Sessions(reader, filter=options.filter, sort=options.sort, limit=options.limit)
    try:
        listing = sessions.listing()
    except Unreachable as error:
        return _fail(4, error)
    except PIVOTError as error:
        return _fail(2 if error.status == 422 else 1, error)
    try:
        server = serving.server(sessions, options.host, options.port, options.max_points)
    except serving.CannotServe as error:
        return _fail(1, error)
    print(f"{_sentence(len(listing.by_run), listing.total)}\nTensorBoard is at {server.get_url()} (Ctrl-C ends it).", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


def _sentence(shown: int, total: int) -> str:
    if total > shown:
        return f"{total:,} sessions match; the first {shown:,} are shown. Choose with --filter, or show more with --limit."
    if total == 0:
        return "No session matches yet; those that come will be shown."
    return f"{total:,} session{'' if total == 1 else 's'} shown."


def _fail(status: int, message: object) -> int:
    print(f"pivot-tensorboard: {message}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pivot-tensorboard", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="address of the PIVOT server; by default PIVOT_URL, else http://localhost:8000")
    parser.add_argument("--filter", metavar="FILTER",
                        help="which sessions, in PIVOT's filter language; by default all that are not archived")
    parser.add_argument("--sort", metavar="ORDER", help="which come first, such as -metrics.val_acc; by default the newest")
    parser.add_argument("--limit", type=_between(1, MAXIMUM_SESSIONS), default=100, metavar="N",
                        help=f"the most sessions to show, 1 to {MAXIMUM_SESSIONS:,} (default: %(default)s)")
    parser.add_argument("--max-points", type=_points, default=1000, metavar="N",
                        help="the most points of a curve, 4 to 100,000: the first, least, greatest and last of equal parts; 0 for all "
                             "(default: %(default)s)")
    parser.add_argument("--token", help="sent as a bearer token, for a proxy before the server; by default PIVOT_TOKEN")
    parser.add_argument("--host", help="address to listen at (default: localhost); whoever reaches it can read what is shown")
    parser.add_argument("--port", type=_between(0, 65535), metavar="PORT",
                        help="port to listen at, 0 for a free one (default: 6006, or the next free one)")
    return parser


def _between(least: int, most: int) -> Any:
    def number(text: str) -> int:
        value = int(text) if text.isdecimal() else -1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' must be a whole number from {least:,} to {most:,}.")
        return value

    return number


def _points(text: str) -> int:
    return 0 if text == "0" else int(_between(4, 100_000)(text))


if __name__ == "__main__":
    sys.exit(main())
