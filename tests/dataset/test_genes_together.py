"""Genes that are read together, in one pass through what would take one for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import scipy.sparse as sp
from anndata import AnnData

from cellucid_ext import prepare
from cellucid_ext.dataset import DatasetError
from cellucid_ext.dataset.genes import genes as genes_module
from cellucid_ext.dataset.genes.genes import Genes

from .reading import make
from .test_dense_side import Array, normal
from .unpacked import Unpacked


class Computed(dask.callbacks.Callback):
    """Counts how often something is computed."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.times = 0

    def _start(self, graph: Any) -> None:
        self.times += 1


def of_dask(values: Array, chunks: tuple[int, int]) -> Any:
    return da.from_array(values, chunks=chunks)  # type: ignore[no-untyped-call]


DASK: dict[str, Callable[[Array], Any]] = {
    "dense": lambda values: of_dask(values, (7, 4)),
    "double": lambda values: of_dask(values.astype(np.float64), (7, 4)),
    "csr": lambda values: of_dask(values, (7, -1)).map_blocks(sp.csr_matrix),
}


@pytest.mark.parametrize("form", DASK)
def test_genes_of_dask_are_computed_together(form: str) -> None:
    values = normal(30, 10)
    values[values < 0] = 0
    values[3, 4] = np.nan
    genes = Genes(DASK[form](values))
    assert genes.wait_until_built(0)
    for places in ([0], [2, 3, 4], [1, 4, 9], list(range(10))):
        with Computed() as computed, dask.config.set(scheduler="synchronous"):
            found = genes.columns(places)
        assert computed.times == 1
        assert found.dtype == np.float32
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, values[:, places].T)


def test_dask_genes_that_are_no_numbers() -> None:
    with pytest.raises(DatasetError, match="can't be shown as numbers"):
        Genes(da.zeros((3, 3), dtype=np.complex64)).columns([0])


def found_in(folder: Path, adata: AnnData, **options: Any) -> Unpacked:
    return Unpacked(prepare(adata, folder, progress=False, **options))


def test_a_folder_of_what_dask_computes_takes_a_pass_for_many_genes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as fit, in the order in which they lie."""
    values = normal(6, 23)
    monkeypatch.setattr(genes_module, "AT_ONCE_BYTES", 6 * 4 * 10)
    adata = make(x=of_dask(values, (3, 5)))
    with Computed() as computed, dask.config.set(scheduler="synchronous"):
        found = found_in(tmp_path / "all", adata)
        assert computed.times == 3
        some = found_in(tmp_path / "some", adata, genes=["g9", "g2", "g22"])
        assert computed.times == 4
    assert (found.genes(), some.genes()) == ([f"g{i}" for i in range(23)], ["g9", "g2", "g22"])
    for folder in (found, some):
        for gene in folder.genes():
            np.testing.assert_array_equal(folder.gene(gene), values[:, int(gene[1:])])


def test_a_folder_of_few_genes_of_a_file(tmp_path: Path) -> None:
    values = normal(1100, 1000)
    make(x=values, obsm={"X_umap": normal(1100, 2)}).write_h5ad(tmp_path / "a.h5ad")
    found = found_in(tmp_path / "a", tmp_path / "a.h5ad", genes=["g999", "g1"])
    np.testing.assert_array_equal(found.gene("g999"), values[:, 999])
    np.testing.assert_array_equal(found.gene("g1"), values[:, 1])
