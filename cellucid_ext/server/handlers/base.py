"""Who may: every request is decided here, before anything of it is done.

A *browser* route wants a person who is logged in and whom the authorizer lets. A *kernel* route
takes these too, and besides a kernel's proof; a proof stands for the kernel alone, so it needs
neither a login nor a cookie, and opens only what is that kernel's own.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar, cast

from jupyter_core.utils import ensure_async
from jupyter_server._tz import utcnow
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web
from tornado.iostream import StreamClosedError

from ...auth import KERNEL_HEADER, PROOF_HEADER, ProofError, ProofVerifier
from ...protocol import MAX_FRAME_BYTES, NAMESPACE
from ..errors import BadProof, BadRequest, Expired, Forbidden, NotAuthenticated, Refused, TooLarge
from ..limits import Limits
from ..relay import Relay
from ..requests import Requests
from ..spool import Spool
from ..uploads import SLOWEST_BYTES_PER_SECOND
from ..viewers import Registry

AUTH_RESOURCE: Final = "cellucid"

_ACTIONS: Final = {"GET": "read", "POST": "write", "PUT": "write", "DELETE": "write"}
_WHO: Final = "cellucid_who"
_PEER_SECONDS: Final = 60.0
"""How long a peer may take, at most, for the next piece; for a body, besides its length."""

_PIECE_BYTES: Final = 2**20

Method = TypeVar("Method", bound=Callable[..., Any])


def browser_route(method: Method) -> Method:
    """Let in people who are logged in and whom the authorizer lets."""
    setattr(method, _WHO, "browser")
    # Jupyter itself then refuses strangers too, where it is configured to.
    setattr(method, "__allow_unauthenticated", False)
    return method


def kernel_route(method: Method) -> Method:
    """Let in kernels that prove themselves, and whom `browser_route` lets in."""

    @wraps(method)
    async def proved(self: Handler, *args: Any, **kwargs: Any) -> None:
        if self.claims_proof and not self.streams_body:
            self.verify(self.body)
        await method(self, *args, **kwargs)

    setattr(proved, _WHO, "kernel")
    setattr(proved, "__allow_unauthenticated", True)
    return cast(Method, proved)


class Services(JupyterHandler):
    """What handlers need of the plain classes behind them, and the two questions of who may."""

    auth_resource = AUTH_RESOURCE

    kernel_id: str | None = None
    """The kernel that asks; None for a person, who may see all."""

    @property
    def registry(self) -> Registry:
        """Viewers."""
        return cast(Registry, self.settings["cellucid_registry"])

    @property
    def requests(self) -> Requests:
        """The sessions that are expected."""
        return cast(Requests, self.settings["cellucid_requests"])

    @property
    def relay(self) -> Relay:
        """Who is connected."""
        return cast(Relay, self.settings["cellucid_relay"])

    @property
    def spool(self) -> Spool:
        """Files on disk."""
        return cast(Spool, self.settings["cellucid_spool"])

    @property
    def limits(self) -> Limits:
        """What is taken."""
        return cast(Limits, self.settings["cellucid_limits"])

    @property
    def claims_proof(self) -> bool:
        """Whether the request says it comes from a kernel; then nothing else counts for it."""
        return PROOF_HEADER in self.request.headers

    async def prepare(self, **options: Any) -> None:
        """Refuse what a page on another path of the domain could read without the XSRF token.

        A Hub lets a GET without it pass if its mode is ``no-cors``, since what loads images can't
        read them; but a script that asks with ``fetch`` can, from its own origin.
        """
        await super().prepare(**options)
        if not self._finished and self.request.headers.get("Sec-Fetch-Mode") == "no-cors":
            raise web.HTTPError(
                403, "the mode of this request is 'no-cors'; ask in another, with X-XSRFToken"
            )

    async def require_user(self, action: str) -> None:
        """Refuse strangers, and whom the authorizer does not let."""
        user = self.current_user
        if user is None:
            raise NotAuthenticated("log in to this Jupyter server first")
        if not await ensure_async(
            self.authorizer.is_authorized(self, user, action, self.auth_resource)
        ):
            raise Forbidden(f"you are not allowed to {action} {self.auth_resource!r} here")
        # A program with a token may speak for a kernel that can't prove itself.
        self.kernel_id = self.request.headers.get(KERNEL_HEADER) or None

    def verify(self, body: bytes | None) -> None:
        """Check the kernel's proof; ``None`` for a body that is streamed."""
        proofs = cast(ProofVerifier, self.settings["cellucid_proofs"])
        method, target = str(self.request.method), str(self.request.uri)
        try:
            self.kernel_id = proofs.verify(self.request.headers, method, target, body)
        except ProofError as error:
            raise BadProof(str(error)) from None


class JsonErrors(Services):
    """Errors as ``{message, reason, code}``, whoever refused."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the refusal's own status and code, or those that fit Jupyter's."""
        error = kwargs.get("exc_info", (None, None))[1]
        code = {400: "bad-request", 404: "not-found", 405: "bad-request"}.get(status_code, "error")
        if status_code == 403:
            code = "not-authenticated" if self.current_user is None else "forbidden"
        message, reason, details = self._reason, None, {}
        if isinstance(error, Refused):
            self.set_status(error.status)
            message, code, details = str(error), error.code, error.details
        elif isinstance(error, web.HTTPError):
            message, reason = error.log_message or message, error.reason
        self.set_header("Content-Type", "application/json")
        told = {"message": message, "reason": reason, "code": code, **details}
        self.finish(json.dumps(told))

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """Refuse what is no UTF-8, in words that do not repeat it: they go to the log."""
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise web.HTTPError(400, f"{name or 'the address'} is not UTF-8") from None

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Keep out what is no fault: refusals, which the access log has, and peers that left."""
        if not isinstance(value, Refused | StreamClosedError):
            super().log_exception(typ, value, tb)


@web.stream_request_body
class Handler(JsonErrors, APIHandler):
    """Base of all JSON routes: who may, and the body up to a limit."""

    streams_body: ClassVar[bool] = False
    """Whether the handler takes the body piece by piece; a proof then does not cover it."""

    def initialize(self) -> None:
        """Begin without a body."""
        self._pieces: list[bytes] = []
        self._takes_body = False

    @property
    def max_body_bytes(self) -> int:
        """Size of the largest body taken."""
        return MAX_FRAME_BYTES

    @property
    def length(self) -> int | None:
        """The announced length of the body; None if there is no announcement that can be."""
        text = self.request.headers.get("Content-Length", "")
        return int(text) if re.fullmatch("[0-9]{1,18}", text) else None

    @property
    def body(self) -> bytes:
        """The whole body, once the method of the request runs."""
        return b"".join(self._pieces)

    def check_xsrf_cookie(self) -> None:
        """Ask for the XSRF cookie unless a kernel proves itself, which no foreign page can."""
        if not (self.claims_proof and self._who() == "kernel"):
            super().check_xsrf_cookie()

    async def prepare(self) -> None:  # type: ignore[override]
        """Decide who may, as far as it can be known before the body."""
        connection: Any = self.request.connection
        connection.set_max_body_size(self.max_body_bytes)
        connection.set_body_timeout(
            _PEER_SECONDS + (self.length or self.max_body_bytes) / SLOWEST_BYTES_PER_SECOND
        )
        await super().prepare()
        who = self._who()
        if self._finished or self.request.method == "OPTIONS":
            return
        if who is None:
            raise web.HTTPError(405)
        if who == "kernel" and self.claims_proof:
            self.current_user = None
            if self.streams_body:
                self.verify(None)
        else:
            await self.require_user(_ACTIONS[str(self.request.method)])
            if who == "kernel":
                # Some of these GETs change something: what is read is gone.
                self.check_xsrf_cookie()
        await self.begin()
        self._takes_body = True

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say so where Tornado ends the connection: after a refusal before the body, even of none.

        A proxy that does not know sends the next request, of anybody, into a closed connection.
        """
        if not self._takes_body:
            self.set_header("Connection", "close")
        super().write_error(status_code, **kwargs)

    async def begin(self) -> None:
        """Get ready for the body of somebody who may send one.

        Raises
        ------
        TooLarge
            If it is announced to be larger than is taken.
        """
        if (self.length or 0) > self.max_body_bytes:
            raise TooLarge(
                f"the body has {self.length:,} bytes; at most {self.max_body_bytes:,} are taken"
            )

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body."""
        self._pieces.append(chunk)
        return None

    def note_activity(self) -> None:
        """Say that the server is used: else a Hub takes it for idle while a slow transfer runs."""
        self.settings["last_activity_times"]["cellucid_ext"] = utcnow()

    def json_object(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises
        ------
        BadRequest
            If it is something else.
        """
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not JSON: {error}") from None
        if not isinstance(document, dict):
            raise BadRequest("the body must be a JSON object")
        return document

    def _who(self) -> str | None:
        method = getattr(self, str(self.request.method).lower(), None)
        return getattr(method, _WHO, None)


def hide_address(handler: Handler, route: str) -> None:
    """Keep all but the route out of the log, where a dataset's name or id may tell of a person."""
    handler.request.path = handler.request.uri = f"{handler.base_url}{NAMESPACE}/{route}"


async def send_file(
    handler: Handler, path: Path, content_type: str, sent: Callable[[], None]
) -> None:
    """Stream a file of the spool as the answer; calls `sent` when all of it is on its way.

    Raises
    ------
    Expired
        If its file is not there any more.
    """
    try:
        file = await handler.spool.run(path.open, "rb")
    except FileNotFoundError:
        raise Expired("its file is not there any more: it was read, or removed") from None
    try:
        handler.set_header("Content-Type", content_type)
        handler.set_header("Content-Length", str(os.fstat(file.fileno()).st_size))
        while piece := await handler.spool.run(file.read, _PIECE_BYTES):
            handler.note_activity()
            handler.write(piece)
            await asyncio.wait_for(handler.flush(), _PEER_SECONDS)
        sent()
        await handler.finish(set_content_type=content_type)
    finally:
        await handler.spool.run(file.close)
