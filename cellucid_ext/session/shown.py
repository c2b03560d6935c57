"""A bundle in a few lines, for people; what strangers wrote can do nothing there."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from .errors import SessionFormatError

if TYPE_CHECKING:
    from .bundle import CellucidSessionBundle

_LONGEST: Final = 80
_LISTED: Final = 10


def shown(text: object) -> str:
    r"""Show a stranger's text on one line, without what a terminal would take for a command.

    Examples
    --------
    >>> shown("B\x1b[2Jcells"), shown(None)
    ('B�[2Jcells', 'unknown')
    """
    if not isinstance(text, str):
        return "unknown"
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(c if c.isprintable() else "\ufffd" for c in short)


def facts(bundle: CellucidSessionBundle) -> list[tuple[str, str]]:
    """Give what is worth knowing of a session: names and values, damage too."""
    found = [("dataset", shown((bundle.dataset_fingerprint or {}).get("datasetId")))]
    if bundle.n_cells is not None:
        found.append(("cells", f"{bundle.n_cells:,}"))
    found.append(("made", shown(bundle.manifest.get("createdAt"))))
    try:
        groups = [f"{shown(group.label)} ({group.cell_count:,})" for group in bundle.groups]
        found.append(("groups", _listed(groups)))
        found.append(("fields", _listed([shown(field.key) for field in bundle.fields])))
    except SessionFormatError as error:
        found.append(("damaged", str(error)))
    except OSError as error:
        found.append(("unreadable", f"the file is not as it was opened ({error.strerror})"))
    n_chunks = len(bundle.list_chunk_ids())
    found.append(("size", f"{bundle.size:,} bytes in {n_chunks:,} chunks, format {bundle.format}"))
    return found


def as_text(bundle: CellucidSessionBundle) -> str:
    """Show a bundle as lines of text."""
    name = repr(str(bundle.path)) if bundle.path is not None else "open file"
    lines = "\n".join(f"  {name}: {value}" for name, value in facts(bundle))
    return f"CellucidSessionBundle({name})\n{lines}"


def as_html(bundle: CellucidSessionBundle) -> str:
    """Show a bundle as a table."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{name}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in facts(bundle)
    )
    return f"<table>{rows}</table>"


def _listed(told: list[str]) -> str:
    more = ", …" if len(told) > _LISTED else ""
    return f"{len(told)}: {', '.join(told[:_LISTED])}{more}" if told else "none"
