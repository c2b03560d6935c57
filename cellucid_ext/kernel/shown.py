"""A viewer as its link knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..protocol import Registration
from .current import Current
from .events import Events
from .outbox import Outbox
from .sent import Sent

LEFT_VIEWERS_KEPT: Final = 8
"""How many viewers live on that nobody holds and no page shows."""

READS_AT_ONCE: Final = 4
"""How many answers to reads of one kind are made at once for one viewer."""


def _places() -> asyncio.Semaphore:
    return asyncio.Semaphore(READS_AT_ONCE)


@dataclass(eq=False)
class Shown:
    """One viewer: its data, its name at the server, and what is heard about it.

    Attributes
    ----------
    current
        The dataset, read when its page asks.
    registration
        What the server is told about it.
    events
        Where everything that is heard about it goes.
    token
        What a page that embeds the viewer must show to command it.
    held
        Gives the object that a person's variable holds, or None when nobody holds it.
    inbox, delivery
        What came over the link for it and waits, and the task that works it off in order.
    outbox
        Commands that wait for its page.
    sent
        What commands tell its page to read.
    reads, sent_reads
        Places for what its pages read at once: of the dataset, and of what was sent. Its own, so
        that a slow page holds up no other viewer, and no command.
    """

    current: Current
    registration: Registration
    events: Events
    token: str = field(default="", repr=False)
    held: Callable[[], object] = field(default=lambda: None, repr=False)
    inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue, repr=False)
    delivery: asyncio.Task[None] | None = field(default=None, repr=False)
    outbox: Outbox = field(default_factory=Outbox, repr=False)
    sent: Sent = field(default_factory=Sent, repr=False)
    reads: asyncio.Semaphore = field(default_factory=_places, repr=False)
    sent_reads: asyncio.Semaphore = field(default_factory=_places, repr=False)

    @property
    def id(self) -> str:
        """The viewer's id, chosen here: so it can be taken back when no answer comes."""
        return self.registration["viewerId"]


def to_let_go(viewers: list[Shown]) -> list[Shown]:
    """Choose the viewers, oldest first as given, that nobody needs any more.

    Running a cell again leaves the viewer before to nobody, and the data with it. The last ones
    stay, since their pages may just be loading anew.
    """
    left = [shown for shown in viewers if shown.held() is None and not shown.events.pages]
    return left[:-LEFT_VIEWERS_KEPT]
