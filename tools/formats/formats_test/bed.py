"""The server of the checks, and the judgement of what came of a variant."""

import collections
import dataclasses
import re
import shutil

from endtoend.api import ENDED
from endtoend.server import Server

from .forms import Right
from .report import Wrong

TIMES = ("timestamp", "epoch_seconds")
SESSION_SECONDS = 120
SHOWN = 12
"""The most variants that are named for one reason."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a session, or of the attempt to create one: the course of its training, or why there is none."""

    course: tuple | None = None
    message: str = ""
    log: str = ""


class TestBed:
    """One server, which trains the sessions of a group one after the other, and the plain trainings of all cases."""

    def __init__(self, binary, parallel=1):
        self.server = Server(binary, max_concurrent_sessions=parallel)
        self.api = self.server.api
        self.folder = self.server.folder / "scans"
        self.folder.mkdir()
        self.refusals = {}
        """Those of the last group that were right, for `listed`."""
        self._plain = {}
        self._count = 0

    def perform(self, variants):
        """Trains the variants and returns in words what came of them; raises with all that is wrong."""
        self._train_plain({variant.case for variant in variants})
        begun = [(variant, *self._begin(variant)) for variant in variants]
        counts, wrong = collections.Counter(), {}
        self.refusals = {}
        for variant, files, session in begun:
            try:
                outcome = session if isinstance(session, Outcome) else self._outcome(session)
                counts[judge(variant, files, outcome, self._plain[variant.case])] += 1
                if outcome.message:
                    add(self.refusals, outcome.message, variant)
            except Wrong as error:
                add(wrong, str(error), variant)
        for entry in self.folder.iterdir():
            shutil.rmtree(entry)
        note = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        if not wrong:
            return note
        failed = sum(len(names) for _, names in wrong.values())
        raise Wrong("\n".join([f"{failed} of {len(variants)} are wrong; {note or 'none is right'}:", *listed(wrong)]))

    def new_folder(self):
        """An empty folder."""
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir()
        return folder

    def clean_up(self):
        """Ends the server and deletes everything."""
        self.server.clean_up()

    def _train_plain(self, cases):
        """Trains on the plain files of the cases for which that was not done yet."""
        begun = []
        for case in cases - self._plain.keys():
            folder = self.new_folder()
            case.write(folder)
            begun.append((case, self._create(case.config(folder))))
        for case, session in begun:
            outcome = self._outcome(session)
            if outcome.course is None:
                raise Wrong(f"the plain training failed: {outcome.message}")
            self._plain[case] = outcome.course

    def _begin(self, variant):
        """Writes a variant's files and starts its session; returns the files at fault, and the session or a refusal."""
        folder = self.new_folder()
        files = variant.write(folder) or set(variant.files)
        if variant.begin is None:
            return files, self._create(variant.case.config(folder))
        session = variant.begin(self, folder)
        if not isinstance(session, Outcome):
            self.api.start(session)
        return files, session

    def _create(self, config):
        """Starts a session and returns its id."""
        session_id = self.api.create(config)["session_id"]
        self.api.start(session_id)
        return session_id

    def _outcome(self, session_id):
        """Waits for a session's end."""
        document = self.api.wait(
            session_id, lambda document: document["status"] in ENDED, "at its end", SESSION_SECONDS)
        attempts = document.get("attempts", ())
        if [attempt.get("ending") for attempt in attempts] not in (["completed"], ["failed"]):
            endings = "; ".join(f"{attempt.get('ending')} ({attempt.get('message')})" for attempt in attempts)
            raise Wrong(f"the attempts ended as {endings}")
        log = "\n".join(line["text"] for line in self.api.get(f"/training/sessions/{session_id}/logs")["lines"])
        if document["status"] != "completed":
            return Outcome(message=document.get("message", ""), log=log)
        last = max(self.api.checkpoints(session_id), key=lambda checkpoint: checkpoint["step"])
        records = self.api.get(f"/training/sessions/{session_id}/metrics")["metrics"]
        metrics = tuple(sorted((name, value) for name, value in records[-1].items() if name not in TIMES))
        return Outcome(course=(last["digest"], metrics), log=log)


def add(reasons, text, variant):
    """Adds a variant to those of one reason; reasons that differ by their numbers alone are one."""
    reasons.setdefault(re.sub(r"\d+", "0", text), (text, []))[1].append(variant.name)


def listed(reasons):
    """The lines that tell the reasons and the variants of each."""
    for text, names in reasons.values():
        more = f"; and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield text.rstrip()
        yield f"    {len(names)}: {'; '.join(names[:SHOWN])}{more}"


def judge(variant, files, outcome, plain):
    """Says in words what came of a variant, if that is right for it; raises `Wrong` otherwise."""
    if outcome.course is not None:
        is_alike = outcome.course == plain
        if variant.right is Right.OTHER and not is_alike:
            return "noticed"
        if variant.right in (Right.EITHER, Right.ALIKE) and is_alike:
            if variant.logged and not names_one(outcome.log, files):
                raise Wrong("trained alike, but no line of the log names the file")
            return "trained alike"
        raise Wrong(f"trained {'alike' if is_alike else 'on something else'}, but must be {variant.right.value}")
    if variant.right not in (Right.EITHER, Right.REFUSED):
        raise Wrong(f"refused, but must be {variant.right.value}: {outcome.message}")
    if not names_one(outcome.message, files):
        raise Wrong(f"refused without the name of the file: {outcome.message}")
    if not any(word in outcome.message for word in variant.words):
        raise Wrong(f"refused without the name of the field ({', '.join(variant.words)}): {outcome.message}")
    line = re.search(r"\bline (\d+)", outcome.message)
    if line and variant.lines is not None and int(line[1]) not in variant.lines:
        raise Wrong(f"refused with another line than {shown(variant.lines)}: {outcome.message}")
    return "refused by name"


def names_one(text, files):
    """Whether a text names one of the files, and not only a file whose name begins or ends alike."""
    return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?!\.gz|\w)", text) for name in files)


def shown(lines):
    """The numbers of lines in words."""
    lines = list(lines)
    return str(lines[0]) if len(lines) == 1 else f"{lines[0]} to {lines[-1]}"
