"""What the client sends against the API's document, without a server."""

import inspect
import json

import pytest

import pivot_tracker as pivot
from contract import CONTRACT, snake
from pivot_tracker.routes import ROUTES, route_of
from pivot_tracker.transport import Transport

# Operations whose method has the guide's name, or one that says more.
NAMES = {
    "get_session": "get_status", "get_session_metrics": "get_metrics", "start_session": "start_training",
    "stop_session": "stop_training", "list_checkpoints": "get_checkpoints", "get_latest_metrics": "get_latest_metric_values",
    "follow_session": "stream_metrics", "follow_everything": "stream_all", "get_open_api": "get_openapi",
    "get_open_api_under_base": "get_openapi",
}
# Pages for people, and WebSockets that the server-sent events stand for.
ELSEWHERE = {"connectToSession", "connectToEverything", "getDashboard", "getSwaggerUI", "getReDoc", "getAsset", "getOpenAPI"}
# Methods that call several others, or none.
COMPOSED = {"create_and_run_experiment", "monitor_training", "wait_for_completion", "iterate_sessions", "metric_arrays",
            "metric_frame", "close"}


def test_every_operation_has_a_method():
    missing = []
    for route, operation in CONTRACT.operations.items():
        if operation["operationId"] in ELSEWHERE:
            continue
        name = snake(operation["operationId"])
        if "/graphs/" in route:
            name = name.replace("latest_", "")
        if not callable(getattr(pivot.PIVOTClient, NAMES.get(name, name), None)):
            missing.append(f"{operation['operationId']} ({name})")
    assert missing == []


def test_the_table_of_routes_says_what_the_document_says():
    promised = {route for route, operation in CONTRACT.operations.items() if operation["operationId"] not in ELSEWHERE}
    assert set(ROUTES) == promised
    for route, query in ROUTES.items():
        assert set(query) == CONTRACT.query[route], route
        assert len(set(query)) == len(query), route


def test_a_call_is_found_in_the_table():
    assert route_of("GET", "metrics/latest") == "GET /api/v1/metrics/latest"
    assert route_of("GET", "metrics/sess_1") == "GET /api/v1/metrics/{session_id}"
    assert route_of("GET", "metrics", outside=True) == "GET /metrics"
    assert route_of("PUT", "training/sessions/s/artifacts/a/b/c").endswith("/artifacts/{path}")
    assert route_of("GET", "training/sessions/s/artifacts") == "GET /api/v1/training/sessions/{session_id}/artifacts"
    assert route_of("GET", "nothing") is None and route_of("PUT", "checkpoints") is None


class Answer:
    """An answer that says as little as a client can live with."""

    status_code = 200
    text = ""
    content = b""
    headers = {}

    def json(self):
        return {"sessions": [], "metrics": [], "total": 0, "digest": "sha256:" + "0" * 64}

    def iter_lines(self, *arguments, **keywords):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None


def values_of(method, folder):
    """Arguments for all parameters of a method but those that collect others."""
    file = folder / "file"
    file.write_bytes(b"")
    known = {
        "path": "plots/loss.png", "file": file, "target": folder / "target", "url": "https://example.org",
        "events": ["training_failed"], "session_ids": ["a", "b"], "tags": ["a"], "config": {}, "overrides": {}, "params": {},
        "facts": {"host": "a"}, "metrics": {"loss": 1.0}, "epoch": 1, "step": 1, "attempt": 1, "value": 1.0, "wait": 1.0,
        "types": ["status"], "after": 1, "all": True,
    }
    values = {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            values[name] = known.get(name, "sess_a")
    if method.__name__ == "upload_checkpoint":
        values["path"] = file
    return values


def test_no_method_sends_what_the_document_does_not_have(tmp_path, monkeypatch):
    sent = []

    def call(self, method, path, *, query=None, json_body=None, body=None, outside=False, **others):
        sent.append((method, path))
        if body is not None:
            body()
        assert CONTRACT.unknown_parts(method, path, query, json_body, outside) == []
        json.dumps(json_body)
        return Answer()

    monkeypatch.setattr(Transport, "call", call)
    monkeypatch.setattr(Transport, "send", call)
    monkeypatch.setattr(
        Transport, "download", lambda self, path, target, *, digest=None, query=None: call(self, "GET", path, query=query))
    monkeypatch.setattr("pivot_tracker.client._digest", lambda file: Answer().json()["digest"])
    monkeypatch.setattr("pivot_tracker.client.pause", lambda error, attempt: 0.0)
    with pivot.PIVOTClient("http://localhost:1", retries=0) as client:
        for name, method in inspect.getmembers(pivot.PIVOTClient, inspect.isfunction):
            if name.startswith("_") or name in COMPOSED:
                continue
            count = len(sent)
            try:
                answer = method(client, **values_of(method, tmp_path))
                if inspect.isgenerator(answer):
                    list(answer)
            except pivot.PIVOTError:
                # A feed that says nothing is asked for again, and given up in the end.
                assert name.startswith("stream_")
            assert len(sent) > count, f"{name} sent nothing"
    called = {route_of(method, path, outside=False) for method, path in sent} | {"GET /metrics"}
    assert set(ROUTES) - called == {
        route for route in ROUTES if "/graphs/" in route and not route.endswith("{session_id}")}


def test_a_parameter_that_the_route_does_not_have_is_refused_before_it_is_sent():
    with pivot.PIVOTClient("http://localhost:1", retries=0) as client:
        with pytest.raises(TypeError, match="has no parameter 'limt'. Did you mean 'limit'?"):
            client.list_sessions(limt=3)
        with pytest.raises(TypeError):
            client.get_checkpoint("ckpt_a", sort="epoch")
