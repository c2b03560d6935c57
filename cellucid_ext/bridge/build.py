"""The way back: columns of an AnnData as a session that the viewer can load."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..session import CellucidSessionBundle, SessionWriter
from ..session.codecs import encode_cells, encode_codes
from ..session.inventory import CELLS, CODES, META, OVERLAYS
from ..session.parse import MAX_TEXT
from .record import session_records

if TYPE_CHECKING:
    from anndata import AnnData

_PREFIX: Final = "cellucid_highlight__"
_PAGE: Final = "Page 1"
_HEX: Final = re.compile("#[0-9a-fA-F]{6}")
_PALETTE: Final = ("#d81b60", "#1e88e5", "#ffc107", "#004d40", "#8e24aa", "#f4511e")


def build_session(
    adata: AnnData,
    highlights: Sequence[str],
    fields: Sequence[str],
    path: str | os.PathLike[str],
    *,
    dataset_id: str | None = None,
    with_names: bool = True,
) -> CellucidSessionBundle:
    """Make a session of columns in ``obs``, for the viewer to load.

    Parameters
    ----------
    adata
        The data the viewer shows.
    highlights
        Boolean columns of ``obs``; each becomes a highlight group. Columns that came from a session
        get back the label and the page they had there.
    fields
        Categorical columns of ``obs`` (or of text, or boolean ones); each becomes a user-defined
        field, with the colours in ``uns["<column>_colors"]``. Missing values have no category.
    path
        The file to write. What stands there stays until it is complete.
    dataset_id
        The dataset id the viewer knows the data by. Without one, the cells' names say which
        dataset it is.
    with_names
        Keep the cells' names in the file, so that it can be applied after rows have moved.

    Returns
    -------
    CellucidSessionBundle
        The file.

    Raises
    ------
    KeyError
        If there is no such column.
    ValueError
        If a column is of another kind, or has more than 65,535 categories.

    Examples
    --------
    >>> bundle = build_session(
    ...     adata, highlights=["doublet"], fields=["cell_type"],
    ...     path="labels.cellucid-session")                         # doctest: +SKIP
    """
    fingerprint = {
        "sourceType": "jupyter",
        "datasetId": dataset_id,
        "cellCount": adata.n_obs,
        "varCount": adata.n_vars,
    }
    for given, what in ((highlights, "highlights"), (fields, "fields")):
        if isinstance(given, str):
            raise ValueError(f"{what} is the text {given!r}; it must be a list of columns")
    writer = SessionWriter(fingerprint)
    _add_fields(writer, adata, fields)
    _add_highlights(writer, adata, highlights)
    writer.add_names(adata.obs_names, listed=with_names)
    return CellucidSessionBundle(writer.write(path))


def _add_highlights(writer: SessionWriter, adata: AnnData, highlights: Sequence[str]) -> None:
    known = {
        group["column"]: group
        for record in session_records(adata)
        for group in record.get("groups", [])
        if isinstance(group, dict) and isinstance(group.get("column"), str)
    }
    pages: dict[str, list[dict[str, Any]]] = {}
    cells: dict[str, npt.NDArray[np.int64]] = {}
    for number, name in enumerate(highlights, start=1):
        mask = _mask(adata, name)
        was = known.get(name, {})
        group_id = f"highlight_{number}"
        cells[group_id] = np.flatnonzero(mask)
        group = {
            "id": group_id,
            "type": was.get("type") or "combined",
            "label": was.get("label") or _text(name, "the name of a column").removeprefix(_PREFIX),
            "enabled": was.get("enabled") is not False,
            "cellCount": len(cells[group_id]),
        }
        pages.setdefault(was.get("page") or _PAGE, []).append(group)
    if not pages:
        return
    meta = {
        "pages": [
            {
                "id": f"page_{number}",
                "name": page,
                "color": _PALETTE[(number - 1) % len(_PALETTE)],
                "highlightedGroups": groups,
            }
            for number, (page, groups) in enumerate(pages.items(), start=1)
        ],
        "activePageId": "page_1",
        "activePageName": next(iter(pages)),
    }
    writer.add_json(META, meta, contributor="highlights-meta", label="Highlight pages")
    for group_id, indices in cells.items():
        if len(indices):
            writer.add_bytes(
                f"{CELLS}{group_id}",
                encode_cells(indices),
                contributor="highlights-cells",
                priority="lazy",
            )


def _add_fields(writer: SessionWriter, adata: AnnData, fields: Sequence[str]) -> None:
    described = []
    for number, name in enumerate(fields, start=1):
        values = _categorical(adata, name)
        n_categories = len(values.categories)
        # The largest code of each width stands for cells without a category.
        dtype = np.uint8 if n_categories <= 0xFF else np.uint16
        if n_categories > np.iinfo(np.uint16).max:
            raise ValueError(
                f"obs[{name!r}] has {n_categories:,} categories; a session holds 65,535 at most"
            )
        field = {
            "id": f"user_cat_{number}",
            "source": "obs",
            "kind": "category",
            "key": _text(name, "the name of a column"),
            "categories": [
                _text(category, f"a category of obs[{name!r}]") for category in values.categories
            ],
            "isDeleted": False,
            "isPurged": False,
            "codesLength": adata.n_obs,
            "codesType": "Uint8Array" if dtype is np.uint8 else "Uint16Array",
            "overlapStrategy": "first",
        }
        if colors := _colors(adata, name, n_categories):
            field["colors"] = colors
        described.append(field)
        # −1 becomes the largest code by itself.
        codes = np.asarray(values.codes).astype(dtype)
        writer.add_bytes(
            f"{CODES}{field['id']}",
            encode_codes(codes),
            contributor="user-defined-codes",
            priority="lazy",
        )
    overlays = {
        "renames": {"fields": {}, "categories": {}},
        "deletedFields": {"deleted": [], "purged": []},
        "userDefinedFields": described,
    }
    writer.add_json(OVERLAYS, overlays, contributor="field-overlays", label="Field edits")


def _column(adata: AnnData, name: str) -> pd.Series[Any]:
    column = adata.obs[name]
    if not isinstance(column, pd.Series):
        raise ValueError(f"obs[{name!r}] stands {column.shape[1]} times")
    return column


def _mask(adata: AnnData, name: str) -> npt.NDArray[np.bool_]:
    values = _column(adata, name)
    if not pd.api.types.is_bool_dtype(values) and _inferred(values) != "boolean":
        raise ValueError(f"obs[{name!r}] holds {values.dtype}; a highlight is a boolean column")
    mask: npt.NDArray[np.bool_] = values.astype("boolean").to_numpy(dtype=bool, na_value=False)
    return mask


def _categorical(adata: AnnData, name: str) -> pd.Categorical:
    values = _column(adata, name)
    if (
        isinstance(values.dtype, pd.CategoricalDtype)
        or pd.api.types.is_bool_dtype(values)
        or _inferred(values) in ("string", "boolean", "empty")
    ):
        return pd.Categorical(values)
    raise ValueError(f"obs[{name!r}] holds {values.dtype}; a field is a categorical column")


def _inferred(values: pd.Series[Any]) -> str:
    """Say what a column of objects holds, missing values aside."""
    return str(pd.api.types.infer_dtype(values, skipna=True))


def _text(value: object, what: str) -> str:
    text = str(value)
    if len(text) > MAX_TEXT:
        raise ValueError(f"{what} has {len(text):,} characters; a session takes {MAX_TEXT:,}")
    return text


def _colors(adata: AnnData, name: str, n: int) -> list[str | None] | None:
    given = adata.uns.get(f"{name}_colors")
    if given is None or isinstance(given, str) or len(given) < n:
        return None
    return [str(c) if _HEX.fullmatch(str(c)) else None for c in list(given)[:n]]
