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
    from anndata import AnnData

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
    """
    chunks = [chunk_id for chunk_id in (META, OVERLAYS) if chunk_id in bundle.list_chunk_ids()]
    groups = [
        {
            "id": group.id,
            "label": group.label,
            "type": group.type,
            "page": group.page,
            "enabled": group.enabled,
            "column": columns.of.get(group.id),
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
    if before:
        record[_EARLIER] = _records(before)
    try:
        return {key: json.dumps(value, default=str) for key, value in record.items()}
    except RecursionError:
        raise SessionFormatError("the manifest or a group is nested too deeply") from None


def session_records(adata: AnnData) -> list[dict[str, Any]]:
    """Give back what `apply_cellucid_session_to_anndata` kept in ``adata.uns["cellucid"]``.

    Parameters
    ----------
    adata
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
    return _records(adata.uns.get(KEY) or {})


def _records(kept: object) -> list[dict[str, Any]]:
    if not isinstance(kept, Mapping) or not kept:
        return []
    record = {str(key): _parsed(value) for key, value in kept.items()}
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
