"""What the viewer reads: a dataset, played as a folder of small files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class DatasetError(ValueError):
    """A dataset that can't be shown, or a part of it that can't be made; the message says why."""


class Body(Protocol):
    """Bytes that are there, or read when they are asked for; a memoryview of bytes is one."""

    @property
    def nbytes(self) -> int:
        """How many there are."""

    def __getitem__(self, part: slice, /) -> Body:
        """Take a part, without a copy."""

    def tobytes(self) -> bytes:
        """Read all of them."""


@dataclass(frozen=True)
class File:
    """One file of a dataset.

    Attributes
    ----------
    body
        Its bytes, contiguous, not to be changed; a view of the data where that is possible.
    etag
        In quotes; another one for other content, and perhaps for another revision of the same.
    lasts
        Whether it is the same for as long as the revision of its dataset is.
    """

    body: bytes | Body
    etag: str
    lasts: bool = True


class Source(Protocol):
    """A dataset that can be shown. Reads may come from several threads at once.

    Attributes
    ----------
    id, name
        What sessions and people know it by.
    n_cells, n_vars
        How many cells it has, and genes where expression is read.
    """

    id: str
    name: str
    n_cells: int
    n_vars: int

    @property
    def revision(self) -> str | None:
        """What stands for all that `read` gives; None where a file may change by itself."""

    @property
    def order_sha256(self) -> str | None:
        """Hash of the names of the cells in their order; None where nobody knows it."""

    def read(self, path: str) -> File:
        """Give one file of the dataset folder.

        Raises
        ------
        FileNotFoundError
            If the dataset has no such file.
        DatasetError
            If it can't be made.
        """

    def refreshed(self) -> Source:
        """Look at the data again, and give a source of what is there now; this one stays.

        Raises
        ------
        DatasetError
            If it can no longer be shown.
        """
