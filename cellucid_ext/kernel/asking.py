"""The part of a viewer that waits: for its page, for an event, for the session."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from .background import Deadline
from .capture import Capture
from .errors import ViewerTimeout
from .handle import Handle
from .hooks import Event
from .progress import Progress
from .waiting import wait_for_next, wait_for_page

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

Predicate = Callable[[Event], object]

_GRACE_SECONDS: Final = 30.0


class Asking(Handle):
    """Each wait twice: one that blocks the cell, one to await. See `Viewer`."""

    def wait_for_ready(self, timeout: float = 30) -> Event:
        """Wait until a page shows the data; a viewer that was never shown is shown first.

        Parameters
        ----------
        timeout
            Seconds to wait at most.

        Returns
        -------
        dict
            The page's last ``ready`` event.

        Raises
        ------
        ViewerTimeout
            If no page is ready in time; the message says what was reached.
        PageGone
            If the page was closed.
        """
        deadline = Deadline(timeout)
        self._display_if_never_shown()
        work = wait_for_page(self._shown, self._link, deadline, ViewerTimeout)
        return self._link.run(work, timeout + _GRACE_SECONDS, "the viewer's page")

    async def ready(self, timeout: float = 30) -> Event:  # noqa: ASYNC109 - its error says why
        """Await what `wait_for_ready` waits for; the kernel goes on meanwhile.

        Examples
        --------
        >>> await viewer.ready(timeout=30)                          # doctest: +SKIP
        """
        deadline = Deadline(timeout)
        self._display_if_never_shown()
        return await self._link.join(
            wait_for_page(self._shown, self._link, deadline, ViewerTimeout)
        )

    def wait_for_event(
        self, event: str, timeout: float = 60, predicate: Predicate | None = None
    ) -> Event:
        """Wait for the next event of a type that comes from now on.

        Parameters
        ----------
        event
            The type, such as ``"selection"``; ``"message"`` for any.
        timeout
            Seconds to wait at most.
        predicate
            Gets each such event; those for which it is false are passed over. Runs here, in the
            cell.

        Returns
        -------
        dict
            The event; cells as in `Viewer.on_selection`.

        Raises
        ------
        ViewerTimeout
            If none came in time; the message says what is likely the cause.
        ViewerStopped
            If the viewer ended.

        Examples
        --------
        >>> event = viewer.wait_for_event(                          # doctest: +SKIP
        ...     "selection", timeout=600, predicate=lambda event: len(event["cells"]) > 100
        ... )
        """
        deadline = Deadline(timeout)
        with self._shown.events.watch(event) as seen:
            while True:
                work = wait_for_next(event, seen, self._shown, self._link, deadline)
                found = self._link.run(work, deadline.left + _GRACE_SECONDS, f"a {event!r} event")
                if predicate is None or predicate(found):
                    return found

    async def event(
        self,
        event: str,
        timeout: float = 60,  # noqa: ASYNC109
        predicate: Predicate | None = None,
    ) -> Event:
        """Await what `wait_for_event` waits for; the kernel goes on meanwhile.

        Examples
        --------
        >>> event = await viewer.event("selection", timeout=600)    # doctest: +SKIP
        """
        deadline = Deadline(timeout)
        with self._shown.events.watch(event) as seen:
            while True:
                work = wait_for_next(event, seen, self._shown, self._link, deadline)
                found = await self._link.join(work)
                if predicate is None or predicate(found):
                    return found

    def get_session_bundle(self, timeout: float = 60) -> CellucidSessionBundle:
        """Bring what was done in the page into Python: highlights, fields, view.

        A viewer that was never shown is shown first. What takes longer than half a second shows a
        bar in the cell. An upload that is cut off is asked for once more. Interrupting the cell is
        safe.

        Parameters
        ----------
        timeout
            Seconds to wait for the page at most. What is on the server by then is given 10 more to
            come from there, and a server that does not answer takes some seconds too.

        Returns
        -------
        CellucidSessionBundle
            A temporary file, which goes with this object; ``save`` keeps it.

        Raises
        ------
        SessionTimeout
            If it took longer; the message says how far it got.
        PageGone
            If the page was closed.
        PageFailed
            If the page, or the server that checks its file, says that it failed.

        Examples
        --------
        >>> bundle = viewer.get_session_bundle(timeout=60)          # doctest: +SKIP
        >>> adata = bundle.apply_to_anndata(adata)                  # doctest: +SKIP
        """
        progress = Progress()
        work = self._capture(timeout, progress)
        try:
            return self._link.run(work, timeout + _GRACE_SECONDS, "the session", progress.show)
        finally:
            progress.close()

    async def session_bundle(
        self,
        timeout: float = 60,  # noqa: ASYNC109
    ) -> CellucidSessionBundle:
        """Await what `get_session_bundle` waits for; the kernel goes on meanwhile.

        Examples
        --------
        >>> bundle = await viewer.session_bundle(timeout=60)        # doctest: +SKIP
        """
        progress = Progress()
        return await progress.during(self._link.join(self._capture(timeout, progress)))

    def _capture(
        self, timeout: float, progress: Progress
    ) -> Coroutine[Any, Any, CellucidSessionBundle]:
        deadline = Deadline(timeout)
        # Shown here and not in the link's thread, which belongs to no cell.
        self._display_if_never_shown()
        return Capture(self._shown, self._link, deadline, progress).run()

    def apply_session_to_anndata(
        self, adata: AnnData, *, inplace: bool = False, timeout: float = 60, **policies: Any
    ) -> Any:
        """Bring what was done in the page into an AnnData.

        Parameters
        ----------
        adata
            The data that the viewer shows.
        inplace
            Change `adata` itself instead of a copy.
        timeout
            As of `get_session_bundle`.
        **policies
            As of `apply_cellucid_session_to_anndata`, such as ``column_conflict="overwrite"``.

        Returns
        -------
        AnnData
            With one column in ``obs`` for each highlight group, and those of new fields.

        Examples
        --------
        >>> adata = viewer.apply_session_to_anndata(adata)          # doctest: +SKIP
        """
        bundle = self.get_session_bundle(timeout=timeout)
        return bundle.apply_to_anndata(adata, inplace=inplace, **policies)
