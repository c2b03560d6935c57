"""`jupyter cellucid inspect`: what is in a session file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..session.shown import shown
from .command import add_command
from .terminal import complain, say

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle


_GROUP: Final = ("id", "label", "type", "cells")
_FIELD: Final = ("id", "key", "kind", "source", "categories")
_NUMBERS: Final = frozenset({"cells", "categories", "stored", "inflated"})
_CHUNK: Final = ("id", "priority", "kind", "codec", "storedBytes", "uncompressedBytes")


def add_inspect(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "inspect", _run, "show what is in a session file")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(options: argparse.Namespace) -> int:
    from ..session import CellucidSessionBundle

    facts = describe(CellucidSessionBundle(options.file))
    if options.json:
        # DEL is the one control character that JSON leaves as it is.
        say(json.dumps(facts, separators=(",", ":")).replace("\x7f", "\\u007f"))
    else:
        for line in _lines(facts):
            say(line)
    for damage in facts["damaged"]:
        complain(f"jupyter cellucid inspect: {damage}")
    return 1 if facts["damaged"] else 0


def describe(bundle: CellucidSessionBundle) -> dict[str, Any]:
    """Give what is in a session, as `inspect --json` prints it; no binary chunk is read.

    Parameters
    ----------
    bundle
        The session.

    Returns
    -------
    dict
        ``damaged`` lists what can't be read of pages and fields. Numbers of cells and sizes of
        chunks are what the file says; None is what it does not say.
    """
    ours = bundle.manifest.get("cellucidExt")
    writer = ours.get("writer") if isinstance(ours, dict) else None
    damaged: list[str] = []
    chunks = bundle.list_chunk_ids()
    return {
        "file": str(bundle.path),
        "size": bundle.size,
        "format": bundle.format,
        "datasetId": _plain((bundle.dataset_fingerprint or {}).get("datasetId")),
        "cells": bundle.n_cells,
        "genes": bundle.n_vars,
        "createdAt": _plain(bundle.manifest.get("createdAt")),
        "writer": _picked(writer, ("name", "version")) if isinstance(writer, dict) else None,
        "rowIdentity": bundle.row_identity is not None,
        "cellNames": "identity/obs-names" in chunks,
        "pages": _unless_damaged(lambda: _pages(bundle), damaged),
        "fields": _unless_damaged(lambda: _fields(bundle), damaged),
        "chunks": [_picked(bundle.get_chunk_meta(chunk_id), _CHUNK) for chunk_id in chunks],
        "damaged": damaged,
    }


def _unless_damaged(
    give: Callable[[], list[dict[str, Any]]], damaged: list[str]
) -> list[dict[str, Any]]:
    from ..session import SessionFormatError

    try:
        return give()
    except SessionFormatError as error:
        damaged.append(str(error))
        return []


def _pages(bundle: CellucidSessionBundle) -> list[dict[str, Any]]:
    return [
        {
            "id": page.id,
            "name": page.name,
            "groups": [
                {
                    "id": group.id,
                    "label": group.label,
                    "type": group.type,
                    "enabled": group.enabled,
                    "cells": group.cell_count,
                }
                for group in page.groups
            ],
        }
        for page in bundle.pages
    ]


def _fields(bundle: CellucidSessionBundle) -> list[dict[str, Any]]:
    return [
        {
            "id": field.id,
            "key": field.key,
            "kind": field.kind,
            "source": field.source,
            "categories": len(field.categories),
            "deleted": field.deleted or field.purged,
        }
        for field in bundle.fields
    ]


def _picked(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: _plain(values.get(key)) for key in keys}


def _plain(value: object) -> object:
    # Anything may stand where a text belongs, also what is nested too deeply to be printed.
    return value if isinstance(value, str | int | float) else None


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    rows = "no"
    if facts["rowIdentity"]:
        rows = "yes, with names" if facts["cellNames"] else "yes, by a hash"
    writer = facts["writer"] or {}
    about = [
        ["dataset", facts["datasetId"]],
        ["cells", facts["cells"]],
        ["genes", facts["genes"]],
        ["made", facts["createdAt"]],
        ["writer", " ".join(str(value) for value in writer.values() if value) or None],
        ["knows its rows", rows],
        ["size", f"{facts['size']:,} bytes, format {facts['format']}"],
    ]
    groups = [
        [page["name"], *[group[key] for key in _GROUP], "" if group["enabled"] else "off"]
        for page in facts["pages"]
        # A page without groups is a line, too.
        for group in page["groups"] or [dict.fromkeys((*_GROUP, "enabled"), "-")]
    ]
    fields = [
        [*[field[key] for key in _FIELD], "deleted" if field["deleted"] else ""]
        for field in facts["fields"]
    ]
    chunks = [list(chunk.values()) for chunk in facts["chunks"]]
    yield from _table([], about)
    yield from _table(["page", "group", "label", "type", "cells", ""], groups)
    yield from _table(["field", "key", "kind", "source", "categories", ""], fields)
    yield from _table(["chunk", "priority", "kind", "codec", "stored", "inflated"], chunks)


def _table(head: list[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    if not rows:
        return
    if head:
        yield ""
    cells = [head] if head else []
    cells += [[_shown(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numbers = [name in _NUMBERS for name in head or [""] * len(widths)]
    for row in cells:
        line = "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, numbers, strict=True)
        )
        yield line.rstrip()


def _shown(value: object) -> str:
    return shown(f"{value:,}" if type(value) is int else value)
