"""The description of the routes, compared with the handlers in both directions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import validate
from tornado.httputil import responses
from tornado.websocket import WebSocketHandler

import cellucid_ext
from cellucid_ext.server.errors import Refused
from cellucid_ext.server.handlers import ROUTES

from .described import check_answer, description, statuses_of_codes
from .test_who_may import ROWS, implemented, template

OPERATIONS = {
    (method.upper(), route): operation
    for route, item in description()["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
# Jupyter's own answers, and those that a kernel gives for its dataset.
NOT_OURS = {302, 403, 404, 416, 500}


def camel(path: str) -> str:
    return "/" + re.sub(r"_([a-z])(?=\w*})", lambda found: found[1].upper(), path)


def test_it_is_openapi() -> None:
    validate(description())
    assert description()["info"]["version"] == cellucid_ext.__version__


def test_every_route_and_method() -> None:
    routes = {(m, camel(template(p))) for p, handler in ROUTES for m in implemented(handler)}
    assert set(OPERATIONS) == routes


def test_parameters_of_every_path() -> None:
    for route, item in description()["paths"].items():
        names = [resolved(p)["name"] for p in item.get("parameters", [])]
        assert names == re.findall(r"{(\w+)}", route)


def resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    name = parameter["$ref"].rpartition("/")[2]
    found: dict[str, Any] = description()["components"]["parameters"][name]
    return found


def test_who_may_is_told() -> None:
    for (method, path), row in ROWS.items():
        security = OPERATIONS[method, camel(path)].get("security", description()["security"])
        schemes = [name for one in security for name in one]
        if row.who.startswith("kernel"):
            assert schemes == ["kernelProof", "jupyterToken"], path
        else:
            assert schemes == ["jupyterToken"], path


def test_sockets_are_upgrades() -> None:
    for pattern, handler in ROUTES:
        answers = (
            OPERATIONS["GET", camel(template(pattern))]["responses"]
            if ("GET" in implemented(handler))
            else {}
        )
        assert ("101" in answers) == issubclass(handler, WebSocketHandler)


def test_statuses_are_those_of_the_refusals() -> None:
    described = {
        int(status) for operation in OPERATIONS.values() for status in operation["responses"]
    }
    refused = {kind.status for kind in Refused.__subclasses__()}
    assert refused <= described
    assert {status for status in described if status >= 300} - {304} <= refused | NOT_OURS
    assert described <= set(responses)


def test_everybody_who_may_not_is_told_so() -> None:
    for key, operation in OPERATIONS.items():
        assert "403" in operation["responses"], key


def test_codes_are_those_of_the_refusals() -> None:
    """Codes never change once they are out, so the list of them stands in the description."""
    listed = description()["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    assert listed == sorted({*statuses_of_codes(), "error"})


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "viewers/v1", 418, b"{}"),
        ("GET", "health", 403, b'{"message": "", "reason": null, "code": "no-browser"}'),
        ("GET", "health", 403, b'{"message": "", "reason": null, "code": "unheard-of"}'),
        ("GET", "health", 200, b'{"status": "ok"}'),
        ("GET", "open/a/-/b", 500, b'{"message": "", "reason": null, "code": "error"}'),
        ("GET", "viewers/v1/data/b", 500, b'{"message": "", "reason": null, "code": "error"}'),
        ("GET", "open/a/-/b", 500, b'{"message": "", "reason": null}'),
        ("GET", "nowhere", 200, b"{}"),
        ("PATCH", "health", 200, b"{}"),
    ],
)
def test_other_answers_are_noticed(method: str, path: str, status: int, body: bytes) -> None:
    """What all tests rely on when they ask: an answer that is not described fails them."""
    with pytest.raises(Exception):  # noqa: B017, PT011
        check_answer(method, path, status, body)
