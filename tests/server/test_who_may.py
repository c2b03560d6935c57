"""Who may: every route and method of the extension, for everybody who may not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple, cast

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError, HTTPResponse
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from cellucid_ext.auth import NONCE_HEADER, PROOF_HEADER, TIME_HEADER, sign
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.handlers import ROUTES

from .peers import DATASET, KernelPeer, Line, Peer, session

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")


class Row(NamedTuple):
    """One method of one route: who may, and how it is asked."""

    who: str
    example: str = ""
    body: Any = None


# Every route and method has a row here; `test_every_route_has_a_row` holds that.
ROWS: dict[tuple[str, str], Row] = {
    ("GET", "health"): Row("browser"),
    ("GET", "info"): Row("kernel"),
    ("GET", "viewers"): Row("kernel"),
    ("POST", "viewers"): Row("kernel", body=DATASET),
    ("GET", "viewers/{viewer_id}"): Row("kernel"),
    ("DELETE", "viewers/{viewer_id}"): Row("kernel"),
    ("POST", "viewers/{viewer_id}/commands"): Row("kernel", body={"type": "ping"}),
    ("POST", "viewers/{viewer_id}/requests"): Row(
        "kernel", body={"requestId": "new", "ttlSeconds": 9}
    ),
    ("GET", "viewers/{viewer_id}/requests/{request_id}"): Row("kernel"),
    ("DELETE", "viewers/{viewer_id}/requests/{request_id}"): Row("kernel"),
    ("GET", "viewers/{viewer_id}/requests/{request_id}/bundle"): Row("kernel"),
    ("POST", "session_bundle"): Row("upload", "session_bundle?viewerId={v}&requestId=r1"),
    ("GET", "autosaves/{dataset_id}"): Row("browser"),
    ("GET", "autosaves/{dataset_id}/{name}"): Row("browser"),
    ("PUT", "autosaves/{dataset_id}/{name}"): Row("upload"),
    ("POST", "events"): Row("browser", body={"viewerId": "{v}", "type": "selection"}),
    ("GET", "viewers/{viewer_id}/events/{event_id}"): Row("kernel"),
    ("GET", "viewers/{viewer_id}/data/{path}"): Row("browser"),
    ("GET", "open/{dataset}/-/{path}"): Row("browser"),
    ("GET", "open/-/{path}"): Row("browser"),
    ("GET", "sessions/{path}"): Row("browser"),
    ("PUT", "replies/{reply_id}"): Row("kernel", body={}),
    ("GET", "viewers/{viewer_id}/page"): Row("page"),
    ("GET", "viewers/{viewer_id}/channel"): Row("page-socket"),
    ("GET", "kernel"): Row("kernel-socket"),
}
EXAMPLES = {"request_id": "r1", "event_id": "e1", "reply_id": "p1", "path": "obs_manifest.json"}
EXAMPLES |= {"dataset_id": "pbmc", "name": "one", "dataset": "pbmc"}
SOCKETS = ("page-socket", "kernel-socket")


def template(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>.*?\)(?=/|$)", r"{\1}", pattern.removeprefix("/_cellucid/"))


def implemented(handler: type[RequestHandler]) -> Iterator[str]:
    for method in METHODS:
        if getattr(handler, method.lower()) is not RequestHandler._unimplemented_method:
            yield method


def fill(path: str, row: Row, viewer_id: str) -> tuple[str, bytes | None]:
    target = (row.example or path).format(**EXAMPLES, viewer_id=viewer_id, v=viewer_id)
    if row.who == "upload":
        return target, session()
    if row.body is None:
        return target, None
    return target, json.dumps(row.body).replace("{v}", viewer_id).encode()


@pytest.fixture
def untouched(
    extension: CellucidExtension, kernel: KernelPeer, viewer_id: str, jp_asyncio_loop: Any
) -> Iterator[None]:
    """A viewer and a pending request, which must be as they were, and no autosave afterwards."""
    path, asked = f"viewers/{viewer_id}/requests", {"requestId": "r1", "ttlSeconds": 60}
    jp_asyncio_loop.run_until_complete(kernel.json("POST", path, asked, status=201))
    request = extension.requests.find(viewer_id, "r1")
    yield
    assert request.state == "pending"
    assert not extension.autosaves.folder.exists()
    assert [v.viewer_id for v in extension.registry.of_kernel(None)] == [viewer_id]
    with pytest.raises(Exception, match="No pending session bundle"):
        extension.requests.find(viewer_id, "new")
    assert extension.relay.connections.connected_pages(viewer_id) == []
    assert not extension.relay.connections.kernel_connected(kernel.kernel_id)


async def ask(peer: Peer, method: str, path: str, row: Row, viewer_id: str) -> tuple[int, str]:
    """Ask once; returns the status and the code of the refusal."""
    target, body = fill(path, row, viewer_id)
    if row.who not in SOCKETS:
        answer = await peer.fetch(method, target, body)
    else:
        try:
            await peer.connect(target)
        except HTTPClientError as error:
            answer = cast(HTTPResponse, error.response)
        else:
            return 101, ""
    try:
        return answer.code, json.loads(answer.body)["code"]
    except (ValueError, TypeError):
        return answer.code, ""


Answers = dict[tuple[str, str], tuple[int, str]]


async def ask_all(peer: Peer, viewer_id: str, rows: dict[tuple[str, str], Row] = ROWS) -> Answers:
    return {(m, path): await ask(peer, m, path, row, viewer_id) for (m, path), row in rows.items()}


def refused(code: str, rows: dict[tuple[str, str], Row] = ROWS, page: int = 403) -> Answers:
    """Every one with 403 and this code; the page, which is no JSON, with a status of its own."""
    return {k: (page, "") if row.who == "page" else (403, code) for k, row in rows.items()}


def test_every_route_has_a_row() -> None:
    routes = {(m, template(pattern)) for pattern, h in ROUTES for m in implemented(h)}
    assert routes == set(ROWS)
    sockets = {template(p) for p, handler in ROUTES if issubclass(handler, WebSocketHandler)}
    assert sockets == {path for (_, path), row in ROWS.items() if row.who in SOCKETS}


@pytest.mark.usefixtures("untouched")
async def test_stranger(stranger: Peer, viewer_id: str) -> None:
    assert await ask_all(stranger, viewer_id) == refused("not-authenticated", page=302)


class TestOpenServer:
    """The same for a server that leaves the question to its handlers, Jupyter's default."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["allow_unauthenticated_access"] = True
        return jp_server_config

    @pytest.mark.usefixtures("untouched")
    async def test_stranger(self, stranger: Peer, viewer_id: str) -> None:
        assert await ask_all(stranger, viewer_id) == refused("not-authenticated", page=302)


@pytest.mark.usefixtures("untouched")
async def test_cookie_without_xsrf(cookie_person: Peer, viewer_id: str) -> None:
    assert (await cookie_person.fetch("GET", "health")).code == 200
    writes = {key: row for key, row in ROWS.items() if key[0] != "GET"}
    assert await ask_all(cookie_person, viewer_id, writes) == refused("forbidden", writes)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", ["requests/r1/bundle", "events/e1"])
async def test_reading_away_needs_xsrf(cookie_person: Peer, viewer_id: str, what: str) -> None:
    answer = await cookie_person.fetch("GET", f"viewers/{viewer_id}/{what}")
    assert (answer.code, json.loads(answer.body)["code"]) == (403, "forbidden")


class Denying(Authorizer):  # type: ignore[misc]
    """Lets nobody do anything, and notes what it was asked."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return False


class TestDenied:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["authorizer_class"] = Denying
        return jp_server_config

    @pytest.mark.usefixtures("untouched")
    async def test_denied(self, person: Peer, viewer_id: str) -> None:
        Denying.asked.clear()
        assert await ask_all(person, viewer_id) == refused("forbidden", page=403)
        actions = {"GET": "read", "POST": "write", "PUT": "write", "DELETE": "write"}
        wanted = ["execute" if row.who in SOCKETS else actions[m] for (m, _), row in ROWS.items()]
        assert Denying.asked == [(action, "cellucid") for action in wanted]


KERNEL_ROWS = {key: row for key, row in ROWS.items() if row.who in ("kernel", "kernel-socket")}


@pytest.mark.usefixtures("untouched")
async def test_proof_of_another_kernel(other: KernelPeer, viewer_id: str) -> None:
    about_one = {key: row for key, row in KERNEL_ROWS.items() if "{" in key[1]}
    codes = {
        key: (404, "no-such-reply" if key[0] == "PUT" else "no-such-viewer") for key in about_one
    }
    assert await ask_all(other, viewer_id, about_one) == codes


@pytest.fixture
def other(start_kernel: Callable[[], KernelPeer]) -> KernelPeer:
    return start_kernel()


@pytest.mark.usefixtures("untouched")
async def test_other_kernel_sees_nothing(other: KernelPeer, viewer_id: str) -> None:
    assert await other.json("GET", "viewers") == {"viewers": []}
    taken = {**DATASET, "viewerId": viewer_id}
    assert (await other.json("POST", "viewers", taken, status=404))["code"] == "no-such-viewer"


class Forger(KernelPeer):
    """Spoils each proof in one way."""

    def __init__(self, kernel: KernelPeer, spoil: Callable[[dict[str, str]], None]) -> None:
        super().__init__(kernel.kernel_id, kernel.key, kernel.client, kernel.base)
        self._spoil = spoil

    def signed(self, *given: Any) -> dict[str, str]:
        headers = super().signed(*given)
        self._spoil(headers)
        return headers


def wrong(headers: dict[str, str]) -> None:
    headers[PROOF_HEADER] = "0" * 64


def unknown_kernel(headers: dict[str, str]) -> None:
    headers["X-Cellucid-Kernel"] = "nobody"


def no_nonce(headers: dict[str, str]) -> None:
    del headers[NONCE_HEADER]


def later(headers: dict[str, str]) -> None:
    headers[TIME_HEADER] = str(int(headers[TIME_HEADER]) + 1)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("spoil", [wrong, unknown_kernel, no_nonce, later])
async def test_bad_proof(
    kernel: KernelPeer, viewer_id: str, spoil: Callable[[dict[str, str]], None]
) -> None:
    answers = await ask_all(Forger(kernel, spoil), viewer_id, KERNEL_ROWS)
    assert answers == refused("bad-proof", KERNEL_ROWS)


@pytest.mark.usefixtures("untouched")
async def test_proof_opens_no_browser_route(kernel: KernelPeer, viewer_id: str) -> None:
    others = {key: row for key, row in ROWS.items() if key not in KERNEL_ROWS}
    answers = await ask_all(kernel, viewer_id, others)
    assert answers == refused("not-authenticated", others, page=302)


@pytest.mark.usefixtures("untouched")
async def test_old_proof(kernel: KernelPeer) -> None:
    target = kernel.base + "viewers"
    for off in (-61, 62):
        headers = sign(kernel.key, kernel.kernel_id, "GET", target, b"", time.time() + off)
        answer = await kernel.client.fetch(target, headers=headers, raise_error=False)
        assert (answer.code, json.loads(answer.body)["code"]) == (403, "bad-proof")


@pytest.mark.usefixtures("untouched")
async def test_replayed_proof(kernel: KernelPeer) -> None:
    target = kernel.base + "viewers"
    headers = sign(kernel.key, kernel.kernel_id, "GET", target, b"", time.time())
    codes = [
        (await kernel.client.fetch(target, headers=headers, raise_error=False)).code
        for _ in range(2)
    ]
    assert codes == [200, 403]


@pytest.mark.usefixtures("untouched")
async def test_proof_is_for_one_request_only(kernel: KernelPeer, viewer_id: str) -> None:
    """Neither another address, nor another query, nor another body."""
    target = kernel.base + "viewers"
    headers = sign(kernel.key, kernel.kernel_id, "POST", target, b"{}", time.time())
    body = json.dumps(DATASET).encode()
    for path, sent in ((target, body), (target + "?x=1", b"{}"), (target + "x", b"{}")):
        answer = await kernel.client.fetch(
            path, method="POST", headers=headers, body=sent, raise_error=False
        )
        assert answer.code in (403, 404)


async def test_proof_ends_with_the_kernel(
    kernel: KernelPeer, viewer_id: str, jp_serverapp: Any
) -> None:
    assert (await kernel.fetch("GET", "info")).code == 200
    await jp_serverapp.kernel_manager.shutdown_kernel(kernel.kernel_id, now=True)
    assert (await kernel.fetch("GET", "info")).code == 403


async def test_token_speaks_for_a_kernel_it_names(person: Peer, viewer_id: str) -> None:
    remote = Peer(person.client, person.base, {**person.headers, "X-Cellucid-Kernel": "remote"})
    refused = await person.json("POST", "viewers", DATASET, status=400)
    assert refused["code"] == "bad-request"
    mine = await remote.json("POST", "viewers", DATASET, status=201)
    listed = await remote.json("GET", "viewers")
    assert [v["viewerId"] for v in listed["viewers"]] == [mine["viewerId"]]
    listed = await person.json("GET", "viewers")
    assert {v["viewerId"] for v in listed["viewers"]} == {mine["viewerId"], viewer_id}
    async with Line(remote, "kernel", kernelId="remote") as line:
        assert line.welcome["resumed"] is False


async def test_hello_of_another_kernel(kernel: KernelPeer) -> None:
    socket = await kernel.connect("kernel")
    hello = {"type": "hello", "protocol": 1, "channelId": "c", "received": 0, "kernelId": "other"}
    await socket.write_message(json.dumps(hello))
    assert await socket.read_message() is None
    assert socket.close_code == 4401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods(person: Peer, stranger: Peer, method: str) -> None:
    assert (await person.fetch(method, "health", b"{}")).code == 405
    assert (await stranger.fetch(method, "health", b"{}")).code == 403


@pytest.mark.usefixtures("untouched")
async def test_tokens_and_proofs_are_not_logged(
    kernel: KernelPeer, person: Peer, viewer_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await kernel.json("GET", "viewers")
    assert answer["viewers"]
    assert "viewerToken" not in json.dumps(answer)
    wrong_one = Forger(kernel, wrong)
    await wrong_one.fetch("GET", "viewers")
    assert "X-Cellucid-Proof" not in caplog.text
    assert kernel.key.decode() not in caplog.text
