"""A session's highlights and fields, as columns of an AnnData: all of them, or none."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from ..session import CellucidSessionBundle
from .align import Align, find_rows
from .columns import ColumnConflictPolicy, NewColumns
from .fields import add_fields
from .highlights import HighlightNames, add_groups
from .record import KEY, make_record
from .renames import add_renamed
from .summary import ApplySummary
from .target import Copy, copy_of, modality_of

if TYPE_CHECKING:
    from anndata import AnnData

DatasetMismatchPolicy = Literal["error", "warn_skip", "skip"]

_CHOICES: Final = {
    "dataset_mismatch": get_args(DatasetMismatchPolicy),
    "column_conflict": get_args(ColumnConflictPolicy),
    "align": get_args(Align),
    "highlight_names": get_args(HighlightNames),
    "copy": get_args(Copy),
}


def apply_cellucid_session_to_anndata(
    bundle: CellucidSessionBundle | str | os.PathLike[str],
    adata: Any,
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
    align: Align = "auto",
    highlight_names: HighlightNames = "id",
    copy: Copy = "deep",
    dry_run: bool = False,
) -> Any:
    """Bring what was done in the viewer into an AnnData, as columns.

    Each highlight group becomes a boolean column of ``obs``; each user-defined category field a
    categorical one, with its colours in ``uns["<column>_colors"]`` where it has some; each copy of
    a continuous field or gene a numeric one. A column whose categories were renamed in the viewer
    stays as it is, and its renamed copy is added. Rows are matched by name where the session knows
    them and they moved since; cells that the session does not know are False, or missing.

    Parameters
    ----------
    bundle
        The session, or its path.
    adata : anndata.AnnData or mudata.MuData
        The data. If anything fails, it is left as it was. Of a MuData, the columns are added to
        the modality that the session was made on.
    inplace
        Change `adata` itself. Otherwise it is copied, as `copy` says.
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
        ``write_h5ad`` and ``write_zarr`` take; `session_records` reads them.
    column_conflict
        When a column exists: raise (``"error"``), replace it (``"overwrite"``), or add ``__2``,
        ``__3``, … to the new name (``"suffix"``).
    return_summary
        Return ``(adata, summary)``.
    align
        How the session's rows are found: by name where they moved and the session knows their
        names, else by position (``"auto"``), or always by one of ``"position"`` and ``"names"``.
    highlight_names
        Whether columns are named after a group's id, as in ``highlight_1``, or its label.
    copy
        What ``inplace=False`` copies: everything (``"deep"``), which takes as much memory and time
        again as the data, or only obs, var and uns, sharing X, layers, obsm and all other arrays
        with `adata` (``"shallow"``).
    dry_run
        Change nothing, and return the summary of what would be done.

    Returns
    -------
    anndata.AnnData, tuple or ApplySummary
        The AnnData or MuData, with an `ApplySummary` where it is asked for; the summary alone
        where `dry_run` is true.

    Raises
    ------
    SessionFormatError
        If the file is damaged.
    ValueError
        "Dataset fingerprint mismatch: …" or "Column already exists: …", where a policy says so;
        or a policy that is none; or data backed by a file that would have to be copied.

    Examples
    --------
    >>> adata2, summary = apply_cellucid_session_to_anndata(
    ...     "my.cellucid-session", adata, return_summary=True)      # doctest: +SKIP
    >>> print(summary)                                              # doctest: +SKIP
    """
    given = {
        "dataset_mismatch": dataset_mismatch,
        "column_conflict": column_conflict,
        "align": align,
        "highlight_names": highlight_names,
        "copy": copy,
    }
    for name, value in given.items():
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} is {value!r}; it must be one of {_CHOICES[name]}")
    if not isinstance(bundle, CellucidSessionBundle):
        bundle = CellucidSessionBundle(bundle)
    modality = modality_of(bundle, adata.mod, align) if hasattr(adata, "mod") else None
    data: AnnData = adata if modality is None else adata.mod[modality]
    if data.isbacked and not dry_run and (data.is_view or not inplace):
        raise ValueError(
            "adata is backed by a file, and neither it nor a view of it can be copied in memory; "
            "use inplace=True on the whole, or adata.to_memory()"
        )
    summary = ApplySummary()
    columns = NewColumns(data, column_conflict)
    alignment = find_rows(bundle, data, align)
    reasons = [*_other_dataset(bundle, expected_dataset_id), *alignment.reasons]
    if reasons:
        _mismatched(reasons, dataset_mismatch, summary)
    else:
        summary.aligned = alignment.how
        summary.cells_matched = alignment.matched
        summary.cells_missing = alignment.n_session - alignment.matched
        summary.cells_new = data.n_obs - alignment.matched
        summary.notes += alignment.doubts
        if alignment.doubts and dataset_mismatch != "skip":
            warnings.warn("; ".join(alignment.doubts), UserWarning, stacklevel=2)
        if add_highlights:
            add_groups(
                bundle,
                data,
                alignment,
                columns,
                summary,
                prefix=highlights_prefix,
                names=highlight_names,
            )
        if add_user_defined_fields:
            add_fields(
                bundle,
                data,
                alignment,
                columns,
                summary,
                prefix=user_defined_prefix,
                deleted=include_deleted_user_defined_fields,
            )
            add_renamed(bundle, data, alignment, columns, summary, prefix=user_defined_prefix)
    summary.added_obs_columns = list(columns.obs)
    summary.added_var_columns = list(columns.var)
    summary.modality = modality
    if dry_run:
        return summary
    if store_uns:
        columns.uns[KEY] = make_record(bundle, columns, summary, data.uns.get(KEY))
    target = adata if inplace else copy_of(adata, copy)
    columns.add_to(target if modality is None else target.mod[modality])
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
