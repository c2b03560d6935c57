"""Open what a person wants to see, whatever it is."""

from __future__ import annotations

import os
from typing import Any, Unpack

from .options import Options
from .source import Source


def open_source(data: Any, **options: Unpack[Options]) -> Source:
    """Open what a person wants to see.

    Parameters
    ----------
    data
        An AnnData in memory, or the path of a dataset folder or an ``.h5ad`` file.
    options
        See `Options`. A dataset folder takes none: what it shows was decided when it was made.

    Raises
    ------
    TypeError
        If it is nothing that can be shown, or a folder is given options.
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

            return H5adSource(data, **options)
        if given := [key for key, value in options.items() if value is not None]:
            raise TypeError(
                f"a dataset folder is shown as it was made, so it takes no {', '.join(given)}"
            )
        return FolderSource(data)

    import anndata

    from .anndata import AnnDataSource

    if not isinstance(data, anndata.AnnData):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(f"expected an AnnData to show, or the path of a dataset, got {kind}")
    return AnnDataSource(data, **options)
