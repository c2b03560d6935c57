from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from cellucid_ext.dataset import DatasetError, open_source

from .reading import UMAP, coordinates, identity, make, points

RANDOM = np.random.default_rng(7)
WIDE = RANDOM.normal(size=(6, 50))
LINE, PLANE, SPACE = WIDE[:, :1], WIDE[:, 1:3], WIDE[:, 3:6]
OTHER = RANDOM.normal(size=(6, 2))


@pytest.mark.parametrize(
    ("obsm", "keys", "default"),
    [
        ({"X_umap": PLANE}, {"2d": "X_umap"}, 2),
        ({"X_umap": SPACE}, {"3d": "X_umap"}, 3),
        ({"X_dpt": LINE}, {"1d": "X_dpt"}, 1),
        (
            {"X_umap_1d": LINE, "X_umap_2d": PLANE, "X_umap_3d": SPACE},
            {"1d": "X_umap_1d", "2d": "X_umap_2d", "3d": "X_umap_3d"},
            2,
        ),
        ({"X_pca": WIDE, "X_tsne": OTHER, "X_umap": PLANE}, {"2d": "X_umap"}, 2),
        ({"X_umap": OTHER, "X_umap_2d": PLANE}, {"2d": "X_umap_2d"}, 2),
        ({"X_umap": PLANE, "mine_3d": SPACE}, {"2d": "X_umap", "3d": "mine_3d"}, 2),
        ({"X_mine": PLANE, "scores": OTHER}, {"2d": "X_mine"}, 2),
        ({"X_pca": WIDE}, {"2d": "X_pca", "3d": "X_pca"}, 2),
        ({"X_scvi": WIDE, "X_pca": WIDE}, {"2d": "X_pca", "3d": "X_pca"}, 2),
        ({"X_umap_3d": PLANE, "X_tsne": OTHER}, {"2d": "X_tsne"}, 2),
        ({"v_umap_2d": OTHER, "X_umap": PLANE, "v_umap_3d": SPACE}, {"2d": "X_umap"}, 2),
        ({"v_scvi": WIDE, "X_scvi": WIDE}, {"2d": "X_scvi", "3d": "X_scvi"}, 2),
    ],
)
def test_which_embedding(obsm: dict[str, Any], keys: dict[str, str], default: int) -> None:
    source = open_source(make(obsm=obsm))
    found = identity(source)["embeddings"]
    assert found["keys"] == keys
    assert found["default_dimension"] == default
    assert found["available_dimensions"] == [int(name[0]) for name in keys]
    assert found["files"] == {name: f"points_{name}.bin" for name in keys}
    for name, key in keys.items():
        dimension = int(name[0])
        got = points(source, dimension)
        np.testing.assert_allclose(
            coordinates(source, dimension), obsm[key][:, :dimension], atol=1e-5
        )
        assert np.abs(got).max() == 1
        np.testing.assert_allclose(got.min(axis=0) + got.max(axis=0), 0, atol=1e-6)
    for missing in {"1d", "2d", "3d"} - set(keys):
        with pytest.raises(FileNotFoundError):
            source.read(f"points_{missing}.bin")


@pytest.mark.parametrize(
    "values",
    [
        UMAP.astype(np.int64),
        UMAP.astype(np.float64),
        np.asfortranarray(UMAP),
        pd.DataFrame(UMAP, index=[f"cell-{i}" for i in range(6)], columns=["x", "y"]),
        pd.DataFrame(UMAP, index=[f"cell-{i}" for i in range(6)], columns=["x", "y"]).astype(
            "Float64"
        ),
    ],
    ids=["integer", "double", "by column", "data frame", "nullable data frame"],
)
def test_every_form_of_coordinates_gives_the_same(values: Any) -> None:
    expected = [[-1, -0.5], [1, 0], [0, 0.5], [-0.5, 0.5], [0.5, 0], [-1, 0]]
    assert points(open_source(make(obsm={"X_umap": values})), 2).tolist() == expected


def test_all_axes_share_one_scale() -> None:
    found = identity(make())["embeddings"]["transforms"]
    assert found == {"2d": {"center": [2.0, 1.0], "scale": 2.0}}


def test_cells_at_one_place_have_scale_1() -> None:
    source = open_source(make(obsm={"X_umap": np.full((6, 2), 3.5)}))
    assert identity(source)["embeddings"]["transforms"]["2d"] == {"center": [3.5, 3.5], "scale": 1}
    assert not points(source, 2).any()


def test_cells_without_a_position() -> None:
    values = UMAP.astype(np.float64)
    values[0, 0], values[1, 1], values[2] = np.nan, np.inf, -np.inf
    source = open_source(make(obsm={"X_umap": values}))
    got = points(source, 2)
    assert np.isnan(got[:3]).all()
    assert np.abs(got[3:]).max() == 1
    np.testing.assert_allclose(coordinates(source, 2)[3:], UMAP[3:])
    assert identity(source)["stats"]["n_cells_without_position"] == {"2d": 3}


def test_missing_coordinates_of_a_data_frame() -> None:
    frame = pd.DataFrame(
        {"x": pd.array([0, 4, pd.NA, 1, 3, 0], dtype="Int64"), "y": UMAP[:, 1]},
        index=[f"cell-{i}" for i in range(6)],
    )
    source = open_source(make(obsm={"X_umap": frame}))
    assert np.isnan(points(source, 2)).all(axis=1).tolist() == [i == 2 for i in range(6)]


def test_masked_coordinates() -> None:
    masked = np.ma.masked_array(UMAP.astype(np.int64), mask=np.arange(12).reshape(6, 2) == 5)
    source = open_source(make(obsm={"X_umap": masked}))
    assert np.isnan(points(source, 2)).all(axis=1).tolist() == [i == 2 for i in range(6)]
    assert identity(source)["stats"]["n_cells_without_position"] == {"2d": 1}


def test_no_cell_has_a_position() -> None:
    source = open_source(make(obsm={"X_umap": np.full((6, 2), np.nan)}))
    assert np.isnan(points(source, 2)).all()
    assert identity(source)["stats"]["n_cells_without_position"] == {"2d": 6}
    assert identity(source)["embeddings"]["transforms"]["2d"] == {"center": [0, 0], "scale": 1}


@pytest.mark.parametrize(
    ("obsm", "message"),
    [
        ({}, "obsm keys: none"),
        ({"scores": OTHER, "X_names": np.full((6, 2), "a")}, "obsm keys: 'scores', 'X_names'"),
    ],
)
def test_no_embedding_names_what_there_is(obsm: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        open_source(make(obsm=obsm))


def test_what_is_no_embedding_is_passed_over() -> None:
    frame = pd.DataFrame(
        {"kind": pd.Categorical(list("aabbcc")), "x": range(6)},
        index=[f"cell-{i}" for i in range(6)],
    )
    obsm = {"X_frame": frame, "X_sparse": sp.csr_matrix(WIDE), "X_own": OTHER}
    assert identity(make(obsm=obsm))["embeddings"]["keys"] == {"2d": "X_own"}
    with pytest.raises(DatasetError, match="'X_frame', 'X_sparse'"):
        open_source(make(obsm={"X_frame": frame, "X_sparse": sp.csr_matrix(WIDE)}))


def test_a_view() -> None:
    np.testing.assert_allclose(coordinates(open_source(make()[::2]), 2), UMAP[::2])
