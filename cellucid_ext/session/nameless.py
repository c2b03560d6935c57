"""A copy of a session that does not tell what the cells are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .bundle import CellucidSessionBundle
from .inventory import META, NAMES
from .writer import SessionWriter


def without_names(bundle: CellucidSessionBundle, dest: str | os.PathLike[str]) -> Path:
    """Write a copy of a session without the cells' names, all of them and those that groups tell.

    A group that was made by names keeps its cells, and that it was made so. All else is as it was,
    also what nobody here knows.

    Parameters
    ----------
    bundle
        The session, of format 1.
    dest
        The file to write.

    Raises
    ------
    SessionFormatError
        If the pages are damaged.
    ValueError
        If it is of format 2, which is read only.

    Examples
    --------
    >>> bundle = CellucidSessionBundle("my.cellucid-session")       # doctest: +SKIP
    >>> without_names(bundle, "shared.cellucid-session")            # doctest: +SKIP
    PosixPath('shared.cellucid-session')
    """
    writer = SessionWriter.from_bundle(bundle, without={NAMES, META})
    if bundle.has_chunk(META):
        told = bundle.decode_chunk(META)
        for page in _list(told, "pages"):
            for group in _list(page, "highlightedGroups"):
                for step in _list(group, "recipe"):
                    detail = step.get("detail") if isinstance(step, dict) else None
                    if isinstance(detail, dict):
                        detail.pop("names", None)
        label = str(bundle.get_chunk_meta(META).get("label") or "")
        writer.add_json(META, told, contributor="highlights-meta", label=label)
    return writer.write(dest)


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
