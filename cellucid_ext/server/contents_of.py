"""What is in a session file, in a few facts for people: strangers' texts short, long lists cut.

Only the manifest, the pages and the fields are read, never what is large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ..session import CellucidSessionBundle, SessionFormatError
from ..session.inventory import META, NAMES, OVERLAYS, Field, Page
from ..session.shown import shown

T = TypeVar("T")

MAX_PART_BYTES: Final = 16 * 2**20
"""Longer lists of pages or fields are not read: in memory they take many times as much."""

LISTED: Final = 200
"""How many chunks, pages, groups of a page, and fields are told one by one."""

_UNDECLARED_RATIO: Final = 32
_LONGEST_ERROR: Final = 300


def contents_of(bundle: CellucidSessionBundle) -> dict[str, Any]:
    """Say what is in a session.

    What can't be read is told in ``unread``, and the rest all the same: a page that opens the file
    leaves out no more.

    Examples
    --------
    >>> bundle = CellucidSessionBundle("my.cellucid-session")              # doctest: +SKIP
    >>> contents_of(bundle)["pages"][0]["groups"][0]["label"]              # doctest: +SKIP
    'doublets'
    """
    unread: list[str] = []
    pages = _read(bundle, META, lambda: bundle.pages, unread)
    fields = _read(bundle, OVERLAYS, lambda: bundle.fields, unread)
    chunks = bundle.list_chunk_ids()
    return {
        "bytes": bundle.size,
        "format": bundle.format,
        "createdAt": _text_or_none(bundle.manifest.get("createdAt")),
        "writer": _writer(bundle),
        "dataset": {
            "id": _text_or_none(dataset_id(bundle)),
            "nCells": bundle.n_cells,
            "nVars": bundle.n_vars,
        },
        "hasNames": bundle.has_chunk(NAMES),
        "nChunks": len(chunks),
        "chunks": [_chunk(bundle, chunk_id) for chunk_id in chunks[:LISTED]],
        "nPages": len(pages),
        "pages": [_page(page) for page in pages[:LISTED]],
        "nFields": len(fields),
        "fields": [_field(field) for field in fields[:LISTED]],
        "unread": unread,
    }


def counts_of(bundle: CellucidSessionBundle) -> Mapping[str, int | None]:
    """Count what a person made in a session; None where it can't be read.

    Examples
    --------
    >>> counts_of(CellucidSessionBundle("my.cellucid-session"))            # doctest: +SKIP
    {'nPages': 2, 'nGroups': 5, 'nFields': 1}
    """
    unread: list[str] = []
    pages = _read(bundle, META, lambda: bundle.pages, unread)
    fields = _read(bundle, OVERLAYS, lambda: bundle.fields, unread)
    made = [field for field in fields if not field.deleted and not field.purged]
    return {
        "nPages": None if unread else len(pages),
        "nGroups": None if unread else sum(len(page.groups) for page in pages),
        "nFields": None if unread else len(made),
    }


def dataset_id(bundle: CellucidSessionBundle) -> str | None:
    """Give the id of the dataset that a session was made on; None where the file has none."""
    said = (bundle.dataset_fingerprint or {}).get("datasetId")
    return said if isinstance(said, str) and said else None


def short(error: Exception) -> str:
    """Give what an error says, which may repeat what a stranger wrote, however long that is."""
    said = str(error)
    return said if len(said) <= _LONGEST_ERROR else f"{said[:_LONGEST_ERROR]}…"


def _read(
    bundle: CellucidSessionBundle,
    chunk_id: str,
    read: Callable[[], Sequence[T]],
    unread: list[str],
) -> Sequence[T]:
    if not bundle.has_chunk(chunk_id):
        return ()
    try:
        _require_small(bundle, chunk_id)
        return read()
    except SessionFormatError as error:
        unread.append(short(error))
        return ()


def _require_small(bundle: CellucidSessionBundle, chunk_id: str) -> None:
    meta, size = bundle.get_chunk_meta(chunk_id), bundle.stored_bytes(chunk_id)
    if meta.get("codec") == "gzip":
        declared = meta.get("uncompressedBytes")
        size = max(size, declared if type(declared) is int else _UNDECLARED_RATIO * size)
    if size > MAX_PART_BYTES:
        raise SessionFormatError(
            f"{chunk_id} may have {size:,} bytes; at most {MAX_PART_BYTES:,} are read here"
        )


def _writer(bundle: CellucidSessionBundle) -> dict[str, str | None] | None:
    ours = bundle.manifest.get("cellucidExt")
    writer = ours.get("writer") if isinstance(ours, dict) else None
    if not isinstance(writer, dict):
        return None
    return {key: _text_or_none(writer.get(key)) for key in ("name", "version")}


def _chunk(bundle: CellucidSessionBundle, chunk_id: str) -> dict[str, Any]:
    meta = bundle.get_chunk_meta(chunk_id)
    declared = meta.get("uncompressedBytes")
    return {
        "id": shown(chunk_id),
        "label": _text_or_none(meta.get("label")),
        "storedBytes": bundle.stored_bytes(chunk_id),
        "bytes": declared if type(declared) is int and declared >= 0 else None,
    }


def _page(page: Page) -> dict[str, Any]:
    groups = page.groups[:LISTED]
    return {
        "name": shown(page.name),
        "nGroups": len(page.groups),
        "groups": [
            {"label": shown(group.label), "type": shown(group.type), "nCells": group.cell_count}
            for group in groups
        ],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": shown(field.key),
        "source": field.source,
        "kind": field.kind,
        "nCategories": len(field.categories),
        "deleted": field.deleted or field.purged,
    }


def _text_or_none(text: object) -> str | None:
    return shown(text) if isinstance(text, str) else None
