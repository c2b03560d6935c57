"""Highlight groups as boolean columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..session.errors import SessionFormatError
from ..session.inventory import CELLS, Group
from ..session.reference import Reference, reference_of
from .ahead import ahead
from .align import Alignment
from .columns import MAX_BYTES, NewColumns, column_name
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

HighlightNames = Literal["id", "label"]


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
    # A group without cells costs a stranger no byte in the file, but each costs a byte a cell here.
    if len(bundle.groups) * alignment.n_adata > MAX_BYTES:
        raise SessionFormatError(
            f"highlights/meta: {len(bundle.groups):,} groups would be columns of more than "
            f"{MAX_BYTES:,} bytes; add_highlights=False leaves them out"
        )
    wanted = []
    for group in bundle.groups:
        if group.cell_count and not bundle.has_chunk(f"{CELLS}{group.id}"):
            why = f"the file has none of its {group.cell_count:,} cells"
            summary.left_out.append((group.id, why))
        else:
            wanted.append(group)

    def read(group: Group) -> tuple[int, npt.NDArray[np.bool_]]:
        cells = _cells(bundle, group, adata, alignment)
        return len(cells), alignment.mask(cells)

    for group, (found, mask) in ahead(read, wanted):
        if found != group.cell_count:
            summary.notes.append(
                f"group {group.id!r} has {found:,} cells; the file says {group.cell_count:,}"
            )
        called = column_name(group.label, group.id) if names == "label" else group.id
        name = f"{prefix}{column_name(called, 'group')}"
        columns.add("obs", name, ("group", group.id), mask)


def _cells(
    bundle: CellucidSessionBundle, group: Group, adata: AnnData, alignment: Alignment
) -> npt.NDArray[np.int64]:
    if not bundle.has_chunk(f"{CELLS}{group.id}"):
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
