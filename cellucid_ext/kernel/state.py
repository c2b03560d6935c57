"""What is known about a viewer at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..protocol import Dataset
from .hooks import Event
from .link import Link
from .shown import Shown


@dataclass(frozen=True)
class ViewerState:
    """A record; it does not change when the viewer does.

    Attributes
    ----------
    viewer_id
        The viewer's id.
    dataset
        ``id``, ``name``, ``nCells`` and ``nVars`` of what it shows.
    server
        Address of the Jupyter server.
    connected
        Whether this kernel's connection to the server is open.
    pages
        How many pages show the viewer.
    ready
        Whether one of them shows the data and takes commands.
    waiting_commands
        How many commands wait until one does.
    last_event
        The event that came last, or None.
    events
        The last event of each type, such as ``state.events["selection"]``; of the 64 types that
        came last.
    ended
        Why the viewer has ended; empty while it lives.
    """

    viewer_id: str
    dataset: Dataset
    server: str
    connected: bool
    pages: int
    ready: bool
    waiting_commands: int
    last_event: Event | None = field(repr=False)
    events: Mapping[str, Event] = field(repr=False)
    ended: str


def state_of(shown: Shown, link: Link) -> ViewerState:
    """Take down what is known about a viewer now."""
    last = shown.events.last
    dataset: Dataset = {**shown.registration["dataset"]}
    return ViewerState(
        viewer_id=shown.id,
        dataset=dataset,
        server=link.url,
        connected=link.connected,
        pages=shown.events.pages,
        ready=shown.events.page_is_ready,
        waiting_commands=len(shown.outbox),
        last_event=next(reversed(last.values()), None),
        events=MappingProxyType(last),
        ended=shown.events.ended,
    )
