"""The texts of a session.

`pivot/session` is what the session is, as a table with a link to it, `pivot/notes` its notes and `pivot/configuration` its
configuration and params; artifacts of kind `text`, such as an import of TensorBoard's event files makes, are under their keys.
TensorBoard shows Markdown and removes what is not safe.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping

from ..transport import session_address
from .media import LARGEST_ARTIFACT, Steps
from .sessions import Sessions, Shown

_ROWS = (
    ("status", "status"), ("message", "message"), ("experiment", "experiment"), ("group", "group"), ("epoch", "current_epoch"),
    ("step", "current_step"), ("attempt", "attempt"), ("created", "created_at"), ("started", "started_at"), ("completed", "completed_at"),
    ("host", "host"), ("parent", "parent"),
)


def texts_of(sessions: Sessions, session: Shown) -> Dict[str, Steps]:
    """The artifacts of a session that are texts, by their tags."""
    found: Dict[str, Dict[int, List[Mapping[str, Any]]]] = {}
    for artifact in sessions.artifacts(session):
        if artifact.get("kind") == "text" and artifact["size_bytes"] <= LARGEST_ARTIFACT:
            tag = artifact.get("key") or artifact["path"]
            found.setdefault(tag, {}).setdefault(artifact.get("step", 0), []).append(artifact)
    return {tag: {step: steps[step] for step in sorted(steps)} for tag, steps in found.items()}


def own_texts_of(sessions: Sessions, session: Shown) -> Dict[str, str]:
    """What PIVOT itself tells of a session, by tag, as Markdown."""
    document = sessions.document(session)
    found = {"pivot/session": _table(sessions.reader.url, document)}
    if document.get("notes"):
        found["pivot/notes"] = str(document["notes"])
    parts = (("configuration", document.get("config")), ("params", document.get("params")))
    blocks = [f"**{title}**\n\n{_code(part)}" for title, part in parts if part]
    if blocks:
        found["pivot/configuration"] = "\n\n".join(blocks)
    return found


def _table(url: str, document: Mapping[str, Any]) -> str:
    session_id = str(document["session_id"])
    rows = [("id", f"[{session_id}]({session_address(url, session_id)})"), ("name", _plain(document["session_name"]))]
    rows += [(title, _plain(document[name])) for title, name in _ROWS if document.get(name) not in (None, "")]
    if document.get("tags"):
        rows.append(("tags", _plain(", ".join(document["tags"]))))
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {title} | {value} |" for title, value in rows)


def _plain(value: object) -> str:
    """A value as it is in a cell of a table: Markdown's signs are escaped."""
    text = " ".join(str(value).split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!|<>" else letter for letter in text)


def _code(value: object) -> str:
    """JSON as a block of code, indented, which no text in it can end."""
    return "\n".join("    " + line for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines())
