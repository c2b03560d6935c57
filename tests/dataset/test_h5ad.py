"""An ``.h5ad`` file, which plays what its AnnData in memory plays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from cellucid_ext.dataset import DatasetError, open_source

from .reading import UMAP, X, body, coordinates, expression, identity, make
from .test_folder import FILES


@pytest.mark.parametrize("form", [np.array, sp.csr_matrix, sp.csc_matrix])
def test_every_file_is_that_of_its_anndata(form: Callable[[Any], Any], tmp_path: Path) -> None:
    adata = make({"size": range(6), "kind": pd.Categorical(list("aabbcc"))}, form(X))
    adata.uns["kind_colors"] = ["#ff0000", "#00ff00", "#0000ff"]
    adata.uns["other"] = {"large": np.zeros(10)}
    adata.layers["counts"] = form(X)
    adata.obsp["distances"] = sp.csr_matrix(np.eye(6))
    adata.write_h5ad(tmp_path / "pbmc.h5ad")
    source, played = open_source(tmp_path / "pbmc.h5ad"), open_source(adata, name="pbmc")
    for path in FILES[1:]:
        assert body(source, path) == body(played, path), path
    assert (source.id, source.name) == (played.id, "pbmc")
    colors = [field.get("colors") for field in identity(source)["obs_fields"]]
    assert ["#ff0000", "#00ff00", "#0000ff"] in colors


def test_without_expression_and_with_a_wide_embedding(tmp_path: Path) -> None:
    pca = np.random.default_rng(0).normal(size=(6, 20))
    adata = make({"size": range(6)}, None, {"X_pca": pca})
    adata.obsm["frame"] = pd.DataFrame({"a": range(6)}, index=adata.obs_names)
    adata.write_h5ad(tmp_path / "pbmc.h5ad")
    source = open_source(str(tmp_path / "pbmc.h5ad"), name="Mine", dataset_id="mine-1")
    assert (source.id, source.name, source.n_vars) == ("mine-1", "Mine", 0)
    np.testing.assert_allclose(coordinates(source, 3), pca[:, :3], atol=1e-6)
    with pytest.raises(FileNotFoundError):
        source.read("var_manifest.json")


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    with pytest.raises(DatasetError, match=r"pbmc.h5ad is no .h5ad file: .*No such file"):
        open_source(file)
    file.write_bytes(b"hello")
    with pytest.raises(DatasetError, match=r"pbmc.h5ad is no .h5ad file"):
        open_source(file)
    # Each of these is let go, else the next could not be written in this process.
    make(obsm={}).write_h5ad(file)
    with pytest.raises(DatasetError, match="no embedding"):
        open_source(file)
    make()[:0].write_h5ad(file)
    with pytest.raises(DatasetError, match="no cells"):
        open_source(file)
    make().write_h5ad(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"pbmc.h5ad (is no|can't be read)"):
        open_source(file)


def test_what_is_no_file(tmp_path: Path) -> None:
    """To open a pipe would wait for ever, with all of Python."""
    os.mkfifo(tmp_path / "pipe.h5ad")
    (tmp_path / "null.h5ad").symlink_to(os.devnull)
    code = "import sys; from cellucid_ext.dataset import open_source; open_source(sys.argv[1])"
    for name in ("pipe.h5ad", "null.h5ad"):
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path / name],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert f"DatasetError: {name} is no .h5ad file: it is a pipe or a device" in done.stderr


def test_who_has_it_may_write_it_anew(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make({"size": range(6)}).write_h5ad(file)
    source = open_source(file)
    assert expression(source, "g1") == X[:, 1].tolist()
    code = "import sys; from tests.dataset.reading import make; make().write_h5ad(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert identity(source)["stats"]["n_cells"] == len(UMAP)
