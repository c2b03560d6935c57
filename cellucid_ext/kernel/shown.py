"""A viewer as its link knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..protocol import Registration
from .events import Events

if TYPE_CHECKING:
    from ..dataset.source import Source


@dataclass(eq=False)
class Shown:
    """One viewer: its data, its name at the server, and what is heard about it.

    Attributes
    ----------
    source
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
    """

    source: Source
    registration: Registration
    events: Events
    token: str = field(default="", repr=False)
    held: Callable[[], object] = field(default=lambda: None, repr=False)
    inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue, repr=False)
    delivery: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The viewer's id."""
        return self.registration["viewerId"]
