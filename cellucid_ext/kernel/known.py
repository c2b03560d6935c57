"""The viewers of a link, and what its server is told of them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from .background import in_thread
from .delivery import Delivery
from .errors import ServerGone, ServerRefused, ViewerError
from .outbox import Post
from .shown import Shown, to_let_go
from .tasks import Tasks
from .transport import Transport
from .wire import ANSWER_SECONDS


class KnownViewers:
    """Registers viewers, again where the server forgot them. Lives in the link's loop.

    Parameters
    ----------
    wire
        The network.
    tasks
        What goes on beside.
    """

    def __init__(self, wire: Transport, tasks: Tasks) -> None:
        self._wire = wire
        self._tasks = tasks
        self._viewers: dict[str, Shown] = {}
        self._delivery = Delivery(wire, self.flush, self.forget)

    @property
    def shown(self) -> list[Shown]:
        """The viewers that are registered now."""
        return list(self._viewers.values())

    def get(self, viewer_id: object) -> Shown | None:
        """Find a viewer."""
        return self._viewers.get(str(viewer_id))

    async def register(self, shown: Shown) -> None:
        """Tell the server about a viewer, to the end even when interrupted.

        What was sent on its way can't be taken back before.
        """
        await asyncio.shield(self._tasks.begin(self._register(shown)))

    async def register_again(self) -> None:
        """Tell a server that forgot them about all viewers that live.

        Raises
        ------
        ServerGone, ServerRefused
            If it can't take them now.
        """
        for shown in self.shown:
            if not shown.events.ended:
                await self._register_again(shown)

    async def unregister(self, shown: Shown) -> None:
        """Forget a viewer, and have the server forget it."""
        self.forget(shown)
        with contextlib.suppress(ViewerError):
            await self._wire.send("DELETE", f"viewers/{shown.id}", seconds=ANSWER_SECONDS)

    def forget(self, shown: Shown) -> None:
        """Let go of a viewer that the server does not know any more."""
        self._viewers.pop(shown.id, None)
        shown.sent.clear()
        # To close a file may wait for whoever reads another one.
        self._tasks.begin(in_thread(shown.current.let_go))
        if shown.delivery is not None:
            shown.delivery.cancel()

    async def forget_all(self) -> None:
        """Let go of all viewers."""
        for shown in self.shown:
            self.forget(shown)

    async def command(self, shown: Shown, command: dict[str, Any]) -> None:
        """Send a command to a viewer's pages, or keep it until one is ready."""
        await shown.outbox.send(command, shown.events.page_is_ready, self._poster(shown))

    def flush(self, shown: Shown) -> None:
        """Send the commands that wait, if there is a page that takes them."""
        if shown.events.page_is_ready:
            self._tasks.begin(self._try_to_flush(shown))

    async def _try_to_flush(self, shown: Shown) -> None:
        # What is left waits for the next page, or the next command.
        with contextlib.suppress(ViewerError):
            await shown.outbox.flush(self._poster(shown))

    def _poster(self, shown: Shown) -> Post:
        path = f"viewers/{shown.id}/commands"
        return lambda command: self._wire.send("POST", path, command, seconds=ANSWER_SECONDS)

    async def _register(self, shown: Shown) -> None:
        body = dict(shown.registration)
        answer = await self._wire.send("POST", "viewers", body, seconds=ANSWER_SECONDS)
        if answer.get("viewerId") != shown.id:
            raise ServerGone(
                f"what answers at {self._wire.url} is not this extension: it took a viewer and did "
                "not say its id; check the address, and what stands between here and Jupyter"
            )
        if shown.events.ended:
            # Stopped meanwhile, and perhaps before the server knew it.
            await self.unregister(shown)
            return
        shown.token = str(answer.get("viewerToken", ""))
        self._viewers[shown.id] = shown
        if shown.delivery is None:
            shown.delivery = asyncio.create_task(self._delivery.run(shown))
            for left in to_let_go(self.shown):
                left.events.end("nobody held this viewer any more")
                await self.unregister(left)

    async def _register_again(self, shown: Shown) -> None:
        try:
            await self._register(shown)
            now = await self._wire.send("GET", f"viewers/{shown.id}", seconds=ANSWER_SECONDS)
            pages = now.get("pages")
            shown.events.set_pages(pages if isinstance(pages, int) else 0)
        except ServerRefused as error:
            if error.status >= 500:
                raise
            self.forget(shown)
            shown.events.end(f"the server forgot this viewer and does not take it again: {error}")
