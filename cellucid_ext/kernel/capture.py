"""Bringing a page's session into the kernel: asked for, uploaded by the page, fetched here.

The server is told first what to expect, so that a page can upload only what was asked for. Its
word on the upload counts: a page may be reloaded, or its websocket cut, while the upload goes on.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..protocol import MAX_TTL_SECONDS, MIN_TTL_SECONDS
from .background import Deadline, in_thread
from .errors import (
    PageFailed,
    PageGone,
    ServerRefused,
    SessionTimeout,
    ViewerError,
    ViewerTimeout,
)
from .link import Link
from .shown import Shown
from .waiting import page_is_gone
from .wire import ANSWER_SECONDS

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_SUFFIX: Final = ".cellucid-session"


class Capture:
    """One session on its way from the page to the kernel.

    Parameters
    ----------
    shown, link
        The viewer and its link.
    deadline
        By when it must be there.
    """

    def __init__(self, shown: Shown, link: Link, deadline: Deadline) -> None:
        self._shown = shown
        self._link = link
        self._deadline = deadline
        self._id = secrets.token_urlsafe(16)
        self._path = f"viewers/{shown.id}/requests/{self._id}"
        self._asked_at_ready = 0

    async def run(self) -> CellucidSessionBundle:
        """Ask for the session and wait for it; leaves nothing behind when it fails."""
        events = self._shown.events
        events.expect(self._id)
        try:
            await self._announce()
            await self._ask_page()
            said = await self._wait()
            bundle = await self._fetch(said)
        except BaseException:
            # An interrupt or a cancel is to be felt at once, so nobody waits for the server here.
            self._link.send_later("DELETE", self._path)
            raise
        finally:
            events.forget(self._id)
        return bundle

    async def _announce(self) -> None:
        ttl = min(max(self._deadline.left + ANSWER_SECONDS, MIN_TTL_SECONDS), MAX_TTL_SECONDS)
        body = {"requestId": self._id, "ttlSeconds": ttl}
        await self._call("POST", f"viewers/{self._shown.id}/requests", body)

    async def _ask_page(self) -> None:
        self._asked_at_ready = self._shown.events.ready_count
        body = {"type": "requestSessionBundle", "requestId": self._id}
        try:
            await self._call("POST", f"viewers/{self._shown.id}/commands", body)
        except ServerRefused as error:
            # The page went this very moment: it comes back, or counts as gone after a while.
            if error.code != "no-browser":
                raise
            self._asked_at_ready = -1

    async def _wait(self) -> dict[str, Any]:
        events = self._shown.events
        while True:
            said = await events.wait_for(self._news, self._deadline)
            if not said:
                raise SessionTimeout(await self._how_far())
            heard = events.heard(self._id)
            if heard.get("status") == "ok":
                return heard
            if heard and not (heard.get("from_page") and await self._is_uploading()):
                raise PageFailed(
                    f"the viewer's page could not hand over its session: {_why(heard)}"
                )
            events.dismiss(self._id, heard)
            if self._page_is_new():
                await self._ask_page()
                if self._asked_at_ready < 0:
                    await self._pause()
            elif page_is_gone(self._shown, self._link) and not await self._is_uploading():
                raise PageGone(
                    "the viewer's page was closed before it handed over its session: run `viewer` "
                    "in a cell to show it again, then try again"
                )
            else:
                # The upload goes on, only the page's websocket is away.
                await self._pause()

    def _news(self) -> bool:
        return bool(
            self._shown.events.heard(self._id)
            or self._page_is_new()
            or page_is_gone(self._shown, self._link)
        )

    def _page_is_new(self) -> bool:
        # A page that was loaded anew does not know what the one before was asked.
        events = self._shown.events
        return bool(events.pages) and events.ready_count > self._asked_at_ready

    async def _pause(self) -> None:
        pause = Deadline(min(1.0, self._deadline.left))
        await self._shown.events.wait_for(lambda: bool(self._shown.events.heard(self._id)), pause)

    async def _is_uploading(self) -> bool:
        return (await self._state()).get("state") in ("receiving", "ready")

    async def _state(self) -> dict[str, Any]:
        with contextlib.suppress(ViewerError):
            return await self._link.ask("GET", self._path, seconds=2)
        return {}

    async def _how_far(self) -> str:
        state = await self._state()
        waited = f"no session within {self._deadline.seconds:g} s"
        if not state:
            return f"{waited}: the Jupyter server does not answer"
        if state.get("state") == "receiving":
            return (
                f"{waited}: the page began to upload and {state.get('bytes', 0):,} bytes arrived; "
                "try again with a longer timeout"
            )
        if not self._shown.events.pages:
            return f"{waited}: the page was asked, and lost its connection before it answered"
        return (
            f"{waited}: a page is connected and was asked, but has not begun to upload; if its "
            "tab is hidden bring it to the front, or try again with a longer timeout"
        )

    async def _fetch(self, said: dict[str, Any]) -> CellucidSessionBundle:
        from ..session import CellucidSessionBundle

        handle, name = tempfile.mkstemp(suffix=_SUFFIX, prefix="cellucid-")
        os.close(handle)
        path, remove = Path(name), _remover(name)
        try:
            seconds = max(self._deadline.left, ANSWER_SECONDS)
            try:
                size, sha256 = await self._link.fetch(f"{self._path}/bundle", path, seconds=seconds)
            except ViewerTimeout:
                raise SessionTimeout(
                    f"no session within {self._deadline.seconds:g} s: it is on the server, but "
                    "did not come from there; try again with a longer timeout"
                ) from None
            if said.get("sha256", sha256) != sha256:
                raise ViewerError(
                    f"the session was damaged between server and kernel ({size:,} bytes arrived): "
                    "try again"
                )
            bundle = await in_thread(CellucidSessionBundle, path)
        except BaseException:
            remove()
            raise
        # Also called when Python ends.
        weakref.finalize(bundle, remove)
        return bundle

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> None:
        await self._link.ask(
            method, path, body, seconds=max(1, min(ANSWER_SECONDS, self._deadline.left))
        )


def _remover(name: str) -> Callable[[], None]:
    maker = os.getpid()

    def remove() -> None:
        # A copy of the process made by fork() must not remove its parent's file.
        if os.getpid() == maker:
            with contextlib.suppress(OSError):
                os.unlink(name)

    return remove


def _why(said: dict[str, Any]) -> str:
    error = said.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return str(error or said.get("message") or "it gave no reason")
