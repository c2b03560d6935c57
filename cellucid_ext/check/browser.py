"""A person's browser, played over HTTP and the websocket: cookies, XSRF, no kernel's proof."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    websocket_connect,
)

from ..protocol import NAMESPACE, PROTOCOL, Numbered, decode_frame, encode_frame
from .errors import CheckError


class Browser:
    """Logs in with the server's token once, and from then on has cookies only, as a browser does.

    Parameters
    ----------
    server_url
        Where the server listens, with base URL and a slash at the end.
    timeout
        Seconds that any one answer may take.
    """

    def __init__(self, server_url: str, *, timeout: float = 30) -> None:
        self._url = server_url
        self._timeout = timeout
        self._cookies: dict[str, str] = {}

    def url(self, path: str, **query: str) -> str:
        """Address of a path below the server's base URL."""
        address = urljoin(self._url, quote(path))
        return f"{address}?{urlencode(query)}" if query else address

    @property
    def headers(self) -> dict[str, str]:
        """What a browser's fetch sends: its cookies, and the XSRF cookie's value as a header."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": cookies, "X-XSRFToken": self._cookies.get("_xsrf", "")}

    async def fetch(self, path: str, method: str = "GET", **query: str) -> HTTPResponse:
        """Ask for a path; an answer of any status is returned."""
        return await self._send(HTTPRequest(self.url(path, **query), method=method))

    async def send(self, path: str, body: bytes, **query: str) -> HTTPResponse:
        """POST a body; an answer of any status is returned."""
        return await self._send(HTTPRequest(self.url(path, **query), method="POST", body=body))

    async def json(self, path: str, **query: str) -> Any:
        """Ask for a path that must answer 200 with JSON."""
        answer = await self.fetch(path, **query)
        if answer.code != 200:
            raise CheckError(f"GET {path} answered {answer.code}: {text_of(answer)}")
        return json.loads(answer.body)

    async def log_in(self, token: str, password: str = "") -> None:
        """Exchange the token, or a password, for the cookies that a browser works with.

        Raises
        ------
        CheckError
            If the server does not take the token, or its cookies do not open it.
        """
        await self.fetch("login")
        if token:
            await self.fetch("login", token=token)
        elif password:
            form = urlencode({"password": password, "_xsrf": self._cookies.get("_xsrf", "")})
            await self.send("login", form.encode())
        # An open server shows no login page; its XSRF cookie is whatever browser and page agree on.
        self._cookies.setdefault("_xsrf", secrets.token_hex(16))
        answer = await self.fetch(f"{NAMESPACE}/health")
        if answer.code == 403 and not token:
            raise CheckError(
                "this server has a password and no token; put the password into the variable "
                "CELLUCID_CHECK_PASSWORD"
            )
        if answer.code != 200:
            raise CheckError(
                f"logged in, but {NAMESPACE}/health answered {answer.code}: {text_of(answer)}"
            )

    async def _send(self, request: HTTPRequest) -> HTTPResponse:
        request.headers.update(self.headers)
        request.follow_redirects = False
        request.connect_timeout = request.request_timeout = self._timeout
        try:
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        except OSError as error:
            raise CheckError(f"{request.method} {request.url}: {error}") from error
        if answer.code == 599:
            raise CheckError(f"{request.method} {request.url}: {answer.error}")
        for header in answer.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return answer

    async def open_page(self, viewer_id: str) -> Page:
        """Open the channel of a viewer, as its page does when it loads."""
        address = self.url(f"{NAMESPACE}/viewers/{viewer_id}/channel")
        origin = self._url.split("/", 3)
        request = HTTPRequest(
            address.replace("http", "ws", 1),
            headers={**self.headers, "Origin": "/".join(origin[:3])},
            connect_timeout=self._timeout,
        )
        page = Page(await websocket_connect(request), self._timeout)
        await page.greet()
        return page


class Page:
    """The page's end of its channel."""

    def __init__(self, socket: WebSocketClientConnection, timeout: float) -> None:
        self._socket = socket
        self._timeout = timeout
        self._numbered = Numbered()

    async def greet(self) -> None:
        """Say hello and check the welcome."""
        hello = {
            "type": "hello",
            "protocol": PROTOCOL,
            "channelId": secrets.token_urlsafe(16),
            "received": 0,
        }
        await self._socket.write_message(encode_frame(hello))
        welcome = await self._read()
        if welcome["type"] != "welcome":
            raise CheckError(f"the channel answered hello with {welcome['type']!r}")

    async def emit(self, event: dict[str, Any]) -> None:
        """Send an event to the kernel."""
        await self._socket.write_message(encode_frame(self._numbered.add(event)))

    async def expect(self, kind: str) -> dict[str, Any]:
        """Wait for the next command of a type; others, and acknowledgements, are passed over."""
        while True:
            frame = await self._read()
            if frame["type"] == "ack":
                self._numbered.acknowledge(frame.get("ack"))
                continue
            new = self._numbered.is_new(frame)
            with contextlib.suppress(WebSocketClosedError):  # it was the server's last word
                await self._socket.write_message(
                    encode_frame({"type": "ack", "ack": self._numbered.received})
                )
            if new and frame["type"] == kind:
                return frame

    async def close(self) -> None:
        """Close the channel, as a closed tab does."""
        self._socket.close()

    async def _read(self) -> dict[str, Any]:
        try:
            text = await asyncio.wait_for(self._socket.read_message(), self._timeout)
        except TimeoutError:
            raise CheckError(f"nothing came over the channel for {self._timeout:.0f} s") from None
        if text is None:
            raise CheckError(f"the channel was closed with code {self._socket.close_code}")
        return decode_frame(text)


def text_of(answer: HTTPResponse) -> str:
    """Say in a line what a refusal says: the message of our JSON errors, else the status."""
    try:
        return str(json.loads(answer.body)["message"])
    except (ValueError, KeyError, TypeError):
        if answer.code == 404:
            return "nothing is there; `jupyter server extension list` tells what is enabled"
        return answer.reason
