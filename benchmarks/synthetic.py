"""Large synthetic data, made block by block, so that memory stays the same at any size.

Each cell has the same number of values, at places drawn anew for each cell, so all genes differ;
the values are uniform random numbers, which no compression shortens: the worst case on the wire.
Needs neither this package nor a Jupyter, for other packages make the same data with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

DENSITY: Final = 0.05
_BLOCK_VALUES: Final = 8_000_000


def value_count(n_cells: int, n_genes: int) -> int:
    """Say how many values a matrix of this shape has that are not zero."""
    return n_cells * int(n_genes * DENSITY)


def table(n_cells: int, n_genes: int) -> anndata.AnnData:
    """Make an AnnData without a matrix: a 2D embedding, a categorical and a continuous column."""
    rng = np.random.default_rng(1)
    types = pd.Categorical.from_codes(
        rng.integers(0, 20, n_cells).astype(np.int8), pd.Index([f"type {i}" for i in range(20)])
    )
    obs = pd.DataFrame(
        {"cell_type": types, "depth": rng.random(n_cells, dtype=np.float32)},
        index=pd.Index([f"cell{i}-1" for i in range(n_cells)], dtype=object),
    )
    var = pd.DataFrame(index=pd.Index([f"gene{i}" for i in range(n_genes)], dtype=object))
    points = rng.standard_normal((n_cells, 2), dtype=np.float32)
    return anndata.AnnData(None, obs=obs, var=var, obsm={"X_umap": points})


def in_memory(n_cells: int, n_genes: int) -> anndata.AnnData:
    """Make an AnnData in memory, its matrix compressed by row; float32."""
    adata = table(n_cells, n_genes)
    count = value_count(n_cells, n_genes)
    indices, values = np.empty(count, np.int32), np.empty(count, np.float32)
    at = 0
    for places, made in _blocks(n_cells, n_genes):
        indices[at : at + places.size], values[at : at + made.size] = places, made
        at += made.size
    starts = np.arange(n_cells + 1, dtype=np.int64) * int(n_genes * DENSITY)
    adata.X = sp.csr_matrix((values, indices, starts), shape=(n_cells, n_genes))
    return adata


def write_h5ad(path: Path, n_cells: int, n_genes: int, *, by_gene: bool = False) -> None:
    """Write an ``.h5ad`` with float32 values and int32 indices, chunked as anndata does it.

    Parameters
    ----------
    path
        Where.
    n_cells, n_genes
        Its shape.
    by_gene
        Whether the matrix is compressed by column; by row otherwise.
    """
    table(n_cells, n_genes).write_h5ad(path)
    long, short = (n_genes, n_cells) if by_gene else (n_cells, n_genes)
    count = value_count(long, short)
    with h5py.File(path, "r+") as file:
        if "X" in file:
            del file["X"]
        group = file.create_group("X")
        group.attrs["encoding-type"] = "csc_matrix" if by_gene else "csr_matrix"
        group.attrs["encoding-version"] = "0.1.0"
        group.attrs["shape"] = (n_cells, n_genes)
        group["indptr"] = np.arange(long + 1, dtype=np.int64) * int(short * DENSITY)
        indices = group.create_dataset("indices", count, np.int32, maxshape=(None,))
        values = group.create_dataset("data", count, np.float32, maxshape=(None,))
        at = 0
        for places, made in _blocks(long, short):
            indices[at : at + made.size], values[at : at + made.size] = places, made
            at += made.size


def _blocks(long: int, short: int) -> Iterator[tuple[Any, Any]]:
    """Give the places and values of some rows at a time: one place in each of equal stretches."""
    rng = np.random.default_rng(2)
    each = int(short * DENSITY)
    stretch = short // each
    first = (np.arange(each) * stretch).astype(np.int32)
    at_once = max(1, _BLOCK_VALUES // each)
    for start in range(0, long, at_once):
        shape = (min(at_once, long - start), each)
        places = first + rng.integers(0, stretch, shape, dtype=np.uint8)
        yield places.reshape(-1), 1 - rng.random(shape[0] * each, dtype=np.float32)
