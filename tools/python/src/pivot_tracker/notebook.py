"""Sessions as notebooks show them: HTML without scripts, every text escaped, in the light and in the dark.

A `Session` shows itself. `card_of(base_url, session_id)` and `table_of(base_url, …)` read from the server what they show;
`SessionCard` and `SessionTable` take documents that were read already. Curves are inline SVG.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .errors import PIVOTError
from .number_reading import readable
from .transport import Transport, base_url as checked_url, json_object, segment, session_address

#: The most curves and params on a card, rows in a table, and points in a curve.
MAXIMUM_CURVES = 12
MAXIMUM_PARAMS = 12
MAXIMUM_ROWS = 200
MAXIMUM_POINTS = 200

_STATUS_COLORS = {
    "running": "#2f7de1", "queued": "#8a6fd1", "created": "#7a8594", "stopping": "#c98a1b", "stopped": "#c98a1b",
    "completed": "#2a9d62", "failed": "#d64545",
}

# Colors of text and lines come from the notebook's own theme (currentColor); only opacity makes them lighter.
_STYLE = """
.pivot{font:13px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;max-width:720px;color:inherit}
.pivot .frame{border:1px solid rgba(128,128,128,.35);border-radius:10px;padding:14px 16px}
.pivot .head{display:flex;align-items:center;gap:10px;flex-wrap:wrap}
.pivot .name{font-size:16px;font-weight:600}
.pivot .id,.pivot .soft{opacity:.65}
.pivot .id{font-family:ui-monospace,Menlo,monospace;font-size:12px}
.pivot .status{color:#fff;border-radius:9px;padding:1px 9px;font-size:12px;font-weight:600}
.pivot .bar{height:6px;border-radius:3px;background:rgba(128,128,128,.25);margin:10px 0 4px;overflow:hidden}
.pivot .bar div{height:100%;border-radius:3px}
.pivot .curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px;margin-top:12px}
.pivot .curve{border:1px solid rgba(128,128,128,.25);border-radius:8px;padding:7px 9px;min-width:0}
.pivot .curve .label{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;opacity:.75}
.pivot .curve .value{font-size:15px;font-weight:600;font-variant-numeric:tabular-nums}
.pivot svg{display:block;width:100%;height:34px;margin-top:3px}
.pivot a{color:#2f7de1;text-decoration:none}
.pivot .message{margin-top:8px;padding:6px 9px;border-radius:6px;background:rgba(214,69,69,.12);white-space:pre-wrap}
.pivot .wide{overflow-x:auto}
.pivot table{border-collapse:collapse;width:100%;color:inherit;font:inherit}
.pivot th{text-align:left;font-weight:600;opacity:.7}
.pivot th,.pivot td{padding:5px 9px;border-bottom:1px solid rgba(128,128,128,.25);background:none}
.pivot td.number,.pivot th.number{text-align:right;font-variant-numeric:tabular-nums}
"""


# How long a notebook waits for one answer, in seconds.
_ANSWER_SECONDS = 5.0


class NotebookSession:
    """Shows a session in notebooks, as the server knows it at the moment; mixed into `Session`."""

    session_id: str
    base_url: str
    name: Optional[str]

    def _repr_html_(self) -> str:
        try:
            return card_of(self.base_url, self.session_id)._repr_html_()
        except PIVOTError as error:
            told = {"session_id": self.session_id, "session_name": self.name, "status": "created", "message": str(error)}
            return SessionCard(told)._repr_html_()


def card_of(base_url: str, session_id: str) -> "SessionCard":
    """The card of a session, with the curves of its metrics over steps, or over epochs where there are no steps.

    Raises `PIVOTError` when the server cannot be reached or does not know the session.
    """
    transport = Transport(checked_url(base_url), timeout=_ANSWER_SECONDS, connect_timeout=_ANSWER_SECONDS, retries=0)
    try:
        document = json_object(transport.call("GET", f"training/sessions/{segment(session_id)}"))
        names = list(document.get("latest_metrics") or {})[:MAXIMUM_CURVES]
        if not names:
            nothing = _history(transport, session_id, "-", "step")
            names = [str(name) for name in nothing.get("available_metrics", [])][:MAXIMUM_CURVES]
        curves = {}
        for name in names:
            values = _history(transport, session_id, name, "step")["values"]
            if len(values) < 2:
                values = _history(transport, session_id, name, "epoch")["values"] or values
            # NaN and the infinities come as texts, which float reads.
            curves[name] = [float(value) for value in values]
    finally:
        transport.close()
    return SessionCard(document, curves, session_address(transport.url, session_id))


def table_of(base_url: str, **query: Any) -> "SessionTable":
    """The sessions that match, as `PIVOTClient.list_sessions` finds them. Raises `PIVOTError`."""
    transport = Transport(checked_url(base_url), timeout=_ANSWER_SECONDS, connect_timeout=_ANSWER_SECONDS, retries=0)
    try:
        found = json_object(transport.call("GET", "training/sessions", query=query))
    finally:
        transport.close()
    return SessionTable(found["sessions"], transport.url)


def _history(transport: Transport, session_id: str, name: str, axis: str) -> "dict[str, Any]":
    query = {"metric_name": name, "axis": axis, "max_points": MAXIMUM_POINTS}
    return json_object(transport.call("GET", f"metrics/{segment(session_id)}/history", query=query))


class SessionCard:
    """One session: status, progress, params, latest metrics with their curves, and a link."""

    def __init__(
        self, document: Mapping[str, Any], curves: Optional[Mapping[str, Sequence[float]]] = None, link: Optional[str] = None
    ) -> None:
        """`document` is the session's, as the API answers it; `curves` are values by metric, oldest first."""
        self.document = document
        self.curves = dict(curves or {})
        self.link = link

    def _repr_html_(self) -> str:
        document = self.document
        status = str(document.get("status", "created"))
        color = _STATUS_COLORS.get(status, "#7a8594")
        share = min(max(_finite(document.get("progress")) or 0.0, 0.0), 1.0)
        latest = {str(name): value for name, value in (document.get("latest_metrics") or {}).items()}
        names = [name for name in latest if name in self.curves]
        names += [name for name in self.curves if name not in latest] + [name for name in latest if name not in self.curves]
        parts = [f"<style>{_STYLE}</style><div class='pivot'><div class='frame'><div class='head'>", _status(status)]
        parts.append(f"<span class='name'>{_text(document.get('session_name') or 'Session')}</span>")
        parts.append(f"<span class='id'>{_text(document.get('session_id', ''))}</span>")
        if self.link and self.link.startswith(("http://", "https://")):
            parts.append(f"<a href='{_text(self.link)}' target='_blank' rel='noopener'>open</a>")
        parts.append(f"</div><div class='bar'><div style='width:{100 * share:.1f}%;background:{color}'></div></div>")
        parts.append(f"<div class='soft'>{_text(_progress(document, share))}</div>")
        params = document.get("params") or {}
        if params:
            shown = [f"{name} {_param(value)}" for name, value in list(params.items())[:MAXIMUM_PARAMS]]
            rest = len(params) - len(shown)
            more = f" · and {rest} more" if rest > 0 else ""
            parts.append(f"<div class='soft params'>{_text(' · '.join(shown) + more)}</div>")
        if names:
            parts.append("<div class='curves'>")
            for name in names[:MAXIMUM_CURVES]:
                values = self.curves.get(name, ())
                value = latest[name] if name in latest else values[-1] if len(values) > 0 else None
                parts.append(
                    f"<div class='curve'><div class='label' title='{_text(name)}'>{_text(name)}</div>"
                    f"<div class='value'>{_text(_number(value))}</div>{sparkline(values)}</div>"
                )
            parts.append("</div>")
            if len(names) > MAXIMUM_CURVES:
                parts.append(f"<div class='soft'>and {len(names) - MAXIMUM_CURVES} more metrics</div>")
        if document.get("message"):
            parts.append(f"<div class='message'>{_text(str(document['message'])[-2000:])}</div>")
        parts.append("</div></div>")
        return "".join(parts)


class SessionTable(Sequence[Mapping[str, Any]]):
    """Several sessions, as a list that notebooks show as a table."""

    def __init__(self, documents: Sequence[Mapping[str, Any]], link: Optional[str] = None) -> None:
        """`link` is the address of the API, below which the sessions are."""
        self.documents = list(documents)
        self.link = link

    def __len__(self) -> int:
        return len(self.documents)

    def __getitem__(self, place: Any) -> Any:
        return self.documents[place]

    def _repr_html_(self) -> str:
        shown = self.documents[:MAXIMUM_ROWS]
        counts: dict[str, int] = {}
        for document in shown:
            for name in document.get("latest_metrics") or {}:
                counts[name] = counts.get(name, 0) + 1
        names = sorted(counts, key=lambda name: (-counts[name], name))[:5]
        head = "".join(f"<th class='number'>{_text(name)}</th>" for name in names)
        rows = []
        for document in shown:
            identifier = str(document.get("session_id", ""))
            name = _text(document.get("session_name") or identifier)
            if self.link and self.link.startswith(("http://", "https://")):
                target = _text(session_address(self.link.rstrip("/"), str(identifier)))
                name = f"<a href='{target}' target='_blank' rel='noopener'>{name}</a>"
            metrics = document.get("latest_metrics") or {}
            cells = "".join(f"<td class='number'>{_text(_number(metrics.get(metric)))}</td>" for metric in names)
            epochs = f"{document.get('current_epoch', 0)} / {document.get('total_epochs', 0)}"
            rows.append(
                f"<tr><td>{name}</td><td class='id'>{_text(identifier)}</td><td>{_status(str(document.get('status', '')))}</td>"
                f"<td class='number'>{_text(epochs)}</td>{cells}</tr>"
            )
        rest = len(self.documents) - len(shown)
        more = f"<div class='soft'>and {rest} more sessions</div>" if rest > 0 else ""
        return (
            f"<style>{_STYLE}</style><div class='pivot'><div class='wide'><table><tr><th>session</th><th>id</th><th>status</th>"
            f"<th class='number'>epoch</th>{head}</tr>{''.join(rows)}</table></div>{more}</div>"
        )


def sparkline(values: Sequence[float]) -> str:
    """A curve of at most 200 points as inline SVG; values that are not finite are gaps."""
    points = thinned(values)
    finite = [value for value in points if math.isfinite(value)]
    if not finite:
        return "<svg viewBox='0 0 150 34'></svg>"
    least, greatest = min(finite), max(finite)
    # Halves, since the difference of two great numbers is beyond the greatest.
    span = greatest / 2 - least / 2
    steps = max(len(points) - 1, 1)
    pieces: list[list[str]] = [[]]
    for place, value in enumerate(points):
        if not math.isfinite(value):
            pieces.append([])
            continue
        height = 0.5 if span == 0 else (value / 2 - least / 2) / span
        pieces[-1].append(f"{2 + 146 * place / steps:.1f},{31 - 28 * height:.1f}")
    lines = "".join(
        f"<polyline points='{' '.join(piece if len(piece) > 1 else piece * 2)}'/>" for piece in pieces if piece
    )
    return (
        "<svg viewBox='0 0 150 34' preserveAspectRatio='none' fill='none' stroke='#2f7de1' stroke-width='1.6' "
        f"stroke-linejoin='round' stroke-linecap='round'>{lines}</svg>"
    )


def thinned(values: Sequence[float]) -> list[float]:
    """At most 200 of the values: of each stretch its least and its greatest in their order, so that no spike is lost."""
    numbers = [float(value) for value in values]
    if len(numbers) <= MAXIMUM_POINTS:
        return numbers
    kept: list[float] = []
    buckets = MAXIMUM_POINTS // 2
    for bucket in range(buckets):
        part = numbers[len(numbers) * bucket // buckets : len(numbers) * (bucket + 1) // buckets]
        finite = [value for value in part if math.isfinite(value)]
        if not finite:
            kept.append(math.nan)
            continue
        least, greatest = min(finite), max(finite)
        kept += [least, greatest] if part.index(least) <= part.index(greatest) else [greatest, least]
    return kept


def _status(status: str) -> str:
    return f"<span class='status' style='background:{_STATUS_COLORS.get(status, '#7a8594')}'>{_text(status)}</span>"


def _progress(document: Mapping[str, Any], share: float) -> str:
    done, total = document.get("current_epoch", 0), document.get("total_epochs", 0)
    parts = [f"epoch {done} of {total}" if total else f"epoch {done}"]
    if document.get("current_step"):
        parts.append(f"step {document['current_step']}")
    parts.append(f"{100 * share:.0f} %")
    if document.get("attempt", 0) and document["attempt"] > 1:
        parts.append(f"attempt {document['attempt']}")
    return " · ".join(parts)


def _finite(value: Any) -> Optional[float]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _param(value: Any) -> str:
    """A param as written, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


def _number(value: Any) -> str:
    if value is None:
        return "–"
    number = _finite(value)
    return str(value) if number is None else readable(number)


def _text(value: Any) -> str:
    return html.escape(str(value), quote=True)
