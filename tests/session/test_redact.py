"""What is redacted holds the cells and codes, and no word of the original."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import CellucidSessionBundle, SessionFormatError
from cellucid_ext.session.redact import redact
from cellucid_ext.session.validate import find_faults
from tests.format2 import write_format2

from .made import NAMES, Made, rewrite

VECTORS = Path(__file__).parents[1] / "vectors"
CODES = [0, 1, 2, 255, 0, 115, 1, 101, 0, 99]
RECIPE = {"tool": "lasso", "filters": [{"key": "secret-filter"}]}
TELLING = Made(
    group={
        "fieldKey": "secret-column",
        "categoryName": "secret-category",
        "recipe": RECIPE,
        "rangeMin": 0.123456789,
        "type": "secret-tool",
        "secret-key": "secret-value",
    },
    field={"sourceField": {"sourceKey": "secret-source"}, "operation": "secret-op"},
    overlays={
        "renames": {
            "fields": {"obs:secret-old": "secret-new"},
            "categories": {"obs:secret-old:1": "secret-cell"},
        },
        "deletedFields": {"deleted": ["obs:secret-deleted"]},
    },
    chunks={
        "core/state": {"activeField": "secret-active"},
        "ui/dockable-layout": {"panels": ["secret-panel"]},
        "analysis/artifacts/de/secret-key/Actb/secret-page": b"secret-table",
        "secret/unknown": b"secret-bytes",
    },
)


def redacted(bundle: CellucidSessionBundle, path: Path) -> CellucidSessionBundle:
    redact(bundle, path)
    return CellucidSessionBundle(path)


def content(bundle: CellucidSessionBundle) -> bytes:
    """Give all bytes of a file, its chunks inflated, and JSON without its escapes."""
    assert bundle.path is not None
    parts = [bundle.path.read_bytes(), repr(bundle.manifest).encode()]
    for chunk_id in bundle.list_chunk_ids():
        parts.append(bundle.read_payload(chunk_id))
        if bundle.get_chunk_meta(chunk_id)["kind"] == "json":
            parts.append(repr(bundle.decode_chunk(chunk_id)).encode())
    return b"\n".join(parts)


def applied(bundle: CellucidSessionBundle, n_vars: int = 2, **policies: Any) -> pd.DataFrame:
    """Give the new columns; the rows are called as those of the session."""
    n = bundle.n_cells or 0
    obs = pd.DataFrame(index=NAMES if n == len(NAMES) else [str(i) for i in range(n)])
    adata = anndata.AnnData(np.zeros((n, n_vars), dtype=np.float32), obs=obs)
    found: anndata.AnnData = bundle.apply_to_anndata(adata, **policies)
    return found.obs


def partition(column: pd.Series[Any]) -> list[int]:
    """Give which cells have the same label, whatever it is called."""
    return pd.factorize(column)[0].tolist()


def test_no_word_of_the_original_is_left(tmp_path: Path) -> None:
    before = TELLING.write(tmp_path / "before")
    rewrite(
        tmp_path / "before",
        lambda m: (
            m["dataSource"].update(userPath="/home/secret-user/x.h5ad"),
            m.update({"secret-top": "secret-top", "createdAt": "1999-12-31T23:59:59.999Z"}),
            [chunk.update(label="secret-label") for chunk in m["chunks"]],
        ),
    )
    before = CellucidSessionBundle(tmp_path / "before")
    secrets = ["secret", "B cells", "T / naive", "healthy", "tumour", "diagnosis"]
    secrets += ["P1", "Actb", "1999", "patient", "AAAC", "jupyter", "0.123", *NAMES]
    rows = before.row_identity
    assert rows is not None
    secrets += [rows["orderSha256"], rows["setSha256"]]
    old, new = content(before), content(redacted(before, tmp_path / "after"))
    for secret in secrets:
        assert secret.encode() in old
        assert secret.encode() not in new, secret


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(lambda t: f"§{t}")


@settings(max_examples=30)
@given(
    labels=st.lists(WORDS, max_size=5, unique=True),
    categories=st.lists(WORDS, max_size=5),
    codes=st.lists(st.integers(0, 255), min_size=10, max_size=10),
    cells=st.lists(st.sets(st.integers(0, 9)), min_size=5, max_size=5),
    uncovered=st.none() | WORDS,
)
def test_it_applies_as_the_original(
    tmp_path_factory: pytest.TempPathFactory,
    labels: list[str],
    categories: list[str],
    codes: list[int],
    cells: list[set[int]],
    uncovered: str | None,
) -> None:
    folder = tmp_path_factory.mktemp("r")
    made = Made(
        cells={label: sorted(held) for label, held in zip(labels, cells, strict=False)},
        categories=categories,
        codes=codes,
        field={"uncoveredLabel": uncovered},
    )
    before = made.write(folder / "before")
    after = redacted(before, folder / "after")
    assert list(find_faults(after)) == []
    assert "§".encode() not in content(after)
    old, new = applied(before), applied(after)
    assert list(new.columns) == [*list(old.columns)[:-1], "Field_1"]
    for name in list(old.columns)[:-1]:
        assert old[name].equals(new[name])
    assert partition(old["diagnosis"]) == partition(new["Field_1"])


@pytest.mark.parametrize("name", ["small", "medium"])
def test_the_vectors(tmp_path: Path, name: str) -> None:
    before = CellucidSessionBundle(VECTORS / f"{name}.cellucid-session")
    after = redacted(before, tmp_path / "after")
    assert list(find_faults(after)) == []
    n_vars = before.n_vars or 0
    old, new = applied(before, n_vars), applied(after, n_vars)
    assert [partition(old[name]) for name in old] == [partition(new[name]) for name in new]


def test_what_had_one_name_has_one_name(tmp_path: Path) -> None:
    page = {
        "id": "page_1",
        "name": "day 1",
        "highlightedGroups": [
            {"id": f"highlight_{i}", "label": label, "cellCount": 0}
            for i, label in enumerate(["a", "b", "a"])
        ],
    }
    pages = [page, {"id": "page_2", "name": "day 2"}, {"id": "page_3", "name": "day 1"}]
    made = Made(cells={}, chunks={"highlights/meta": {"pages": pages}}, categories=["x", "y", "x"])
    after = redacted(made.write(tmp_path / "before"), tmp_path / "after")
    assert [page.name for page in after.pages] == ["Page 1", "Page 2", "Page 1"]
    assert [group.label for group in after.groups] == ["Group 1", "Group 2", "Group 1"]
    (field,) = after.fields
    assert (field.key, field.categories) == ("Field 1", ("Category 1", "Category 2", "Category 1"))


def test_bytes_behind_cells_and_codes_are_not_carried_over(tmp_path: Path) -> None:
    made = Made(
        chunks={
            "highlights/cells/highlight_1": b"\x03\x00\x03\x01secret",
            "user-defined/codes/user_cat_1": b"\x00\x0a" + bytes(CODES) + b"secret",
        }
    )
    before = made.write(tmp_path / "before")
    assert applied(before)["diagnosis"].notna().sum() == 6
    after = redacted(before, tmp_path / "after")
    assert b"secret" not in content(after)
    assert after.groups[0].cells.tolist() == [0, 3, 4]
    # A code without a category is as good as a text: it is the same for all such cells.
    assert after.fields[0].codes.tolist() == [0, 1, 2, 255, 0, 255, 1, 255, 0, 255]


def test_ids_that_say_something_are_replaced(tmp_path: Path) -> None:
    ids = ["highlight_2", "highlight_tumour", "highlight_007", "highlight_20240105", "x"]
    groups = [{"id": one, "label": "l", "cellCount": 1} for one in ids]
    page = {"id": "page of Ann", "name": "n", "highlightedGroups": groups}
    made = Made(
        cells={},
        chunks={
            "highlights/meta": {"pages": [page]},
            **{f"highlights/cells/{one}": bytes([1, i]) for i, one in enumerate(ids)},
            "user-defined/codes/tumour": b"\x00\x02\x00\x01",
        },
        field={"id": "tumour", "codesLength": 2, "source": "var"},
        without=["user-defined/codes/user_cat_1"],
        n_cells=10,
    )
    after = redacted(made.write(tmp_path / "before"), tmp_path / "after")
    assert [group.id for group in after.groups] == [
        "highlight_2",
        "highlight_1",
        "highlight_3",
        "highlight_4",
        "highlight_5",
    ]
    assert [group.cells.tolist() for group in after.groups] == [[0], [1], [2], [3], [4]]
    assert [page.id for page in after.pages] == ["page_1"]
    assert [field.id for field in after.fields] == ["user_cat_1"]


def test_it_tells_what_it_left_out(tmp_path: Path) -> None:
    deleted = dataclasses.replace(TELLING, field={**TELLING.field, "isDeleted": True})
    assert redact(deleted.write(tmp_path / "before"), tmp_path / "after") == [
        "names, labels and dataset id",
        "field user_cat_1, deleted in the viewer",
        "renames of fields and categories",
        "chunk core/state",
        "chunk ui/dockable-layout",
        "chunk identity/obs-names",
        "chunk user-defined/codes/user_cat_1",
        "chunk analysis/artifacts/de/secret-key/Actb/secret-page",
        "chunk secret/unknown",
        "hashes of the cells' names",
    ]
    assert CellucidSessionBundle(tmp_path / "after").fields == []


def test_twice_redacted_is_once_redacted(tmp_path: Path) -> None:
    once = redacted(TELLING.write(tmp_path / "a"), tmp_path / "b")
    twice = redacted(once, tmp_path / "c")
    assert once.list_chunk_ids() == twice.list_chunk_ids()
    for chunk_id in once.list_chunk_ids():
        assert once.read_payload(chunk_id) == twice.read_payload(chunk_id)


def test_more_than_a_byte_of_categories(tmp_path: Path) -> None:
    made = Made(categories=[f"c{i}" for i in range(256)], field={"uncoveredLabel": "c255"})
    before = made.write(tmp_path / "before")
    after = redacted(before, tmp_path / "after")
    assert partition(applied(before)["diagnosis"]) == partition(applied(after)["Field_1"])
    assert after.fields[0].codes_type == "Uint16Array"
    many = Made(categories=[f"c{i}" for i in range(65_536)])
    with pytest.raises(ValueError, match="65,536 categories"):
        redact(many.write(tmp_path / "many"), tmp_path / "never")
    assert not (tmp_path / "never").exists()


PAGES = [{"id": "p", "name": "n"}] * 2
DAMAGED = {
    "a number is longer|bytes end": Made(chunks={"highlights/cells/highlight_1": b"\xff"}),
    "9 codes for 10 cells": Made(codes=[0] * 9),
    "two pages have the same id": Made(cells={}, chunks={"highlights/meta": {"pages": PAGES}}),
    "the file has no codes of": Made(without=["user-defined/codes/user_cat_1"]),
    "cellCount is above": Made(n_cells=int.from_bytes(b"secret", "big")),
}


@pytest.mark.parametrize("told", DAMAGED)
def test_damage_is_not_carried_over(tmp_path: Path, told: str) -> None:
    with pytest.raises(SessionFormatError, match=told):
        redact(DAMAGED[told].write(tmp_path / "damaged"), tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_format_2_is_read_only(tmp_path: Path) -> None:
    path = write_format2(tmp_path / "two", dataset_id="d", n_cells=3, n_vars=1)
    with pytest.raises(ValueError, match=re.escape("format 2 can be read, but not written")):
        redact(CellucidSessionBundle(path), tmp_path / "never")
    assert not (tmp_path / "never").exists()
