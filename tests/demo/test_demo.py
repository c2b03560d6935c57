from __future__ import annotations

import ast
from pathlib import Path

import anndata
import nbformat
import numpy as np
import pandas as pd
import pytest

from cellucid_ext.dataset import open_source
from cellucid_ext.demo import make_dataset, write_demo


def test_its_shape() -> None:
    adata = make_dataset(n_cells=300)
    assert adata.shape == (300, 200)
    assert list(adata.obs) == ["cell_type", "lineage", "batch", "pseudotime", "n_counts"]
    assert adata.obs_names.is_unique
    assert adata.var_names.is_unique
    assert {"HBB", "CD14"} <= set(adata.var_names)
    assert (adata.X.format, adata.X.dtype) == ("csr", np.float32)
    assert adata.obsm["X_umap"].shape == (300, 2)
    assert adata.obsm["X_umap_3d"].shape == (300, 3)
    assert np.isfinite(adata.obsm["X_umap_3d"]).all()


def test_its_columns_say_what_is_in_it() -> None:
    adata = make_dataset()
    assert adata.n_obs == 5000
    assert len(adata.uns["cell_type_colors"]) == adata.obs["cell_type"].cat.categories.size
    assert set(adata.obs["cell_type"]) == set(adata.obs["cell_type"].cat.categories)
    assert 0 < adata.obs["lineage"].isna().mean() < 0.3
    assert 0 < adata.obs["n_counts"].isna().mean() < 0.1
    known = adata.obs["n_counts"].notna().to_numpy()
    sums = np.asarray(adata.X.sum(axis=1)).ravel()
    np.testing.assert_array_equal(adata.obs["n_counts"][known], sums[known])


def test_its_markers_mark() -> None:
    adata = make_dataset()
    for gene, kind in {"HBB": "Erythrocyte", "CD14": "Monocyte", "MS4A1": "B cell"}.items():
        values = pd.Series(adata[:, gene].X.toarray().ravel(), index=adata.obs_names)
        means = values.groupby(adata.obs["cell_type"], observed=True).mean()
        assert means.idxmax() == kind
        assert means[kind] > 5 * means.drop(kind).max()


def test_a_seed_gives_the_same_data() -> None:
    one, same, other = make_dataset(3, 200), make_dataset(3, 200), make_dataset(4, 200)
    pd.testing.assert_frame_equal(one.obs, same.obs)
    assert (one.X != same.X).nnz == 0
    assert (one.X != other.X).nnz > 0
    for key in ("X_umap", "X_umap_3d"):
        np.testing.assert_array_equal(one.obsm[key], same.obsm[key])
        assert not np.array_equal(one.obsm[key], other.obsm[key])


@pytest.mark.parametrize("n_cells", [1, 2, 10])
def test_few_cells(n_cells: int) -> None:
    assert open_source(make_dataset(n_cells=n_cells)).n_cells == n_cells


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo") / "a" / "b")


def test_the_folder_holds_data_and_a_notebook(notebook: Path) -> None:
    assert {path.name for path in notebook.parent.iterdir()} == {"demo.h5ad", notebook.name}
    written, made = anndata.read_h5ad(notebook.parent / "demo.h5ad"), make_dataset()
    pd.testing.assert_frame_equal(written.obs, made.obs)
    assert (written.X != made.X).nnz == 0
    assert open_source(written).id == open_source(made).id


def test_the_notebook_is_valid_and_its_code_compiles(notebook: Path) -> None:
    read = nbformat.read(notebook, as_version=4)
    nbformat.validate(read)
    code = [cell.source for cell in read.cells if cell.cell_type == "code"]
    assert len(code) == 4
    for source in code:
        ast.parse(source)
    assert '"demo.h5ad"' in code[0]
    assert read.cells[0].cell_type == "markdown"


def test_the_notebook_is_the_same_each_time(notebook: Path, tmp_path: Path) -> None:
    assert write_demo(tmp_path).read_bytes() == notebook.read_bytes()


def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    (tmp_path / "demo.h5ad").write_bytes(b"mine")
    changed = write_demo(tmp_path)
    changed.write_text("changed")
    assert write_demo(tmp_path) == changed
    assert changed.read_text() == "changed"
    assert (tmp_path / "demo.h5ad").read_bytes() == b"mine"


def test_what_is_missing_comes_back(tmp_path: Path) -> None:
    notebook = write_demo(tmp_path)
    before = notebook.read_bytes()
    notebook.unlink()
    assert write_demo(tmp_path).read_bytes() == before
