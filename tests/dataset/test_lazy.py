"""Data that nobody has in memory: Dask computes just what is asked for, wherever it does that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from anndata.experimental import read_lazy
from distributed import Client, LocalCluster

from cellucid_ext.dataset import DatasetError, open_source

from .reading import UMAP, X, expression, identity, labels, make, points, values

ROWS, GENES = 160_000, 50_000


@pytest.fixture(scope="module", name="workers")
def _workers() -> Iterator[set[int]]:
    """Two processes that compute everything; their ids."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield set(client.run(os.getpid).values())


def block(block_info: Any = None) -> Any:
    """Tell in each value its gene, and in the first row who computed it."""
    [(top, bottom), (left, right)] = block_info[None]["array-location"]
    made = np.zeros((bottom - top, right - left)) + np.arange(left, right)
    made[0] = os.getpid()
    return made


def vast(make_block: Any = block) -> AnnData:
    """A matrix of 64 GB, of which a gene takes four blocks."""
    chunks = da.core.normalize_chunks((ROWS // 4, 200), (ROWS, GENES))
    x = da.map_blocks(make_block, chunks=chunks, dtype=np.float64)
    assert x.nbytes == 64e9
    return AnnData(
        x,
        obs=pd.DataFrame(index=[f"c{place}" for place in range(ROWS)]),
        var=pd.DataFrame(index=[f"g{place}" for place in range(GENES)]),
        obsm={"X_umap": da.arange(2 * ROWS, chunks=ROWS // 2).reshape(ROWS, 2)},
    )


def test_a_matrix_larger_than_memory(workers: set[int]) -> None:
    source = open_source(vast())
    assert identity(source)["source"]["kind"] == "AnnData read with Dask"
    assert identity(source)["stats"]["n_genes"] == GENES
    np.testing.assert_allclose(points(source, 2)[[0, -1]], [[-1, -1], [1, 1]], atol=1e-4)
    for gene in (37_777, 5):
        found = np.array(expression(source, f"g{gene}"))
        heads = np.arange(0, ROWS, ROWS // 4)
        assert set(found[heads]) <= workers
        assert set(np.delete(found, heads)) == {gene}


def broken(block_info: Any = None) -> Any:
    raise OSError("the disk of the worker is gone")


def test_a_worker_that_fails(workers: set[int]) -> None:
    source = open_source(vast(broken))
    with pytest.raises(DatasetError, match=r"can't be read: .*the disk of the worker is gone"):
        source.read("var/g5.values.f32")
    assert points(source, 2).shape == (ROWS, 2)


@pytest.fixture(name="path", params=["h5ad", "zarr"])
def _path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind = pd.Categorical(["b", "a", None, "b", "b", "a"], categories=["b", "unused", "a"])
    adata = make({"kind": kind, "size": [1, np.nan, 3, 4, 5, 6], "text": list("xyxyzz")})
    path = tmp_path / f"pbmc.{request.param}"
    adata.write_h5ad(path) if request.param == "h5ad" else adata.write_zarr(path)
    return path


@pytest.mark.parametrize("scheduler", ["workers", "threads", "synchronous"])
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_what_is_read_lazily(scheduler: str, path: Path, request: pytest.FixtureRequest) -> None:
    if scheduler == "workers":
        request.getfixturevalue("workers")
        scheduler = "distributed"
    with dask.config.set(scheduler=scheduler):
        source = open_source(read_lazy(path))
        assert labels(source, "kind") == ["b", "a", None, "b", "b", "a"]
        assert labels(source, "text") == list("xyxyzz")
        np.testing.assert_array_equal(values(source, "size"), [1, np.nan, 3, 4, 5, 6])
        assert expression(source, "g1") == X[:, 1].tolist()
        np.testing.assert_allclose(points(source, 2), (UMAP - [2, 1]) / 2)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_columns_are_computed_when_they_are_asked_for(path: Path) -> None:
    """Numbers, codes and genes; of a text the categories must be known first."""
    seen: list[str] = []

    class Seen(dask.callbacks.Callback):  # type: ignore[misc]
        def _start(self, graph: Any) -> None:
            seen.append("computed")

    adata = read_lazy(path)
    adata.obsm["X_umap"] = UMAP
    with Seen(), dask.config.set(scheduler="synchronous"):
        source = open_source(adata, obs_keys=["kind", "size"])
        identity(source)
        source.read("obs_manifest.json")
        assert seen == []
        values(source, "size")
        assert seen == ["computed"]
        values(source, "size")
        expression(source, "g1")
        assert len(seen) == 2
