"""Bringing a page's session into the kernel, with a second attempt where the first is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .attempt import Attempt, Expired
from .background import Deadline
from .errors import ServerGone, SessionTimeout, UploadLost, ViewerTimeout
from .link import Link
from .progress import Progress
from .shown import Shown
from .waiting import wait_for_page

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle


class Capture:
    """One session that a person waits for.

    Parameters
    ----------
    shown, link
        The viewer and its link.
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

    async def run(self) -> CellucidSessionBundle:
        """Ask for the session and wait for it; leaves nothing behind when it fails."""
        lost_before = False
        while True:
            try:
                await self._wait_for_page(lost_before)
                return await Attempt(self._shown, self._link, self._deadline, self._progress).run()
            except Expired as error:
                # The server's longest wait is shorter than this one.
                if not self._deadline.left:
                    raise SessionTimeout(str(error)) from None
            except SessionTimeout:
                raise
            except ViewerTimeout as error:
                raise SessionTimeout(f"no session: {error}") from None
            except (UploadLost, ServerGone):
                if not self._deadline.left or lost_before:
                    raise
                lost_before = True
                self._progress.arrived(0)

    async def _wait_for_page(self, link_may_be_down: bool) -> None:
        events, link, deadline = self._shown.events, self._link, self._deadline
        if link_may_be_down and not await events.wait_for(lambda: link.connected, deadline):
            raise SessionTimeout(
                f"no session within {deadline.seconds:g} s: the connection to the Jupyter server "
                f"was lost meanwhile ({link.problem})"
            )
        await wait_for_page(self._shown, link, deadline, SessionTimeout)
