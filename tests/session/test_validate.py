"""Every fault of a session file is found, and none in a good one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext.session.codecs import encode_codes, encode_names, encode_uvarints
from cellucid_ext.session.validate import find_faults
from tests.format2 import category, lasso, of_category, write_format2

from .made import NAMES, Made, rewrite

VECTORS = Path(__file__).parents[1] / "vectors"
EXPECTED = json.loads((VECTORS / "expected.json").read_text())
CELLS = "highlights/cells/highlight_1"
CODES = "user-defined/codes/user_cat_1"


def faults(path: Path) -> list[str]:
    return [str(fault) for fault in find_faults(path)]


def test_a_good_file_has_none(tmp_path: Path) -> None:
    bundle = Made().write(tmp_path / "s")
    assert list(find_faults(bundle)) == []
    assert faults(tmp_path / "s") == []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_of_the_vectors_those_to_be_refused_have_faults(name: str) -> None:
    found = faults(VECTORS / f"{name}.cellucid-session")
    refused = EXPECTED[name].get("refused")
    if refused is None:
        assert found == []
    elif refused == "open":
        assert [fault[:6] for fault in found] == ["file: "]
    else:
        assert found


@settings(max_examples=25)
@given(
    st.lists(st.sets(st.integers(0, 9)), max_size=5),
    st.lists(st.integers(0, 255), min_size=10, max_size=10),
    st.lists(st.text(max_size=5), max_size=6),
)
def test_whatever_is_written_is_without_fault(
    tmp_path_factory: pytest.TempPathFactory,
    groups: list[set[int]],
    codes: list[int],
    categories: list[str],
) -> None:
    cells = {f"group {i}": sorted(held) for i, held in enumerate(groups)}
    path = tmp_path_factory.mktemp("v") / "s"
    Made(cells=cells, codes=codes, categories=categories).write(path)
    assert faults(path) == []


TWICE = encode_uvarints([3, 0, 3, 0])
DAMAGED = [
    (Made(group={"cellCount": 2}), f"{CELLS}: 3 cells; highlights/meta says 2"),
    (Made(chunks={CELLS: TWICE}), f"{CELLS}: cell 3 stands twice"),
    (
        Made(without=[CELLS]),
        f"highlights/meta: no chunk {CELLS!r} with the 3 cells",
    ),
    (
        Made(chunks={"highlights/cells/highlight_9": encode_uvarints([1, 0])}),
        "highlights/cells/highlight_9: no group of highlights/meta has these cells",
    ),
    (
        Made(chunks={CELLS: encode_uvarints([1, 10])}),
        f"{CELLS}: cells: an index is not below 10",
    ),
    (Made(codes=[0] * 9), f"{CODES}: 9 codes for 10 cells"),
    (
        Made(codes=[0] * 9, field={"source": "var"}),
        f"{CODES}: 9 codes for 10 cells or 2 genes",
    ),
    (
        Made(field={"codesLength": 11}),
        f"{CODES}: 10 codes; core/field-overlays says 11",
    ),
    (
        Made(chunks={CODES: encode_codes(np.full(10, 300, dtype=np.uint16))}),
        f"{CODES}: code 300 is above what Uint8Array holds",
    ),
    (
        Made(field={"codesType": "Int8Array"}),
        "core/field-overlays: the field 'user_cat_1' has codes of an unknown type: 'Int8Array'",
    ),
    (
        Made(without=[CODES]),
        f"core/field-overlays: no chunk {CODES!r} with the codes of 'diagnosis'",
    ),
    (
        Made(chunks={"user-defined/codes/user_cat_7": b"\0\0"}),
        "user-defined/codes/user_cat_7: no category field of core/field-overlays has these codes",
    ),
    (
        Made(chunks={"highlights/meta": {"pages": [], "activePageId": "page_3"}}, cells={}),
        "highlights/meta: activePageId: there is no page 'page_3'",
    ),
    (
        Made(chunks={"highlights/meta": {"pages": [{"id": "p", "name": "n"}] * 2}}, cells={}),
        "highlights/meta: the page 'p' stands 2 times",
    ),
    (
        Made(chunks={"highlights/meta": {"pages": {}}}, cells={}),
        "highlights/meta: pages: expected a list of at most 100,000 entries",
    ),
    (
        Made(overlays={"renames": {"fields": {"obs:a": 1}}}),
        "core/field-overlays: renames.fields['obs:a']: "
        "expected a text of at most 10,000 characters",
    ),
    (
        Made(names=None, chunks={"identity/obs-names": encode_names(NAMES)}),
        "identity/obs-names: names, and no hash of them in the manifest",
    ),
]


@pytest.mark.parametrize(("made", "fault"), DAMAGED, ids=[fault for _, fault in DAMAGED])
def test_what_the_chunks_hold(tmp_path: Path, made: Made, fault: str) -> None:
    made.write(tmp_path / "s")
    assert fault in faults(tmp_path / "s")


def chunk_of(manifest: dict[str, Any], chunk_id: str) -> dict[str, Any]:
    return next(chunk for chunk in manifest["chunks"] if chunk["id"] == chunk_id)


def set_in(chunk_id: str, **said: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: chunk_of(manifest, chunk_id).update(said)


def set_rows(**said: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["cellucidExt"]["rows"].update(said)


REWRITTEN: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (set_in(CODES, storedBytes=1), f"{CODES}: storedBytes: 1, there are "),
    (set_in(CODES, uncompressedBytes=10**6), f"{CODES}: uncompressedBytes: 1000000, there are 1"),
    (set_in(CODES, priority="soon"), f"{CODES}: priority: expected 'eager' or 'lazy', got 'soon'"),
    (set_in(CODES, kind="json"), f"{CODES}: kind: expected 'binary', got 'json'"),
    (set_in(CODES, dependsOn=["no/such"]), f"{CODES}: dependsOn: there is no chunk 'no/such'"),
    (set_in(CODES, dependsOn=[[]]), f"{CODES}: dependsOn: there is no chunk []"),
    (set_in(CODES, dependsOn="x"), f"{CODES}: dependsOn: expected a list, got str"),
    (set_in("core/field-overlays", priority="lazy"), "highlights/meta: an eager chunk after a"),
    (set_rows(orderSha256="0" * 64), "identity/obs-names: the manifest's orderSha256 is '000"),
    (set_rows(setSha256="0" * 64), "identity/obs-names: the manifest's setSha256 is '000"),
    (set_rows(unique=False), "identity/obs-names: the manifest's unique is False, that of the n"),
    (set_rows(count=9), "manifest: cellucidExt.rows.count: 9, cellCount is 10"),
    (set_rows(orderSha256=1), "manifest: cellucidExt.rows: expected an object with count and"),
    (lambda m: m.update(createdAt="today"), "manifest: createdAt: expected a time such as"),
    (lambda m: m.update(dataSource=[]), "manifest: dataSource: expected an object, got list"),
    (
        lambda m: m["datasetFingerprint"].update(varCount=-1),
        "manifest: datasetFingerprint.varCount: expected 0 to 268,435,456, got -1",
    ),
    (
        lambda m: m["datasetFingerprint"].update(cellCount=11),
        "identity/obs-names: 10 names for 11 cells",
    ),
]


@pytest.mark.parametrize(("change", "fault"), REWRITTEN, ids=[fault for _, fault in REWRITTEN])
def test_what_the_manifest_says(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], fault: str
) -> None:
    path = tmp_path / "s"
    Made().write(path)
    assert any(found.startswith(fault) for found in faults(rewrite(path, change))), faults(path)


def test_one_fault_does_not_hide_another(tmp_path: Path) -> None:
    made = Made(chunks={CELLS: b"\xff", CODES: b"\x09", "core/state": {}}, group={"cellCount": 1})
    made.write(tmp_path / "s")
    found = faults(rewrite(tmp_path / "s", lambda m: m.update(createdAt=None)))
    assert [fault.split(":")[0] for fault in found] == [
        "manifest",
        CODES,
        CELLS,
        "highlights/cells/highlight_2",
        "highlights/meta",
    ]


def test_format_2(tmp_path: Path) -> None:
    groups = [
        lasso(1, [1, 2], 8, 2),
        of_category(2, [3], 8, 3, field="leiden", category="a", reference=[3, 4]),
    ]
    codes = np.array([0, 1, 0, 1, 2, 2, 0, 0], dtype=np.uint8)
    path = tmp_path / "s"
    write_format2(
        path,
        dataset_id="d",
        n_cells=8,
        n_vars=2,
        groups=groups,
        fields=[category(1, "k", ["a", "b", "c"], codes)],
        windows=[{"bins": np.arange(4, dtype=np.uint8)}],
    )
    assert faults(path) == []
    wrong = [lasso(1, [1, 2], 8, 2)._replace(payload=b"\x02\x01\x09\x02")]
    write_format2(path, dataset_id="d", n_cells=8, n_vars=2, groups=wrong)
    assert [fault.split(":")[0] for fault in faults(path)] == [CELLS]
