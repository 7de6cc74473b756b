"""Prepares a server, narrows the API's document to what can be fuzzed, and runs schemathesis on it."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import requests
import yaml

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "rest" / "openapi.yaml"

CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "unsupported_method"]
STRICT_CHECKS = ["negative_data_rejection"]

#: Runs the fuzzer, which cannot be run as a module, without its script.
PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"

#: Operations that end a session or change its status; they are given sessions that nothing else needs.
ENDING = {"archiveSession", "startSession", "stopSession", "finishAttempt", "claimAttempt"}


class Subject:
    """Sessions and files on the server that made-up requests can name."""

    def __init__(self, base):
        """Creates them; raises when the server refuses what the document allows."""
        self.base = base
        self.session = self._create("fuzz")
        self.spare = self._create("fuzz-spare")
        claim = self._post(f"/training/sessions/{self.session}/attempts", {"lease_seconds": 3600}, 201)
        self.token = claim["token"]
        lease = {"Authorization": f"Lease {self.token}"}
        path = f"/training/sessions/{self.session}"
        self._post(f"{path}/attempts/1/started", {"first_epoch": 1, "first_step": 1}, 200, lease)
        for epoch in range(1, 4):
            metrics = {"train_loss": 1 / epoch, "val_loss": "NaN" if epoch == 2 else 2 / epoch, "learning_rate": 0.001}
            report = {"attempt": 1, "epoch": epoch, "step": 10 * epoch, "metrics": metrics}
            self._post(f"{path}/epochs", report, 200, lease)
        points = [{"name": "loss", "step": step, "value": 1 / step} for step in range(1, 31)]
        self._post(f"{path}/metrics", {"attempt": 1, "points": points}, 200, lease)
        self.checkpoint = self._upload()
        self.spare_checkpoint = self._upload()
        self._answer(requests.put(f"{base}/api/v1{path}/artifacts/notes.txt", data=b"notes", timeout=30), 201)
        self.rule = self._post(
            "/alerts/rules", {"name": "a", "metric": "loss", "condition": "is_nan"}, 201)["rule_id"]
        self.webhook = self._post("/webhooks", {"url": "https://example.org/hook", "events": ["training_failed"]},
                                  201)["webhook_id"]

    def _create(self, name):
        configuration = {"trainer": {"kind": "external"}, "train": {"epochs": 100000}}
        return self._post("/training/sessions", {"config": configuration, "session_name": name}, 201)["session_id"]

    def _upload(self):
        fields = {"session_id": self.session, "epoch": "1", "metrics": '{"val_loss": 0.5}'}
        files = {"file": ("model.pth", b"weights" * 1000)}
        response = requests.post(f"{self.base}/api/v1/checkpoints", data=fields, files=files, timeout=30)
        return self._answer(response, 201)["checkpoint_id"]

    def _post(self, path, body, status, headers=None):
        return self._answer(requests.post(f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=30), status)

    @staticmethod
    def _answer(response, status):
        if response.status_code != status:
            sys.exit(f"tools/fuzz-api: {response.request.method} {response.url} answered {response.status_code}, not "
                     f"{status}: {response.text[:1000]}")
        return response.json()


def one_of(*values):
    """A schema of strings that are mostly real, with one that is not."""
    return {"type": "string", "enum": [*values, "none_such"]}


def narrowed(document, subject):
    """The document without what never ends or cannot be made up, and with ids that exist."""
    parameters = document["components"]["parameters"]
    parameters["SessionID"]["schema"] = one_of(subject.session)
    parameters["CheckpointID"]["schema"] = one_of(subject.checkpoint)
    parameters["RuleID"]["schema"] = one_of(subject.rule)
    parameters["WebhookID"]["schema"] = one_of(subject.webhook)
    parameters["WaitFor"]["schema"] = {"type": "integer", "minimum": 0, "maximum": 1}
    parameters["Follow"]["schema"] = {"type": "boolean", "const": False}
    parameters["UploadSessionID"]["schema"] = one_of(subject.session)
    for name in ("SessionID", "CheckpointID", "WebhookID", "UploadSessionID"):
        del parameters[name]["example"]  # names nothing on this server
    parameters["Nonfinite"]["schema"]["enum"].remove("token")  # its answers are not JSON
    schemas = document["components"]["schemas"]
    schemas["CheckpointUpload"]["properties"]["session_id"] = one_of(subject.session)
    schemas["CreateSession"]["properties"]["checkpoint_id"] = one_of(subject.checkpoint)
    for path in [path for path in document["paths"] if "/ws/" in path or "/sse/" in path]:
        del document["paths"][path]
    for item in document["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                narrow(operation, subject)
    return document


def narrow(operation, subject):
    """Leaves out body types the fuzzer cannot write, and gives operations that end things their own."""
    content = operation.get("requestBody", {}).get("content", {})
    for media_type in [name for name in content if name in ("*/*", "application/x-protobuf")]:
        del content[media_type]
    own = []
    if operation["operationId"] in ENDING:
        own.append({"name": "session_id", "in": "path", "required": True, "schema": one_of(subject.spare)})
    if operation["operationId"] == "deleteCheckpoint":
        own.append({"name": "checkpoint_id", "in": "path", "required": True,
                    "schema": one_of(subject.spare_checkpoint)})
    operation["parameters"] = operation.get("parameters", []) + own
    for parameter in operation["parameters"]:
        if parameter.get("name") == "wait":
            parameter["schema"]["maximum"] = 0.1


def main():
    parser = argparse.ArgumentParser(prog="tools/fuzz-api")
    parser.add_argument("url")
    parser.add_argument("--max-examples", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    base = options.url.rstrip("/")
    subject = Subject(base)
    document = narrowed(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")), subject)
    with tempfile.TemporaryDirectory(prefix="pivot-fuzz-") as folder:
        narrow_document = pathlib.Path(folder) / "openapi.json"
        narrow_document.write_text(json.dumps(document))
        checks = CHECKS + (STRICT_CHECKS if options.strict else [])
        command = [sys.executable, "-c", PROGRAM, "run", str(narrow_document), "--url", base,
                   "--checks", ",".join(checks), "--phases", "examples,coverage,fuzzing",
                   "--max-examples", str(options.max_examples), "--seed", str(options.seed), "--workers", "1",
                   "--generation-database", "none", "--generation-with-security-parameters", "false",
                   "--header", f"Authorization: Lease {subject.token}", "--request-timeout", "20",
                   "--continue-on-failure", "--suppress-health-check", "all", "--no-color"]
        code = subprocess.run(command, cwd=folder).returncode
    health = requests.get(f"{base}/api/v1/health", timeout=30)
    if health.status_code != 200 or health.json().get("status") != "healthy":
        print(f"tools/fuzz-api: afterwards the server's health is {health.status_code} {health.text[:1000]}")
        code = code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
