"""The API's document, as answers are checked against it."""

import copy
import json
import pathlib

import yaml
from jsonschema import Draft202012Validator

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "rest" / "openapi.yaml"
#: Schemas whose objects have more fields than they list.
OPEN = {"MetricRecord"}


def not_json(token):
    """Refuses the bare tokens that Python's json reads beside JSON."""
    raise ValueError(f"{token} is not JSON")


class Contract:
    """Operations by their ids, and what each may answer."""

    def __init__(self):
        self.document = yaml.load(DOCUMENT.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.operations = {}
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if method != "parameters":
                    self.operations[operation["operationId"]] = (method.upper(), path, operation)
        self._schemas = {name: self._closed(schema, name not in OPEN)
                         for name, schema in self.document["components"]["schemas"].items()}
        self._validators = {}

    def _resolved(self, part):
        while "$ref" in part:
            found = self.document
            for key in part["$ref"].split("/")[1:]:
                found = found[key]
            part = found
        return part

    def _closed(self, schema, is_closed):
        """The schema in which an object has no other fields than those it lists, and `allOf` is one object."""
        if isinstance(schema, list):
            return [self._closed(item, is_closed) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "allOf" in schema:
            merged = {"type": "object", "properties": {}, "required": []}
            for part in schema["allOf"]:
                part = copy.deepcopy(self._resolved(part))
                merged["properties"].update(part.get("properties", {}))
                merged["required"] += part.get("required", [])
            return self._closed(merged, is_closed)
        result = {key: value if key in ("example", "examples") else self._closed(value, is_closed)
                  for key, value in schema.items()}
        if is_closed and isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
            result.setdefault("additionalProperties", False)
        return result

    def _validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**self._closed(schema, False), "components": {"schemas": self._schemas}}
            self._validators[key] = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return self._validators[key]

    def faults_of_value(self, value, schema):
        """Where a value does not match a schema, each fault with its place."""
        return [f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"
                for error in self._validator(schema).iter_errors(value)]

    def faults_of_named(self, value, name):
        """Where a value does not match the schema of that name."""
        return self.faults_of_value(value, {"$ref": f"#/components/schemas/{name}"})

    def faults_of_frame(self, frame):
        """Where a feed's frame does not match the schema of its type."""
        schemas = self.document["components"]["schemas"]["Frame"]["discriminator"]["mapping"]
        if frame.get("type") not in schemas:
            return [f"the type {frame.get('type')!r} is none of {', '.join(schemas)}"]
        return self.faults_of_value(frame, {"$ref": schemas[frame["type"]]})

    def faults(self, operation_id, answer):
        """Where an answer does not match the document."""
        _, _, operation = self.operations[operation_id]
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return [f"the status {answer.status} is not documented: {answer.body[:300]!r}"]
        described = self._resolved(described)
        faults = []
        for name, header in described.get("headers", {}).items():
            header = self._resolved(header)
            if name not in answer.headers:
                # Those of a limited client are there for limited clients only, and some for some requests.
                if not name.startswith("X-RateLimit") and header.get("required", True):
                    faults.append(f"the header {name} is missing")
                continue
            value = answer.headers[name]
            schema = self._resolved(header["schema"])
            faults += [f"the header {name} {fault}" for fault in
                       self.faults_of_value(int(value) if schema["type"] == "integer" and value.isdigit() else value, schema)]
        return faults + self._faults_of_content(described.get("content", {}), answer)

    def _faults_of_content(self, content, answer):
        media_type = answer.headers.get("Content-Type", "").split(";")[0].strip()
        if not content:
            return [f"there is a body of {len(answer.body)} bytes"] if answer.body else []
        if media_type not in content and "*/*" not in content:
            return [f"the media type {media_type!r} is not documented"]
        if media_type != "application/json" or media_type not in content:
            return []
        try:
            value = json.loads(answer.body, parse_constant=not_json)
        except ValueError as error:
            return [f"the body is not JSON: {error}"]
        return self.faults_of_value(value, content[media_type]["schema"])
