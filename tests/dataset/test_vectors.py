from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse as sp

from cellucid_ext.dataset import DatasetError, Source, open_source
from cellucid_ext.dataset.report import report

from .reading import body, identity, make

RANDOM = np.random.default_rng(11)
WIDE = RANDOM.normal(size=(6, 20)) * 5
PLANE, SPACE = WIDE[:, :2], WIDE[:, 2:5]
FLOW, FLOW3, FLOW20 = (RANDOM.normal(size=(6, width)) for width in (2, 3, 20))
OTHER = RANDOM.normal(size=(6, 2))


def files(source: Source) -> dict[tuple[str, int], str]:
    """The file of each field in each dimension."""
    described = identity(source).get("vector_fields", {"fields": {}})["fields"]
    found = {}
    for name, field in described.items():
        assert list(field["files"]) == [f"{d}d" for d in field["available_dimensions"]]
        assert field["default_dimension"] in field["available_dimensions"]
        found.update({(name, int(d[0])): path for d, path in field["files"].items()})
    return found


def vectors(source: Source, field: str, dimension: int) -> npt.NDArray[np.float64]:
    """A field as it was before it was scaled."""
    flat = np.frombuffer(body(source, files(source)[field, dimension]), dtype="<f4")
    scale = identity(source)["embeddings"]["transforms"][f"{dimension}d"]["scale"]
    return flat.reshape(-1, dimension).astype(np.float64) * scale


@pytest.mark.parametrize(
    ("obsm", "expected"),
    [
        ({"X_umap": PLANE, "velocity_umap": FLOW}, {("velocity_umap", 2): FLOW}),
        ({"X_umap": SPACE, "velocity_umap": FLOW3}, {("velocity_umap", 3): FLOW3}),
        (
            {"X_umap": PLANE, "X_umap_3d": SPACE, "v_umap": FLOW, "v_umap_3d": FLOW3},
            {("v_umap", 2): FLOW, ("v_umap", 3): FLOW3},
        ),
        (
            {"X_umap_2d": PLANE, "X_umap_3d": SPACE, "T_fwd_umap": FLOW, "v_umap": FLOW3},
            {("T_fwd_umap", 2): FLOW, ("v_umap", 3): FLOW3},
        ),
        ({"X_umap": PLANE, "v_umap": OTHER, "v_umap_2d": FLOW}, {("v_umap", 2): FLOW}),
        (
            {"X_pca": WIDE, "velocity_pca": FLOW20},
            {("velocity_pca", 2): FLOW20[:, :2], ("velocity_pca", 3): FLOW20[:, :3]},
        ),
        ({"X_pca": WIDE, "v_pca_2d": FLOW}, {("v_pca", 2): FLOW}),
        ({"spatial": PLANE, "drift_spatial": FLOW}, {("drift_spatial", 2): FLOW}),
        (
            {"X_tsne": PLANE, "X_umap": SPACE, "v_tsne": FLOW, "v_umap": FLOW3},
            {("v_tsne", 2): FLOW, ("v_umap", 3): FLOW3},
        ),
        ({"X_umap": PLANE, "X_harmony_umap": OTHER, "_umap": OTHER, "scores": OTHER}, {}),
    ],
)
def test_which_fields(obsm: dict[str, Any], expected: dict[tuple[str, int], Any]) -> None:
    source = open_source(make(obsm=obsm))
    assert set(files(source)) == set(expected)
    assert ("vector_fields" in identity(source)) == bool(expected)
    assert report(source).vectors == tuple(dict.fromkeys(name for name, _ in expected))
    for (name, dimension), values in expected.items():
        np.testing.assert_allclose(vectors(source, name, dimension), values, atol=1e-5)


def test_they_are_described_as_cellucid_1_does() -> None:
    adata = make(obsm={"X_umap": PLANE, "T_fwd_umap": OTHER, "velocity_umap": FLOW})
    assert identity(adata)["vector_fields"] == {
        "default_field": "velocity_umap",
        "fields": {
            "T_fwd_umap": {
                "label": "T fwd (UMAP)",
                "available_dimensions": [2],
                "default_dimension": 2,
                "files": {"2d": "vectors/T_fwd_umap_2d.bin"},
                "basis": "umap",
            },
            "velocity_umap": {
                "label": "Velocity (UMAP)",
                "available_dimensions": [2],
                "default_dimension": 2,
                "files": {"2d": "vectors/velocity_umap_2d.bin"},
                "basis": "umap",
            },
        },
    }


@pytest.mark.parametrize(
    ("key", "values", "why"),
    [
        ("v_umap", FLOW3, r"3 wide, and X_umap is 2"),
        ("v_umap_3d", FLOW3, r"3 wide, and X_umap is 2"),
        ("v_umap_2d", FLOW3, r"says 2D and it is 3 wide"),
        ("v_tsne", FLOW, r"its embedding \(tsne\) is not shown"),
        ("v_umap", FLOW.astype(str), "no table of numbers"),
        ("v_umap", FLOW > 0, "no table of numbers"),
    ],
)
def test_what_cannot_be_shown_is_left_out(key: str, values: Any, why: str) -> None:
    obsm = {"X_umap": PLANE, "X_tsne": OTHER, key: values}
    source = open_source(make(obsm=obsm))
    assert files(source) == {}
    [left_out] = report(source).left_out
    assert (left_out.what, left_out.key) == ("vector field", key)
    assert re.search(why, left_out.why)
    with pytest.raises(DatasetError, match=why):
        open_source(make(obsm=obsm), vectors=[key])


def test_the_better_of_two_keys() -> None:
    source = open_source(make(obsm={"X_umap": PLANE, "v_umap": OTHER, "v_umap_2d": FLOW}))
    [left_out] = report(source).left_out
    assert (left_out.key, left_out.why) == ("v_umap", "another key has this field")


def test_fields_that_are_asked_for() -> None:
    adata = make(obsm={"X_umap": PLANE, "a_umap": FLOW, "b_umap_2d": OTHER, "velocity_umap": FLOW})
    for wanted in (["velocity", "b"], ["velocity_umap", "b_umap_2d", "b"]):
        source = open_source(adata, vectors=wanted)
        assert list(files(source)) == [("velocity_umap", 2), ("b_umap", 2)]
        [left_out] = report(source).left_out
        assert (left_out.key, left_out.why) == ("a_umap", "it is not among vectors")
    assert files(open_source(adata, vectors=[])) == {}
    with pytest.raises(DatasetError, match=r"'nope'.* \(those there are: 'a_umap', 'b_umap', 'vel"):
        open_source(adata, vectors=["a", "nope"])


def test_vectors_that_are_not_finite() -> None:
    flow = FLOW.copy()
    flow[1, 0], flow[4] = np.inf, np.nan
    source = open_source(make(obsm={"X_umap": PLANE, "velocity_umap": flow, "T_fwd_umap": OTHER}))
    flow[1] = np.nan
    np.testing.assert_allclose(vectors(source, "velocity_umap", 2), flow, atol=1e-5)
    assert report(source).notes == (
        "2 of 6 cells have no vector in velocity_umap, for a component is not finite",
    )


def test_masked_vectors() -> None:
    masked = np.ma.masked_array(FLOW, mask=np.arange(12).reshape(6, 2) == 5)
    source = open_source(make(obsm={"X_umap": PLANE, "velocity_umap": masked}))
    flow = FLOW.copy()
    flow[2] = np.nan
    np.testing.assert_allclose(vectors(source, "velocity_umap", 2), flow, atol=1e-5)


@pytest.mark.parametrize(
    "form",
    [
        np.asfortranarray,
        sp.csr_matrix,
        sp.csc_array,
        lambda values: da.from_array(values, chunks=(4, 1)),
        lambda values: pd.DataFrame(
            values, index=[f"cell-{i}" for i in range(6)], columns=["x", "y"]
        ).astype("Float64"),
        lambda values: values.astype(np.float16),
    ],
    ids=["by column", "csr", "csc", "Dask", "data frame", "half"],
)
def test_every_form_gives_the_same(form: Callable[[Any], Any]) -> None:
    values = np.round(FLOW * 8) / 8
    source = open_source(make(obsm={"X_umap": PLANE, "velocity_umap": form(values)}))
    np.testing.assert_allclose(vectors(source, "velocity_umap", 2), values, atol=1e-5)


def test_one_field_in_two_dimensions_has_one_note() -> None:
    flow = FLOW20.copy()
    flow[0] = np.nan
    [note] = report(open_source(make(obsm={"X_pca": WIDE, "velocity_pca": flow}))).notes
    assert note.startswith("1 of 6 cells have no vector in velocity_pca")


def test_what_may_be_no_field() -> None:
    adata = make(obsm={"X_umap": PLANE, "harmony_umap": OTHER, "velocity_umap": FLOW})
    [note] = report(open_source(adata)).notes
    assert note == (
        "harmony_umap is shown as a vector field of umap, for it is named like one; an embedding "
        "is named X_…, and vectors says which fields there are"
    )
    assert not report(open_source(adata, vectors=["harmony", "velocity"])).notes


def test_names_that_are_no_file_names() -> None:
    adata = make(obsm={"X_umap": PLANE, "a/../b_umap": FLOW, "a_.._b_umap": OTHER})
    source = open_source(adata)
    np.testing.assert_allclose(vectors(source, "a/../b_umap", 2), FLOW, atol=1e-5)
    np.testing.assert_allclose(vectors(source, "a_.._b_umap", 2), OTHER, atol=1e-5)
    paths = list(files(source).values())
    assert len(set(paths)) == 2
    assert all(path.count("/") == 1 for path in paths)
