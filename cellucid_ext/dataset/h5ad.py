"""An ``.h5ad`` file, played as a dataset folder while it stays on disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from .anndata import AnnDataSource
from .options import Options
from .source import DatasetError

if TYPE_CHECKING:
    from anndata import AnnData


class H5adSource(AnnDataSource):
    """Plays an ``.h5ad`` file: columns of obs are read at once, expression gene by gene.

    The file is not locked: who has it may write it anew meanwhile.

    Parameters
    ----------
    path
        The file.
    options
        See `Options`; the name is the file's without ``.h5ad`` where it is not given.

    Raises
    ------
    DatasetError
        If it is no ``.h5ad`` file, or can't be shown: no cells, or no embedding.

    Examples
    --------
    >>> source = H5adSource("pbmc.h5ad")                            # doctest: +SKIP
    >>> source.name                                                 # doctest: +SKIP
    'pbmc'
    """

    def __init__(self, path: str | os.PathLike[str], **options: Unpack[Options]) -> None:
        import h5py

        options["name"] = options.get("name") or Path(path).stem

        try:
            # HDF5 would wait, and Python with it, for whoever writes into a pipe.
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise DatasetError(f"{Path(path).name} is no .h5ad file: it is a pipe or a device")
            self._file = h5py.File(path, "r", locking=False)
        except OSError as error:
            raise DatasetError(f"{Path(path).name} is no .h5ad file: {error}") from None
        try:
            adata = _anndata(self._file, Path(path).name)
            super().__init__(adata, kind=".h5ad file", **options)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let the file go; nothing more can be read."""
        self._file.close()


def _anndata(file: Any, name: str) -> AnnData:
    """Give what is in the file, with matrices and embeddings that stay there."""
    import anndata
    import h5py

    try:
        from anndata.io import read_elem, sparse_dataset
    except ImportError:  # before 0.11
        from anndata.experimental import read_elem, sparse_dataset

    def read(item: Any) -> Any:
        return item if isinstance(item, h5py.Dataset) else read_elem(item)

    try:
        matrix = file.get("X")
        if isinstance(matrix, h5py.Group):
            matrix = sparse_dataset(matrix)
        return anndata.AnnData(
            matrix,
            obs=read_elem(file["obs"]),
            var=read_elem(file["var"]),
            obsm={key: read(item) for key, item in file.get("obsm", {}).items()},
            uns={
                key: read_elem(item)
                for key, item in file.get("uns", {}).items()
                if key.endswith("_colors")
            },
        )
    except Exception as error:
        # Whatever HDF5, h5py and anndata say of a file that is damaged, or something else.
        raise DatasetError(
            f"{name} can't be read as an AnnData: {type(error).__name__}: {error}"
        ) from error
