"""Session files of format 2, as `cellucid` 0.9 writes them; we only read them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cellucid_ext.session.uvarint import encode_uvarints

MAGIC = b"CELLUCID_SESSION/2\n"
CODES_TYPES = {1: "Uint8Array", 2: "Uint16Array", 4: "Uint32Array"}
TYPED_CODES = {"u1": 1, "u2": 2, "u4": 3, "i4": 4, "f4": 5, "f8": 6}
UMAP = {"key": "X_umap", "columns": [0, 1]}
# By contributor, in the order that the peer insists on.
EAGER = {
    "field-overlays": ("core/field-overlays", "json", "Field overlays", True),
    "cinematic-camera": ("cinematic/camera", "json", "Cinematic camera path", True),
    "core-state": ("core/state", "json", "Core state", True),
    "dockable-layout": ("ui/dockable-layout", "json", "Floating panels", False),
    "figure-export": ("ui/figure-export", "json", "Figure export", False),
    "analysis-windows": ("analysis/windows", "binary", "Analysis windows", True),
    "analysis-docked": ("analysis/docked", "binary", "Docked analysis", True),
    "highlights-meta": ("highlights/meta", "json", "Highlight metadata", True),
}


class Part(NamedTuple):
    """A group or a field: what the JSON says of it, and its binary chunk, None for an alias."""

    meta: dict[str, Any]
    payload: bytes | None


def digest(cells: Sequence[int]) -> int:
    total = 0
    for cell in cells:
        x = cell
        for _ in range(2):
            x = ((x ^ x >> 16) * 0x45D9F3B) & 0xFFFF_FFFF
        total += x ^ x >> 16
    return total & 0xFFFF_FFFF


def encode_cells(
    cells: Sequence[int], n_cells: int, encoding: int, reference: Sequence[int] = ()
) -> bytes:
    """Write ascending cells: 0 deltas, 1 bitset, 2 runs, 3 some or 4 all of a reference."""
    chosen = np.asarray(cells, dtype=np.int64)
    head = bytes([encoding])
    if encoding == 0:
        return head + encode_uvarints([len(chosen), *np.diff(chosen, prepend=0)])
    if encoding == 1:
        return head + _bitset(np.isin(np.arange(n_cells), chosen))
    if encoding == 2:
        inside = np.isin(np.arange(n_cells), chosen)
        edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
        # Edges come in pairs: to each, how far it is from the edge before.
        return head + encode_uvarints([len(edges) // 2, *np.diff(edges, prepend=0)])
    head += encode_uvarints([len(reference)]) + digest(reference).to_bytes(4, "little")
    if encoding == 3:
        return head + _bitset(np.isin(np.asarray(reference, dtype=np.int64), chosen))
    return head


def _bitset(flags: npt.NDArray[np.bool_]) -> bytes:
    return np.packbits(flags, bitorder="little").tobytes()


def encode_codes(codes: npt.NDArray[Any], encoding: int, bits: int = 4) -> bytes:
    """Write codes: 0 raw, 1 runs, 2 packed in so many bits."""
    head = bytes([encoding]) + encode_uvarints([len(codes)])
    if encoding == 0:
        return head + codes.astype(codes.dtype.newbyteorder("<")).tobytes()
    if encoding == 1:
        starts = np.flatnonzero(np.diff(codes.astype(np.int64), prepend=-1))
        lengths = np.diff(starts, append=len(codes))
        pairs = np.stack([codes[starts].astype(np.int64), lengths], axis=1)
        return head + encode_uvarints([len(starts), *pairs.reshape(-1)])
    each = codes.astype(np.int64)[:, None] >> np.arange(bits) & 1
    return head + bytes([bits]) + _bitset(each.reshape(-1).astype(bool))


def encode_typed_json(value: Any) -> bytes:
    """Write JSON whose NumPy arrays follow it."""
    arrays: list[npt.NDArray[Any]] = []

    def place(array: npt.NDArray[Any]) -> dict[str, int]:
        arrays.append(array)
        return {"$typed": len(arrays) - 1}

    text = json.dumps(value, default=place).encode()
    out = len(text).to_bytes(4, "little") + text
    for array in arrays:
        code = TYPED_CODES[array.dtype.str[1:]]
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        out += bytes([code]) + encode_uvarints([len(array)]) + data
    return out


def lasso(number: int, cells: Sequence[int], n_cells: int, encoding: int) -> Part:
    meta = {"type": "lasso", **_group(number, cells)}
    return Part(meta, encode_cells(cells, n_cells, encoding))


def of_category(
    number: int,
    cells: Sequence[int],
    n_cells: int,
    encoding: int,
    *,
    field: str,
    category: Any,
    reference: Sequence[int] = (),
) -> Part:
    said = {"type": "category", "fieldKey": field, "fieldSource": "obs", "categoryName": category}
    meta = {**said, **_group(number, cells)}
    return Part(meta, encode_cells(cells, n_cells, encoding, reference))


def _group(number: int, cells: Sequence[int]) -> dict[str, Any]:
    label = f"Group / {number}"
    return {
        "id": f"highlight_{number}",
        "label": label,
        "enabled": True,
        "cellCount": len(cells),
    }


def category(
    number: int,
    key: str,
    categories: Sequence[Any],
    codes: npt.NDArray[Any],
    *,
    encoding: int = 0,
    source: str = "obs",
    uncovered: str | None = None,
    **said: Any,
) -> Part:
    meta = {
        **_field(f"user_cat_{number}", "category", key, source),
        "categories": list(categories),
        "codesLength": len(codes),
        "codesType": CODES_TYPES[codes.dtype.itemsize],
        "sourceField": None,
        "sourcePages": [],
        "overlapStrategy": "first",
        "overlapLabel": None,
        "intersectionLabels": None,
        "uncoveredLabel": uncovered,
        **said,
    }
    return Part(meta, encode_codes(codes, encoding))


def alias(number: int, key: str, of: str, *, source: str = "obs", **said: Any) -> Part:
    meta = {
        **_field(f"user_cont_{number}", "continuous", key, source),
        "sourceField": {"sourceKey": of},
        **said,
    }
    return Part(meta, None)


def _field(field_id: str, kind: str, key: str, source: str) -> dict[str, Any]:
    return {
        "id": field_id,
        "source": source,
        "kind": kind,
        "key": key,
        "isDeleted": False,
        "isPurged": False,
        "operation": None,
        "createdAt": 1_700_000_000_000,
    }


def manifest_of(
    dataset_id: str, n_cells: int, n_vars: int, mapping: dict[str, Any], obs: Sequence[str] = ()
) -> dict[str, Any]:
    """What stands before the chunks; `mapping` is put over what the data were read from."""
    read: dict[str, Any] = {
        "kind": "anndata",
        "embeddings": {"enabled": [UMAP], "defaults": {"1d": None, "2d": UMAP, "3d": None}},
        "knn": None,
        "geneNames": "index",
        "expression": "X",
        "log1p": {},
        "highlyVariable": None,
        "latent": None,
        "vectorFields": [],
    }
    return {
        "createdAt": "2026-01-02T03:04:05.678Z",
        "datasetFingerprint": {
            "datasetId": dataset_id,
            "name": "A dataset",
            "cellCount": n_cells,
            "varCount": n_vars,
            "cellOrder": {"embedding": UMAP, "dimension": 2, "digest": "0123456789abcdef"},
            "dataMapping": {**read, **mapping},
        },
        "source": None,
        "requires": {"obs": sorted(set(obs)), "var": []},
        "chunks": [],
    }


def write_format2(
    path: Path,
    *,
    dataset_id: str,
    n_cells: int,
    n_vars: int,
    groups: Sequence[Part] = (),
    fields: Sequence[Part] = (),
    renames: dict[str, dict[str, str]] | None = None,
    mapping: dict[str, Any] | None = None,
    windows: Any = (),
) -> Path:
    """Write a whole file, with each chunk that the peer insists on."""
    page = {
        "id": "page_1",
        "name": "Page 1",
        "color": "#a1b2c3",
        "highlightedGroups": [group.meta for group in groups],
    }
    overlays = {
        "renames": renames or {"fields": {}, "categories": {}},
        "deletedFields": {"deleted": [], "purged": []},
        "userDefinedFields": [field.meta for field in fields],
    }
    content = {
        "core/field-overlays": overlays,
        "highlights/meta": {"pages": [page], "activePageId": "page_1"},
        "analysis/windows": encode_typed_json(list(windows)),
        "analysis/docked": encode_typed_json({}),
    }
    obs = [group.meta["fieldKey"] for group in groups if "fieldKey" in group.meta]
    manifest = manifest_of(dataset_id, n_cells, n_vars, mapping or {}, obs)
    stored: list[bytes] = []

    def add(
        chunk_id: str, contributor: str, value: Any, kind: str, label: str, **said: Any
    ) -> None:
        payload = value if kind == "binary" else json.dumps(value).encode()
        packed = gzip.compress(payload, mtime=0)
        stored.append(packed)
        meta = {
            "id": chunk_id,
            "contributorId": contributor,
            "priority": "lazy",
            "kind": kind,
            "codec": "gzip",
            "label": label,
            "datasetDependent": True,
            "storedBytes": len(packed),
            "uncompressedBytes": len(payload),
        }
        manifest["chunks"].append({**meta, **said})

    for contributor, (chunk_id, kind, label, dependent) in EAGER.items():
        value = content.get(chunk_id, {})
        said = {"priority": "eager", "datasetDependent": dependent}
        add(chunk_id, contributor, value, kind, label, **said)
    for field in fields:
        if field.payload is not None:
            chunk_id = f"user-defined/codes/{field.meta['id']}"
            label = f"User-defined codes: {field.meta['key']}"
            add(chunk_id, "user-defined-codes", field.payload, "binary", label)
    for group in groups:
        chunk_id = f"highlights/cells/{group.meta['id']}"
        label = f"Highlight cells: {group.meta['label']}"
        add(chunk_id, "highlights-cells", group.payload, "binary", label)

    head = json.dumps(manifest).encode()
    with path.open("wb") as file:
        file.write(MAGIC + len(head).to_bytes(4, "little") + head)
        for packed in stored:
            file.write(len(packed).to_bytes(4, "little") + packed)
    return path
