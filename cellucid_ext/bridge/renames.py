"""Columns of the data whose categories were edited in the viewer: as copies, never themselves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from .align import Alignment
from .columns import NewColumns, column_name
from .labels import numbered, storable
from .summary import ApplySummary

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle
    from ..session.inventory import Renames

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
    """Add a copy of each categorical ``obs`` column whose categories were renamed or recoloured.

    It is called what the column was renamed to, or ``<column>_renamed`` (``_recolored`` where only
    colours changed). Where the session does not say what its categories were called, a rename
    knows its category by its place among the others, and is left out where rows are others than in
    the session: categories may have dropped out with them. Columns that were deleted in the viewer
    are left out, too.
    """
    renames = bundle.renames
    own = {(field.source, name) for field in bundle.fields for name in (field.id, field.key)}
    if renames.was is not None:
        own = set()
    edited = dict.fromkeys([*renames.categories, *renames.colors])
    for source, key in edited:
        if source != "obs" or (source, key) in own:
            continue
        values = _categorical(adata, key)
        if (source, key) in renames.deleted:
            summary.left_out.append((key, "deleted in the viewer"))
        elif values is None:
            why = f"its categories were renamed; there is no categorical obs[{key!r}] here"
            summary.left_out.append((key, why))
        elif alignment.rows is not None and renames.was is None:
            why = "its categories were renamed; the rows are others here, and so they may be, too"
            summary.left_out.append((key, why))
        else:
            renamed = _renamed_here(renames, (source, key), values)
            done = "renamed" if (source, key) in renames.categories else "recolored"
            called = renames.fields.get((source, key)) or f"{key}_{done}"
            name = f"{prefix}{column_name(called, done)}"
            changed = renames.colors.get((source, key), {})
            palette = renames.palette.get((source, key), {})
            given = adata.uns.get(f"{key}_colors")
            colors = _colors(given, values, changed, palette)
            if changed and colors is None:
                why = "its colours were changed; those of its other categories are not known here"
                if done == "recolored":
                    summary.left_out.append((key, why))
                    continue
                summary.notes.append(f"obs[{key!r}]: {why}")
            column = _copied(values, renamed)
            columns.add("obs", name, ("renamed", f"{source}:{key}"), column, colors)
            summary.notes += _told(key, values, renamed, column)
    for (source, key), called in renames.fields.items():
        if (source, key) not in own and (source, key) not in edited:
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


def _renamed_here(
    renames: Renames, field: tuple[str, str], values: pd.Categorical[Any]
) -> dict[int, str]:
    """Give the new names by the places that the categories have here; others lie beyond them."""
    renamed = renames.categories.get(field, {})
    if renames.was is None:
        return dict(renamed)
    was = renames.was.get(field, {})
    places = {str(label): place for place, label in enumerate(values.categories)}
    beyond = itertools.count(len(places))
    return {
        places[was[i]] if was.get(i) in places else next(beyond): new for i, new in renamed.items()
    }


def _known(given: Any, values: pd.Categorical[Any]) -> list[str] | None:
    """Give the colours that the data have for the categories, if they have all."""
    n = len(values.categories)
    known = given is not None and not isinstance(given, str) and len(given) >= n
    return [str(color) for color in list(given)[:n]] if known else None


def _colors(
    given: Any,
    values: pd.Categorical[Any],
    changed: Mapping[str, str],
    palette: Mapping[str, str],
) -> list[str] | None:
    """Give one colour a category, as the viewer shows it; None where that is not known of each."""
    labels = [str(label) for label in values.categories]
    known = _known(given, values)
    before = palette if known is None else dict(zip(labels, known, strict=True))
    shown = {**before, **changed}
    return [shown[label] for label in labels] if shown.keys() >= set(labels) else None


def _copied(values: pd.Categorical[Any], renamed: Mapping[int, str]) -> pd.Categorical[Any]:
    labels = storable([renamed.get(i, str(label)) for i, label in enumerate(values.categories)])
    categories = pd.Index(numbered([str(label) for label in labels], renamed), dtype=object)
    return pd.Categorical.from_codes(values.codes, categories=categories, ordered=values.ordered)


def _told(
    key: str,
    values: pd.Categorical[Any],
    renamed: Mapping[int, str],
    column: pd.Categorical[Any],
) -> list[str]:
    """Say what was taken for what, since a rename may know its category by its place only."""
    n = len(values.categories)
    called = column.categories
    known = [f"{values.categories[i]!r} → {called[i]!r}" for i in renamed if i < n]
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    told = [f"obs[{key!r}], by place: {', '.join(known[:_LISTED])}{more}"] if known else []
    beyond = len(renamed) - len(known)
    return [*told, f"obs[{key!r}]: {beyond:,} renamed categories are not here"] if beyond else told
