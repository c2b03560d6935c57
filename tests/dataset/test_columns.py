from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellucid_ext.dataset import open_source

from .reading import codes, identity, labels, make, many, read_json, values

CATEGORICAL: dict[str, tuple[Any, list[str], list[str | None]]] = {
    "in their own order": (
        pd.Categorical(["b", "a", None, "b", "c", "a"], categories=["c", "b", "a", "unused"]),
        ["c", "b", "a", "unused"],
        ["b", "a", None, "b", "c", "a"],
    ),
    "of numbers": (
        pd.Categorical([2, 10, 2, 2, 10, 2]),
        ["2", "10"],
        ["2", "10", "2", "2", "10", "2"],
    ),
    "texts": (
        ["y", "x", None, "y", "é", "x"],
        ["x", "y", "é"],
        ["y", "x", None, "y", "é", "x"],
    ),
    "nullable texts": (
        pd.array(["y", "x", pd.NA, "y", "", "x"], dtype="string"),
        ["", "x", "y"],
        ["y", "x", None, "y", "", "x"],
    ),
    "bool": (
        [True, False, True, True, False, False],
        ["False", "True"],
        ["True", "False", "True", "True", "False", "False"],
    ),
    "nullable bool": (
        pd.array([True, pd.NA, False, True, True, None], dtype="boolean"),
        ["False", "True"],
        ["True", None, "False", "True", "True", None],
    ),
    "bool and None": (
        np.array([True, None, False, True, True, None], dtype=object),
        ["False", "True"],
        ["True", None, "False", "True", "True", None],
    ),
    "nothing but None": (np.array([None] * 6, dtype=object), [], [None] * 6),
}


@pytest.mark.parametrize("case", CATEGORICAL)
def test_categorical(case: str) -> None:
    column, names, expected = CATEGORICAL[case]
    source = open_source(make({"key": column}))
    assert codes(source, "key")[1:] == (names, "uint8", 255)
    assert labels(source, "key") == expected
    [field] = identity(source)["obs_fields"]
    assert field == {"key": "key", "kind": "category", "n_categories": len(names)}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (np.array([0, 1, -2, 3, 2**24, 5], dtype=np.int64), [0, 1, -2, 3, 2**24, 5]),
        (np.arange(6, dtype=np.uint8), range(6)),
        ([0.5, np.nan, 2.5, np.inf, -np.inf, 1e30], [0.5, np.nan, 2.5, np.inf, -np.inf, 1e30]),
        (np.arange(6, dtype=np.float16) / 2, [0, 0.5, 1, 1.5, 2, 2.5]),
        (pd.array([1, pd.NA, 3, 4, 5, None], dtype="Int64"), [1, np.nan, 3, 4, 5, np.nan]),
        (pd.array([1.5, pd.NA, 3, 4, 5, 6], dtype="Float32"), [1.5, np.nan, 3, 4, 5, 6]),
        (np.array([1, None, 3, 4, 5, 6], dtype=object), [1, np.nan, 3, 4, 5, 6]),
        (np.array([1, None, 2.5, 4, pd.NA, 6], dtype=object), [1, np.nan, 2.5, 4, np.nan, 6]),
        ([1e300, -1e300, 1e-300, 0, 1, 2], [np.inf, -np.inf, 0, 0, 1, 2]),
    ],
    ids=[
        *("int64", "uint8", "float64", "float16", "Int64", "Float32"),
        *("whole objects", "objects", "too large"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_continuous(column: Any, expected: Any) -> None:
    source = open_source(make({"key": column}))
    np.testing.assert_array_equal(values(source, "key"), np.array(expected, dtype=np.float32))
    assert identity(source)["obs_fields"] == [{"key": "key", "kind": "continuous"}]


@pytest.mark.parametrize(
    ("n", "dtype", "missing"),
    [
        (254, "uint8", 255),
        (255, "uint16", 65535),
        (65_534, "uint16", 65535),
        (65_535, "uint32", 4294967295),
    ],
)
def test_codes_are_as_wide_as_they_need(n: int, dtype: str, missing: int) -> None:
    names = [f"c{i}" for i in range(n)]
    column = pd.Categorical([*names, None], categories=names)
    found = codes(open_source(many(n + 1, {"key": column})), "key")
    assert found == ([*range(n), missing], names, dtype, missing)


def test_what_is_left_out_says_why() -> None:
    obs = pd.DataFrame(
        {
            "when": pd.date_range("2024-01-01", periods=6),
            "spent": pd.to_timedelta(range(6), unit="s"),
            "complex": np.arange(6) * 1j,
            "mixed": np.array(["a", 1, "b", 2, "c", 3], dtype=object),
            "lists": [[1]] * 6,
            "more": np.array(["a", True, 2.5, None, "a", b"x"], dtype=object),
            "kept": range(6),
        }
    )
    found = identity(make(obs))
    assert [field["key"] for field in found["obs_fields"]] == ["kept"]
    assert {entry["key"]: entry["why"] for entry in found["left_out"]} == {
        "when": "datetime64[ns] is neither numbers nor categories",
        "spent": "timedelta64[ns] is neither numbers nor categories",
        "complex": "complex128 is neither numbers nor categories",
        "mixed": "it holds numbers and texts mixed: make it one of them",
        "lists": "it holds list, which is neither numbers nor categories",
        "more": "it holds booleans, bytes, numbers and texts mixed: make it one of them",
    }


def test_names_of_the_cells_are_no_categories() -> None:
    n = 8300
    names = [f"name-{i}" for i in range(n)]
    obs = {
        "barcode": names,
        "nullable": pd.array(names, dtype="string"),
        "halves": [name for name in names for _ in range(2)][:n],
        "declared": pd.Categorical(names),
    }
    found = identity(many(n, obs))
    assert [field["key"] for field in found["obs_fields"]] == ["halves", "declared"]
    why = "it holds 8,300 different texts in 8,300 cells: make it a category to show it"
    assert {entry["key"]: entry["why"] for entry in found["left_out"]} == {
        "barcode": why,
        "nullable": why,
    }


def test_categories_that_are_the_same_text() -> None:
    column = pd.Categorical([1, 2, "1", 2, 1, None], categories=[1, 2, "1"])
    source = open_source(make({"key": column, "other": list("aabbcc")}))
    assert labels(source, "key") == ["1", "2", "1-1", "2", "1", None]
    assert identity(source)["notes"] == [
        "1 categories of 'key' are the same text as another one, and got a number"
    ]


def test_columns_of_one_name_are_left_out() -> None:
    obs = pd.DataFrame(np.zeros((6, 3)), columns=["twice", "once", "twice"])
    found = identity(make(obs))
    assert [field["key"] for field in found["obs_fields"]] == ["once"]
    assert found["left_out"] == [
        {"what": "obs column", "key": "twice", "why": "the name stands twice in obs"}
    ]


def test_a_column_whose_name_is_no_text_is_left_out() -> None:
    adata = make({"kept": range(6)})
    adata.obs[7] = 1.0
    found = identity(adata)
    assert [field["key"] for field in found["obs_fields"]] == ["kept"]
    assert found["left_out"] == [
        {"what": "obs column", "key": "7", "why": "its name is int, not a text"}
    ]


def test_keys_that_collide_have_files_of_their_own() -> None:
    keys = ["a b", "a/b", "A B", "a_b", "a_b-2", "..", "", "細胞", "plain"]
    source = open_source(make({key: np.full(6, i) for i, key in enumerate(keys)}))
    for i, key in enumerate(keys):
        assert values(source, key).tolist() == [i] * 6
    renamed = read_json(source, "obs_manifest")["_files"]
    assert "a b" not in renamed
    assert "plain" not in renamed
    assert {"a/b", "A B", "a_b"} <= set(renamed)
    assert len({name.casefold() for name in renamed.values()}) == len(renamed)


def test_the_manifests_count_what_there_is() -> None:
    adata = make({"kind": list("aabbcc"), "size": range(6), "depth": np.ones(6)})
    source = open_source(adata)
    stats = identity(source)["stats"]
    assert (stats["n_obs_fields"], stats["n_categorical_fields"]) == (3, 1)
    assert (stats["n_continuous_fields"], stats["n_cells"], stats["n_genes"]) == (2, 6, 3)
    manifest = read_json(source, "obs_manifest")
    assert (manifest["_format"], manifest["n_points"]) == ("compact_v1", 6)
    assert manifest["_continuousFields"] == [["size"], ["depth"]]
    assert manifest["_categoricalFields"] == [["kind", ["a", "b", "c"], "uint8", 255, {"2": []}]]


def test_colours_come_from_uns() -> None:
    adata = make({key: list("aabbcc") for key in ("whole", "long", "short", "named", "mixed")})
    adata.uns |= {
        "whole_colors": np.array(["#FF0000", "#00ff0080", "#0000ff"], dtype=object),
        "long_colors": ["#111111", "#222222", "#333333", "#444444"],
        "short_colors": ["#111111", "#222222"],
        "named_colors": ["red", "green", "#fff"],
        "mixed_colors": ["red", "#00FF00", "#12345g"],
    }
    fields = {field["key"]: field.get("colors") for field in identity(adata)["obs_fields"]}
    assert fields == {
        "whole": ["#ff0000", "#00ff00", "#0000ff"],
        "long": ["#111111", "#222222", "#333333"],
        "short": None,
        "named": None,
        "mixed": [None, "#00ff00", None],
    }


@pytest.mark.parametrize("odd", ["#ff0000", 3, {}, np.array("#ff0000"), ["#ff0000"]])
def test_what_is_no_list_of_colours_is_passed_over(odd: Any) -> None:
    adata = make({"kind": list("aabbcc")})
    adata.uns["kind_colors"] = odd
    [field] = identity(adata)["obs_fields"]
    assert "colors" not in field
