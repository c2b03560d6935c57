"""What Python sent to a viewer's pages and is too large for a command, kept until they read it."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from .. import answers

if TYPE_CHECKING:
    from ..dataset.source import Body

SENT: Final = "sent/"
"""How the paths begin under which pages find it, beside the files of their dataset."""

MAX_READ: Final = 16
"""How many things are kept that a page has read: another page may still want them."""

MAX_UNREAD: Final = 256
"""How many are kept that no page has read: as many as commands may wait for a page."""

MAX_BYTES: Final = 2**28
"""How much memory they may take together. A session stays in its file, and takes none."""


class Sent:
    """The newest things that one viewer sent. Safe to use from any thread.

    Those that a page has read are let go before those that none has.

    Examples
    --------
    >>> sent = Sent()
    >>> bytes(sent.answer(sent.add(memoryview(b"abc"))).body)
    b'abc'
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unread: OrderedDict[str, Body] = OrderedDict()
        self._read: OrderedDict[str, Body] = OrderedDict()

    def __len__(self) -> int:
        return len(self._unread) + len(self._read)

    def add(self, body: Body) -> str:
        """Keep something; what was sent longest ago goes where there are too many.

        Parameters
        ----------
        body
            Its bytes, not to be changed from now on.

        Returns
        -------
        str
            Its path, such as ``"sent/pX3…"``, which nobody can guess.
        """
        path = f"{SENT}{secrets.token_urlsafe(16)}"
        with self._lock:
            self._unread[path] = body
            self._let_go()
        return path

    def _let_go(self) -> None:
        while len(self._read) > MAX_READ:
            self._read.popitem(last=False)
        while len(self._unread) > MAX_UNREAD:
            self._unread.popitem(last=False)
        while len(self) > 1 and self._memory() > MAX_BYTES:
            (self._read or self._unread).popitem(last=False)

    def _memory(self) -> int:
        bodies = (*self._read.values(), *self._unread.values())
        return sum(body.nbytes for body in bodies if isinstance(body, memoryview))

    def answer(self, path: str, asked: answers.Asked | None = None) -> answers.Reply:
        """Answer a page that asks for something, or say why not; see `answers.answer`.

        Parameters
        ----------
        path
            As `add` gave it.
        asked
            What the request says of it; nothing where it is not given.
        """
        with self._lock:
            if path in self._unread:
                self._read[path] = self._unread.pop(path)
                self._let_go()
            body = self._read.get(path)
        if body is None:
            return answers.failure(
                404,
                "not-kept",
                f"what Python sent here is gone: it keeps {MAX_UNREAD} things that no page has "
                f"read, and {MAX_READ} others, while the viewer lives. Send it again",
            )
        try:
            # The first byte tells whether a file is still what it was.
            body[:1].tobytes()
        except (OSError, ValueError) as error:
            return answers.failure(404, "not-kept", f"what Python sent can't be read now: {error}")
        # What stands under a path never changes.
        return answers.part(path, body, f'"{path.removeprefix(SENT)}"', asked or answers.Asked())

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._unread.clear()
            self._read.clear()
