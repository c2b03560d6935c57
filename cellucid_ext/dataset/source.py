"""What the viewer reads: a dataset, played as a folder of small files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from anndata import AnnData


class DatasetError(ValueError):
    """A dataset that can't be shown, or a part of it that can't be made; the message says why."""


@dataclass(frozen=True)
class File:
    """One file of a dataset.

    Attributes
    ----------
    body
        Its bytes, contiguous, not to be changed; a view of the data where that is possible.
    etag
        In quotes; another one for other content.
    """

    body: bytes | memoryview
    etag: str


class Source(Protocol):
    """A dataset that can be shown. Reads may come from several threads at once."""

    id: str
    name: str
    n_cells: int
    n_vars: int

    def read(self, path: str) -> File:
        """Give one file of the dataset folder.

        Raises
        ------
        FileNotFoundError
            If the dataset has no such file.
        DatasetError
            If it can't be made.
        """


def open_source(
    data: AnnData | Any, *, name: str | None = None, dataset_id: str | None = None
) -> Source:
    """Open what a person wants to see.

    Parameters
    ----------
    data
        An AnnData in memory.
    name
        What the dataset is called.
    dataset_id
        What sessions know it by; derived from the names of its cells and genes where not given.

    Raises
    ------
    TypeError
        If it is nothing that can be shown.
    DatasetError
        If it has no embedding to show it by, or no cells.

    Examples
    --------
    >>> source = open_source(adata, name="PBMC")                    # doctest: +SKIP
    >>> source.read("dataset_identity.json").body[:12]              # doctest: +SKIP
    b'{"version":2'
    """
    import anndata

    from .anndata import AnnDataSource

    if not isinstance(data, anndata.AnnData):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(f"expected an AnnData to show, got {kind}")
    return AnnDataSource(data, name=name, dataset_id=dataset_id)
