"""Lines for people: what strangers wrote can do nothing in a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

_LONG: Final = 2.0


def say(line: str) -> None:
    """Print a line of the result."""
    _write(sys.stdout, f"{line}\n")


def complain(line: str) -> None:
    """Print a line beside the result."""
    _write(sys.stderr, f"{line}\n")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell that something is done and how long it took; without a terminal only if it was long.

    Parameters
    ----------
    what
        Such as ``"reading data.h5ad"``.
    """
    watched = sys.stderr.isatty()
    if watched:
        _write(sys.stderr, f"{what} … ")
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        if watched:
            complain("")
        raise
    took = time.monotonic() - begin
    if watched:
        complain(f"{took:.1f} s")
    elif took > _LONG:
        complain(f"{what}: {took:.1f} s")


def _write(stream: TextIO, text: str) -> None:
    safe = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
    # A stream that is no UTF-8 must not fail for a letter that it does not have.
    encoding = stream.encoding or "utf-8"
    stream.write(safe.encode(encoding, "replace").decode(encoding))
    stream.flush()
