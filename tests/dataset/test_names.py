from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.dataset.contents.names import distinct, file_names, safe_name

SAFE = set(string.ascii_letters + string.digits + "._-")
# Few letters, so that names collide; and any text.
KEYS = st.text("aA b/.-_12") | st.text()
NAMES = st.lists(st.sampled_from(["A", "A-1", "A-2", "A-1-1", "B", ""]) | st.text("A-12"))


@given(KEYS)
def test_a_safe_name_is_safe(key: str) -> None:
    name = safe_name(key)
    assert name
    assert set(name) <= SAFE
    assert name not in {".", ".."}
    assert safe_name(name) == name


@given(st.text(string.ascii_letters + string.digits + "-", min_size=1))
def test_what_is_safe_stays(key: str) -> None:
    assert safe_name(key) == key


@given(st.lists(KEYS, unique=True))
def test_each_key_has_a_file_of_its_own(keys: list[str]) -> None:
    names = file_names(keys)
    assert list(names) == keys
    assert len({name.casefold() for name in names.values()}) == len(keys)
    for key, name in names.items():
        assert set(name) <= SAFE
        assert name == safe_name(key) or name.startswith(f"{safe_name(key)}-")


def test_many_keys_without_a_safe_letter() -> None:
    """Each has to be found a number at once: to try all of them would take hours."""
    keys = ["".join(chr(0x4E00 + int(digit)) for digit in str(i)) for i in range(10**5)]
    assert list(file_names(keys).values()) == [
        "field",
        *(f"field-{i}" for i in range(2, 10**5 + 1)),
    ]


@given(st.lists(KEYS, unique=True), KEYS)
def test_a_key_more_leaves_the_others_files(keys: list[str], more: str) -> None:
    names = file_names(key for key in keys if key != more)
    assert names.items() <= file_names([*names, more]).items()


@given(NAMES)
def test_distinct_names(names: list[str]) -> None:
    out = distinct(names)
    assert len(set(out)) == len(out) == len(names)
    for place, (before, after) in enumerate(zip(names, out, strict=True)):
        if before in names[:place]:
            assert after.startswith(f"{before}-")
            assert after not in names
        else:
            assert after == before


@given(st.lists(st.text(), unique=True))
def test_distinct_leaves_what_is_distinct(names: list[str]) -> None:
    assert distinct(names) == names


def test_many_of_one_name() -> None:
    assert distinct(["A"] * 4) == ["A", "A-1", "A-2", "A-3"]
