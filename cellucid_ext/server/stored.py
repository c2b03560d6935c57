"""Events too large for a websocket, kept on disk until the kernel fetches them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import NoSuchEvent, TooMany
from .spool import Spool
from .upload import refusing
from .viewers import Viewer

EVENT_SECONDS: Final = 600.0
MAX_EVENTS_KEPT: Final = 64


@dataclass(frozen=True)
class _Stored:
    viewer_id: str
    path: Path
    expires: float


class StoredEvents:
    """The events that wait to be fetched.

    Parameters
    ----------
    spool
        Where they are written.
    clock
        Seconds that never go back.
    """

    def __init__(self, spool: Spool, clock: Callable[[], float]) -> None:
        self._spool = spool
        self._clock = clock
        self._kept: dict[str, _Stored] = {}

    async def keep(self, viewer: Viewer, body: bytes) -> str:
        """Write an event; returns its id.

        Raises
        ------
        TooMany
            If as many as may be wait already.
        DiskFull, DiskFailed
            If the disk is full, or fails otherwise.
        """
        self.sweep()
        if len(self._kept) >= MAX_EVENTS_KEPT:
            raise TooMany(f"{MAX_EVENTS_KEPT} large events wait for their kernels already")
        event_id, path = secrets.token_urlsafe(18), self._spool.new_path(".json")
        self._kept[event_id] = _Stored(viewer.viewer_id, path, self._clock() + EVENT_SECONDS)
        try:
            await self._spool.run(self._write, path, body)
        except BaseException:
            self.drop(event_id)
            raise
        return event_id

    def _write(self, path: Path, body: bytes) -> None:
        with refusing("the event"):
            self._spool.make_folder()
            path.write_bytes(body)

    def path_of(self, viewer: Viewer, event_id: str) -> Path:
        """Say where an event is.

        Raises
        ------
        NoSuchEvent
            If there is none of this id for this viewer.
        """
        stored = self._kept.get(event_id)
        if stored is None or stored.viewer_id != viewer.viewer_id:
            raise NoSuchEvent(f"there is no event {event_id!r}, or it was read already")
        return stored.path

    def drop(self, event_id: str) -> None:
        """Forget an event; may be called twice."""
        stored = self._kept.pop(event_id, None)
        if stored is not None:
            self._spool.drop(stored.path)

    def drop_viewer(self, viewer_id: str) -> None:
        """Forget all events of a viewer."""
        for event_id in [e for e, stored in self._kept.items() if stored.viewer_id == viewer_id]:
            self.drop(event_id)

    def sweep(self) -> None:
        """Forget what nobody fetched in time."""
        now = self._clock()
        for event_id in [e for e, stored in self._kept.items() if now >= stored.expires]:
            self.drop(event_id)
