from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import dask.array as da
import h5py
import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext.dataset import DatasetError, Source, open_source
from cellucid_ext.dataset.contents.graph import Graph
from cellucid_ext.dataset.report import report

from .reading import body, identity, make, read_json

try:
    from anndata.io import sparse_dataset, write_elem
except ImportError:  # before 0.11
    from anndata.experimental import sparse_dataset, write_elem

Pairs = list[tuple[int, int]]


def with_graph(matrix: Any, **options: Any) -> Source:
    n = matrix.shape[0]
    adata = make(x=None, obsm={"X_umap": np.zeros((n, 2), dtype=np.float32)})
    adata.obsp["connectivities"] = matrix
    return open_source(adata, **options)


def edges(source: Source) -> Pairs:
    """The pairs in the files, as the manifest describes them."""
    manifest = read_json(source, "connectivity_manifest")
    assert (manifest["format"], manifest["compression"]) == ("edge_pairs", None)
    dtype = np.dtype(manifest["index_dtype"]).newbyteorder("<")
    assert manifest["index_bytes"] == dtype.itemsize
    first, second = (
        np.frombuffer(body(source, manifest[name]), dtype=dtype).tolist()
        for name in ("sourcesPath", "destinationsPath")
    )
    assert manifest["n_edges"] == len(first) == len(second)
    neighbours = [*first, *second]
    assert manifest["max_neighbors"] == max(map(neighbours.count, neighbours), default=0)
    assert manifest["n_cells"] == source.n_cells
    return list(zip(first, second, strict=True))


def by_hand(entries: list[tuple[int, int, float]]) -> Pairs:
    return sorted({(min(i, j), max(i, j)) for i, j, weight in entries if i != j and weight != 0})


DENSE: dict[str, Callable[[Any], Any]] = {
    "csr": sp.csr_matrix,
    "csc": sp.csc_matrix,
    "csr array": sp.csr_array,
    "csc array": sp.csc_array,
    "dense": lambda matrix: matrix.toarray(),
    "boolean": lambda matrix: matrix.toarray() != 0,
}


@settings(max_examples=40)
@given(
    n=st.integers(1, 9),
    form=st.sampled_from(sorted(DENSE)),
    entries=st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from([-1.0, 0.5, np.nan, 3])),
        max_size=40,
        unique_by=lambda entry: entry[:2],
    ),
)
def test_each_edge_once(n: int, form: str, entries: list[tuple[int, int, float]]) -> None:
    there = [(i % n, j % n, weight) for i, j, weight in entries]
    matrix = sp.lil_matrix((n, n))
    for i, j, weight in there:
        matrix[i, j] = weight
    source = with_graph(DENSE[form](matrix))
    assert edges(source) == by_hand(there)
    stats = identity(source)["stats"]
    assert (stats["has_connectivity"], stats["n_edges"]) == (True, len(by_hand(there)))


def test_zeros_that_are_stored_are_no_edges() -> None:
    matrix = sp.csr_matrix(([0.0, 1.0, 0.0], ([0, 1, 2], [1, 2, 0])), shape=(3, 3))
    assert matrix.nnz == 3
    assert edges(with_graph(matrix)) == [(1, 2)]
    assert edges(with_graph(matrix.tocsc())) == [(1, 2)]


def test_entries_that_stand_twice_and_in_no_order() -> None:
    matrix = sp.csr_matrix(
        (np.array([1.0, 1, 1, -1, 1, 1]), np.array([3, 1, 3, 2, 2, 0]), np.array([0, 3, 5, 5, 6])),
        shape=(4, 4),
    )
    assert edges(with_graph(matrix)) == [(0, 1), (0, 3), (1, 2)]


def in_file(matrix: Any, folder: Path, kind: str) -> Any:
    file = h5py.File(folder / "graph.h5", "w") if kind == "h5" else zarr.open_group(folder / "g")
    write_elem(file, "graph", matrix)
    return sparse_dataset(file["graph"]) if sp.issparse(matrix) else file["graph"]


LARGE: dict[str, Callable[[npt.NDArray[np.float32], Path], Any]] = {
    "dense": lambda matrix, _: matrix,
    "coo": lambda matrix, _: sp.coo_matrix(matrix),
    "csr": lambda matrix, _: sp.csr_matrix(matrix),
    "csc": lambda matrix, _: sp.csc_matrix(matrix),
    "dense in HDF5": lambda matrix, folder: in_file(matrix, folder, "h5"),
    "csr in HDF5": lambda matrix, folder: in_file(sp.csr_matrix(matrix), folder, "h5"),
    "csc in HDF5": lambda matrix, folder: in_file(sp.csc_matrix(matrix), folder, "h5"),
    "dense in Zarr": lambda matrix, folder: in_file(matrix, folder, "zarr"),
    "csr in Zarr": lambda matrix, folder: in_file(sp.csr_matrix(matrix), folder, "zarr"),
    "dense of Dask": lambda matrix, _: da.from_array(matrix, chunks=(400, 700)),
    "csr of Dask": lambda matrix, _: da.from_array(matrix, chunks=(300, -1)).map_blocks(
        sp.csr_matrix
    ),
}


@pytest.mark.parametrize("form", LARGE)
@pytest.mark.parametrize("symmetric", [True, False])
def test_a_matrix_that_is_read_in_parts(form: str, symmetric: bool, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    matrix = random.integers(0, 3, size=(1300, 1300)).astype(np.float32)
    matrix[random.random((1300, 1300)) < 0.05] = 0
    if symmetric:
        matrix = np.triu(matrix) + np.triu(matrix, 1).T
    either = np.triu((matrix != 0) | (matrix.T != 0), 1)
    first, second = np.nonzero(either)
    found = Graph(LARGE[form](matrix, tmp_path)).edges()
    np.testing.assert_array_equal(found.sources(), first)
    np.testing.assert_array_equal(found.targets, second)
    assert found.most == (either | either.T).sum(axis=1).max()


@pytest.mark.parametrize(("n", "dtype"), [(65_535, "uint16"), (65_536, "uint32")])
def test_numbers_are_as_small_as_they_can_be(n: int, dtype: str) -> None:
    matrix = sp.csr_matrix((np.ones(2), ([0, n - 1], [n - 1, 1])), shape=(n, n))
    source = with_graph(matrix)
    assert read_json(source, "connectivity_manifest")["index_dtype"] == dtype
    assert edges(source) == [(0, n - 1), (1, n - 1)]


def test_the_edges_of_a_large_graph_are_counted_later() -> None:
    matrix = np.zeros((2001, 2001), dtype=bool)
    matrix[5, 2000] = matrix[7, 6] = True
    source = with_graph(matrix)
    stats = identity(source)["stats"]
    assert (stats["has_connectivity"], stats["n_edges"]) == (True, None)
    assert report(source).graph is None
    assert "graph       not counted yet" in repr(report(source))
    assert edges(source) == [(5, 2000), (6, 7)]


def test_which_graph() -> None:
    adata = make()
    adata.obsp["connectivities"] = sp.csr_matrix((np.ones(1), ([0], [1])), shape=(6, 6))
    adata.obsp["mine"] = sp.csr_matrix((np.ones(2), ([2, 3], [4, 5])), shape=(6, 6))
    assert edges(open_source(adata)) == [(0, 1)]
    mine = open_source(adata, graph="mine")
    assert edges(mine) == [(2, 4), (3, 5)]
    assert report(mine).graph == 2
    assert "graph       2 edges" in repr(report(mine))
    with pytest.raises(DatasetError, match=r"'nope', which obsp .*'connectivities', 'mine'"):
        open_source(adata, graph="nope")


@pytest.mark.parametrize("option", [{}, {"graph": None}])
def test_no_graph(option: dict[str, None]) -> None:
    adata = make()
    if option:
        adata.obsp["connectivities"] = sp.eye(6, format="csr")
    source = open_source(adata, **option)
    stats = identity(source)["stats"]
    assert (stats["has_connectivity"], stats["n_edges"]) == (False, 0)
    assert report(source).graph == 0
    assert "graph       none" in repr(report(source))
    for path in ("connectivity_manifest.json", "connectivity/edges.src.bin"):
        with pytest.raises(FileNotFoundError):
            source.read(path)


def test_a_graph_of_no_numbers_is_left_out() -> None:
    adata = make()
    adata.obsp["connectivities"] = np.full((6, 6), "x", dtype=object)
    adata.obsp["words"] = np.full((6, 6), "x", dtype=object)
    [left_out] = identity(adata)["left_out"]
    assert (left_out["what"], left_out["key"]) == ("graph", "connectivities")
    assert "no numbers" in left_out["why"]
    with pytest.raises(DatasetError, match=r"'words'.* no numbers"):
        open_source(adata, graph="words")


def test_a_view_and_a_file(tmp_path: Path) -> None:
    adata = make()
    adata.obsp["connectivities"] = sp.csr_matrix((np.ones(3), ([0, 2, 4], [2, 4, 5])), shape=(6, 6))
    assert edges(open_source(adata[::2])) == [(0, 1), (1, 2)]
    adata.write_h5ad(tmp_path / "data.h5ad")
    backed = anndata.read_h5ad(tmp_path / "data.h5ad", backed="r")
    assert edges(open_source(backed)) == [(0, 2), (2, 4), (4, 5)]
    backed.file.close()
