"""A progress bar on the terminal, if there is one."""

from __future__ import annotations

import sys


class ProgressBar:
    """Shows on standard error how much is done; nothing when that is no terminal, or `is_silent`."""

    def __init__(self, is_silent: bool = False) -> None:
        self._is_shown = sys.stderr.isatty() and not is_silent

    def clear(self) -> None:
        """Removes the line, so that another can be printed in its place."""
        if self._is_shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def show(self, name: str, done: int, total: int) -> None:
        """Redraws the line, and removes it once all is done."""
        if self._is_shown and total:
            filled = 30 * done // total
            end = "\r\033[K" if done >= total else ""
            sys.stderr.write(f"\r{name[:40]:40} [{'#' * filled}{'.' * (30 - filled)}] {100 * done // total:3} %{end}")
            sys.stderr.flush()
