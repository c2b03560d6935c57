"""Which category a group is stored relative to, and which cells are of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cellucid_ext import SessionFormatError
from cellucid_ext.session.reference import Reference, reference_of

GROUP = {"id": "highlight_1", "type": "category", "fieldSource": "obs", "fieldKey": "f"}


@pytest.mark.parametrize("category", ["a", "", True, 2, 0.5])
def test_what_a_group_refers_to(category: Any) -> None:
    assert reference_of({**GROUP, "categoryName": category}) == Reference("f", category)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"categoryName": None},
        {"categoryName": ["a"]},
        {"categoryName": "a", "type": "lasso"},
        {"categoryName": "a", "fieldSource": "var"},
        {"categoryName": "a", "fieldKey": 3},
    ],
)
def test_groups_that_do_not_say_what_they_refer_to(said: dict[str, Any]) -> None:
    with pytest.raises(SessionFormatError, match="'highlight_1' is stored relative"):
        reference_of({**GROUP, **said})


@pytest.mark.parametrize(
    ("category", "places"),
    [("1", [0]), (True, [1]), (1, [2, 3]), (1.0, [2, 3]), ("nobody", []), (False, [])],
)
def test_text_numbers_and_truth_are_not_taken_for_each_other(
    category: Any, places: list[int]
) -> None:
    labels = ["1", np.True_, 1, np.float32(1.0), "2"]
    codes = np.array([4, 3, 2, 1, 0, -1], dtype=np.int8)
    cells = Reference("f", category).cells(codes, labels)
    assert cells.dtype == np.int64
    assert cells.tolist() == [row for row, code in enumerate(codes) if code in places]
