"""Two sessions are compared by what they hold: nothing is told that is the same."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session.changes import json_changes
from cellucid_ext.session.diff import find_differences
from tests.format2 import of_category, write_format2

from .made import NAMES, Made, rewrite

GOOD = Made()
MOVED = [3, 0, 9, 1, 2, 4, 5, 6, 7, 8]


def differences(tmp_path: Path, old: Made, new: Made) -> list[str]:
    bundles = [made.write(tmp_path / name) for made, name in ((old, "a"), (new, "b"))]
    found = [str(difference) for difference in find_differences(*bundles)]
    # Two files are rarely made in the same millisecond.
    return [one for one in found if not one.startswith("manifest: createdAt: ")]


def test_the_same_state_saved_twice(tmp_path: Path) -> None:
    assert differences(tmp_path, GOOD, Made()) == []


def test_when_it_was_made(tmp_path: Path) -> None:
    a = GOOD.write(tmp_path / "a")
    GOOD.write(tmp_path / "b")
    rewrite(tmp_path / "b", lambda manifest: manifest.update(createdAt="2020-01-01T00:00:00Z"))
    (found,) = find_differences(a, type(a)(tmp_path / "b"))
    assert (found.where, found.what.split(" → ")[1]) == ("manifest", '"2020-01-01T00:00:00Z"')


CHANGED: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"dataset_id": "other"},
        [
            'manifest: dataSource.datasetId: "secret-dataset" → "other"',
            'manifest: datasetFingerprint.datasetId: "secret-dataset" → "other"',
        ],
    ),
    (
        {"cells": {"B cells": [0, 3, 4, 5, 6], "T / naive": [9], "none": []}},
        [
            "group highlight_1: 2 cells more, 0 fewer",
            "group highlight_2: 0 cells more, 1 fewer",
        ],
    ),
    (
        {"cells": {"B": [0, 3, 4], "T / naive": [7, 9]}},
        [
            'group highlight_1: label: "B cells" → "B"',
            "group highlight_3: removed, was 'none' of 0 cells",
        ],
    ),
    (
        {"group": {"enabled": False}, "cells": {**GOOD.cells, "new": [1]}},
        [
            "group highlight_1: enabled: true → false",
            "group highlight_2: enabled: true → false",
            "group highlight_3: enabled: true → false",
            "group highlight_4: added, 'new' of 1 cells",
        ],
    ),
    (
        {"categories": ["healthy", "cancer", "healthy"]},
        [
            'field user_cat_1: categories[1]: "tumour" → "cancer"',
            "field user_cat_1: 3 cells with other labels",
        ],
    ),
    # The codes 0 and 2 are of one name, and 9 and 255 of none.
    ({"codes": (2, 1, 0, 9, 0, 255, 1, 1, 1, 1)}, ["field user_cat_1: 2 cells with other labels"]),
    (
        {"field": {"id": "user_cat_2"}},
        [
            "field user_cat_1: removed, was 'diagnosis'",
            "field user_cat_2: added, 'diagnosis'",
        ],
    ),
    ({"without": ["user-defined/codes/user_cat_1"]}, ["field user_cat_1: codes removed"]),
    (
        {"overlays": {"renames": {"fields": {"obs:leiden": "Cluster"}}}},
        ["core/field-overlays: renames: added, an object of 1"],
    ),
    (
        {"chunks": {"core/state": {"zoom": 1}, "future/thing": b"123"}},
        ["chunk core/state: added", "chunk future/thing: added"],
    ),
    (
        {"listed": False},
        ["chunk identity/obs-names: removed"],
    ),
]


@pytest.mark.parametrize(("change", "told"), CHANGED, ids=[told[0] for _, told in CHANGED])
def test_each_difference_is_a_line(tmp_path: Path, change: dict[str, Any], told: list[str]) -> None:
    assert differences(tmp_path, GOOD, dataclasses.replace(GOOD, **change)) == told


def test_other_chunks_by_their_content(tmp_path: Path) -> None:
    old = Made(chunks={"core/state": {"views": [{"zoom": 1}], "grid": True}, "x/y": b"123"})
    new = Made(chunks={"core/state": {"views": [{"zoom": 2}, {}], "on": 1}, "x/y": b"1234"})
    assert differences(tmp_path, old, new) == [
        "chunk core/state: views[0].zoom: 1 → 2",
        "chunk core/state: views[1]: added, an object of 0",
        "chunk core/state: grid: removed, was true",
        "chunk core/state: on: added, 1",
        "chunk x/y: other content, 3 bytes → 4 bytes",
    ]


def permuted(rows: list[int], made: Made = GOOD) -> Made:
    """Give the same state with the cells in another order."""
    where = {row: place for place, row in enumerate(rows)}
    return dataclasses.replace(
        made,
        names=[NAMES[row] for row in rows],
        cells={
            label: sorted(where[row] for row in held if row in where)
            for label, held in made.cells.items()
        },
        codes=[made.codes[row] for row in rows],
        n_cells=len(rows),
    )


@settings(max_examples=20)
@given(rows=st.permutations(range(10)))
def test_cells_in_another_order_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int]
) -> None:
    found = differences(tmp_path_factory.mktemp("d"), GOOD, permuted(rows))
    moved = [] if rows == sorted(rows) else ["cells: the same, in another order"]
    order = "manifest: cellucidExt.rows.orderSha256: "
    assert [line for line in found if not line.startswith(order)] == moved


@settings(max_examples=25)
@given(
    held=st.tuples(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9))),
    rows=st.permutations(range(10)),
)
def test_cells_are_counted_as_sets(
    tmp_path_factory: pytest.TempPathFactory, held: tuple[set[int], set[int]], rows: list[int]
) -> None:
    old, new = (Made(cells={"g": sorted(cells)}) for cells in held)
    found = differences(tmp_path_factory.mktemp("d"), old, permuted(rows, new))
    more, fewer = len(held[1] - held[0]), len(held[0] - held[1])
    told = [f"group highlight_1: {more} cells more, {fewer} fewer"] if more or fewer else []
    assert [line for line in found if line.startswith("group")] == told


def test_cells_that_only_one_has(tmp_path: Path) -> None:
    found = differences(tmp_path, permuted([0, 1, 2, 3, 4]), permuted([9, 4, 3, 2, 1, 7]))
    assert [line for line in found if not line.startswith("manifest")] == [
        "cells: 2 more, 1 fewer",
        "group highlight_1: 0 cells more, 1 fewer",
        "group highlight_2: 2 cells more, 0 fewer",
        "field user_cat_1: codesLength: 5 → 6",
    ]


def test_without_names_in_both_it_is_by_position(tmp_path: Path) -> None:
    new = dataclasses.replace(permuted(MOVED), listed=False)
    found = differences(tmp_path, GOOD, new)
    assert "group highlight_1: 2 cells more, 2 fewer" in found
    assert (
        "cells: others, or in another order; not both files name them: compared by position"
        in found
    )


def test_names_that_repeat_are_no_names(tmp_path: Path) -> None:
    found = differences(tmp_path, GOOD, Made(names=["a"] * 10))
    assert "cells: others, or in another order; names repeat: compared by position" in found


def test_fewer_codes(tmp_path: Path) -> None:
    made = [Made(names=None, n_cells=n, codes=GOOD.codes[:n]) for n in (8, 7)]
    cells = {"cells": {"g": [1]}}
    found = differences(tmp_path, *(dataclasses.replace(one, **cells) for one in made))
    assert found == [
        "manifest: datasetFingerprint.cellCount: 8 → 7",
        "field user_cat_1: codesLength: 8 → 7",
        "field user_cat_1: 8 codes → 7 codes",
    ]


DAMAGED = {
    "highlights/cells/highlight_1": b"\xff",
    "user-defined/codes/user_cat_1": b"\x09",
    "highlights/meta": {"pages": 1},
    "core/field-overlays": [],
}


@pytest.mark.parametrize("chunk_id", DAMAGED)
def test_damage_is_an_error(tmp_path: Path, chunk_id: str) -> None:
    with pytest.raises(SessionFormatError):
        differences(tmp_path, GOOD, Made(chunks={chunk_id: DAMAGED[chunk_id]}))


def test_names_that_are_not_as_many_as_the_cells_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SessionFormatError, match="9 names for 10 cells"):
        differences(tmp_path, GOOD, Made(names=NAMES[:9]))


def test_cells_relative_to_a_category_are_not_compared(tmp_path: Path) -> None:
    def write(name: str, cells: list[int]) -> Path:
        group = of_category(1, cells, 9, 3, field="leiden", category="a", reference=[3, 4, 5])
        return write_format2(
            tmp_path / name, dataset_id="d", n_cells=9, n_vars=1, groups=[group], fields=[]
        )

    same, other = write("a", [3, 4]), write("b", [3, 5])
    bundle = type(GOOD.write(tmp_path / "c"))
    assert list(find_differences(bundle(same), bundle(same))) == []
    (found,) = find_differences(bundle(same), bundle(other))
    assert str(found) == (
        "group highlight_1: stored in another way, relative to a category of the data: not compared"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_json_changes_are_told_exactly_where_there_are_some(old: Any, new: Any) -> None:
    texts = [json.dumps(value, sort_keys=True) for value in (old, new)]
    assert (list(json_changes(old, new)) == []) == (texts[0] == texts[1])


def test_json_changes_are_told_up_to_a_number() -> None:
    told = list(json_changes([0] * 50, [1] * 50))
    assert len(told) == 21
    assert (told[0], told[-1]) == ("[0]: 0 → 1", "and 30 more places")


def test_json_of_any_depth() -> None:
    old: Any = 1
    new: Any = 2
    for _ in range(100_000):
        old, new = [old], [new]
    (told,) = json_changes(old, new)
    assert told.endswith("[0]: 1 → 2")


def test_true_is_not_one() -> None:
    assert list(json_changes({"a": True}, {"a": 1})) == ["a: true → 1"]
    assert list(json_changes({"a\x1b[2J": True}, {})) == ["a\ufffd[2J: removed, was true"]


def test_many_cells_in_bounded_time(tmp_path: Path) -> None:
    cells = np.arange(0, 200_000, 2).tolist()
    made = Made(names=None, n_cells=200_000, codes=[0] * 200_000, cells={"g": cells})
    assert differences(tmp_path, made, dataclasses.replace(made, cells={"g": cells[1:]})) == [
        "group highlight_1: 0 cells more, 1 fewer"
    ]
