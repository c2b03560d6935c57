"""What can be opened by its path or as it is, and what is said of the rest."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import mudata
import numpy as np
import pandas as pd
import pytest
import zarr
from anndata import AnnData
from mudata import MuData

from cellucid_ext.dataset import DatasetError, Source, open_source

from .reading import UMAP, X, body, coordinates, expression, identity, make, values

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")


def kind(source: Source) -> str:
    found: str = identity(source)["source"]["kind"]
    return found


def test_what_a_path_leads_to(tmp_path: Path) -> None:
    adata = make({"size": range(6)})
    adata.write_h5ad(tmp_path / "a.H5AD")
    shutil.copy(tmp_path / "a.H5AD", tmp_path / "no ending")
    adata.write_zarr(tmp_path / "b.zarr")
    shutil.make_archive(str(tmp_path / "c.zarr"), "zip", tmp_path / "b.zarr")
    shutil.copy(tmp_path / "c.zarr.zip", tmp_path / "d")
    (tmp_path / "link").symlink_to(tmp_path / "b.zarr")
    for name, called, expected in (
        ("a.H5AD", "a", ".h5ad file"),
        ("no ending", "no ending", ".h5ad file"),
        ("b.zarr", "b", "Zarr folder"),
        ("link", "link", "Zarr folder"),
        ("c.zarr.zip", "c", "Zarr zip file"),
        ("d", "d", "Zarr zip file"),
    ):
        source = open_source(str(tmp_path / name))
        assert (source.name, kind(source)) == (called, expected)
        assert expression(source, "g1") == X[:, 1].tolist()


def test_what_is_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatasetError, match=r"folder' has no dataset_identity.json, and it is no Z"):
        open_source(tmp_path / "folder")
    with pytest.raises(DatasetError, match=r"there is no folder or file '.*nowhere.zarr'"):
        open_source(tmp_path / "nowhere.zarr")
    (tmp_path / "table.csv").write_text("a,b\n")
    with pytest.raises(DatasetError, match=r"csv' is neither a dataset folder nor an .h5ad, .h5mu"):
        open_source(tmp_path / "table.csv")
    (tmp_path / "empty.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(DatasetError, match=r"empty.zip is no Zarr zip file"):
        open_source(tmp_path / "empty.zip")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(
        DatasetError, match=r"text.zip is no Zarr zip file: it is damaged, or no zip"
    ):
        open_source(tmp_path / "text.zip")
    with pytest.raises(TypeError, match=r"expected an AnnData or a MuData .* got builtins\.int"):
        open_source(3)


def test_a_zarr_folder_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.zarr"
    make().write_zarr(path)
    shutil.rmtree(path / "var")
    with pytest.raises(
        DatasetError, match=r"pbmc.zarr can't be read as an AnnData: KeyError: 'var"
    ):
        open_source(path)


def only_its_permissions_count() -> None:
    """Take from root what lets it read everything; others have nothing to lose."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    code = "import sys; from cellucid_ext.dataset import open_source; open_source(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, folder],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=only_its_permissions_count,
    )
    assert f"DatasetError: '{folder}' can't be read: Permission denied" in done.stderr


def test_a_zarr_folder_that_changed(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.zarr"
    make({"size": range(6)}).write_zarr(path)
    source = open_source(path)
    assert values(source, "size").tolist() == list(range(6))
    make({"size": range(10, 16), "new": range(6)}).write_zarr(path)
    for name in ("obs/size.values.f32", "var/g1.values.f32"):
        with pytest.raises(DatasetError, match=r"pbmc.zarr changed since it was opened: refresh"):
            source.read(name)
    new = source.refreshed()
    assert values(new, "size").tolist() == list(range(10, 16))
    assert values(new, "new").tolist() == list(range(6))
    assert (new.id, new.revision != source.revision) == (source.id, True)


def test_a_zarr_array_that_was_written_into(tmp_path: Path) -> None:
    """Nothing tells, but whoever looks again must see it, and so has to fetch it again."""
    path = tmp_path / "pbmc.zarr"
    make({"size": range(6)}).write_zarr(path)
    source = open_source(path)
    old = source.read("obs/size.values.f32")
    inside: Any = zarr.open_group(str(path), mode="r+", use_consolidated=False)
    inside["obs/size"][:] = 7
    for new in (source.refreshed(), open_source(path)):
        assert values(new, "size").tolist() == [7] * 6
        assert new.revision != source.revision
        assert new.read("obs/size.values.f32").etag != old.etag


def test_a_zip_file_that_changed(tmp_path: Path) -> None:
    make({"size": range(6)}).write_zarr(tmp_path / "pbmc.zarr")
    shutil.make_archive(str(tmp_path / "pbmc"), "zip", tmp_path / "pbmc.zarr")
    source = open_source(tmp_path / "pbmc.zip")
    os.utime(tmp_path / "pbmc.zip", ns=(0, 0))
    with pytest.raises(DatasetError, match=r"pbmc.zip changed since it was opened: refresh"):
        source.read("points_2d.bin")
    assert values(source.refreshed(), "size").tolist() == list(range(6))


def two(**obsm: Any) -> MuData:
    """Cells 0 to 3 with RNA, and 2 to 7 with protein; embeddings of all of them."""
    rna, protein = make({"size": range(6)})[:4].copy(), make({"size": range(10, 16)})
    protein.obs_names = [f"cell-{place}" for place in (7, 6, 5, 4, 3, 2)]
    del protein.obsm["X_umap"]
    protein.var_names = [f"p{place}" for place in range(3)]
    both = MuData({"rna": rna, "protein": protein})
    places = np.array([float(name.removeprefix("cell-")) for name in both.obs_names])
    both.obsm["X_umap"] = np.column_stack([places, places**2])
    return both


@pytest.fixture(name="how", params=["in memory", "h5mu", "zarr"])
def _how(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "in memory":
        return two()
    path = tmp_path / f"both.{request.param}"
    if request.param == "h5mu":
        two().write_h5mu(path)
    else:
        mudata.write_zarr(path, two())
    return path


def test_modalities(how: Any) -> None:
    for wanted in (None, "", "dna"):
        with pytest.raises(DatasetError, match=r"\(it has 'rna', 'protein'\)"):
            open_source(how, modality=wanted)
    rna, protein = open_source(how, modality="rna"), open_source(how, modality="protein")
    assert [identity(each)["source"]["modality"] for each in (rna, protein)] == ["rna", "protein"]
    assert rna.id != protein.id
    assert (rna.n_cells, values(protein, "size").tolist()) == (4, list(range(10, 16)))
    assert expression(protein, "p1") == X[:, 1].tolist()
    np.testing.assert_allclose(coordinates(rna, 2), UMAP[:4], atol=1e-5)
    # It has none of its own: those of the whole, each at its cell.
    places = np.array([7, 6, 5, 4, 3, 2])
    np.testing.assert_allclose(
        coordinates(protein, 2), np.column_stack([places, places**2]), atol=1e-5
    )
    again = protein.refreshed()
    assert (again.id, again.name) == (protein.id, protein.name)


def test_embeddings_that_nobody_shows_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "both.h5mu"
    two().write_h5mu(path)
    with h5py.File(path, "a") as file:
        place = [(str(tmp_path / "gone"), 0, 8 * 16)]
        file.create_dataset("obsm/X_gone", (8, 2), "f8", external=place)
        file["obsm/X_gone"].attrs["encoding-type"] = "array"
    source = open_source(path, modality="protein")
    places = np.array([7, 6, 5, 4, 3, 2])
    np.testing.assert_allclose(
        coordinates(source, 2), np.column_stack([places, places**2]), atol=1e-5
    )
    gone = open_source(path, modality="protein", embeddings={2: "X_gone"})
    with pytest.raises(DatasetError, match=r"points_2d.bin of 'both' can't be read: OSError"):
        gone.read("points_2d.bin")


def test_what_else_of_the_whole_is_shown(tmp_path: Path) -> None:
    both = two()
    places = both.obsm["X_umap"][:, 0]
    both.obsm["X_tsne"] = pd.DataFrame({"a": places, "b": -places}, index=both.obs_names)
    both.obsm["velocity_umap"] = np.column_stack([places, places])
    both.obsm["X_pca"] = np.column_stack([places, places, places, places])
    both.write_h5mu(tmp_path / "both.h5mu")
    expected = [7, 6, 5, 4, 3, 2]
    for data in (both, tmp_path / "both.h5mu"):
        wanted: dict[str, Any] = {"modality": "protein", "latent": "X_pca"}
        source = open_source(data, **wanted, embeddings={2: "X_tsne", 3: "X_pca"})
        np.testing.assert_allclose(coordinates(source, 2)[:, 0], expected, atol=1e-5)
        np.testing.assert_allclose(coordinates(source, 3)[:, 2], expected, atol=1e-5)
        source = open_source(data, **wanted)
        scale = identity(source)["embeddings"]["transforms"]["2d"]["scale"]
        field = np.frombuffer(body(source, "vectors/velocity_umap_2d.bin"), dtype="<f4")
        np.testing.assert_allclose(field.reshape(-1, 2)[:, 1] * scale, expected, atol=1e-5)


def test_the_only_modality(tmp_path: Path) -> None:
    one = MuData({"rna": make({"size": range(6)})})
    assert open_source(one).name == "rna"
    one.write_h5mu(tmp_path / "one.h5mu")
    source = open_source(tmp_path / "one.h5mu")
    assert (source.name, kind(source)) == ("one", ".h5mu file")
    assert identity(source)["source"]["modality"] == "rna"


def test_a_modality_of_what_has_none(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="modality is 'rna', but this is an AnnData"):
        open_source(make(), modality="rna")
    make().write_h5ad(tmp_path / "pbmc.h5ad")
    with pytest.raises(DatasetError, match=r"modality is 'rna', but pbmc.h5ad has none"):
        open_source(tmp_path / "pbmc.h5ad", modality="rna")


@pytest.mark.parametrize(
    ("option", "given", "message"),
    [
        (
            "embeddings",
            "X_umap",
            r"'X_umap'; it must be a dict .*, such as embeddings={2: 'X_umap'}",
        ),
        ("embeddings", {2.0: "X_umap"}, r"{2.0: 'X_umap'}; it must be a dict of which key of obsm"),
        ("embeddings", {2: 3}, r"{2: 3}; it must be a dict"),
        ("genes", "g1", r"'g1'; it must be a list of texts, such as genes=\['CD3D', 'CD8A'\]"),
        ("genes", [1], r"\[1\]; it must be a list of texts"),
        ("obs_keys", {"size"}, r"{'size'}; it must be a list"),
        ("vectors", "velocity", r"'velocity'; it must be a list of texts, such as vectors=\['vel"),
        ("expression", None, r"None; it must be 'X', 'raw' or the name of a layer"),
        ("name", 5, "5; it must be a text"),
        ("graph", True, "True; it must be a key of obsp, or None for no graph"),
    ],
)
def test_options_of_another_type(option: str, given: Any, message: str, tmp_path: Path) -> None:
    make().write_h5ad(tmp_path / "pbmc.h5ad")
    for data in (make(), MuData({"rna": make()}), tmp_path / "pbmc.h5ad", tmp_path / "nowhere"):
        options: Any = {option: given}
        with pytest.raises(TypeError, match=f"^{option} is {message}"):
            open_source(data, **options)


def test_what_is_no_option() -> None:
    wrong: Any = {"embedding": {2: "X_umap"}}
    with pytest.raises(TypeError, match=r"no option 'embedding' \(.* are dataset_id, embeddings,"):
        open_source(make(), **wrong)


def test_lists_of_any_kind() -> None:
    names = np.array(["g2", "g0"])
    for given in (names, pd.Index(names), pd.Series(names), tuple(names), iter(names)):
        options: Any = {"genes": given, "embeddings": {np.int64(2): "X_umap"}}
        source = open_source(make(), **options)
        assert identity(source)["embeddings"]["available_dimensions"] == [2]
        assert expression(source, "g2") == X[:, 2].tolist()
        with pytest.raises(FileNotFoundError):
            source.read("var/g1.values.f32")


def test_a_column_that_no_reader_knows() -> None:
    when = pd.date_range("2020-01-01", periods=6)
    [left_out] = identity(AnnData(X, make({"when": when}).obs, obsm={"X_umap": UMAP}))["left_out"]
    assert left_out == {
        "what": "obs column",
        "key": "when",
        "why": "datetime64[ns] is neither numbers nor categories",
    }
