"""A dataset is closed when it is replaced or let go, and not while somebody reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from cellucid_ext.kernel.current import Current
from cellucid_ext.kernel.errors import ViewerStopped

from .memory_source import MemoryFile, MemorySource

SECONDS = 20


class Closing(MemorySource):
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1

    def refreshed(self) -> Closing:
        return Closing(files=self.files)


@pytest.mark.parametrize("end", [lambda current: current.replace(Closing()), Current.let_go])
def test_what_is_read_is_closed_after_that(end: Callable[[Current], None]) -> None:
    source = Closing(slow={"a.bin"})
    current, seen = Current(source), list[MemoryFile]()
    current.adopt()
    began = threading.Event()

    def read() -> None:
        with current.reading() as reading:
            began.set()
            seen.append(reading.read("a.bin"))

    thread = threading.Thread(target=read)
    thread.start()
    assert began.wait(SECONDS)
    end(current)
    assert source.closed == 0
    source.gate.set()
    thread.join(SECONDS)
    assert (len(seen), source.closed) == (1, 1)
    current.let_go()
    assert source.closed == 1


def test_what_was_let_go_is_neither_read_nor_replaced() -> None:
    current, late = Current(Closing()), Closing()
    current.let_go()
    with pytest.raises(ViewerStopped), current.reading():
        raise AssertionError("it is open")
    with pytest.raises(ViewerStopped):
        current.replace(late)
    assert late.closed == 1
