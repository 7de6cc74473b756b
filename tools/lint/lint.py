"""Validates and lints the API's document and checks every example in it against its schema."""

import pathlib
import subprocess
import sys

import vacuum
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "rest" / "openapi.yaml"
BASE = "urn:document"


def rooted(part):
    """The same part of the document with its references named from the document's own address."""
    if isinstance(part, dict):
        return {key: BASE + value if key == "$ref" and isinstance(value, str) else rooted(value)
                for key, value in part.items()}
    return [rooted(item) for item in part] if isinstance(part, list) else part


def examples(part, place="#"):
    """Every example in the part: its place, its schema and its value."""
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from examples(item, f"{place}/{number}")
    if not isinstance(part, dict):
        return
    schema = part.get("schema")
    if isinstance(schema, dict):
        if "example" in part:
            yield place, schema, part["example"]
        for name, example in part.get("examples", {}).items():
            yield f"{place}/examples/{name}", schema, example["value"]
    elif "example" in part and any(key in part for key in ("type", "anyOf", "allOf")):
        yield place, {key: value for key, value in part.items() if key != "example"}, part["example"]
    for key, value in part.items():
        if key not in ("example", "examples"):
            yield from examples(value, f"{place}/{key}")


def check_examples(document):
    """Prints each example that does not fit its schema, and returns how many there are."""
    resource = Resource(contents=rooted(document), specification=DRAFT202012)
    registry = Registry().with_resource(BASE, resource)
    count = wrong = 0
    for place, schema, value in examples(document):
        count += 1
        for error in Draft202012Validator(rooted(schema), registry=registry).iter_errors(value):
            wrong += 1
            print(f"FAILED the example at {place} does not fit its schema: {error.message[:300]}")
    print(f"{count} examples were checked.")
    return wrong


def lint():
    """Runs the linter, prints its errors, and returns its exit code."""
    program = pathlib.Path(vacuum.__path__[0]) / "lib" / "vacuum"
    command = [str(program), "lint", "--no-banner", "--errors", "--details", str(DOCUMENT)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        print(result.stdout + result.stderr)
    return result.returncode


def main():
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    validate(document)
    wrong = check_examples(document)
    return 1 if lint() != 0 or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
