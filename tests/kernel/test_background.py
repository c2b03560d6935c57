"""The thread of the network outlives whatever is done for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cellucid_ext.kernel.background import Background, in_thread
from cellucid_ext.kernel.errors import ViewerError

from .fake_server import SECONDS


@pytest.fixture(name="background")
def _background() -> Iterator[Background]:
    background = Background()
    yield background
    background.stop()


def fail(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), ViewerError),
        (SystemExit(), ViewerError),
        (asyncio.CancelledError(), ViewerError),
        (StopIteration(), RuntimeError),
        (OSError("no"), OSError),
    ],
    ids=lambda given: type(given).__name__,
)
def test_whatever_ends_a_thread_is_told(
    error: BaseException, told: type[Exception], background: Background
) -> None:
    with pytest.raises(told) as raised:
        background.run(in_thread(fail, error), SECONDS, "the error")
    assert error in (raised.value, raised.value.__cause__)
    assert background.run(in_thread(threading.get_ident), SECONDS, "it to go on")
