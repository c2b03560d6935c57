"""A dataset folder that `prepare` writes: what is in it, and that nothing is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import prepare
from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.report import report
from cellucid_ext.demo import make_dataset
from cellucid_ext.session.snapshots import latest_snapshot, read_snapshots
from tests.session.made import Made

from .reading import X, body, labels, make, many, points, values
from .unpacked import Unpacked

PACKINGS = [(None, None), (None, 8), (6, None), (1, 16), (9, 8)]


def written(data: Any, folder: Path, **options: Any) -> Unpacked:
    return Unpacked(prepare(data, folder, progress=False, **options))


@pytest.fixture(name="adata", scope="module")
def _adata() -> AnnData:
    adata = make_dataset(n_cells=300)
    adata.obs["gaps"] = adata.obs["pseudotime"].where(adata.obs["batch"] != "b1")
    adata.obs["kind"] = adata.obs["cell_type"].where(adata.obs["pseudotime"] > 0.2)
    return adata


@pytest.mark.parametrize(("compression", "quantization"), PACKINGS)
def test_all_values_are_there(
    adata: AnnData, tmp_path: Path, compression: int | None, quantization: int | None
) -> None:
    found = written(adata, tmp_path / "a", compression=compression, quantization=quantization)
    steps = 2.0**40 if quantization is None else 2**quantization - 2

    def same(stored: Any, given: Any) -> None:
        given = np.asarray(given, dtype=np.float64).ravel()
        step = (np.nanmax(given) - np.nanmin(given)) / steps
        np.testing.assert_allclose(stored, given, rtol=1e-6, atol=step / 2 + 1e-12)

    for key in ("pseudotime", "n_counts", "gaps"):
        same(found.values(key), adata.obs[key])
    for key in ("cell_type", "batch", "kind"):
        given = adata.obs[key].astype(object)
        assert found.labels(key) == [None if pd.isna(label) else label for label in given]
    assert found.genes() == adata.var_names.tolist()
    for gene, column in zip(found.genes(), adata.X.toarray().T, strict=True):
        same(found.gene(gene), column)
    source = open_source(adata)
    for dimension in (2, 3):
        np.testing.assert_array_equal(found.points(dimension), points(source, dimension))
    assert found.bytes("obs_names.txt").decode().splitlines() == adata.obs_names.tolist()


@pytest.mark.parametrize(("compression", "quantization"), PACKINGS)
def test_files_are_named_as_they_are_stored(
    adata: AnnData, tmp_path: Path, compression: int | None, quantization: int | None
) -> None:
    folder = prepare(
        adata,
        tmp_path / "a",
        compression=compression,
        quantization=quantization,
        progress=False,
        genes=["CD14"],
        obs_keys=["batch", "n_counts"],
    )
    number = "f32" if quantization is None else f"u{quantization}"
    end = "" if compression is None else ".gz"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "dataset_identity.json",
        "obs_manifest.json",
        "var_manifest.json",
        "obs_names.txt",
        f"points_2d.bin{end}",
        f"points_3d.bin{end}",
        f"obs/batch.codes.u8{end}",
        f"obs/n_counts.values.{number}{end}",
        f"var/CD14.values.{number}{end}",
    }
    settings = json.loads((folder / "dataset_identity.json").read_text())["export_settings"]
    assert settings == {
        "compression": compression,
        "var_quantization": quantization,
        "obs_continuous_quantization": quantization,
        "obs_categorical_dtype": "auto",
    }


def test_two_runs_write_the_same_files(adata: AnnData, tmp_path: Path) -> None:
    runs = [prepare(adata, tmp_path / name, compression=1, progress=False) for name in "ab"]
    first, second = (
        {path.relative_to(run): path.read_bytes() for path in run.rglob("*.*") if path.is_file()}
        for run in runs
    )
    changes = {path for path, held in first.items() if second[path] != held}
    assert first.keys() == second.keys()
    assert changes <= {Path("dataset_identity.json")}


def test_the_folder_is_the_dataset_that_was_shown(adata: AnnData, tmp_path: Path) -> None:
    shown = open_source(adata, name="Blood")
    folder = open_source(prepare(adata, tmp_path / "a", name="Blood", progress=False))
    assert (folder.id, folder.name) == (shown.id, "Blood")
    assert (folder.n_cells, folder.n_vars) == (shown.n_cells, shown.n_vars)
    told, of_the_folder = report(shown), report(folder)
    assert of_the_folder.kind == "dataset folder, made of AnnData in memory"
    assert (of_the_folder.columns, of_the_folder.embeddings) == (told.columns, told.embeddings)
    assert (of_the_folder.left_out, of_the_folder.notes) == (told.left_out, told.notes)
    for path in ("points_2d.bin", "obs/n_counts.values.f32", "var/CD14.values.f32"):
        assert body(folder, path) == body(shown, path)
    np.testing.assert_array_equal(values(folder, "gaps"), values(shown, "gaps"))
    assert labels(folder, "kind") == labels(shown, "kind")


def test_of_many_cells_all_is_told_at_once(tmp_path: Path) -> None:
    half = np.arange(100_001) % 2
    adata = many(100_001, {"side": pd.Categorical(np.where(half, "left", "right"))})
    adata.obsm["X_umap"] = np.stack([half * 2 - 1, half], axis=1).astype(np.float32)
    found = written(adata, tmp_path / "a")
    assert found.identity["rows"]["count"] == 100_001
    spots = points(open_source(adata), 2)
    assert found.centroids("side") == {
        "2": [
            {"category": "left", "position": spots[1].tolist(), "n_points": 50_000},
            {"category": "right", "position": spots[0].tolist(), "n_points": 50_001},
        ]
    }
    assert found.obs["_obsSchemas"]["categorical"]["centroidsPathPattern"] is None


def test_a_file(adata: AnnData, tmp_path: Path) -> None:
    adata.write_h5ad(tmp_path / "blood.h5ad")
    found = written(tmp_path / "blood.h5ad", str(tmp_path / "some" / "where"))
    assert found.folder == tmp_path / "some" / "where"
    assert found.identity["name"] == "blood"
    np.testing.assert_allclose(found.gene("CD14"), adata[:, "CD14"].X.toarray().ravel())


def test_without_expression_and_columns(tmp_path: Path) -> None:
    found = written(many(3, {}), tmp_path / "a")
    assert not (found.folder / "var_manifest.json").exists()
    assert open_source(found.folder).n_vars == 0


KEYS = st.one_of(
    st.text(min_size=1, max_size=8),
    st.text("/\\.:*?\0\n \u0301ßİ", min_size=1, max_size=4),
    st.sampled_from(["..", "../../x", "a" * 300, "é" * 300, "A", "a", "\ud800", "con", "-", "%2e"]),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(KEYS, unique=True, max_size=4), st.sampled_from(PACKINGS), st.data())
def test_whatever_the_keys_are(
    tmp_path_factory: pytest.TempPathFactory,
    keys: list[str],
    packing: tuple[int | None, int | None],
    data: st.DataObject,
) -> None:
    numbers = st.lists(st.integers(-127, 127), min_size=6, max_size=6)
    given = {key: [*data.draw(numbers), -127, 127] for key in keys}
    spots = np.arange(16, dtype=np.float32).reshape(8, 2)
    x = np.array(list(given.values()), dtype=np.float32).reshape(len(keys), 8).T
    adata = make(
        {key: np.array(column, float) for key, column in given.items()},
        x,
        {"X_umap": spots},
        genes=keys,
    )
    top = tmp_path_factory.mktemp("keys")
    compression, quantization = packing
    found = written(adata, top / "a", compression=compression, quantization=quantization)
    assert [path.name for path in top.iterdir()] == ["a"]
    assert found.genes() == keys
    for key in keys:
        np.testing.assert_allclose(found.values(key), given[key], atol=2e-3)
        np.testing.assert_allclose(found.gene(key), given[key], atol=2e-3)
    assert open_source(found.folder).n_vars == len(keys)


def test_a_name_of_a_cell_that_breaks_the_list(tmp_path: Path) -> None:
    adata = make()
    adata.obs_names = ["a\nb", *"bcdef"]
    found = written(adata, tmp_path / "a")
    assert not (found.folder / "obs_names.txt").exists()
    [note] = found.identity["notes"]
    assert note.startswith("the folder has no obs_names.txt: a name in obs_names holds a line feed")


def test_infinite_values_are_told(tmp_path: Path) -> None:
    adata = make({"size": [0, 1, np.inf, -np.inf, np.nan, 2]})
    plain = written(adata, tmp_path / "a")
    assert plain.identity["notes"] == []
    np.testing.assert_array_equal(plain.values("size"), adata.obs["size"])
    rounded = written(adata, tmp_path / "b", quantization=8)
    assert rounded.identity["notes"] == [
        "1 columns or genes hold infinite values, which have no place among 8 bits: they are "
        "missing"
    ]
    np.testing.assert_array_equal(rounded.values("size"), [0, 1, np.nan, np.nan, np.nan, 2])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"compression": 0}, "compression is 0; it must be a level of gzip from 1 to 9, or None"),
        ({"compression": 10}, "compression is 10"),
        ({"quantization": 12}, "quantization is 12; it must be 8 or 16 bits, or None for none"),
        ({"genes": ["g9"]}, "1 of the 1 genes asked for are not there, such as 'g9'"),
        ({"obs_keys": ["x"]}, "obs has no column 'x'"),
    ],
)
def test_an_option_that_is_wrong(tmp_path: Path, options: Any, told: str) -> None:
    with pytest.raises(DatasetError, match=told):
        prepare(make(), tmp_path / "a", progress=False, **options)
    assert list(tmp_path.iterdir()) == []


def test_what_can_not_be_prepared(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="expected an AnnData"):
        prepare(X, tmp_path / "a")
    folder = prepare(make(), tmp_path / "b", progress=False)
    with pytest.raises(DatasetError, match="b' is a dataset folder already: copy it"):
        prepare(folder, tmp_path / "c")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_bar_unless_told_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(make(), tmp_path / "a")
    assert "4/4" in capsys.readouterr().err
    prepare(make(), tmp_path / "b", progress=False)
    assert capsys.readouterr().err == ""


def test_sessions_come_along(tmp_path: Path) -> None:
    paths = []
    for place in ("x", "y"):
        (tmp_path / place).mkdir()
        made = Made(dataset_id=place).write(tmp_path / place / "My cells.cellucid-session")
        assert made.path is not None
        paths.append(made.path)
    data = many(10, {})
    folder = prepare(data, tmp_path / "a", sessions=[paths[0], str(paths[1])], progress=False)
    names = ["My_cells.cellucid-session", "My_cells-1.cellucid-session"]
    assert read_snapshots(folder) == names
    assert [(folder / name).read_bytes() for name in names] == [p.read_bytes() for p in paths]
    assert latest_snapshot(folder) == folder / names[1]
    shown = open_source(folder)
    assert json.loads(body(shown, "state-snapshots.json")) == {"states": names}
    # Also one that stands in the folder that is replaced.
    again = prepare(data, folder, sessions=[folder / names[0]], overwrite=True, progress=False)
    assert read_snapshots(again) == names[:1]
    assert not (again / names[1]).exists()


def test_a_session_that_does_not_belong_there(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"no session")
    with pytest.raises(DatasetError, match=r"the session '.*bad' is damaged: "):
        prepare(make(), tmp_path / "a", sessions=[bad], progress=False)
    Made().write(tmp_path / "s")
    with pytest.raises(DatasetError, match=r"the session '.*s' is of 10 cells; the dataset has 6"):
        prepare(make(), tmp_path / "a", sessions=[tmp_path / "s"], progress=False)
    with pytest.raises(FileNotFoundError):
        prepare(make(), tmp_path / "a", sessions=[tmp_path / "nowhere"], progress=False)
    assert {path.name for path in tmp_path.iterdir()} == {"bad", "s"}
