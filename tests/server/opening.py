"""How a page asks for a file of a dataset on the server's disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPResponse

from .peers import Peer

# What every refusal of something that may not be seen says, word for word.
NOTHING = {
    "message": "there is no dataset here that this server may open",
    "reason": None,
    "code": "not-found",
}


def address(dataset: str, path: str, root: str | Path | None = None) -> str:
    query = "" if root is None else f"?root={quote(str(root))}"
    return f"open/{quote(dataset)}{'/' if dataset else ''}-/{path}{query}"


async def get(
    person: Peer, dataset: str, path: str, root: str | Path | None = None, **options: Any
) -> HTTPResponse:
    return await person.fetch("GET", address(dataset, path, root), **options)


def refused(answer: HTTPResponse) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.body)
    return told
