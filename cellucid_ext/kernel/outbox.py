"""Commands on their way to a viewer's pages, which may not be open yet."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from .errors import ServerRefused, ViewerError
from .hooks import print_error

MAX_WAITING_COMMANDS: Final = 256
"""How many commands wait for a page before `Outbox.send` refuses."""

Command = dict[str, Any]
Post = Callable[[Command], Awaitable[object]]


class Outbox:
    """Keeps commands in order until a page is there. Lives in the link's loop."""

    def __init__(self) -> None:
        self._waiting: deque[Command] = deque()
        self._lock = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    async def send(self, command: Command, page_is_ready: bool, post: Post) -> None:
        """Send a command now, after those that wait, or keep it for the page.

        Raises
        ------
        ViewerError
            If as many wait as may; or what `post` raises.
        """
        async with self._lock:
            if page_is_ready:
                await self._empty(post)
                if not self._waiting and await _taken(command, post):
                    return
            if len(self._waiting) >= MAX_WAITING_COMMANDS:
                raise ViewerError(
                    f"{MAX_WAITING_COMMANDS} commands wait for a page of this viewer, and no more "
                    f"are kept, so {command['type']!r} was not: open the viewer in a browser by "
                    "running `viewer` in a cell"
                )
            self._waiting.append(command)

    async def flush(self, post: Post) -> None:
        """Send what waits; what is not taken now stays."""
        async with self._lock:
            await self._empty(post)

    async def _empty(self, post: Post) -> None:
        while self._waiting:
            try:
                if not await _taken(self._waiting[0], post):
                    return
            except ServerRefused as error:
                kind = self._waiting[0]["type"]
                print_error(f"The command {kind!r}, which waited for a page, was lost: {error}")
            self._waiting.popleft()


async def _taken(command: Command, post: Post) -> bool:
    try:
        await post(command)
    except ServerRefused as error:
        if error.code != "no-browser":
            raise
        return False
    return True
