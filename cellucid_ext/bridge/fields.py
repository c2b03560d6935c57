"""User-defined fields as columns: categories, and copies of continuous fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..session.errors import SessionFormatError
from ..session.inventory import CODES, Field, Renames
from ..session.places import no_category
from .ahead import ahead
from .align import Alignment
from .columns import NewColumns, column_name
from .genes import Genes
from .labels import distinct_labels, storable
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

T = TypeVar("T")

_UNSAFE: Final = re.compile(r"[/\x00-\x1f\x7f-\x9f\ud800-\udfff]|^\.|^_index$|^\s*$|^.{100}")
NO_COLOR: Final = "#bbbbbb"


def add_fields(
    bundle: CellucidSessionBundle,
    adata: AnnData,
    alignment: Alignment,
    columns: NewColumns,
    summary: ApplySummary,
    *,
    prefix: str,
    deleted: bool,
) -> None:
    """Add a column for each field of a session.

    Parameters
    ----------
    bundle, adata, alignment
        The session, the data, and how their rows go together.
    columns, summary
        Where columns go, and what is told of those left out.
    prefix
        What the columns' names begin with.
    deleted
        Whether deleted fields come, too.

    Raises
    ------
    SessionFormatError
        If a field's codes are damaged.
    """
    most = max(alignment.n_session, adata.n_vars)
    wanted = list(_wanted(bundle, deleted, summary))
    for field, category in ahead(lambda field: _decoded(bundle, field, most), wanted):
        if field.kind == "continuous":
            _add_copy(bundle, field, adata, columns, summary, prefix)
        elif category is None:
            summary.left_out.append((field.key, "the file has no codes for it"))
        else:
            name = f"{prefix}{_name_of(bundle, field)}"
            _add_category(field, category, name, adata, alignment, columns, summary)


def _wanted(bundle: CellucidSessionBundle, deleted: bool, summary: ApplySummary) -> Iterator[Field]:
    for field in bundle.fields:
        if field.purged:
            summary.left_out.append((field.key, "purged in the viewer"))
        elif field.deleted and not deleted:
            summary.left_out.append((field.key, "deleted in the viewer"))
        else:
            yield field


@dataclass(frozen=True)
class _Category:
    """A field's categories: the place of each cell's or gene's, −1 where it has none."""

    places: npt.NDArray[Any]
    distinct: pd.Index[Any]
    colors: list[str] | None


def _decoded(bundle: CellucidSessionBundle, field: Field, most: int) -> _Category | None:
    if not bundle.has_chunk(f"{CODES}{field.id}"):
        return None
    renamed = _of(bundle.renames, bundle.renames.categories, field) or {}
    given = [renamed.get(i, label) for i, label in enumerate(field.categories)]
    labels = storable(given if bundle.format == 2 else [str(label) for label in given])
    table, distinct = distinct_labels(labels)
    places = _places(field, table, bundle.decode_codes(field.id, most=most))
    if not any(field.colors):
        return _Category(places, distinct, None)
    colors = dict(zip(reversed(labels), reversed(_padded(field)), strict=True))
    return _Category(places, distinct, [colors[label] or NO_COLOR for label in distinct])


def _add_category(
    field: Field,
    category: _Category,
    name: str,
    adata: AnnData,
    alignment: Alignment,
    columns: NewColumns,
    summary: ApplySummary,
) -> None:
    n, places = len(category.places), category.places
    # A field made from a gene's values belongs to var by name, and has a code a cell.
    if n == alignment.n_session:
        values = pd.Categorical.from_codes(alignment.move(places, -1), categories=category.distinct)
        columns.add("obs", name, ("field", field.id), values, category.colors)
    elif field.source == "var" and n == adata.n_vars:
        values = pd.Categorical.from_codes(places, categories=category.distinct)
        columns.add("var", name, ("field", field.id), values, category.colors)
    elif field.source == "var":
        why = f"it has {n:,} codes; there are {adata.n_vars:,} genes here"
        summary.left_out.append((field.key, why))
        return
    else:
        raise SessionFormatError(
            f"{CODES}{field.id}: {n:,} codes for {alignment.n_session:,} cells"
        )


def _padded(field: Field) -> list[str | None]:
    n = len(field.categories)
    return [*field.colors[:n], *[None] * (n - len(field.colors))]


def _name_of(bundle: CellucidSessionBundle, field: Field) -> str:
    called = _of(bundle.renames, bundle.renames.fields, field)
    if bundle.format == 2 and called is None and not _UNSAFE.search(field.key):
        # Whoever wrote it calls the column by its very name.
        return field.key
    return column_name(called or field.key, column_name(field.id, "field"))


def _of(renames: Renames, given: Mapping[tuple[str, str], T], field: Field) -> T | None:
    """Give what a field was renamed to: some name it as they do a column of the data."""
    if renames.was is not None:
        return None
    return given.get((field.source, field.id)) or given.get((field.source, field.key))


def _places(field: Field, table: Sequence[int], codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the place of each code's category, −1 where it has none."""
    dtype = np.min_scalar_type(-max(len(table), 1))
    size = len(table) + 1 if codes.itemsize > 2 else 1 << (8 * codes.itemsize)
    lookup = np.full(size, -1, dtype=dtype)
    lookup[: len(table)] = table[:size]
    none = no_category(field, codes)
    if none is not None and none < size:
        lookup[none] = -1
    within = np.minimum(codes, len(table)) if codes.itemsize > 2 else codes
    # No code is beyond the lookup, so nothing is clipped; it is the faster mode.
    return np.take(lookup, within, mode="clip")


def _add_copy(
    bundle: CellucidSessionBundle,
    field: Field,
    adata: AnnData,
    columns: NewColumns,
    summary: ApplySummary,
    prefix: str,
) -> None:
    """Add a copy of a continuous column or of a gene, under the name it was given."""
    key = field.source_key
    if key is None:
        why = "the file does not say what it is a copy of"
    elif field.source == "obs":
        values, why = _column(adata, key)
    else:
        values, why = Genes.of(bundle).values(adata, key)
    if why:
        summary.left_out.append((field.key, why))
    else:
        name = f"{prefix}{_name_of(bundle, field)}"
        columns.add("obs", name, ("field", field.id), values)


def _column(adata: AnnData, key: str) -> tuple[Any, str]:
    found = [i for i, name in enumerate(adata.obs.columns) if name == key]
    if len(found) != 1:
        return None, f"it is a copy of obs[{key!r}], which is here {len(found)} times"
    values = adata.obs.iloc[:, found[0]]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return None, f"it is a copy of obs[{key!r}], which holds {values.dtype}, no numbers"
    return values.array.copy(), ""
