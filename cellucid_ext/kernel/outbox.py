"""Commands on their way to a viewer's pages, which may not be open yet."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from .errors import ServerGone, ServerRefused, ViewerError, ViewerTimeout
from .hooks import print_error

MAX_WAITING_COMMANDS: Final = 256
"""How many commands wait for a page before `Outbox.send` refuses."""

_TOO_LARGE: Final = 413
_TOO_MANY: Final = 429
_NO_ANSWER_IN_TIME: Final = 504

_REFRESH: Final = {"type": "refresh"}

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
            If as many wait as may; or what `post` raises for this command. It is not kept then.
        """
        async with self._lock:
            if not page_is_ready and command == _REFRESH and command in self._waiting:
                # Whichever page it reaches looks at what is there by then.
                return
            self._waiting.append(command)
            try:
                if page_is_ready:
                    await self._empty(post, command)
                if len(self._waiting) > MAX_WAITING_COMMANDS:
                    raise ViewerError(
                        f"{MAX_WAITING_COMMANDS} commands wait for a page of this viewer, and no "
                        f"more are kept, so {command['type']!r} was not: open the viewer in a "
                        "browser by running `viewer` in a cell"
                    )
            except BaseException:
                # Whoever sends it hears of this, and may send it again.
                if self._waiting and self._waiting[-1] is command:
                    self._waiting.pop()
                raise

    async def flush(self, post: Post) -> None:
        """Send what waits; what is not taken now stays. Tells on stderr what is lost."""
        async with self._lock:
            await self._empty(post)

    async def _empty(self, post: Post, told: Command | None = None) -> None:
        """Send what waits, in order; only what fails with the command `told` is raised."""
        while self._waiting:
            command = self._waiting[0]
            try:
                await post(command)
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, ServerRefused) and error.code == "no-browser":
                    return
                if command is told:
                    raise
                if _passes(error):
                    self._tell_of_delay(error)
                    return
                self._waiting.popleft()
                if isinstance(error, asyncio.CancelledError):
                    _tell_of_doubt(command, "it was interrupted")
                    raise
                if _is_silence(error):
                    _tell_of_doubt(command, error)
                    # The next one would wait as long.
                    if self._waiting:
                        self._tell_of_delay(error)
                    return
                print_error(
                    f"The command {command['type']!r}, which waited for a page, was lost: {error}"
                )
            else:
                self._waiting.popleft()

    def _tell_of_delay(self, why: BaseException) -> None:
        first = self._waiting[0]["type"]
        print_error(
            f"Commands of a viewer wait: {len(self._waiting)}, the first is {first!r}. They are "
            f"sent with the next command, or when a page opens ({why})"
        )


def _passes(error: BaseException) -> bool:
    """Whether a command was not taken, and may be taken later."""
    if not isinstance(error, ServerRefused):
        return isinstance(error, ServerGone)
    if error.status == _TOO_LARGE or _is_silence(error):
        return False
    return error.status >= 500 or error.status == _TOO_MANY or not error.code


def _is_silence(error: BaseException) -> bool:
    """Whether nobody said if a command was taken; sent again, pages might do it twice."""
    if isinstance(error, ServerRefused):
        return error.status == _NO_ANSWER_IN_TIME
    return isinstance(error, ViewerTimeout)


def _tell_of_doubt(command: Command, why: object) -> None:
    print_error(
        f"The command {command['type']!r}, which waited for a page, may be lost ({why}). It is "
        "not sent again, since the page may have it: look there, and send it again if need be"
    )
