"""What was tried and how often, for the table and the bars."""

import sys
import time


class Tally:
    """How often something was tried, what was seen, and what was wrong."""

    def __init__(self, name, held):
        """`name` says what is tried, `held` what holds when nothing is wrong."""
        self.name, self.held = name, held
        self.tried = 0
        self.figures = {}
        self.failures = []

    def add(self, figures=None):
        """Notes one try that held, with figures to add up."""
        self.tried += 1
        for name, value in (figures or {}).items():
            self.figures[name] = self.figures.get(name, 0) + value

    def fail(self, text):
        """Notes one try that did not hold."""
        self.tried += 1
        self.failures.append(text)

    def check(self, condition, text):
        """Notes one try, with the text when it did not hold."""
        if condition:
            self.add()
        else:
            self.fail(text)


class Bar:
    """A bar on a terminal; a line every now and then elsewhere; nothing when nobody looks."""

    WIDTH = 30

    def __init__(self, name, total, is_quiet):
        self._name, self._total, self._is_quiet = name, total, is_quiet
        self._count, self._began, self._shown = 0, time.monotonic(), 0.0

    def step(self, count=1):
        """Goes on."""
        self._count += count
        now = time.monotonic()
        pause = 0.1 if sys.stderr.isatty() else 30
        if self._is_quiet or (now - self._shown < pause and self._count < self._total):
            return
        self._shown = now
        passed = now - self._began
        rest = passed / self._count * (self._total - self._count)
        filled = self.WIDTH * self._count // max(1, self._total)
        text = f"{self._name:<24} [{'#' * filled}{'.' * (self.WIDTH - filled)}] {self._count}/{self._total}, {rest:.0f} s left"
        if sys.stderr.isatty():
            print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self):
        """Leaves the line."""
        if not self._is_quiet and sys.stderr.isatty() and self._count:
            print(file=sys.stderr)


SHOWN_FAILURES = 10


def show(tally):
    """Prints what was wrong."""
    for text in tally.failures[:SHOWN_FAILURES]:
        print(f"FAILED {tally.name}:\n" + "".join(f"       {line}\n" for line in text.rstrip().splitlines()))
    if len(tally.failures) > SHOWN_FAILURES:
        print(f"       … and {len(tally.failures) - SHOWN_FAILURES} more\n")


def table(tallies):
    """The table of what was tried, as the README has it."""
    lines = ["| tried | how often | held |", "|---|---|---|"]
    for tally in tallies:
        figures = ", ".join(f"{value:,} {name}" for name, value in sorted(tally.figures.items()))
        held = tally.held if not tally.failures else f"**{len(tally.failures)} did not hold**"
        lines.append(f"| {tally.name} | {tally.tried:,}{' (' + figures + ')' if figures else ''} | {held} |")
    return "\n".join(lines)
