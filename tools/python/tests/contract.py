"""What the API's document allows a client to send."""

import pathlib
import re

import yaml

from pivot_tracker.routes import ROUTES, route_of

DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "rest" / "openapi.yaml"


class Contract:
    """The document's operations by method and path."""

    def __init__(self):
        self.document = yaml.load(DOCUMENT.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.operations = {}
        self.query = {}
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                route = f"{method.upper()} {path}"
                parameters = [self.resolved(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
                self.operations[route] = operation
                self.query[route] = {one["name"] for one in parameters if one["in"] == "query"}

    def resolved(self, part):
        """What a reference leads to; other parts as they are."""
        while "$ref" in part:
            found = self.document
            for key in part["$ref"].split("/")[1:]:
                found = found[key]
            part = found
        return part

    def unknown_parts(self, method, path, query=None, body=None, outside=False):
        """What of a call neither the client's table of routes nor the document knows; an empty list when all is known."""
        route = route_of(method, path, outside=outside)
        if route not in self.operations:
            return [f"{method} {path}"]
        sent = {name for name, value in (query or {}).items() if value is not None}
        unknown = [f"{route}?{name}" for name in sorted(sent - (self.query[route] & set(ROUTES[route])))]
        content = self.operations[route].get("requestBody", {}).get("content", {})
        if body and "application/json" not in content:
            return unknown + [f"the body of {route}"]
        if body is not None and content:
            unknown += self.unknown_fields(body, content["application/json"]["schema"], f"the body of {route}")
        return unknown

    def unknown_fields(self, value, schema, place):
        """The places of fields that a closed schema does not have."""
        schema = self.resolved(schema)
        if isinstance(value, (list, tuple)):
            return [found for item in value for found in self.unknown_fields(item, schema.get("items", {}), place)]
        if not isinstance(value, dict) or "properties" not in schema:
            return []
        fields = schema["properties"]
        return [found for name, field in value.items() for found in (
            self.unknown_fields(field, fields[name], f"{place}.{name}") if name in fields else [f"{place}.{name}"])]


def snake(name):
    """A name of the document as Python writes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


CONTRACT = Contract()
