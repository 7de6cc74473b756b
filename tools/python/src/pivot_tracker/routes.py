"""Every route that the client calls, with the query parameters that it may send. A test compares both with the API's document."""

from __future__ import annotations

import difflib
from typing import Dict, Iterable, Mapping, Optional, Tuple

_FRESHNESS = ("consistency", "wait_for")
_READING = ("as_of", *_FRESHNESS)
_PAGING = ("limit", "offset")
_RECORDS = ("metric_name", "limit", "attempts", "nonfinite", *_READING)
_EPOCHS = ("limit", "attempts", "nonfinite", *_READING)
_HISTORIES = ("format", "layout", "nonfinite", *_READING)
_GRAPH = ("max_points", "nonfinite", *_READING)
_EVENTS = ("stream", "after", "limit", "follow")
_FRAMES = ("types", "after", "named")
_BASE = "/api/v1/"
_SESSIONS = "/api/v1/training/sessions"
_SESSION = _SESSIONS + "/{session_id}"

ROUTES: Dict[str, Tuple[str, ...]] = {
    f"POST {_SESSIONS}": (),
    f"GET {_SESSIONS}": ("status", "tag", "experiment", "group", "q", "filter", "archived", "sort", "columns", *_PAGING, *_READING),
    f"GET {_SESSIONS}/names": ("kind", "prefix", "after", "limit", "archived", *_FRESHNESS),
    f"GET {_SESSIONS}/groups": (
        "by", "values", "statistics", "status", "tag", "experiment", "group", "q", "filter", "archived", "nonfinite", *_PAGING,
        *_READING,
    ),
    f"POST {_SESSIONS}/check": (),
    f"POST {_SESSIONS}/import": (),
    f"PUT {_SESSIONS}/import/files/{{digest}}": ("parent",),
    f"GET {_SESSION}": _READING,
    f"PATCH {_SESSION}": (),
    f"DELETE {_SESSION}": ("permanent",),
    f"POST {_SESSION}/start": (),
    f"POST {_SESSION}/stop": ("wait",),
    f"POST {_SESSION}/reproduce": (),
    f"POST {_SESSION}/redact": (),
    "GET /api/v1/compare": ("sessions", "all", "nonfinite", *_READING),
    "GET /api/v1/status": _READING,
    "GET /api/v1/status/{session_id}": _READING,
    "GET /api/v1/epochs": _EPOCHS,
    "GET /api/v1/epochs/{session_id}": _EPOCHS,
    f"GET {_SESSION}/metrics": _RECORDS,
    "GET /api/v1/metrics": _RECORDS,
    "GET /api/v1/metrics/{session_id}": _RECORDS,
    "GET /api/v1/metrics/latest": _READING,
    "GET /api/v1/metrics/{session_id}/latest": _READING,
    f"GET {_SESSION}/metric-names": ("nonfinite", *_READING),
    f"GET {_SESSION}/export": ("format", "layout", "metric_names", "attempts", *_READING),
    "GET /api/v1/metrics/{session_id}/history": (
        "metric_name", "axis", "start_epoch", "end_epoch", "start_step", "end_step", "start_time", "end_time", "max_points",
        "attempts", "nonfinite", *_READING,
    ),
    "GET /api/v1/metrics/history": (
        "session_ids", "filter", "archived", "limit", "metric_names", "axis", "start_epoch", "end_epoch", "start_step", "end_step",
        "start_time", "end_time", "start_relative_time", "end_relative_time", "max_points", "smoothing", "attempts",
        "aggregate_by", "statistics", *_HISTORIES,
    ),
    "POST /api/v1/metrics/history": _HISTORIES,
    "GET /api/v1/graphs/loss": _GRAPH,
    "GET /api/v1/graphs/loss/{session_id}": _GRAPH,
    "GET /api/v1/graphs/learning-rate": _GRAPH,
    "GET /api/v1/graphs/learning-rate/{session_id}": _GRAPH,
    "GET /api/v1/graphs/gpu-usage": _GRAPH,
    "GET /api/v1/graphs/gpu-usage/{session_id}": _GRAPH,
    "GET /api/v1/graphs/metrics/{metric_name}": _GRAPH,
    "GET /api/v1/graphs/metrics/{metric_name}/{session_id}": _GRAPH,
    f"POST {_SESSION}/attempts": (),
    f"POST {_SESSION}/attempts/{{attempt}}/started": (),
    f"POST {_SESSION}/attempts/{{attempt}}/renew": (),
    f"POST {_SESSION}/attempts/{{attempt}}/ranks": (),
    f"POST {_SESSION}/metrics": (),
    f"POST {_SESSION}/epochs": (),
    f"POST {_SESSION}/progress": (),
    f"POST {_SESSION}/logs": (),
    f"POST {_SESSION}/host-readings": (),
    f"POST {_SESSION}/finish": (),
    f"POST {_SESSION}/results": (),
    f"POST {_SESSION}/provenance": (),
    f"GET {_SESSION}/logs": ("after", "limit", "rank", "source", "contains", *_READING),
    f"GET {_SESSION}/host-readings": ("rank", "max_points", "nonfinite", *_READING),
    "POST /api/v1/checkpoints": ("session_id", "epoch", "step", "attempt", "metrics", "metric_name", "metric_value", "is_best", "marks", "filename"),
    "GET /api/v1/checkpoints": (
        "session_id", "lineage", "metric_name", "sort", "attempts", "nonfinite", *_PAGING, *_READING,
    ),
    "GET /api/v1/checkpoints/{checkpoint_id}": ("nonfinite", *_READING),
    "DELETE /api/v1/checkpoints/{checkpoint_id}": ("reason",),
    "GET /api/v1/checkpoints/{checkpoint_id}/download": _FRESHNESS,
    f"GET {_SESSION}/artifacts": ("prefix", "kind", "key", "start_step", "end_step", "attempts", *_READING),
    f"GET {_SESSION}/artifacts/{{path}}": ("digest", *_FRESHNESS),
    f"PUT {_SESSION}/artifacts/{{path}}": ("kind", "key", "step"),
    f"DELETE {_SESSION}/artifacts/{{path}}": (),
    "GET /api/v1/events": _EVENTS,
    f"GET {_SESSION}/events": _EVENTS,
    "GET /api/v1/sse/training/{session_id}": _FRAMES,
    "GET /api/v1/sse/broadcast": _FRAMES,
    "POST /api/v1/alerts/rules": (),
    "GET /api/v1/alerts/rules": (*_PAGING, *_READING),
    "GET /api/v1/alerts/rules/{rule_id}": _READING,
    "PATCH /api/v1/alerts/rules/{rule_id}": (),
    "DELETE /api/v1/alerts/rules/{rule_id}": (),
    "GET /api/v1/alerts": ("status", "severity", "session_id", "rule_id", *_PAGING, *_READING),
    "GET /api/v1/alerts/{alert_id}": _READING,
    "POST /api/v1/alerts/{alert_id}/acknowledge": (),
    "POST /api/v1/alerts/{alert_id}/resolve": (),
    "GET /api/v1/models": (*_PAGING, *_READING),
    "GET /api/v1/models/{name}": (*_PAGING, *_READING),
    "GET /api/v1/models/{name}/aliases/{alias}": _READING,
    "PUT /api/v1/models/{name}/aliases/{alias}": (),
    "DELETE /api/v1/models/{name}/aliases/{alias}": ("reason", "by", "expected_checkpoint_id"),
    "GET /api/v1/models/{name}/aliases/{alias}/lineage": _READING,
    "GET /api/v1/retention/rules": _READING,
    "PUT /api/v1/retention/rules/{name}": (),
    "DELETE /api/v1/retention/rules/{name}": (),
    "GET /api/v1/retention/preview": ("limit",),
    "POST /api/v1/retention/run": ("limit",),
    "GET /api/v1/notifications": ("type", "priority", "unread", "session_id", *_PAGING, *_READING),
    "DELETE /api/v1/notifications": (),
    "POST /api/v1/notifications/read-all": (),
    "POST /api/v1/notifications/{notification_id}/read": (),
    "DELETE /api/v1/notifications/{notification_id}": (),
    "GET /api/v1/audit/tree-head": (),
    "GET /api/v1/audit/proof/inclusion": ("position", "size"),
    "GET /api/v1/audit/proof/consistency": ("from", "to"),
    "GET /api/v1/audit/sessions/{session_id}": ("stream", "after", "limit", "size", "payloads"),
    "GET /api/v1/audit/models/{name}": ("after", "limit", "size", "payloads"),
    "GET /api/v1/audit/public-key": (),
    "POST /api/v1/audit/rotate-key": (),
    "GET /api/v1/audit/log/checkpoint": (),
    "GET /api/v1/audit/log/tile/{path}": (),
    "POST /api/v1/webhooks": (),
    "GET /api/v1/webhooks": (*_PAGING, *_READING),
    "POST /api/v1/webhooks/resume": (),
    "GET /api/v1/webhooks/{webhook_id}": _READING,
    "PATCH /api/v1/webhooks/{webhook_id}": (),
    "DELETE /api/v1/webhooks/{webhook_id}": (),
    "POST /api/v1/webhooks/{webhook_id}/test": (),
    "POST /api/v1/webhooks/{webhook_id}/replay": ("after",),
    "GET /api/v1/webhooks/{webhook_id}/deliveries": ("status", *_PAGING, *_READING),
    "GET /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}": _READING,
    "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": (),
    "GET /api/v1/ping": (),
    "GET /api/v1/health": (),
    "GET /api/v1/health/detailed": (),
    "GET /api/v1/monitor/resources": (),
    "GET /api/v1/monitor/resources/cpu": (),
    "GET /api/v1/monitor/resources/memory": (),
    "GET /api/v1/monitor/resources/disk": (),
    "GET /api/v1/monitor/resources/gpu": (),
    "POST /api/v1/maintenance/rebuild": (),
    "GET /api/v1/maintenance/rebuild": (),
    "GET /api/v1/storage": ("session_id", *_PAGING),
    "GET /api/v1/openapi.json": (),
    "GET /metrics": (),
}


def route_of(method: str, path: str, *, outside: bool = False) -> Optional[str]:
    """The route of ROUTES that a call belongs to; None when there is none. A fixed word counts more than a parameter."""
    parts = ("/" if outside else _BASE).split("/")[1:-1] + path.lstrip("/").split("/")
    found: Optional[Tuple[int, str]] = None
    for route in ROUTES:
        verb, _, template = route.partition(" ")
        words = template.split("/")[1:]
        if verb != method or not _fits(words, parts):
            continue
        parameters = sum(word.startswith("{") for word in words)
        if found is None or parameters < found[0]:
            found = parameters, route
    return None if found is None else found[1]


def check_query(method: str, path: str, query: Optional[Mapping[str, object]]) -> None:
    """Raises `TypeError` for a query parameter that the route does not have: the server would refuse it as well."""
    route = route_of(method, path)
    if route is not None:
        for name in query or {}:
            if name not in ROUTES[route]:
                raise TypeError(f"{route} has no parameter '{name}'." + _nearest(name, ROUTES[route]))


def _fits(words: "list[str]", parts: "list[str]") -> bool:
    if words[-1:] == ["{path}"]:
        # An artifact's path takes the rest.
        return len(parts) >= len(words) and _fits(words[:-1], parts[: len(words) - 1])
    return len(words) == len(parts) and all(word.startswith("{") or word == part for word, part in zip(words, parts))


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f" Did you mean '{near[0]}'?" if near else ""


__all__ = ["ROUTES", "check_query", "route_of"]
