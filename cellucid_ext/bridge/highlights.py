"""Highlight groups as boolean columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from ..session.errors import SessionFormatError
from ..session.inventory import CELLS, Group
from ..session.reference import Reference, reference_of
from .ahead import ahead
from .align import Alignment
from .columns import NewColumns, column_name
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

HighlightNames = Literal["id", "label"]

_MAX_BYTES: Final = 2**32


def add_groups(
    bundle: CellucidSessionBundle,
    adata: AnnData,
    alignment: Alignment,
    columns: NewColumns,
    summary: ApplySummary,
    *,
    prefix: str,
    names: HighlightNames,
) -> None:
    """Add a boolean ``obs`` column for each group of a session.

    Raises
    ------
    SessionFormatError
        If a group's cells are damaged, or the columns would take more than 4 GiB.
    """
    chunks = set(bundle.list_chunk_ids())
    # A group without cells costs a stranger no byte in the file, but each costs a byte a cell here.
    if len(bundle.groups) * alignment.n_adata > _MAX_BYTES:
        raise SessionFormatError(
            f"highlights/meta: {len(bundle.groups):,} groups would be columns of more than "
            f"{_MAX_BYTES:,} bytes; add_highlights=False leaves them out"
        )
    wanted = []
    for group in bundle.groups:
        if group.cell_count and f"{CELLS}{group.id}" not in chunks:
            why = f"the file has none of its {group.cell_count:,} cells"
            summary.left_out.append((group.id, why))
        else:
            wanted.append(group)
    for group, mask in ahead(lambda g: alignment.mask(_cells(bundle, g, adata, alignment)), wanted):
        called = column_name(group.label, group.id) if names == "label" else group.id
        columns.add("obs", f"{prefix}{column_name(called, 'group')}", group.id, mask)


def _cells(
    bundle: CellucidSessionBundle, group: Group, adata: AnnData, alignment: Alignment
) -> npt.NDArray[np.int64]:
    if f"{CELLS}{group.id}" not in bundle.list_chunk_ids():
        return np.empty(0, dtype=np.int64)
    return bundle.decode_cells(
        group.id,
        n_cells=alignment.n_session,
        reference=lambda: _cells_of_category(reference_of(group.raw), adata),
    )


def _cells_of_category(reference: Reference, adata: AnnData) -> npt.NDArray[np.int64]:
    """Find the cells of a category among the data's rows; sessions of format 2 know no others."""
    if list(adata.obs.columns).count(reference.field) != 1:
        raise SessionFormatError(
            f"a group is stored as a part of category {reference.category!r} of "
            f"obs[{reference.field!r}], which is not here"
        )
    values = adata.obs[reference.field].astype("category").cat
    return reference.cells(values.codes.to_numpy(), list(values.categories))
