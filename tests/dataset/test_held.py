"""What a source takes of an AnnData, and lets go."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pytest
import scipy.sparse as sp
from anndata import AnnData

from cellucid_ext.dataset import open_source
from cellucid_ext.dataset.stores.h5ad import H5adSource

from .reading import X, expression, make


@pytest.fixture(name="taken")
def _taken(monkeypatch: pytest.MonkeyPatch) -> list[AnnData]:
    """The views whose X is taken, which each time makes it anew."""
    taken: list[AnnData] = []
    plain: Any = AnnData.X

    def spied(adata: AnnData) -> Any:
        if adata.is_view:
            taken.append(adata)
        return plain.fget(adata)

    monkeypatch.setattr(AnnData, "X", property(spied, plain.fset, plain.fdel))
    return taken


def test_the_matrix_of_a_view_is_made_once(tmp_path: Path, taken: list[AnnData]) -> None:
    make().write_h5ad(tmp_path / "pbmc.h5ad")
    backed = anndata.read_h5ad(tmp_path / "pbmc.h5ad", backed="r")
    for adata in (make(x=sp.csr_matrix(X)), backed):
        view = adata[1:5]
        taken.clear()
        source = open_source(view)
        assert expression(source, "g1") == X[1:5, 1].tolist()
        assert len(taken) == 1
    backed.file.close()


def test_nor_is_it_made_for_another_one(taken: list[AnnData]) -> None:
    adata = make()
    adata.layers["counts"] = X * 2
    view = adata[1:5]
    taken.clear()
    assert expression(open_source(view, expression="layer:counts"), "g1") == [0, 0, 0, 0]
    assert not taken


@pytest.fixture(name="no_collector")
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_what_is_closed_goes_at_once(tmp_path: Path) -> None:
    adata = make({"kind": list("aabbcc"), "size": range(6)}, sp.csr_matrix(X))
    adata.obsp["connectivities"] = sp.csr_matrix(np.eye(6)[::-1])
    adata.obsm["velocity_umap"] = np.ones((6, 2))
    adata.obsm["X_pca"] = np.random.default_rng(0).normal(size=(6, 4))
    adata.write_h5ad(tmp_path / "pbmc.h5ad")
    for data in (adata, tmp_path / "pbmc.h5ad"):
        source: Any = open_source(data, latent="X_pca")
        for path in source.files:
            source.read(path)
        parts = (source.obs, source.embeddings, source.expression, source.graph, source.vectors)
        held = [weakref.ref(each) for each in (source, source.cells, *parts)]
        del parts
        source.close()
        del source
        assert [each() for each in held] == [None] * 7


def test_what_is_closed_and_still_there_holds_nothing_large(tmp_path: Path) -> None:
    make({"flag": [True, False] * 3}).write_h5ad(tmp_path / "pbmc.h5ad")
    source = H5adSource(tmp_path / "pbmc.h5ad")
    held: list[weakref.ref[Any]] = [
        weakref.ref(source.embeddings.points(2).values),
        weakref.ref(source.obs.categorical("flag")[0]),
        weakref.ref(source.read("var/g1.values.f32").body),
    ]
    source.close()
    assert [each() for each in held] == [None] * 3
