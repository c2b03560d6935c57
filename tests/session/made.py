"""A session file with some of everything, each part of which a test can change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cellucid_ext import CellucidSessionBundle, SessionWriter
from cellucid_ext.session.codecs import encode_cells, encode_codes

NAMES = [f"AAAC{i}-patient" for i in range(10)]


@dataclass
class Made:
    """What `write` writes; cells by label, so that pages and chunks follow from them."""

    dataset_id: str = "secret-dataset"
    names: Sequence[str] | None = tuple(NAMES)
    listed: bool = True
    n_cells: int = len(NAMES)
    cells: Mapping[str, Sequence[int]] = dataclasses.field(
        default_factory=lambda: {"B cells": [0, 3, 4], "T / naive": [7, 9], "none": []}
    )
    group: dict[str, Any] = dataclasses.field(default_factory=dict)
    categories: Sequence[str] = ("healthy", "tumour", "healthy")
    codes: Sequence[int] = (0, 1, 2, 255, 0, 9, 1, 1, 0, 255)
    field: dict[str, Any] = dataclasses.field(default_factory=dict)
    overlays: dict[str, Any] = dataclasses.field(default_factory=dict)
    chunks: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    without: Sequence[str] = ()

    def write(self, path: Path) -> CellucidSessionBundle:
        writer = SessionWriter(
            {
                "sourceType": "jupyter",
                "datasetId": self.dataset_id,
                "cellCount": self.n_cells,
                "varCount": 2,
            }
        )
        if self.names is not None:
            writer.add_names(self.names, listed=self.listed)
        groups = [
            {
                "id": f"highlight_{i}",
                "type": "lasso",
                "label": label,
                "enabled": True,
                "cellCount": len(cells),
                **self.group,
            }
            for i, (label, cells) in enumerate(self.cells.items(), start=1)
        ]
        page = {"id": "page_1", "name": "P1", "color": "#a1b2c3", "highlightedGroups": groups}
        payloads: dict[str, Any] = {
            "core/field-overlays": {"userDefinedFields": [self._field()], **self.overlays},
            "highlights/meta": {"pages": [page], "activePageId": "page_1"},
            "user-defined/codes/user_cat_1": encode_codes(np.array(self.codes, dtype=np.uint8)),
        }
        for i, cells in enumerate(self.cells.values(), start=1):
            if cells:
                payloads[f"highlights/cells/highlight_{i}"] = encode_cells(cells)
        for chunk_id, value in {**payloads, **self.chunks}.items():
            if chunk_id in self.without:
                continue
            if isinstance(value, bytes):
                writer.add_bytes(chunk_id, value, contributor="c", priority="lazy")
            else:
                writer.add_json(chunk_id, value, contributor="c")
        return CellucidSessionBundle(writer.write(path))

    def _field(self) -> dict[str, Any]:
        return {
            "id": "user_cat_1",
            "source": "obs",
            "kind": "category",
            "key": "diagnosis",
            "categories": list(self.categories),
            "codesLength": len(self.codes),
            "codesType": "Uint8Array",
            **self.field,
        }


def rewrite(path: Path, change: Any) -> Path:
    """Change the manifest of a session file in place, whatever it then says."""
    import json

    from cellucid_ext.session.container import MAGIC, U32

    data = path.read_bytes()
    begin = len(MAGIC) + U32.size
    (size,) = U32.unpack(data[len(MAGIC) : begin])
    manifest = json.loads(data[begin : begin + size])
    change(manifest)
    head = json.dumps(manifest).encode()
    path.write_bytes(MAGIC + U32.pack(len(head)) + head + data[begin + size :])
    return path
