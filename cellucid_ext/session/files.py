"""Reading from a path or an open file; writing so that what was there before stays if it fails."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import SessionFormatError


class SessionFile:
    """Where a session's bytes are: a path, opened for each read, or a file that someone opened.

    Parameters
    ----------
    file
        A path, or a seekable file opened for reading bytes, which must stay open.

    Raises
    ------
    TypeError
        If it is neither a path nor an open file.
    ValueError
        If it is an open file that can't be sought in, or gives text.
    """

    def __init__(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        self.path: Path | None = None
        self._open: BinaryIO | None = None
        self._place = Path()
        self._was: tuple[int, int] | None = None
        # One who seeks in a shared file must not be disturbed until he has read.
        self._turn = threading.RLock()
        if isinstance(file, str | os.PathLike):
            self.path = Path(file)
            # Found again after the working directory has changed.
            self._place = Path(os.path.abspath(file))
            return
        if not hasattr(file, "read"):
            raise TypeError(f"a session is read from a path or an open file, not from {file!r}")
        if not file.seekable():
            raise ValueError(f"{file!r} can't be sought in: copy it into an io.BytesIO first")
        if not isinstance(file.read(0), bytes):
            raise ValueError(f"{file!r} gives text: open it with mode 'rb'")
        self._open = file
        name = getattr(file, "name", None)
        self.path = Path(name) if isinstance(name, str) else None

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Give the file to read from, to one at a time.

        Raises
        ------
        SessionFormatError
            If another file stands at the path since it was read first.
        """
        if self._open is not None:
            with self._turn:
                yield self._open
        else:
            with self._place.open("rb") as file:
                about = os.fstat(file.fileno())
                now = (about.st_size, about.st_mtime_ns)
                self._was = self._was or now
                if now != self._was:
                    # Its old manifest would tell of other cells.
                    raise SessionFormatError(
                        f"{self._place.name} was changed since it was opened: open it again"
                    )
                yield file


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file beside `target`, which takes its place when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not of `tempfile`, whose files are private: this one gets the mode of what a person saves.
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            yield file
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
