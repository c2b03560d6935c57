"""Files that stay open while they are shown, and must stay as they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

from ..._version import __version__
from ..source import DatasetError

MANY: Final = 100
"""To look at more files than this takes longer than to read a gene."""
SECONDS: Final = 1.0
"""So often many files are looked at, at most."""

_LAST_SECOND: Final = 253_402_300_799


class Watched:
    """Files that are no longer read once somebody wrote them anew.

    What lies in a file stays there, so what was read before a change and after it would not fit.

    Parameters
    ----------
    name
        What messages call them.
    files
        Where they are; they are looked at now.
    advice
        What a person can do about it.

    Examples
    --------
    >>> watched = Watched("pbmc.h5ad", [path])                      # doctest: +SKIP
    >>> watched.check()                                             # doctest: +SKIP
    DatasetError: pbmc.h5ad changed since it was opened: refresh or show it again
    """

    def __init__(
        self,
        name: str,
        files: Iterable[str | os.PathLike[str]],
        advice: str = "refresh or show it again",
    ) -> None:
        self._name, self._advice = name, advice
        self._found = {Path(file): _facts(file) for file in files}
        self._looked = monotonic()

    def check(self, now: bool = False) -> None:
        """Look at the files again; at `MANY` only if that was not done in the last `SECONDS`.

        Parameters
        ----------
        now
            Whether many are looked at in any case.

        Raises
        ------
        DatasetError
            If one is another one now, or can't be looked at.
        """
        started = monotonic()
        if not now and len(self._found) > MANY and started < self._looked + SECONDS:
            return
        for file, found in self._found.items():
            try:
                same = _facts(file) == found
            except OSError as error:
                raise DatasetError(
                    f"{self._name} can no longer be read: {error.strerror}"
                ) from None
            if not same:
                raise DatasetError(f"{self._name} changed since it was opened: {self._advice}")
        self._looked = started

    def changed_at(self) -> datetime:
        """Give when the last of the files was written."""
        newest = max(written for written, _, _ in self._found.values()) // 10**9
        # A disk may hold a time that no calendar has.
        return datetime.fromtimestamp(min(newest, _LAST_SECOND), UTC)

    def revision(self, *said: object) -> str:
        """Give what stands for the files, read in the way that `said` tells; no path counts."""
        given = (__version__, sorted(self._found.values()), said)
        return hashlib.sha256(repr(given).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _facts(file: str | os.PathLike[str]) -> tuple[int, int, int]:
    found = os.stat(file)
    return found.st_mtime_ns, found.st_size, found.st_ino


def watched_of(data: Any) -> Watched | None:
    """Watch the file that a person opened an AnnData from, if that is where it lies."""
    file = getattr(data, "file", None)
    if file is None or file.filename is None:
        return None
    path = Path(file.filename)
    return Watched(path.name, [path], "open and show it again")
