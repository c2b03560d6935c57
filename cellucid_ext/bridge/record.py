"""What was applied, kept in ``uns["cellucid"]`` in a form that can be stored anywhere.

Each value is a JSON text: neither h5ad nor Zarr takes lists of dicts, nor keys with ``/`` in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..session.errors import SessionFormatError
from ..session.inventory import META, OVERLAYS
from .columns import NewColumns
from .summary import ApplySummary

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

KEY: Final = "cellucid"
_EARLIER: Final = "earlier"


def make_record(
    bundle: CellucidSessionBundle, columns: NewColumns, summary: ApplySummary, before: object
) -> dict[str, str]:
    """Write what a session was, and which columns it became, as JSON texts.

    Parameters
    ----------
    bundle, columns, summary
        What was applied.
    before
        What ``uns["cellucid"]`` holds already; it becomes a part of the record.

    Raises
    ------
    SessionFormatError
        If the session's JSON is nested too deeply.
    ValueError
        If what is there already is not of this package and has no text.
    """
    # What depends on the dataset is left out with everything else of it.
    there = [] if summary.skipped_due_to_mismatch else [META, OVERLAYS]
    chunks = list(filter(bundle.has_chunk, there))
    groups = [
        {
            "id": group.id,
            "label": group.label,
            "type": group.type,
            "page": group.page,
            "enabled": group.enabled,
            "column": columns.of.get(("group", group.id)),
        }
        for group in (bundle.groups if META in chunks else [])
    ]
    record = {
        "manifest": bundle.manifest,
        "dataset_fingerprint": bundle.dataset_fingerprint,
        "chunks": {chunk_id: bundle.decode_chunk(chunk_id) for chunk_id in chunks},
        "groups": groups,
        "obs_columns": summary.added_obs_columns,
        "var_columns": summary.added_var_columns,
        "rows": {
            "aligned": summary.aligned,
            "matched": summary.cells_matched,
            "missing": summary.cells_missing,
            "new": summary.cells_new,
        },
    }
    try:
        texts = {key: json.dumps(value) for key, value in record.items()}
    except RecursionError:
        raise SessionFormatError("the manifest or a group is nested too deeply") from None
    if earlier := _records(before):
        try:
            texts[_EARLIER] = json.dumps(earlier, default=_plain)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(
                f"uns[{KEY!r}] holds what this package did not write and can't keep as text "
                f"({error}): move it, or use store_uns=False"
            ) from None
    return texts


def _plain(value: object) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")


def session_records(adata: Any) -> list[dict[str, Any]]:
    """Give back what `apply_cellucid_session_to_anndata` kept in ``adata.uns["cellucid"]``.

    Parameters
    ----------
    adata : anndata.AnnData or mudata.MuData
        As it was applied to, or read back from a file.

    Returns
    -------
    list of dict
        One of each session that was applied, in the order they were, with ``manifest``,
        ``dataset_fingerprint``, ``chunks`` (``highlights/meta`` and ``core/field-overlays`` as they
        were), ``groups`` (each with its ``page``, ``label`` and ``column``), ``obs_columns``,
        ``var_columns`` and ``rows`` (how the cells were matched).

    Examples
    --------
    >>> for group in session_records(adata)[-1]["groups"]:           # doctest: +SKIP
    ...     print(group["page"], group["label"], group["column"])
    """
    holders = [adata, *adata.mod.values()] if hasattr(adata, "mod") else [adata]
    return [record for holder in holders for record in _records(holder.uns.get(KEY))]


def _records(kept: object) -> list[dict[str, Any]]:
    if not isinstance(kept, Mapping):
        # Somebody's own, such as a note.
        return [] if kept is None else [{"other": kept}]
    if not kept:
        return []
    record = {key: _parsed(value) for key, value in kept.items()}
    earlier = record.pop(_EARLIER, [])
    # What others keep there, such as the dict of the package `cellucid`, is one record, too.
    return [*(earlier if isinstance(earlier, list) else []), record]


def _parsed(value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
