"""What the viewer reads: a dataset, played as a folder of small files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from anndata import AnnData


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
        In quotes; another one for other content.
    """

    body: bytes | Body
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
    data: AnnData | str | os.PathLike[str] | Any,
    *,
    name: str | None = None,
    dataset_id: str | None = None,
) -> Source:
    """Open what a person wants to see.

    Parameters
    ----------
    data
        An AnnData in memory, or the path of a dataset folder or an ``.h5ad`` file.
    name
        What the dataset is called; a folder says it itself, a file has a name.
    dataset_id
        What sessions know it by; derived from the names of its cells and genes where not given; a
        folder says it itself.

    Raises
    ------
    TypeError
        If it is nothing that can be shown, or a folder is given another name or id.
    DatasetError
        If it has no embedding to show it by, or no cells; or if there is no dataset.

    Examples
    --------
    >>> source = open_source(adata, name="PBMC")                    # doctest: +SKIP
    >>> source.read("dataset_identity.json").body[:12]              # doctest: +SKIP
    b'{"version":2'
    """
    if isinstance(data, str | os.PathLike):
        from .folder import FolderSource

        if os.fspath(data).endswith(".h5ad") and not os.path.isdir(data):
            from .h5ad import H5adSource

            return H5adSource(data, name=name, dataset_id=dataset_id)
        if name is not None or dataset_id is not None:
            raise TypeError("the name and the id of a dataset folder stand in its identity file")
        return FolderSource(data)

    import anndata

    from .anndata import AnnDataSource

    if not isinstance(data, anndata.AnnData):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(f"expected an AnnData to show, or the path of a dataset folder, got {kind}")
    return AnnDataSource(data, name=name, dataset_id=dataset_id)
