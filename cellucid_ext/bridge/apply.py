"""A session's highlights and fields, as columns of an AnnData: all of them, or none."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..session import CellucidSessionBundle
from ..session.codecs import decode_cells, decode_codes
from ..session.errors import SessionFormatError
from ..session.inventory import CELLS, CODES, Field
from .align import Alignment, align
from .columns import ColumnConflictPolicy, NewColumns, column_name
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

DatasetMismatchPolicy = Literal["error", "warn_skip", "skip"]

_MISMATCH = ("error", "warn_skip", "skip")
_CONFLICT = ("error", "overwrite", "suffix")
_MAX_HIGHLIGHT_BYTES = 2**32
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def apply_cellucid_session_to_anndata(
    bundle: CellucidSessionBundle | str | os.PathLike[str],
    adata: AnnData,
    *,
    inplace: bool = False,
    dataset_mismatch: DatasetMismatchPolicy = "warn_skip",
    expected_dataset_id: str | None = None,
    add_highlights: bool = True,
    highlights_prefix: str = "cellucid_highlight__",
    add_user_defined_fields: bool = True,
    user_defined_prefix: str = "",
    include_deleted_user_defined_fields: bool = False,
    store_uns: bool = True,
    column_conflict: ColumnConflictPolicy = "suffix",
    return_summary: bool = False,
) -> AnnData | tuple[AnnData, ApplySummary]:
    """Bring what was done in the viewer into an AnnData, as columns.

    Each highlight group becomes a boolean column of ``obs``, each user-defined category field a
    categorical one. Rows are matched by name where the session knows them and they moved since;
    cells that the session does not know are False, or missing.

    Parameters
    ----------
    bundle
        The session, or its path.
    adata
        The data. If anything fails, it is left as it was.
    inplace
        Change `adata` itself. Otherwise a copy is changed, which takes as much memory again.
    dataset_mismatch
        When the rows can't be matched, or the dataset is another: raise (``"error"``), warn and
        leave out all that depends on the dataset (``"warn_skip"``), or do so silently
        (``"skip"``).
    expected_dataset_id
        The dataset id the session must have.
    add_highlights, add_user_defined_fields
        What to bring over.
    highlights_prefix, user_defined_prefix
        What the columns' names begin with.
    include_deleted_user_defined_fields
        Bring over fields that were deleted in the viewer, too (never purged ones).
    store_uns
        Keep manifest, pages and groups in ``adata.uns["cellucid"]`` as JSON texts, which
        ``write_h5ad`` and ``write_zarr`` take.
    column_conflict
        When a column exists: raise (``"error"``), replace it (``"overwrite"``), or add ``__2``,
        ``__3``, … to the new name (``"suffix"``).
    return_summary
        Return ``(adata, summary)``.

    Returns
    -------
    anndata.AnnData or tuple
        The AnnData, with an `ApplySummary` where it is asked for.

    Raises
    ------
    SessionFormatError
        If the file is damaged.
    ValueError
        "Dataset fingerprint mismatch: …" or "Column already exists: …", where a policy says so;
        or a policy that is none.

    Examples
    --------
    >>> adata2, summary = apply_cellucid_session_to_anndata(
    ...     "my.cellucid-session", adata, return_summary=True)      # doctest: +SKIP
    >>> print(summary)                                              # doctest: +SKIP
    """
    if dataset_mismatch not in _MISMATCH:
        raise ValueError(f"dataset_mismatch is {dataset_mismatch!r}; it must be one of {_MISMATCH}")
    if column_conflict not in _CONFLICT:
        raise ValueError(f"column_conflict is {column_conflict!r}; it must be one of {_CONFLICT}")
    if adata.isbacked and not inplace:
        raise ValueError(
            "adata is backed by a file and can't be copied; use inplace=True, or adata.to_memory()"
        )
    if not isinstance(bundle, CellucidSessionBundle):
        bundle = CellucidSessionBundle(bundle)
    summary = ApplySummary()
    alignment = align(bundle, adata)
    reasons = [*_other_dataset(bundle, expected_dataset_id), *alignment.reasons]
    columns = NewColumns(adata, column_conflict)
    if reasons:
        _mismatched(reasons, dataset_mismatch, summary)
    else:
        summary.aligned = alignment.how
        summary.cells_matched = alignment.matched
        summary.cells_missing = alignment.n_session - alignment.matched
        summary.cells_new = adata.n_obs - alignment.matched
        if not alignment.known and dataset_mismatch != "skip":
            warnings.warn(
                "The session does not say which cells it was made on; its rows are taken for "
                f"the {adata.n_obs:,} rows here, in their order",
                UserWarning,
                stacklevel=2,
            )
        if add_highlights:
            _add_highlights(bundle, alignment, columns, highlights_prefix, summary)
        if add_user_defined_fields:
            wanted = _wanted_fields(bundle, include_deleted_user_defined_fields, summary)
            _add_fields(bundle, wanted, alignment, columns, user_defined_prefix, summary)
    summary.added_obs_columns = list(columns.obs)
    summary.added_var_columns = list(columns.var)
    record = _record(bundle, columns, summary) if store_uns else None

    # Nothing below can fail for what is in the file: so it is all, or it was nothing.
    target = adata if inplace else adata.copy()
    columns.add_to(target)
    if record is not None:
        target.uns["cellucid"] = record
    return (target, summary) if return_summary else target


def _other_dataset(bundle: CellucidSessionBundle, expected_id: str | None) -> list[str]:
    if expected_id is None:
        return []
    found = (bundle.dataset_fingerprint or {}).get("datasetId")
    return [] if found == expected_id else [f"datasetId is {found!r}, expected {expected_id!r}"]


def _mismatched(reasons: list[str], policy: DatasetMismatchPolicy, summary: ApplySummary) -> None:
    text = f"Dataset fingerprint mismatch: {'; '.join(reasons)}"
    if policy == "error":
        raise ValueError(text)
    if policy == "warn_skip":
        warnings.warn(f"{text}. No highlights or fields were added.", UserWarning, stacklevel=3)
    summary.skipped_due_to_mismatch = True
    summary.mismatch_reasons = reasons


def _add_highlights(
    bundle: CellucidSessionBundle,
    alignment: Alignment,
    columns: NewColumns,
    prefix: str,
    summary: ApplySummary,
) -> None:
    chunks = set(bundle.list_chunk_ids())
    groups = [group for page in bundle.pages for group in page.groups]
    # A group without cells costs a stranger no byte in the file, but each costs a byte a cell here.
    if len(groups) * alignment.n_adata > _MAX_HIGHLIGHT_BYTES:
        raise SessionFormatError(
            f"highlights/meta: {len(groups):,} groups would be columns of more than "
            f"{_MAX_HIGHLIGHT_BYTES:,} bytes; add_highlights=False leaves them out"
        )
    for group in groups:
        chunk_id = f"{CELLS}{group.id}"
        if chunk_id in chunks:
            cells = decode_cells(bundle.read_payload(chunk_id), alignment.n_session)
        elif group.cell_count == 0:
            cells = np.empty(0, dtype=np.int64)
        else:
            why = f"the file has none of its {group.cell_count:,} cells"
            summary.left_out.append((group.id, why))
            continue
        name = f"{prefix}{column_name(group.id, 'group')}"
        columns.add("obs", name, group.id, alignment.mask(cells))


def _wanted_fields(
    bundle: CellucidSessionBundle, deleted: bool, summary: ApplySummary
) -> Iterable[Field]:
    for field in bundle.fields:
        if field.purged:
            summary.left_out.append((field.key, "purged in the viewer"))
        elif field.deleted and not deleted:
            summary.left_out.append((field.key, "deleted in the viewer"))
        elif field.kind == "continuous":
            summary.left_out.append((field.key, "a copy of a continuous field, made to look at"))
        else:
            yield field


def _add_fields(
    bundle: CellucidSessionBundle,
    fields: Iterable[Field],
    alignment: Alignment,
    columns: NewColumns,
    prefix: str,
    summary: ApplySummary,
) -> None:
    chunks = set(bundle.list_chunk_ids())
    for field in fields:
        chunk_id = f"{CODES}{field.id}"
        if chunk_id not in chunks:
            summary.left_out.append((field.key, "the file has no codes for it"))
            continue
        most = max(alignment.n_session, columns.n_vars, bundle.n_vars or 0)
        codes = decode_codes(bundle.read_payload(chunk_id), most)
        name = f"{prefix}{column_name(field.key, column_name(field.id, 'field'))}"
        # A field made from a gene's values belongs to var by name, and has a code a cell.
        if len(codes) == alignment.n_session:
            values = alignment.move(_categories_of(field, codes), -1)
            columns.add("obs", name, field.id, _categorical(field, values))
        elif field.source == "var" and len(codes) == columns.n_vars:
            columns.add("var", name, field.id, _categorical(field, _categories_of(field, codes)))
        elif field.source == "var":
            why = f"it has {len(codes):,} codes; there are {columns.n_vars:,} genes here"
            summary.left_out.append((field.key, why))
        else:
            raise SessionFormatError(
                f"{chunk_id}: {len(codes):,} codes for {alignment.n_session:,} cells"
            )


def _categories_of(field: Field, codes: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Give the place of each code's category, −1 where it has none."""
    places: dict[str, int] = {}
    # A category named twice is one category.
    table = [places.setdefault(name, len(places)) for name in _categories(field)]
    lookup = np.full(2**16, -1, dtype=np.int32)
    lookup[: len(table)] = table[: 2**16]
    places_of_codes: npt.NDArray[np.int32] = lookup[codes]
    return places_of_codes


def _categories(field: Field) -> list[str]:
    """Give the names as h5ad and Zarr can store them: no NUL, no half of a surrogate pair."""
    return [_NOT_STORABLE.sub("\ufffd", name) for name in field.categories]


def _categorical(field: Field, places: npt.NDArray[np.int32]) -> pd.Categorical:
    categories = pd.Index(list(dict.fromkeys(_categories(field))), dtype=object)
    return pd.Categorical.from_codes(places, categories=categories)


def _record(
    bundle: CellucidSessionBundle, columns: NewColumns, summary: ApplySummary
) -> dict[str, str]:
    """Write what the session was as JSON texts: nested dicts with odd keys can't be stored."""
    groups = [
        {**group.raw, "page": page.name, "column": columns.of.get(group.id)}
        for page in bundle.pages
        for group in page.groups
    ]
    record = {
        "manifest": bundle.manifest,
        "datasetFingerprint": bundle.dataset_fingerprint,
        "groups": groups,
        "obsColumns": summary.added_obs_columns,
        "varColumns": summary.added_var_columns,
    }
    try:
        return {key: json.dumps(value, ensure_ascii=True) for key, value in record.items()}
    except RecursionError:
        raise SessionFormatError("the manifest or a group is nested too deeply") from None
