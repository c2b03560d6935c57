"""What is made once, whoever asks for it, and whoever is interrupted."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from cellucid_ext.dataset.kept import Kept

SECONDS = 30.0
"""After so long, what should come does not."""


class Making:
    """Makes a value, or fails, once it is told to."""

    def __init__(self, error: BaseException | None) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._error = error

    def __call__(self) -> bytes:
        self.begun.set()
        assert self.go_on.wait(SECONDS)
        if self._error is not None:
            raise self._error
        return b"first"


class Key(str):
    """Tells when it is found among what is being made."""

    def __init__(self, _: str) -> None:
        self.found = threading.Event()

    def __eq__(self, other: object) -> bool:
        self.found.set()
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def two_ask(error: BaseException | None) -> list[object]:
    """What two get, the second of whom waits while it is made for the first."""
    kept, making, key = Kept[bytes](100, len), Making(error), Key("key")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(kept.get, "key", making)
        assert making.begun.wait(SECONDS)
        other = pool.submit(kept.get, key, lambda: b"second")
        assert key.found.wait(SECONDS)
        making.go_on.set()
        return [each.exception(SECONDS) or each.result() for each in (first, other)]


def test_what_is_being_made_is_waited_for() -> None:
    assert two_ask(None) == [b"first", b"first"]


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("late"), CancelledError()])
def test_both_hear_why_it_failed(error: Exception) -> None:
    assert two_ask(error) == [error, error]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_an_interrupt_is_of_whom_it_meant(error: BaseException) -> None:
    assert two_ask(error) == [error, b"second"]
