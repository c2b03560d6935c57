"""What of an AnnData is shown, wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Matrix:
    """A matrix with a table of its genes, as ``AnnData.raw`` is.

    Attributes
    ----------
    X
        Cells × genes.
    var
        One row a gene; see `table_of`.
    """

    X: Any
    var: Any


@dataclass(frozen=True)
class Parts:
    """What an `AnnDataSource` reads of an AnnData, under the same names.

    Attributes
    ----------
    obs, var
        One row a cell, and one a gene; see `table_of`.
    obsm, obsp, layers
        Arrays and matrices, which may be in a file.
    uns
        Whatever else there is.
    X, raw
        Cells × genes; None where there is none.
    """

    obs: Any
    var: Any
    obsm: Mapping[str, Any]
    obsp: Mapping[str, Any]
    layers: Mapping[str, Any]
    uns: Mapping[str, Any]
    X: Any
    raw: Any

    @property
    def n_obs(self) -> int:
        """How many cells there are."""
        return len(self.obs)

    @property
    def n_vars(self) -> int:
        """How many genes there are."""
        return len(self.var)

    @property
    def obs_names(self) -> Any:
        """Names of the cells."""
        return self.obs.index

    @property
    def var_names(self) -> Any:
        """Names of the genes."""
        return self.var.index


def kind_of(data: Any, matrix: Any) -> str:
    """Say where the data of an AnnData lie, for people.

    Parameters
    ----------
    data
        The AnnData, or its parts.
    matrix
        That of its matrices which is shown; a view would have to make it anew.

    Examples
    --------
    >>> kind_of(adata, adata.X)                                     # doctest: +SKIP
    'AnnData in memory'
    """
    matrices = [matrix, *(array for array in data.obsm.values())]
    if getattr(data, "isbacked", False):
        return f"AnnData backed by {Path(data.filename).name}"
    if any(hasattr(matrix, "dask") for matrix in matrices) or hasattr(data.obs, "ds"):
        return "AnnData read with Dask"
    return "AnnData in memory"


def is_closed(data: Any) -> bool:
    """Say whether the file that a person opened an AnnData from was closed."""
    file = getattr(data, "file", None)
    return file is not None and file.filename is not None and not file.is_open
