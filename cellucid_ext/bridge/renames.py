"""Columns of the data whose categories were renamed in the viewer: as copies, never themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .align import Alignment
from .columns import NewColumns, column_name
from .labels import distinct_labels, storable
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle


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
        column = adata.obs.get(key)
        if not isinstance(column, pd.Series) or not isinstance(column.dtype, pd.CategoricalDtype):
            why = f"its categories were renamed; there is no categorical obs[{key!r}] here"
            summary.left_out.append((key, why))
        elif alignment.rows is not None:
            why = "its categories were renamed; the rows are others here, and so they may be, too"
            summary.left_out.append((key, why))
        else:
            before = column.cat
            given = [renamed.get(i, str(label)) for i, label in enumerate(before.categories)]
            places, distinct = distinct_labels(storable(given))
            # Missing values are −1, the last.
            table = np.array([*places, -1], dtype=np.int32)
            values = pd.Categorical.from_codes(table[before.codes.to_numpy()], categories=distinct)
            called = bundle.renames.fields.get((source, key)) or f"{key}_renamed"
            name = f"{prefix}{column_name(called, 'renamed')}"
            columns.add("obs", name, f"{source}:{key}", values)
