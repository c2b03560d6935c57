"""Columns of the data whose categories were renamed in the viewer: as copies, never themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from .align import Alignment
from .columns import NewColumns, column_name
from .labels import distinct_labels, storable
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

_LISTED: Final = 5


def add_renamed(
    bundle: CellucidSessionBundle,
    adata: AnnData,
    alignment: Alignment,
    columns: NewColumns,
    summary: ApplySummary,
    *,
    prefix: str,
) -> None:
    """Add a copy of each categorical ``obs`` column whose categories were renamed.

    It is called what the column was renamed to, or ``<column>_renamed``. A rename knows its
    category by its place among the others, so it is left out where rows are others than in the
    session: categories may have dropped out with them.
    """
    own = {(field.source, name) for field in bundle.fields for name in (field.id, field.key)}
    for (source, key), renamed in bundle.renames.categories.items():
        if source != "obs" or (source, key) in own:
            continue
        values = _categorical(adata, key)
        if values is None:
            why = f"its categories were renamed; there is no categorical obs[{key!r}] here"
            summary.left_out.append((key, why))
        elif alignment.rows is not None:
            why = "its categories were renamed; the rows are others here, and so they may be, too"
            summary.left_out.append((key, why))
        else:
            called = bundle.renames.fields.get((source, key)) or f"{key}_renamed"
            name = f"{prefix}{column_name(called, 'renamed')}"
            colors = adata.uns.get(f"{key}_colors")
            column, its_colors = _renamed(values, renamed, colors)
            columns.add("obs", name, ("renamed", f"{source}:{key}"), column, its_colors)
            summary.notes += _told(key, values, renamed)
    for (source, key), called in bundle.renames.fields.items():
        if (source, key) not in own and (source, key) not in bundle.renames.categories:
            summary.notes.append(f"{source}[{key!r}] is called {called!r} in the viewer")


def _categorical(adata: AnnData, key: str) -> pd.Categorical[Any] | None:
    """Give a column as the viewer shows it, or None where it is no categorical one there."""
    column = adata.obs.get(key)
    if not isinstance(column, pd.Series):
        return None
    known = isinstance(column.dtype, pd.CategoricalDtype)
    if not known and pd.api.types.infer_dtype(column, skipna=True) not in ("string", "boolean"):
        return None
    values: pd.Categorical[Any] = pd.Categorical(column)
    return values


def _renamed(
    values: pd.Categorical[Any], renamed: Mapping[int, str], colors: Any
) -> tuple[pd.Categorical[Any], list[str] | None]:
    labels = storable([renamed.get(i, str(label)) for i, label in enumerate(values.categories)])
    places, distinct = distinct_labels(labels)
    # Missing values are −1, the last.
    table = np.array([*places, -1], dtype=np.int32)
    ordered = bool(values.ordered) and len(distinct) == len(labels)
    column = pd.Categorical.from_codes(table[values.codes], categories=distinct, ordered=ordered)
    if colors is None or isinstance(colors, str) or len(colors) < len(labels):
        return column, None
    first = dict(zip(reversed(places), reversed(list(colors)[: len(labels)]), strict=True))
    return column, [str(first[place]) for place in range(len(distinct))]


def _told(key: str, values: pd.Categorical[Any], renamed: Mapping[int, str]) -> list[str]:
    """Say what was taken for what, since a rename knows its category by its place only."""
    n = len(values.categories)
    known = [f"{values.categories[i]!r} → {new!r}" for i, new in renamed.items() if i < n]
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    told = [f"obs[{key!r}], by place: {', '.join(known[:_LISTED])}{more}"] if known else []
    beyond = len(renamed) - len(known)
    return [*told, f"obs[{key!r}]: {beyond:,} renamed categories are not here"] if beyond else told
