"""A copy of a session that reveals cells and codes, and no word that anyone wrote.

What is known to be harmless is made anew; nothing else of the old file is carried over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import count
from typing import Any, Final

import numpy as np

from .bundle import CellucidSessionBundle
from .codecs import MAX_CELLS, encode_cells, encode_codes
from .errors import SessionFormatError
from .inventory import CELLS, CODES, META, OVERLAYS, Field
from .places import places_of
from .shown import shown
from .writer import SessionWriter

_REDACTED: Final = "redacted"
_TYPES: Final = frozenset(
    {"lasso", "proximity", "knn", "category", "range", "annotation", "combined"}
)
_STRATEGIES: Final = frozenset({"first", "last", "overlap-label", "intersections"})
_COLOR: Final = re.compile("#[0-9a-fA-F]{6}")
_NO_COLOR: Final = "#888888"
_MOST_CATEGORIES: Final = 0xFFFF


class _Names(dict[object, str]):
    """A neutral name for each text; the same for the same text."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __missing__(self, text: object) -> str:
        self[text] = name = f"{self._word} {len(self) + 1}"
        return name


def redact(bundle: CellucidSessionBundle, dest: str | os.PathLike[str]) -> list[str]:
    """Write a copy of a session without names, labels, paths and where the data came from.

    Groups keep their cells and fields their codes. Pages, groups, fields and categories are called
    "Page 1", "Group 1", "Field 1", "Category 1"; what had one name has one name again. Deleted
    fields, names and hashes of the cells, and all chunks of other kinds are left out.

    Parameters
    ----------
    bundle
        The session, of format 1.
    dest
        The file to write. What stands there stays until it is complete.

    Returns
    -------
    list of str
        What was left out.

    Raises
    ------
    SessionFormatError
        If the session is damaged.
    ValueError
        If it is of format 2, which is read only, or a field has more than 65,535 categories.

    Examples
    --------
    >>> bundle = CellucidSessionBundle("my.cellucid-session")       # doctest: +SKIP
    >>> redact(bundle, "shared.cellucid-session")                   # doctest: +SKIP
    ['names, labels and dataset id', 'chunk core/state', 'chunk identity/obs-names']
    """
    if bundle.format != 1:
        raise ValueError(f"a session of format {bundle.format} can be read, but not written")
    counts = {"cellCount": bundle.n_cells, "varCount": bundle.n_vars}
    for key, number in counts.items():
        # A number without a limit can be read as a text.
        if number is not None and number > MAX_CELLS:
            raise SessionFormatError(f"{key} is above {MAX_CELLS:,}")
    writer = SessionWriter({"sourceType": _REDACTED, "datasetId": _REDACTED, **counts})
    left_out = ["names, labels and dataset id"]
    carried = {META, OVERLAYS} & set(bundle.list_chunk_ids())
    if OVERLAYS in carried:
        carried |= _add_fields(bundle, writer, left_out)
    if META in carried:
        carried |= _add_pages(bundle, writer)
    left_out += [f"chunk {shown(c)}" for c in bundle.list_chunk_ids() if c not in carried]
    if bundle.row_identity is not None:
        left_out.append("hashes of the cells' names")
    writer.write(dest)
    return left_out


def _add_pages(bundle: CellucidSessionBundle, writer: SessionWriter) -> set[str]:
    page_ids = _ids("page", (page.id for page in bundle.pages))
    if len(page_ids) < len(bundle.pages):
        raise SessionFormatError(f"{META}: two pages have the same id")
    group_ids = _ids("highlight", (group.id for group in bundle.groups))
    page_names, labels = _Names("Page"), _Names("Group")
    pages = []
    for page in bundle.pages:
        groups = []
        for group in page.groups:
            # Ascending already; what stands twice, as in others' files, stands once.
            cells = np.unique(group.cells)
            groups.append(
                {
                    "id": group_ids[group.id],
                    "type": group.type if group.type in _TYPES else "combined",
                    "label": labels[group.label],
                    "enabled": group.enabled,
                    "cellCount": len(cells),
                }
            )
            if len(cells):
                writer.add_bytes(
                    f"{CELLS}{group_ids[group.id]}",
                    encode_cells(cells),
                    contributor="highlights-cells",
                    priority="lazy",
                )
        pages.append(
            {
                "id": page_ids[page.id],
                "name": page_names[page.name],
                "color": page.color if _COLOR.fullmatch(page.color) else _NO_COLOR,
                "highlightedGroups": groups,
            }
        )
    writer.add_json(META, {"pages": pages}, contributor="highlights-meta")
    return {f"{CELLS}{group.id}" for group in bundle.groups}


def _add_fields(
    bundle: CellucidSessionBundle, writer: SessionWriter, left_out: list[str]
) -> set[str]:
    wanted: list[Field] = []
    for field in bundle.fields:
        name = f"field {shown(field.id)}"
        if field.deleted or field.purged:
            left_out.append(f"{name}, deleted in the viewer")
        elif field.kind == "continuous":
            left_out.append(f"{name}, a copy of a field of the data")
        else:
            wanted.append(field)
    renames = bundle.renames
    if renames.fields or renames.categories:
        left_out.append("renames of fields and categories")
    if renames.colors:
        left_out.append("colours of categories of the data")
    ids = _ids("user_cat", (field.id for field in wanted))
    keys, categories = _Names("Field"), _Names("Category")
    described = []
    for field in wanted:
        meta, codes = _field(field, categories)
        _check_length(bundle, field, meta["codesLength"])
        described.append({"id": ids[field.id], "key": keys[field.key], **meta})
        writer.add_bytes(
            f"{CODES}{ids[field.id]}",
            codes,
            contributor="user-defined-codes",
            priority="lazy",
        )
    overlays = {
        "renames": {"fields": {}, "categories": {}},
        "deletedFields": {"deleted": [], "purged": []},
        "userDefinedFields": described,
    }
    writer.add_json(OVERLAYS, overlays, contributor="field-overlays")
    return {f"{CODES}{field.id}" for field in wanted}


def _field(field: Field, names: _Names) -> tuple[dict[str, Any], bytes]:
    n_categories = len(field.categories)
    if n_categories > _MOST_CATEGORIES:
        raise ValueError(
            f"the field {field.id!r} has {n_categories:,} categories; "
            f"{_MOST_CATEGORIES:,} can be redacted"
        )
    dtype = np.uint8 if n_categories <= 0xFF else np.uint16
    # −1 becomes the largest code, so that codes of no category tell nothing either.
    codes = places_of(field, field.codes).astype(dtype)
    strategy = str(field.raw.get("overlapStrategy"))
    meta: dict[str, Any] = {
        "source": field.source,
        "kind": "category",
        "categories": [names[category] for category in field.categories],
        "isDeleted": False,
        "isPurged": False,
        "codesLength": len(codes),
        "codesType": "Uint8Array" if dtype is np.uint8 else "Uint16Array",
        "overlapStrategy": strategy if strategy in _STRATEGIES else "first",
    }
    if any(field.colors):
        meta["colors"] = list(field.colors[:n_categories])
    return meta, encode_codes(codes)


def _check_length(bundle: CellucidSessionBundle, field: Field, length: int) -> None:
    known = [bundle.n_cells, *([bundle.n_vars] if field.source == "var" else [])]
    if None not in known and length not in known:
        raise SessionFormatError(
            f"{CODES}{field.id}: {length:,} codes for {bundle.n_cells:,} cells"
        )


def _ids(word: str, ids: Iterable[str]) -> dict[str, str]:
    """Keep ids that are a known word and a number; count on for those that say more."""
    known = re.compile(rf"{word}_(0|[1-9][0-9]{{0,5}})")
    old = list(ids)
    kept = {one: one for one in old if known.fullmatch(one)}
    free = (f"{word}_{number}" for number in count(1))
    return {one: kept.get(one) or next(new for new in free if new not in kept) for one in old}
