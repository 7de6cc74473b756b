"""Imports runs of other trackers: `python -m pivot_tracker import`, or `pivot-import`."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time
from dataclasses import asdict
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from ..client import PIVOTClient
from ..errors import PIVOTError, Unreachable
from ..progress_bar import ProgressBar
from . import csv_files, mlflow_stores, tensorboard, wandb_files
from .csv_columns import OPTIONS
from .session_import import RunOutcome, SessionImport
from .source import Finding, SourceRun, UnreadableSource

_EPILOG = """\
Each run becomes a session. Imported again, nothing is repeated: what has come since is added. Exit status: 0 when all was read,
1 when something could not be read or was refused, 2 for wrong usage, 4 when the server cannot be reached."""

_FOLLOW_SECONDS = 1.0
_RENEW_SECONDS = 60.0


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command. Returns its exit status."""
    options = _parser().parse_args(arguments)
    report = Report(options)
    try:
        if options.format == "tensorboard":
            _import_folders(options, report)
        else:
            _import_all(_read_each(options, report), report)
    except (UnreadableSource, OSError) as error:
        report.find(Finding(str(error), is_loss=True))
    except Unreachable as error:
        return report.end(4, error)
    except PIVOTError as error:
        return report.end(1, error)
    except ValueError as error:
        return report.end(2, error)
    except KeyboardInterrupt:
        return report.end(130, KeyboardInterrupt("Interrupted; import it again to continue."))
    return report.end(1 if report.is_incomplete else 0)


class Report:
    """What an import has found and done, told on standard output when it ends, and findings on standard error as they come."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.bar = ProgressBar(options.json)
        self.is_incomplete = False
        self._runs: List[Dict[str, Any]] = []
        self._findings: List[Finding] = []
        self._files = 0

    def find(self, finding: Finding) -> None:
        """Tells something that a person should know."""
        self.is_incomplete |= finding.is_loss
        self._findings.append(finding)
        if not self.options.json:
            self.bar.clear()
            print(f"pivot-import: {finding}", file=sys.stderr)

    def hear(self, run: SourceRun) -> None:
        """Tells what a run has found since the last time."""
        for finding in run.findings:
            self.find(finding)
        run.findings.clear()

    def add(self, run: SourceRun, outcome: Optional[RunOutcome] = None) -> None:
        """Counts a run that is done, or, in a dry run, one that would be imported."""
        self.hear(run)
        self._files += run.files
        if outcome is None:
            document = {
                "run": run.name, "source": run.source, "points": run.point_count, "metrics": len(run.series), "epochs": len(run.epochs),
                "artifacts": len(run.artifacts), "params": len(run.params), "results": len(run.results), "lines": len(run.log),
                "outcome": run.outcome, "experiment": self.options.experiment or run.experiment,
            }
        else:
            document = asdict(outcome)
        self._runs.append(document)
        if not self.options.json:
            # A folder's name need not be UTF-8.
            print(_sentence(document).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
            sys.stdout.flush()

    def end(self, status: int, error: Optional[BaseException] = None) -> int:
        """Prints the summary, and returns the exit status."""
        if self.options.json:
            document: Dict[str, Any] = {
                "format": self.options.format, "dry_run": self.options.dry_run, "runs": self._runs,
                "points": sum(run["points"] for run in self._runs), "files": self._files,
                "warnings": [
                    {"message": str(one), **{k: v for k, v in asdict(one).items() if k in ("file", "byte", "line") and v not in (None, "")},
                     "is_loss": one.is_loss} for one in self._findings if not one.is_note],
                "notes": [str(one) for one in self._findings if one.is_note],
            }
            if error is not None:
                code = error.code if isinstance(error, PIVOTError) else "interrupted" if status == 130 else "usage"
                document["error"] = {"code": code, "message": str(error)}
            print(json.dumps(document))
        elif error is not None:
            print(f"pivot-import: {error}", file=sys.stderr)
        elif not self._runs:
            print("There is nothing to import.")
        return status


def _sentence(run: Dict[str, Any]) -> str:
    parts = [f"{run['points']:,} points"]
    parts += [f"{run[what]:,} {what}" for what in ("epochs", "artifacts", "params", "results", "lines") if run[what]]
    if "session_id" not in run:
        return f"{run['run']}: {', '.join(parts)} of {run['metrics']:,} metrics"
    there = f" ({run['points_present']:,} were there before)" if run["points_present"] else ""
    return f"{run['run']}: {', '.join(parts)} added{there} to {run['session_id']}, {run['status']}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pivot-import", description="Imports runs of other trackers.", epilog=_EPILOG)
    formats = parser.add_subparsers(dest="format", required=True, metavar="FORMAT")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--url", help="address of the server; by default PIVOT_URL, else http://localhost:8000")
    common.add_argument("--experiment", metavar="NAME", help="experiment of the sessions; by default the source's own")
    common.add_argument("--tag", action="append", default=[], metavar="TAG", help="tag of new sessions; may be repeated")
    common.add_argument("--dry-run", action="store_true", help="list what would be imported, and import nothing")
    common.add_argument("--json", action="store_true", help="print what was done, or what failed, as one JSON object")
    board = formats.add_parser("tensorboard", parents=[common], help="event files: each folder with some is a run")
    board.add_argument("sources", nargs="+", type=pathlib.Path, metavar="DIR")
    board.add_argument("--follow", action="store_true", help="go on importing what is written, until Ctrl-C")
    table = formats.add_parser(
        "csv", parents=[common], help="CSV files: a point a row, or a column a metric", epilog=_EPILOG,
        description="Imports CSV files, or those of folders. The columns are known by their usual names, or named by options.")
    table.add_argument("sources", nargs="+", type=pathlib.Path, metavar="FILE")
    for role, option in OPTIONS.items():
        what = "the steps, or '#' to count the rows" if role == "step" else f"the {role}s"
        table.add_argument(option, metavar="NAME", help=f"column of {what}")
    flow = formats.add_parser(
        "mlflow", parents=[common], help="MLflow's stores: a mlflow.db, a folder mlruns, or a server's address", epilog=_EPILOG,
        description="Imports the runs of MLflow with all of their history, tags, artifacts and models.")
    flow.add_argument("sources", nargs="+", metavar="FILE_OR_URI")
    weights = formats.add_parser(
        "wandb", parents=[common], help="offline runs of W&B: a folder wandb, a run's folder, or a file run-….wandb", epilog=_EPILOG,
        description="Imports offline runs of W&B; the package wandb is not needed.")
    weights.add_argument("sources", nargs="+", type=pathlib.Path, metavar="DIR")
    return parser


def _client(options: argparse.Namespace) -> PIVOTClient:
    client = PIVOTClient(options.url)
    client.ping()
    return client


def _bring(client: PIVOTClient, run: SourceRun, report: Report) -> SessionImport:
    """Brings a run as it is now; its session stays open."""
    options = report.options
    session = SessionImport(client, run, options.tag, options.experiment)
    session.bring(lambda done, total: report.bar.show(run.name, done, total))
    return session


def _import_all(runs: Iterator[SourceRun], report: Report) -> None:
    """Imports runs, one after another."""
    if report.options.dry_run:
        for run in runs:
            report.add(run)
        return
    with _client(report.options) as client:
        for run in runs:
            session = _bring(client, run, report)
            session.finish()
            session.close()
            report.add(run, session.outcome)


def _read_each(options: argparse.Namespace, report: Report) -> Iterator[SourceRun]:
    """The runs of all sources. A source that cannot be read is told, and the others are read."""
    for source in options.sources:
        try:
            yield from _read(source, options, report)
        except (UnreadableSource, OSError) as error:
            report.find(Finding(str(error), is_loss=True))


def _read(source: Any, options: argparse.Namespace, report: Report) -> Iterator[SourceRun]:
    def told(done: int, total: int) -> None:
        report.bar.show(f"reading {source}", done, total)

    if options.format == "mlflow":
        yield from mlflow_stores.runs(source, report.find, told)
    elif options.format == "wandb":
        yield from wandb_files.runs(source, report.find, told)
    else:
        named = {role: getattr(options, f"{role}_column") for role in OPTIONS}
        for path in csv_files.files(source):
            try:
                file = csv_files.CSVFile(path, named)
                found = file.read(told)
                for finding in file.findings:
                    report.find(finding)
                yield from found
            except (UnreadableSource, OSError) as error:
                report.find(Finding(str(error), is_loss=True))


def _import_folders(options: argparse.Namespace, report: Report) -> None:
    if options.follow and not options.dry_run:
        _follow_folders(options, report)
    else:
        _import_all(_read_folders(options, report), report)


def _read_folders(options: argparse.Namespace, report: Report) -> Iterator[SourceRun]:
    for root in options.sources:
        try:
            folders = list(tensorboard.runs(root))
        except (UnreadableSource, OSError) as error:
            report.find(Finding(str(error), is_loss=True))
            continue
        for folder in folders:
            folder.read(_reading(report.bar, folder))
            folder.tell_the_rest()
            yield folder.run


def _reading(bar: ProgressBar, folder: tensorboard.EventFolder) -> Callable[[int], None]:
    size = folder.size
    return lambda offset: bar.show(f"reading {folder.run.name}", min(offset, size), size)


def _follow_folders(options: argparse.Namespace, report: Report) -> None:
    """Imports what there is and what comes, new runs too, until Ctrl-C; then ends the sessions."""
    folders: Dict[str, tensorboard.EventFolder] = {}
    sessions: Dict[str, SessionImport] = {}
    with _client(options) as client:
        renewed = time.monotonic()
        try:
            while True:
                for root in options.sources:
                    for folder in tensorboard.runs(root):
                        folders.setdefault(folder.run.identity, folder)
                for identity, folder in folders.items():
                    if not folder.is_there:
                        continue
                    before = (folder.run.point_count, len(folder.run.artifacts), len(folder.run.params), len(folder.run.restarts))
                    folder.read()
                    run = folder.run
                    if identity not in sessions:
                        sessions[identity] = _bring(client, run, report)
                    elif before != (run.point_count, len(run.artifacts), len(run.params), len(run.restarts)):
                        sessions[identity].bring()
                    report.hear(run)
                if time.monotonic() - renewed > _RENEW_SECONDS:
                    renewed = time.monotonic()
                    for session in sessions.values():
                        session.renew()
                time.sleep(_FOLLOW_SECONDS)
        except KeyboardInterrupt:
            for identity, session in sessions.items():
                if folders[identity].is_there:
                    folders[identity].read()
                session.bring()
                folders[identity].tell_the_rest()
                session.finish()
                session.close()
                report.add(folders[identity].run, session.outcome)


if __name__ == "__main__":
    sys.exit(main())
