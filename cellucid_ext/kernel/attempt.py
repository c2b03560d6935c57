"""One request for a page's session: announced, uploaded by the page, fetched here.

The server is told first what to expect, so that a page can upload only what was asked for. Its
word on the upload counts: a page may be reloaded, or its websocket cut, while the upload goes on.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Final

from .background import Deadline
from .errors import (
    PageFailed,
    PageGone,
    ServerRefused,
    SessionTimeout,
    UploadLost,
    ViewerError,
)
from .fetching import fetch_session
from .link import Link
from .progress import Progress
from .shown import Shown
from .waiting import page_is_gone
from .wire import ANSWER_SECONDS

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_LOOK_SECONDS: Final = 0.5
_STATE_SECONDS: Final = 2.0
_UPLOADING: Final = ("receiving", "ready")

_LOST: Final = {
    "cut-short": "its connection was cut",
    "unreachable": "it lost the Jupyter server",
    "no-pending-request": "the Jupyter server no longer expected it, as after a restart",
}
"""Codes of failures that are likely to pass, with what they mean."""


class Expired(UploadLost):
    """The server's longest wait for a session was over."""


class Attempt:
    """One request for a session.

    Parameters
    ----------
    shown, link
        The viewer, with a page that is ready, and its link.
    deadline
        By when it must be there.
    progress
        Who is told how far it is.
    """

    def __init__(self, shown: Shown, link: Link, deadline: Deadline, progress: Progress) -> None:
        self._shown = shown
        self._link = link
        self._deadline = deadline
        self._progress = progress
        self._id = secrets.token_urlsafe(16)
        self._path = f"viewers/{shown.id}/requests/{self._id}"
        self._asked_at_ready = 0
        self._expires = deadline
        self._restarted_at = link.restarted_at

    async def run(self) -> CellucidSessionBundle:
        """Ask for the session and wait for it; leaves nothing behind when it fails.

        Raises
        ------
        UploadLost, ServerGone
            If it is worth asking once more.
        """
        events = self._shown.events
        events.expect(self._id)
        looking = asyncio.create_task(self._look()) if self._progress.wanted else None
        try:
            await self._announce()
            await self._ask_page()
            said = await self._wait()
            if looking:
                looking.cancel()
            bundle = await fetch_session(
                f"{self._path}/bundle", said, self._link, self._deadline, self._progress
            )
        except BaseException:
            # An interrupt or a cancel is to be felt at once, so nobody waits for the server here.
            self._link.send_later("DELETE", self._path)
            raise
        finally:
            events.forget(self._id)
            if looking:
                looking.cancel()
        return bundle

    async def _announce(self) -> None:
        least, most = self._link.ttl_seconds
        ttl = min(max(self._deadline.left + ANSWER_SECONDS, least), most)
        body = {"requestId": self._id, "ttlSeconds": ttl}
        await self._call("POST", f"viewers/{self._shown.id}/requests", body)
        self._expires = Deadline(ttl)

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

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            state = await self._state()
            if state.get("state") == "receiving":
                self._progress.arrived(int(state.get("bytes", 0)), state.get("expected"))

    async def _wait(self) -> dict[str, Any]:
        events = self._shown.events
        while True:
            said = await events.wait_for(self._news, min(self._deadline, self._expires, key=_left))
            if not said:
                if not self._deadline.left:
                    raise SessionTimeout(await self._how_far())
                if not await self._is_uploading():
                    raise self._expired("the page had not begun to send one")
                await self._pause()
                continue
            heard = events.heard(self._id)
            if heard.get("status") == "ok":
                return heard
            if heard and not heard.get("from_page"):
                raise self._failure(heard)
            if heard:
                # Only the server knows whether there is still something to wait for, and why not.
                known = await self._state()
                if known.get("state") not in _UPLOADING:
                    over = known.get("state") == "expired" or not self._expires.left
                    raise self._failure(known if "error" in known else heard, expired=over)
            events.dismiss(self._id, heard)
            await self._require_known()
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
            or self._restarted_at != self._link.restarted_at
            or self._page_is_new()
            or page_is_gone(self._shown, self._link)
        )

    def _page_is_new(self) -> bool:
        # A page that was loaded anew does not know what the one before was asked.
        events = self._shown.events
        return bool(events.pages) and events.ready_count > self._asked_at_ready

    async def _require_known(self) -> None:
        if self._restarted_at == self._link.restarted_at:
            return
        restarted_at, state = self._link.restarted_at, await self._state()
        if state.get("state") == "unknown":
            raise UploadLost(
                "the Jupyter server was restarted before the session was there: try again"
            )
        if state:
            self._restarted_at = restarted_at

    def _failure(self, heard: dict[str, Any], expired: bool = True) -> PageFailed:
        error = heard.get("error")
        code = error.get("code") if isinstance(error, dict) else ""
        why = _why(heard)
        if code == "expired" and expired:
            return self._expired(why)
        if code in _LOST:
            return UploadLost(
                f"the viewer's page sent its session, but {_LOST[code]} ({why}): try again; if "
                "that does not help, a proxy may cut what takes long or is large: set "
                "CellucidExtension.part_bytes of the Jupyter server lower"
            )
        return PageFailed(f"the viewer's page could not hand over its session: {why}")

    def _expired(self, why: str) -> Expired:
        return Expired(
            f"no session within the {self._expires.seconds:g} s that the Jupyter server waits for "
            f"one at most ({why}); its administrator can raise CellucidExtension.max_ttl_seconds"
        )

    async def _pause(self) -> None:
        pause = Deadline(min(1.0, self._deadline.left))
        await self._shown.events.wait_for(lambda: bool(self._shown.events.heard(self._id)), pause)

    async def _is_uploading(self) -> bool:
        return (await self._state()).get("state") in _UPLOADING

    async def _state(self) -> dict[str, Any]:
        try:
            return await self._link.ask("GET", self._path, seconds=_STATE_SECONDS)
        except ServerRefused as error:
            return {"state": "unknown"} if error.status == 404 else {}
        except ViewerError:
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

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> None:
        seconds = max(1, min(ANSWER_SECONDS, self._deadline.left))
        try:
            await self._link.ask(method, path, body, seconds=seconds)
        except ServerRefused as error:
            if error.code != "no-such-viewer":
                raise
            # The link makes it known there again, unless it was ended on purpose.
            raise UploadLost(f"the Jupyter server forgot this viewer ({error})") from None


def _left(deadline: Deadline) -> float:
    return deadline.left


def _why(said: dict[str, Any]) -> str:
    error = said.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return str(error or said.get("message") or "it gave no reason")
