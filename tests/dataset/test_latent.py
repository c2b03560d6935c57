from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext.dataset import DatasetError, Source, open_source
from cellucid_ext.dataset.contents.latent import Latent

from .reading import body, file_of, make, many, points, read_json

NAMES = ["a", "b", "c d"]

places = st.sampled_from([-2.0, -1.5, -1.0, 0.0, 0.5, 1.0, 3.0, math.nan, math.inf])
cells = st.lists(
    st.tuples(st.sampled_from([0, 0, 0, 1, 1, 2, -1]), places, places), min_size=1, max_size=60
)


def table(found: list[tuple[int, float, float]]) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    kind = pd.Categorical.from_codes([code for code, _, _ in found], categories=NAMES)
    return pd.DataFrame({"kind": kind}), np.array([place for _, *place in found])


def outliers(source: Source, key: str) -> list[float]:
    manifest = read_json(source, "obs_manifest")
    schema = manifest["_obsSchemas"]["categorical"]
    assert (schema["outlierExt"], schema["outlierDtype"]) == ("f32", "float32")
    assert schema["outlierQuantized"] is False
    path = schema["outlierPathPattern"].format(key=file_of(manifest, key))
    values: list[float] = np.frombuffer(body(source, path), dtype="<f4").tolist()
    return values


def centroids(source: Source, key: str, dimension: int) -> list[dict[str, Any]]:
    manifest = read_json(source, "obs_manifest")
    [entry] = [entry for entry in manifest["_categoricalFields"] if entry[0] == key]
    assert manifest["_obsSchemas"]["categorical"]["centroidsPathPattern"] is None
    found: list[dict[str, Any]] = entry[4][str(dimension)]
    assert in_their_own_file(source, key)[str(dimension)] == found
    return found


def in_their_own_file(source: Source, key: str) -> dict[str, Any]:
    file = file_of(read_json(source, "obs_manifest"), key)
    return read_json(source, f"obs/{file}.centroids")


def far(place: list[float], others: list[list[float]]) -> float:
    """The distance to the mean of others, squared."""
    middle = [sum(axis) / len(others) for axis in zip(*others, strict=True)]
    return sum((x - y) ** 2 for x, y in zip(place, middle, strict=True))


def by_category(found: list[tuple[int, float, float]]) -> dict[int, list[int]]:
    """The cells of each category that have a place."""
    members: dict[int, list[int]] = {}
    for cell, (code, *place) in enumerate(found):
        if code >= 0 and all(map(math.isfinite, place)):
            members.setdefault(code, []).append(cell)
    return {code: of for code, of in sorted(members.items()) if len(of) >= 10}


@settings(max_examples=40)
@given(cells)
def test_quantiles_as_a_person_would_find_them(found: list[tuple[int, float, float]]) -> None:
    obs, latent = table(found)
    source = open_source(
        make(obs, None, {"X_umap": np.zeros((len(found), 2)), "X_pca": latent}), latent="X_pca"
    )
    values = outliers(source, "kind")
    known = by_category(found)
    assert {cell for cell, value in enumerate(values) if not math.isnan(value)} == {
        cell for members in known.values() for cell in members
    }
    for members in known.values():
        others = [list(found[cell][1:]) for cell in members]
        away = [far(place, others) for place in others]
        for cell, mine in zip(members, away, strict=True):
            # Of two that are just as far one may come out farther by a rounding.
            nearer = sum(other < mine - 1e-9 for other in away)
            as_near = sum(other <= mine + 1e-9 for other in away)
            assert nearer + 1 - 1e-4 <= values[cell] * len(members) <= as_near + 1e-4


@settings(max_examples=40)
@given(cells)
def test_centroids_as_a_person_would_find_them(found: list[tuple[int, float, float]]) -> None:
    obs, umap = table(found)
    source = open_source(make(obs, None, {"X_umap": umap}))
    drawn = points(source, 2).astype(float).tolist()
    expected = []
    for code, members in by_category(found).items():
        of = [drawn[cell] for cell in members]
        away = sorted((far(place, of), place) for place in of)
        limit = away[math.floor(0.95 * (len(of) - 1))][0]
        near = [place for distance, place in away if distance <= limit + 1e-9]
        expected.append((NAMES[code], near))
    got = centroids(source, "kind", 2)
    assert [each["category"] for each in got] == [name for name, _ in expected]
    for each, (_, near) in zip(got, expected, strict=True):
        # One at the limit may lie beyond it by a rounding.
        if each["n_points"] == len(near):
            np.testing.assert_allclose(each["position"], np.mean(near, axis=0), atol=1e-6)
        assert math.floor(0.95 * (len(near) - 1)) < each["n_points"] <= len(near)


def test_the_farthest_do_not_move_a_centroid() -> None:
    umap = np.zeros((100, 3))
    umap[:, 0] = np.tile([1.0, 3.0], 50)
    umap[97:] = 1000
    source = open_source(make({"kind": ["a"] * 100}, None, {"X_umap": umap}))
    [found] = centroids(source, "kind", 3)
    low, high = points(source, 3)[:2]
    assert found["n_points"] == 97
    np.testing.assert_allclose(found["position"], (low * 49 + high * 48) / 97, atol=1e-6)


def test_cells_just_as_far_share_the_highest_rank() -> None:
    latent = np.array([[1.0]] * 6 + [[-1.0]] * 6 + [[0.0]] * 4 + [[9.0]] * 9)
    obs = {"kind": ["a"] * 16 + ["few"] * 9}
    source = open_source(
        make(obs, None, {"X_umap": np.zeros((25, 2)), "mine": latent}), latent="mine"
    )
    assert outliers(source, "kind")[:16] == [1.0] * 12 + [0.25] * 4
    assert np.isnan(outliers(source, "kind")[16:]).all()


def test_a_masked_latent_space() -> None:
    plain = np.arange(24.0).reshape(12, 2)
    plain[3, 1] = np.nan
    masked = np.ma.masked_array(np.nan_to_num(plain, nan=999), mask=np.isnan(plain))
    obsm = {"X_umap": np.zeros((12, 2)), "plain": plain, "masked": masked}
    adata = make({"kind": ["a"] * 12}, None, obsm)
    expected = outliers(open_source(adata, latent="plain"), "kind")
    np.testing.assert_array_equal(outliers(open_source(adata, latent="masked"), "kind"), expected)


@pytest.mark.parametrize("key", ["missing", "one", "flags", "words"])
def test_columns_of_every_kind(key: str) -> None:
    latent = np.random.default_rng(5).normal(size=(20, 4))
    columns: dict[str, Any] = {
        "missing": pd.Categorical([None] * 20, categories=["a"]),
        "one": pd.Categorical([None] * 20, categories=[]),
        "flags": np.array([True, False] * 10),
        "words": ["x", None] * 10,
    }
    umap = np.random.default_rng(6).normal(size=(20, 2))
    obs = {key: columns[key]}
    source = open_source(make(obs, None, {"X_umap": umap, "X_pca": latent}), latent="X_pca")
    shown = {"missing": 0, "one": 0, "flags": 20, "words": 10}[key]
    assert np.isfinite(outliers(source, key)).sum() == shown
    assert len(centroids(source, key, 2)) == shown // 10


def in_file(latent: npt.NDArray[np.float64], folder: Path) -> Any:
    h5py.File(folder / "latent.h5", "w")["latent"] = latent
    return h5py.File(folder / "latent.h5")["latent"]


@pytest.mark.parametrize(
    "form",
    [
        lambda latent, _: np.asfortranarray(latent),
        lambda latent, _: latent.astype(np.float32),
        lambda latent, _: sp.csr_matrix(latent),
        lambda latent, _: pd.DataFrame(latent).astype("Float64"),
        lambda latent, _: da.from_array(latent, chunks=(30_000, 2)),
        in_file,
    ],
    ids=["by column", "single", "csr", "data frame", "Dask", "HDF5"],
)
def test_every_form_gives_the_same_a_part_at_a_time(
    form: Callable[[Any, Path], Any], tmp_path: Path
) -> None:
    random = np.random.default_rng(8)
    latent = np.round(random.normal(size=(70_000, 3)), 1).astype(np.float32).astype(np.float64)
    codes = random.integers(-1, 5, size=70_000).astype(np.int8)
    expected = np.full(70_000, np.nan)
    for code in range(5):
        of = latent[codes == code]
        away = ((of - of.mean(axis=0)) ** 2).sum(axis=1)
        ranks = pd.Series(np.round(away, 9)).rank(method="max")
        expected[codes == code] = ranks / len(of)
    found = Latent({"X_pca": form(latent, tmp_path)}, "X_pca").quantiles(codes, 5)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_centroids_of_many_cells_have_a_file_of_their_own() -> None:
    n = 100_001
    adata = many(n, {"kind": np.tile(["a", "b"], n)[:n]})
    adata.obsm["X_umap"] = np.random.default_rng(9).normal(size=(n, 2)).astype(np.float32)
    source = open_source(adata)
    manifest = read_json(source, "obs_manifest")
    schema = manifest["_obsSchemas"]["categorical"]
    assert schema["centroidsPathPattern"] == "obs/{key}.centroids.json"
    assert manifest["_categoricalFields"][0][4] == {}
    [first, second] = in_their_own_file(source, "kind")["2"]
    assert (first["category"], second["category"]) == ("a", "b")
    assert first["n_points"] == math.floor(0.95 * 50_000) + 1


def test_so_have_those_of_many_columns() -> None:
    columns = {f"c {i}": pd.Categorical(["a"] * 12) for i in range(510)}
    adata = many(12, columns)
    source = open_source(adata)
    manifest = read_json(source, "obs_manifest")
    assert manifest["_obsSchemas"]["categorical"]["centroidsPathPattern"] is not None
    assert all(entry[4] == {} for entry in manifest["_categoricalFields"])
    [found] = in_their_own_file(source, "c 509")["2"]
    assert (found["category"], found["n_points"]) == ("a", 12)
    assert centroids(open_source(adata, obs_keys=list(columns)[:100]), "c 99", 2) == [found]


def test_no_latent_space() -> None:
    source = open_source(make({"kind": list("aabbcc")}))
    manifest = read_json(source, "obs_manifest")
    assert manifest["latent_key"] is None
    assert manifest["_obsSchemas"]["categorical"]["outlierPathPattern"] is None
    with pytest.raises(FileNotFoundError):
        source.read("obs/kind.outliers.f32")


def test_what_is_no_latent_space() -> None:
    adata = make()
    adata.obsm["words"] = np.full((6, 2), "x")
    with pytest.raises(DatasetError, match=r"'nope', which obsm has not .*'X_umap', 'words'"):
        open_source(adata, latent="nope")
    with pytest.raises(DatasetError, match=r"'words', which is no table of numbers"):
        open_source(adata, latent="words")


def test_a_file(tmp_path: Path) -> None:
    latent = np.random.default_rng(1).normal(size=(30, 5))
    obsm = {"X_umap": np.zeros((30, 2)), "X_pca": latent}
    adata = make({"kind": list("abc") * 10}, None, obsm)
    adata.write_h5ad(tmp_path / "data.h5ad")
    expected = outliers(open_source(adata, latent="X_pca"), "kind")
    assert sorted(expected)[-3:] == [1.0] * 3
    source = open_source(tmp_path / "data.h5ad", latent="X_pca")
    assert outliers(source, "kind") == expected
