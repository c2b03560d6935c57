"""What an administrator may know: a line in the log, and an event for those who listen.

Ids and sizes only. Titles, names of cells, tokens, keys and what people look at never come here.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from .requests import Request
from .viewers import Viewer

SCHEMA: Final = Path(__file__).with_name("event-schemas") / "session_bundle.v1.yml"
SCHEMA_ID: Final = "urn:cellucid-ext:session_bundle/v1"


class Journal:
    """Notes what happens to viewers and sessions.

    Parameters
    ----------
    log
        The extension's log.
    events
        The server's ``jupyter_events`` logger, which knows our schema after this.

    Examples
    --------
    >>> from jupyter_events import EventLogger
    >>> journal = Journal(logging.getLogger("cellucid"), EventLogger())
    """

    def __init__(self, log: Any, events: Any) -> None:
        self._log = log
        self._events = events
        events.register_event_schema(SCHEMA)

    def registered(self, viewer: Viewer) -> None:
        """Note that a kernel registered a viewer."""
        self._log.debug("Viewer %s of kernel %s registered.", viewer.viewer_id, viewer.kernel_id)

    def opened(self, viewer: Viewer, pages: int) -> None:
        """Note that a page opened a viewer."""
        self._log.info("Viewer %s opened (%d open).", viewer.viewer_id, pages)
        self._emit("viewer_opened", viewer.viewer_id, viewer.kernel_id)

    def ended(self, viewer: Viewer, reason: str) -> None:
        """Note that a viewer ended."""
        self._log.info("Viewer %s ended: %s.", viewer.viewer_id, reason)

    def expected(self, request: Request) -> None:
        """Note that a kernel asked for a session."""
        self._log.debug(
            "Session %s of viewer %s is expected.", request.request_id, request.viewer_id
        )

    def captured(self, request: Request) -> None:
        """Note how a request for a session ended."""
        outcome = request.outcome
        self._log.log(
            _level(outcome),
            "Session %s of viewer %s: %s, %d bytes.",
            request.request_id,
            request.viewer_id,
            outcome,
            request.bytes,
        )
        more = {"request_id": request.request_id, "outcome": outcome, "bytes": request.bytes}
        self._emit("session_captured", request.viewer_id, request.kernel_id, **more)

    def autosaved(self, request: Request) -> None:
        """Note how an autosave ended. Its dataset and its name may tell of a person: not these."""
        self._log.log(
            _level(request.outcome), "Autosave: %s, %d bytes.", request.outcome, request.bytes
        )

    def _emit(self, action: str, viewer_id: str, kernel_id: str, **more: Any) -> None:
        about = {"action": action, "viewer_id": viewer_id, "kernel_id": kernel_id, **more}
        self._events.emit(schema_id=SCHEMA_ID, data=about)


def _level(outcome: str) -> int:
    return logging.INFO if outcome in ("ok", "expired") else logging.WARNING
