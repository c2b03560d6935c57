"""The sound files that `fuzz` damages: small, and together with a chunk for every reader."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from cellucid_ext.session import SessionWriter, codecs
from cellucid_ext.session.table import encode_table
from tests import format2

from .mutate import Seed, take_apart

REFERENCE = 20
"""Groups of the file of format 2 that are part of a category are so of the first cells."""

_VECTORS = Path(__file__).parents[1] / "tests" / "vectors"
_SMALL = 8 * 2**10
_CELLS = 60


@cache
def find_seeds() -> list[Seed]:
    """Give the files to damage: the tests' small ones, and two with chunks of all kinds."""
    found = sorted(_VECTORS.glob("*.cellucid-session"))
    small = [path for path in found if path.stat().st_size <= _SMALL]
    apart = [take_apart(path.read_bytes()) for path in small]
    # Each of ours as often as all the others, since they alone reach every reader.
    return [*apart, *[take_apart(_format_1()), take_apart(_format_2())] * len(apart)]


def _format_1() -> bytes:
    """Write a session that has a chunk for every reader of format 1."""
    names = [f"cell-{i}" for i in range(_CELLS)]
    writer = SessionWriter(
        {"sourceType": "jupyter", "datasetId": "d", "cellCount": 60, "varCount": 9},
        {"count": 60, "orderSha256": "0" * 64, "setSha256": "0" * 64, "unique": True},
    )
    group = {"type": "lasso", "label": "T", "enabled": True, "cellCount": 20}
    groups = [{**group, "id": f"highlight_{i}"} for i in (1, 2)]
    page = {"id": "page_1", "name": "P", "color": "#ff0000", "highlightedGroups": groups}
    meta = {"pages": [page], "activePageId": "page_1", "activePageName": "P"}
    writer.add_json("highlights/meta", meta, contributor="highlights-meta")
    category = {"source": "obs", "kind": "category", "categories": ["a", "b"], "codesLength": 60}
    category |= {"codesType": "Uint8Array", "isDeleted": False, "isPurged": False}
    alias = {"id": "user_cont_1", "source": "obs", "kind": "continuous", "key": "depth"}
    fields = [{**category, "id": f"user_cat_{i}", "key": f"field {i}"} for i in (1, 2, 3)]
    overlays = {
        "renames": {"fields": {"obs:leiden": "Cluster"}, "categories": {"obs:leiden:3": "B"}},
        "deletedFields": {"deleted": ["obs:x"], "purged": ["var:y"]},
        "userDefinedFields": [*fields, {**alias, "sourceField": {"sourceKey": "n_counts"}}],
    }
    writer.add_json("core/field-overlays", overlays, contributor="field-overlays")
    writer.add_json("core/state", {"schema": 1, "camera": {"zoom": 1.5}}, contributor="core-state")
    random = np.random.default_rng(0)
    spread = np.sort(random.choice(60, 20, replace=False))
    for i, cells in enumerate((np.arange(20), spread), 1):
        data = codecs.encode_cells(cells)
        writer.add_bytes(f"highlights/cells/highlight_{i}", data, contributor="highlights-cells")
    codes = [np.repeat([0, 1, 255], 20).astype("u1"), random.integers(0, 2, 60).astype("u1")]
    for i, one in enumerate([*codes, random.integers(0, 2**16, 60).astype("u2")], 1):
        data = codecs.encode_codes(one)
        writer.add_bytes(f"user-defined/codes/user_cat_{i}", data, contributor="codes")
    writer.add_bytes("identity/obs-names", codecs.encode_names(names), contributor="identity")
    columns = {dtype: np.arange(9).astype(dtype) for dtype in ("u1", "u2", "u4", "i4", "f4", "f8")}
    flags = {"flag": np.arange(9) % 2 == 0, "text": np.array(["a", "bb", "é"] * 3)}
    table = encode_table({**columns, **flags})
    writer.add_bytes("analysis/artifacts/de/k/gene/page_1", table, contributor="artifacts")
    writer.add_bytes("future/unknown", b"\0\1\2", contributor="future")
    with tempfile.TemporaryDirectory() as folder:
        data = writer.write(Path(folder) / "ours.cellucid-session").read_bytes()
    # Of no time, so that a run can be repeated.
    return re.sub(rb'"createdAt":"[^"]{24}"', b'"createdAt":"2026-01-01T00:00:00.000Z"', data)


def _format_2() -> bytes:
    """Write a session that has a chunk for every reader of format 2."""
    random = np.random.default_rng(0)
    some = np.sort(random.choice(REFERENCE, 9, replace=False)).tolist()
    first = list(range(REFERENCE))
    groups = [format2.lasso(i, some, _CELLS, i) for i in range(3)]
    for i, cells in ((3, some), (4, first)):
        groups.append(
            format2.of_category(i, cells, _CELLS, i, field="leiden", category="B", reference=first)
        )
    fields = [format2.alias(1, "depth", "n_counts")]
    for i, (dtype, encoding) in enumerate((("u1", 2), ("u2", 1), ("u4", 0), ("u4", 1))):
        codes = np.sort(random.integers(0, 3, _CELLS)).astype(dtype)
        names = ["a", "b", "c"]
        fields.append(format2.category(i, f"field {i}", names, codes, encoding=encoding))
    windows = [{"mode": "de", "bins": np.arange(4, dtype="f4"), "edges": np.arange(3, dtype="u1")}]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.cellucid-session"
        format2.write_format2(
            path,
            dataset_id="d",
            n_cells=_CELLS,
            n_vars=9,
            groups=groups,
            fields=fields,
            windows=windows,
        )
        return path.read_bytes()
