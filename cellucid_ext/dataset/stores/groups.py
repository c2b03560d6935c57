"""What of an AnnData is shown, in a group of an HDF5 file or a Zarr store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from .parts import Matrix, Parts
from .table import Table, table_of

_NAMES_AT_ONCE: Final = 2**17


def read_parts(group: Any) -> Parts:
    """Look at an AnnData in a file.

    The categories of columns are read at once. Columns and names are read when they are asked
    for, and arrays and matrices stay in the file.

    Parameters
    ----------
    group
        An ``h5py.Group`` or ``zarr.Group`` that `anndata` wrote.

    Raises
    ------
    Exception
        Whatever HDF5, Zarr and anndata say of a file that is damaged, or something else.

    Examples
    --------
    >>> read_parts(h5py.File("pbmc.h5ad")).n_obs                    # doctest: +SKIP
    2638
    """
    obs, var = _table(group["obs"]), _table(group["var"])
    uns = group.get("uns", {})
    parts = Parts(
        obs=obs,
        var=var,
        obsm=read_elements(group, "obsm"),
        obsp=read_elements(group, "obsp"),
        layers=read_elements(group, "layers"),
        uns={key: _read(uns[key]) for key in uns if key.endswith("_colors")},
        X=_element(group["X"]) if "X" in group else None,
        raw=_raw(group["raw"]) if "raw" in group else None,
    )
    _check(parts)
    return parts


def read_elements(group: Any, name: str) -> dict[str, Any]:
    """Give what stands in a group under this name; arrays and matrices stay in the file."""
    inner = group.get(name, {})
    return {key: _element(inner[key]) for key in inner}


def _raw(group: Any) -> Matrix | None:
    return Matrix(_element(group["X"]), _table(group["var"])) if "X" in group else None


def _check(parts: Parts) -> None:
    """Refuse arrays that do not belong together; columns are checked as they are read."""
    matrices = {"X": parts.X, **{f"layers/{key}": each for key, each in parts.layers.items()}}
    for where, matrix in matrices.items():
        if matrix is not None and tuple(matrix.shape) != (parts.n_obs, parts.n_vars):
            raise ValueError(
                f"{where} is {' × '.join(map(str, matrix.shape))}, but there are {parts.n_obs} "
                f"cells and {parts.n_vars} genes"
            )
    rows = {"obsm": parts.obsm, "obsp": parts.obsp}
    for where, arrays in rows.items():
        for key, array in arrays.items():
            if len(getattr(array, "shape", ())) and array.shape[0] != parts.n_obs:
                raise ValueError(
                    f"{where}/{key} has {array.shape[0]} rows, but there are {parts.n_obs} cells"
                )
    if parts.raw is not None and parts.raw.X.shape != (parts.n_obs, len(parts.raw.var)):
        raise ValueError("raw/X has other cells or genes than its tables")


def _table(group: Any) -> Table:
    # Before anndata 0.8, categories lay somewhere else.
    if group.attrs.get("encoding-version") != "0.2.0":
        return table_of(_read(group))
    keys = [str(key) for key in group.attrs["column-order"]]
    names = group[group.attrs["_index"]]
    return Table(
        names.shape[0], partial(_read_names, names), ((key, *_column(group[key])) for key in keys)
    )


def _read_names(item: Any) -> Any:
    if not hasattr(item, "asstr"):
        return _read(item)
    # HDF5 holds what it reads of texts a second time, so not all are read at once.
    starts = range(0, item.shape[0], _NAMES_AT_ONCE)
    parts = [item.asstr()[start : start + _NAMES_AT_ONCE] for start in starts]
    return np.concatenate([np.empty(0, dtype=object), *parts])


def _column(item: Any) -> tuple[Any, Callable[[], Any]]:
    """Give a column's dtype, None where only its values tell, and what reads it."""
    encoding = item.attrs.get("encoding-type")
    dtype: Any = None
    if encoding == "categorical":
        ordered = bool(item.attrs.get("ordered", False))
        dtype = pd.CategoricalDtype(_read(item["categories"]), ordered)
    elif encoding == "nullable-integer":
        dtype = pd.array([], dtype=item["values"].dtype.name.title().replace("Ui", "UI")).dtype
    elif encoding == "nullable-boolean":
        dtype = pd.BooleanDtype()
    elif encoding in ("string-array", "nullable-string-array"):
        dtype = pd.StringDtype()
    elif encoding == "array" and item.dtype.kind in "biufc":
        dtype = item.dtype
    return dtype, partial(_read, item)


def _element(item: Any) -> Any:
    if not hasattr(item, "keys"):
        return item
    if "h5sparse_format" in item.attrs or item.attrs.get("encoding-type") in (
        "csr_matrix",
        "csc_matrix",
    ):
        return _sparse_dataset(item)
    return _read(item)


def _read(item: Any) -> Any:
    try:
        from anndata.io import read_elem
    except ImportError:  # before 0.11
        from anndata.experimental import read_elem
    return read_elem(item)


def _sparse_dataset(item: Any) -> Any:
    try:
        from anndata.io import sparse_dataset
    except ImportError:  # before 0.11
        from anndata.experimental import sparse_dataset
    return sparse_dataset(item)
