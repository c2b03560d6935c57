"""Every answer that any test gets must be one that ``rest-api.yml`` describes."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

import cellucid_ext
from cellucid_ext.server.errors import Refused

FILE = Path(cellucid_ext.__file__).parent / "server" / "rest-api.yml"
# What is answered where the description ends: a method that a route does not have.
NO_SUCH_METHOD = (403, 405)


@cache
def description() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return document


@cache
def statuses_of_codes() -> dict[str, set[int]]:
    """Say with which statuses the refusals use each code."""
    found: dict[str, set[int]] = {}
    for kind in Refused.__subclasses__():
        found.setdefault(kind.code, set()).add(kind.status)
    return found


def operation(method: str, path: str) -> dict[str, Any] | None:
    """Find what is described of a method of a path; None for a method that is not there."""
    route = path.partition("?")[0]
    for template, item in description()["paths"].items():
        pattern = re.escape(template.removeprefix("/"))
        pattern = re.sub(r"\\{path\\}$|\\{dataset\\}", ".+", pattern)
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", pattern), route):
            found: dict[str, Any] | None = item.get(method.lower())
            return found
    raise AssertionError(f"nothing is described at {route!r}")


def check_answer(method: str, path: str, status: int, body: bytes) -> None:
    """Compare one answer with its description: the status, the JSON, and the code."""
    described = operation(method, path)
    if described is None:
        assert status in NO_SUCH_METHOD, (method, path, status)
        return
    answers = described["responses"]
    assert str(status) in answers, f"{method} {path} answers {status}, which is not described"
    answer = answers[str(status)]
    if "$ref" in answer:
        name = answer["$ref"].rpartition("/")[2]
        answer = description()["components"]["responses"][name]
        if name == "Refused" and body:
            code = json.loads(body)["code"]
            assert status in statuses_of_codes().get(code, {status}), (status, code)
        elif name == "RefusedByKernel" and body:
            # A dataset's own codes are free, but this one says that nobody refused.
            code = json.loads(body).get("code", "error")
            assert code != "error", f"{method} {path} failed with {body!r}"
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema and body and status != 206:
        validator: Any = Draft202012Validator
        rooted = {**schema, "components": description()["components"]}
        validator(rooted).validate(json.loads(body))
