"""An ``.h5ad`` file, which plays what its AnnData in memory plays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.stores.h5ad import H5adSource

from .reading import UMAP, X, body, coordinates, expression, identity, labels, make, values
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
    with pytest.raises(DatasetError, match=r"there is no folder or file '.*pbmc.h5ad'"):
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
        assert (
            f"DatasetError: {name} is no .h5ad file: it is a folder, a pipe or a device"
            in done.stderr
        )


def test_who_has_it_may_write_it_anew(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make({"size": range(6)}).write_h5ad(file)
    source = open_source(file, obs_keys=["size"])
    assert expression(source, "g1") == X[:, 1].tolist()
    code = (
        "import sys; from tests.dataset.reading import make; "
        "make({'size': range(10, 16)}).write_h5ad(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for path in ("var/g1.values.f32", "var/g2.values.f32", "obs/size.values.f32"):
        with pytest.raises(DatasetError, match=r"pbmc.h5ad changed since it was opened: refresh"):
            source.read(path)
    new = source.refreshed()
    assert values(new, "size").tolist() == list(range(10, 16))
    assert (new.id, new.name) == (source.id, "pbmc")
    assert new.revision != source.revision
    file.unlink()
    with pytest.raises(DatasetError, match=r"pbmc.h5ad can no longer be read: No such file"):
        new.read("obs/size.values.f32")
    with pytest.raises(DatasetError, match="there is no file"):
        new.refreshed()


def test_a_file_that_another_one_replaces(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make({"size": range(6)}).write_h5ad(file)
    source = open_source(file)
    make({"size": range(6)}).write_h5ad(tmp_path / "new.h5ad")
    (tmp_path / "new.h5ad").replace(file)
    with pytest.raises(DatasetError, match=r"pbmc.h5ad changed since it was opened"):
        source.read("points_2d.bin")


def test_the_revision_stands_for_the_file_and_the_options(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make({"size": range(6)}).write_h5ad(file)
    code = (
        "import sys; from cellucid_ext.dataset import open_source; "
        "print(open_source(sys.argv[1]).revision)"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, timeout=60)
    source = open_source(file)
    assert source.revision == done.stdout.decode().strip() == identity(source)["revision"]
    again = source.refreshed()
    assert again.revision == source.revision
    for path in ("obs/size.values.f32", "points_2d.bin", "dataset_identity.json"):
        assert again.read(path).etag == source.read(path).etag
    (tmp_path / "moved").mkdir()
    file = file.rename(tmp_path / "moved" / "pbmc.h5ad")
    assert open_source(file).revision == source.revision
    others = [open_source(file, obs_keys=[]), open_source(file, name="other")]
    os.utime(file, ns=(0, 0))
    others.append(open_source(file))
    assert len({source.revision, *(other.revision for other in others)}) == 4


def test_a_source_that_was_closed(tmp_path: Path) -> None:
    make().write_h5ad(tmp_path / "pbmc.h5ad")
    source = H5adSource(tmp_path / "pbmc.h5ad")
    source.read("points_2d.bin")
    source.close()
    source.close()
    for path in ("points_2d.bin", "var/g1.values.f32"):
        with pytest.raises(DatasetError, match="'pbmc' was closed: show it again"):
            source.read(path)
    # It is let go, else it could not be written in this process.
    make().write_h5ad(tmp_path / "pbmc.h5ad")


def test_a_file_that_a_person_closed(tmp_path: Path) -> None:
    make({"size": range(6)}).write_h5ad(tmp_path / "pbmc.h5ad")
    for opened in (
        anndata.read_h5ad(tmp_path / "pbmc.h5ad", backed="r"),
        anndata.experimental.read_lazy(tmp_path / "pbmc.h5ad"),
    ):
        source = open_source(opened)
        assert values(source, "size").tolist() == list(range(6))
        opened.file.close()
        with pytest.raises(DatasetError, match="the file of this AnnData was closed: open and"):
            source.read("var/g1.values.f32")


def test_a_file_that_changed_under_an_anndata(tmp_path: Path) -> None:
    make().write_h5ad(tmp_path / "pbmc.h5ad")
    backed = anndata.read_h5ad(tmp_path / "pbmc.h5ad", backed="r")
    source = open_source(backed)
    assert identity(source)["source"]["kind"] == "AnnData backed by pbmc.h5ad"
    os.utime(tmp_path / "pbmc.h5ad", ns=(0, 0))
    for each in (source, source.refreshed()):
        with pytest.raises(DatasetError, match=r"pbmc.h5ad changed since it was opened: open and"):
            each.read("var/g1.values.f32")
    backed.file.close()


def test_arrays_that_do_not_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.h5ad"
    for where, array in {
        "X": np.zeros((6, 2)),
        "layers/counts": np.zeros((5, 3)),
        "obsm/X_umap": np.zeros((5, 2)),
        "obsp/near": np.zeros((5, 5)),
    }.items():
        make().write_h5ad(path)
        with h5py.File(path, "a") as file:
            file.pop(where, None)
            file[where] = array
        with pytest.raises(DatasetError, match=f"pbmc.h5ad can't be read .*{where} "):
            open_source(path)


def test_a_column_that_is_too_short(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.h5ad"
    make({"size": range(6), "other": range(6)}).write_h5ad(path)
    with h5py.File(path, "a") as file:
        del file["obs/size"]
        anndata.io.write_elem(file["obs"], "size", np.arange(5))
    source = open_source(path)
    with pytest.raises(DatasetError, match="column 'size' has 5 values, but there are 6 rows"):
        source.read("obs/size.values.f32")
    assert values(source, "other").tolist() == list(range(6))


def leads_out(file: h5py.File, how: str) -> None:
    """Have an embedding lie in another file."""
    del file["obsm/X_umap"]
    if how == "a link":
        file["obsm/X_umap"] = h5py.ExternalLink("other.h5", "/points")
    elif how == "raw data":
        place = [("other.bin", 0, UMAP.nbytes)]
        file.create_dataset("obsm/X_umap", UMAP.shape, "f4", external=place)
    else:
        layout = h5py.VirtualLayout(UMAP.shape, "f4")
        layout[:] = h5py.VirtualSource("other.h5", "points", UMAP.shape)
        file.create_virtual_dataset("obsm/X_umap", layout)
    file["obsm/X_umap"].attrs["encoding-type"] = "array"


@pytest.mark.parametrize("how", ["a link", "raw data", "a view"])
def test_what_leads_to_other_files_is_refused(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    UMAP.tofile("other.bin")
    with h5py.File("other.h5", "w") as other:
        other["points"] = UMAP
    make().write_h5ad("strange.h5ad")
    H5adSource("strange.h5ad", trusted=False).close()
    with h5py.File("strange.h5ad", "a") as file:
        leads_out(file, how)
    # A person's own file may do it.
    source = open_source("strange.h5ad")
    np.testing.assert_allclose(coordinates(source, 2), UMAP, atol=1e-6)
    with pytest.raises(DatasetError, match=r"strange.h5ad is refused: obsm/X_umap (is|lies)"):
        H5adSource("strange.h5ad", trusted=False)
    # It was let go, and the reason is not that the other file can't be read.
    Path("other.h5").unlink()
    Path("other.bin").unlink()
    with pytest.raises(DatasetError, match=r"strange.h5ad is refused: obsm/X_umap (is|lies)"):
        H5adSource("strange.h5ad", trusted=False)


@pytest.mark.parametrize("what", [b"SNOD", b"HEAP", b"GCOL"])
def test_what_is_damaged(what: bytes, tmp_path: Path) -> None:
    """HDF5 has an error of its own for each kind of block."""
    path = tmp_path / "strange.h5ad"
    make({"size": range(6), "kind": list("aabbcc")}).write_h5ad(path)
    path.write_bytes(path.read_bytes().replace(what, b"gone"))
    for trusted in (True, False):
        with pytest.raises(DatasetError, match=r"strange.h5ad (is refused: it is|can't be read)"):
            H5adSource(path, trusted=trusted)


def test_links_within_a_file_lead_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "strange.h5ad"
    make({"size": range(6)}).write_h5ad(path)
    with h5py.File(path, "a") as file:
        file["obsm/X_tsne"] = h5py.SoftLink("/obsm/X_umap")
        file["uns/round"] = file["/"]
        file["uns/nowhere"] = h5py.SoftLink("/nowhere")
    assert H5adSource(path, trusted=False).n_cells == 6


def test_what_an_older_anndata_wrote(tmp_path: Path) -> None:
    """Before 0.8, with categories beside the columns."""
    path = tmp_path / "old.h5ad"
    make({"kind": pd.Categorical(list("aabbcc")), "size": range(6)}).write_h5ad(path)
    with h5py.File(path, "a") as file:
        obs = file["obs"]
        obs.attrs["encoding-version"] = "0.1.0"
        names, codes = obs["kind/categories"][:], obs["kind/codes"][:]
        del obs["kind"]
        obs["kind"], obs["__categories/kind"] = codes, names
        obs["kind"].attrs["categories"] = obs["__categories/kind"].ref
    source = open_source(path)
    assert labels(source, "kind") == list("aabbcc")
    assert values(source, "size").tolist() == list(range(6))
