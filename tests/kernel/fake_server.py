"""A server that does as a test says: what the kernel's link talks to, over real sockets.

It keeps the kernel's half of the protocol, and can lose connections, forget, and go away. What
the server itself does is tested elsewhere.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from cellucid_ext.auth import ProofError, ProofVerifier
from cellucid_ext.protocol import PROTOCOL, Numbered, decode_frame, encode_frame

TOKEN = "fake-token"
BASE = "/a%40b/"
SECONDS = 20


class FakeServer:
    """Runs in a thread of its own on a free port, which it keeps over `stop` and `start`."""

    def __init__(self, keys: dict[str, bytes] | None = None) -> None:
        self.verifier = ProofVerifier((keys or {}).get, time.time)
        self.info: dict[str, Any] = {"version": "0", "protocol": PROTOCOL}
        self.port = 0
        self.token = TOKEN
        self.viewers: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count()
        self.requests: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.stored: dict[str, dict[str, Any]] = {}
        self.said: queue.Queue[tuple[str, str, Any]] = queue.Queue()
        self.replies: queue.Queue[tuple[str, int, dict[str, str], bytes]] = queue.Queue()
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self.refuse_commands: tuple[int, str] | None = None
        self.refuse_viewers = 0
        self.forget_viewers = False
        self.refuse_info: tuple[int, str] | None = None
        self.page_count = 0
        self.takes_viewers = asyncio.Event()
        self.takes_viewers.set()
        self.says_ids = True
        self.holds_replies: set[str] = set()
        self.takes_replies = asyncio.Event()
        self.channels: dict[str, Numbered] = {}
        self.hellos: queue.Queue[dict[str, Any]] = queue.Queue()
        self.sockets: list[KernelSocket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASE}"

    @property
    def url_with_token(self) -> str:
        return f"{self.url}lab?token={self.token}"

    def start(self) -> None:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(SECONDS)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        # Older Tornados don't say that those of the time before were closed.
        self.sockets.clear()
        root = "/a%40b/_cellucid/"
        routes = [
            (root + "info", Info),
            (root + "viewers", Viewers),
            (root + "viewers/([^/]+)", OneViewer),
            (root + "viewers/([^/]+)/commands", Commands),
            (root + "viewers/([^/]+)/requests", Requests),
            (root + "viewers/([^/]+)/requests/([^/]+)", OneRequest),
            (root + "viewers/([^/]+)/requests/([^/]+)/bundle", Bundle),
            (root + "viewers/([^/]+)/events/([^/]+)", Stored),
            (root + "replies/([^/]+)", Replies),
            (root + "kernel", KernelSocket),
        ]
        server = HTTPServer(Application(routes, fake=self))
        (socket,) = bind_sockets(self.port, "127.0.0.1")
        self.port = socket.getsockname()[1]
        server.add_socket(socket)
        started.set()
        await self._stopping.wait()
        for connection in self.sockets:
            connection.close()
        server.stop()
        await server.close_all_connections()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(SECONDS)

    def do(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call a function in the server's thread and wait for it."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (function(*arguments), done.set()))
        assert done.wait(SECONDS)

    def send(self, *messages: dict[str, Any]) -> None:
        """Send frames to the one kernel there is, now or when it comes back."""
        self.do(self._send, messages)

    def _send(self, messages: tuple[dict[str, Any], ...]) -> None:
        (numbered,) = self.channels.values()
        for message in messages:
            frame = numbered.add(message)
            for connection in self.sockets:
                connection.write_message(encode_frame(frame))

    def event(self, viewer_id: str, **event: Any) -> None:
        self.send({"type": "event", "viewerId": viewer_id, "event": event})

    def pages(self, viewer_id: str, pages: int) -> None:
        kind = "viewer_connected" if pages else "viewer_disconnected"
        self.send({"type": kind, "viewerId": viewer_id, "pages": pages})

    def page_is_ready(self, viewer_id: str) -> None:
        self.pages(viewer_id, 1)
        self.event(viewer_id, type="ready", n_cells=10)

    def drop(self) -> None:
        """Cut the websocket, as a network does: without a closing handshake."""
        self.do(lambda: [connection.cut() for connection in list(self.sockets)])

    def forget_everything(self) -> None:
        """Know nothing of before, as after a restart; only while it is stopped."""
        self.viewers.clear()
        self.channels.clear()

    def next_hello(self) -> dict[str, Any]:
        return self.hellos.get(timeout=SECONDS)


class Handler(RequestHandler):
    """Accepts the token, or a kernel's proof; notes what was asked."""

    @property
    def fake(self) -> FakeServer:
        fake: FakeServer = self.settings["fake"]
        return fake

    def prepare(self) -> None:
        request = self.request
        body: bytes | None = None if "replies" in request.path else request.body
        self.fake.said.put((request.method or "", request.path, body))
        if request.headers.get("Authorization") == f"token {self.fake.token}":
            assert request.headers["X-Cellucid-Kernel"]
            return
        try:
            self.fake.verifier.verify(
                request.headers, request.method or "", request.uri or "", body
            )
        except ProofError as error:
            self.refuse(403, "bad-proof", str(error))

    def refuse(self, status: int, code: str, message: str) -> None:
        self.set_status(status)
        self.finish({"message": message, "reason": None, "code": code})

    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.request.body)
        return value

    def check_xsrf_cookie(self) -> None:
        pass


class Info(Handler):
    def get(self) -> None:
        if self.fake.refuse_info:
            self.refuse(*self.fake.refuse_info, "no")
        else:
            self.finish(self.fake.info)


class Viewers(Handler):
    async def post(self) -> None:
        await self.fake.takes_viewers.wait()
        if not self.fake.says_ids:
            self.write("<html>")
            return
        if self.fake.refuse_viewers:
            self.fake.refuse_viewers -= 1
            self.refuse(503, "", "busy")
            return
        registration = self.json()
        viewer_id = registration.setdefault("viewerId", f"viewer-{next(self.fake.numbers)}")
        self.fake.viewers[viewer_id] = registration
        self.set_status(201)
        self.finish({"viewerId": viewer_id, "viewerToken": f"token-of-{viewer_id}"})


class OneViewer(Handler):
    def get(self, viewer_id: str) -> None:
        if viewer_id not in self.fake.viewers:
            self.refuse(404, "no-such-viewer", "there is no such viewer")
        else:
            self.finish({**self.fake.viewers[viewer_id], "pages": self.fake.page_count})

    def delete(self, viewer_id: str) -> None:
        self.fake.viewers.pop(viewer_id, None)
        self.set_status(204)


class Commands(Handler):
    def post(self, viewer_id: str) -> None:
        if self.fake.forget_viewers:
            self.refuse(404, "no-such-viewer", "there is no such viewer")
            return
        if self.fake.refuse_commands:
            self.refuse(*self.fake.refuse_commands, "no")
            return
        self.fake.commands.put(self.json())
        self.set_status(202)
        self.finish({"delivered": 1})


class Requests(Handler):
    def post(self, viewer_id: str) -> None:
        self.fake.requests[self.json()["requestId"]] = {"state": "pending", "bytes": 0}
        self.set_status(201)


class OneRequest(Handler):
    def get(self, viewer_id: str, request_id: str) -> None:
        if request_id not in self.fake.requests:
            self.refuse(404, "no-pending-request", "there is no such request")
            return
        self.finish(self.fake.requests[request_id])

    def delete(self, viewer_id: str, request_id: str) -> None:
        self.fake.requests.pop(request_id, None)
        self.set_status(204)


class Bundle(Handler):
    def get(self, viewer_id: str, request_id: str) -> None:
        self.finish(self.fake.files.pop(request_id))


class Stored(Handler):
    def get(self, viewer_id: str, event_id: str) -> None:
        self.finish(self.fake.stored.pop(event_id))


class Replies(Handler):
    async def put(self, reply_id: str) -> None:
        if reply_id in self.fake.holds_replies:
            await self.fake.takes_replies.wait()
        status = int(self.get_query_argument("status"))
        self.fake.replies.put((reply_id, status, dict(self.request.headers), self.request.body))
        self.set_status(204)


class KernelSocket(WebSocketHandler, Handler):
    async def open(self) -> None:
        self.numbered: Numbered | None = None

    def on_message(self, message: str | bytes) -> None:
        frame = decode_frame(message)
        if frame["type"] == "hello":
            self.greet(frame)
        elif frame["type"] == "ack" and self.numbered:
            self.numbered.acknowledge(frame["ack"])

    def greet(self, hello: dict[str, Any]) -> None:
        fake, channel = self.fake, hello["channelId"]
        numbered = fake.channels.get(channel)
        resumed = numbered is not None
        if numbered is None:
            numbered = fake.channels[channel] = Numbered()
        numbered.acknowledge(hello["received"])
        welcome = {"type": "welcome", "protocol": PROTOCOL, "resumed": resumed, "received": 0}
        self.write_message(encode_frame(welcome))
        for frame in numbered.unacknowledged():
            self.write_message(encode_frame(frame))
        self.numbered = numbered
        fake.sockets.append(self)
        fake.hellos.put({**hello, "resumed": resumed})

    def cut(self) -> None:
        self.ws_connection.stream.close()

    def on_close(self) -> None:
        if self in self.fake.sockets:
            self.fake.sockets.remove(self)
