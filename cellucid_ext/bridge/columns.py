"""New columns of an AnnData: named without conflict, then added all at once."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from ..session.errors import SessionFormatError

if TYPE_CHECKING:
    from anndata import AnnData

Axis = Literal["obs", "var"]
ColumnConflictPolicy = Literal["error", "overwrite", "suffix"]

MAX_BYTES: Final = 2**32
_MANY: Final = 50
_LONGEST: Final = 200
_NO_WORD = re.compile(r"\W+")
_UNDERSCORES = re.compile(r"_+")


def column_name(label: str, otherwise: str) -> str:
    """Make a column's name of what a person called it.

    Anything that is no letter, digit or underscore becomes ``_``: a name with ``/`` in it could not
    be written to h5ad, one with spaces not used in a formula. The PyPI package `cellucid` does the
    same, but for letters beyond ASCII, which stay here.

    Parameters
    ----------
    label
        What a person called it.
    otherwise
        The name where nothing is left.

    Examples
    --------
    >>> column_name("B cells / naïve", "user_cat_1"), column_name("1a", ""), column_name("?", "u")
    ('B_cells_naïve', '_1a', 'u')
    """
    name = _UNDERSCORES.sub("_", _NO_WORD.sub("_", label)).strip("_") or otherwise
    # Zarr makes a file of each name, and file systems take 255 bytes.
    name = name.encode()[:_LONGEST].decode(errors="ignore")
    return f"_{name}" if name[:1].isdigit() else name


class NewColumns:
    """Columns to be added to an AnnData, which is not touched until `add_to`.

    Parameters
    ----------
    adata
        Where they are to be added.
    conflict
        What to do where a name is taken.
    """

    def __init__(self, adata: AnnData, conflict: ColumnConflictPolicy) -> None:
        self.obs: dict[str, Any] = {}
        self.var: dict[str, Any] = {}
        self.uns: dict[str, Any] = {}
        self.of: dict[tuple[str, str], str] = {}
        self._colors = {"obs": dict[str, list[str]](), "var": dict[str, list[str]]()}
        self._bytes = 0
        self._taken = {"obs": set(adata.obs.columns), "var": set(adata.var.columns)}
        # Neither h5ad nor Zarr takes a column that is called as the index is.
        self._indices = {"obs": adata.obs.index.name, "var": adata.var.index.name}
        self._conflict = conflict

    def add(
        self,
        axis: Axis,
        name: str,
        made_from: tuple[str, str],
        values: Any,
        colors: list[str] | None = None,
    ) -> None:
        """Add a column.

        Parameters
        ----------
        axis
            Where it belongs.
        name
            What it is to be called.
        made_from
            The kind and the id of what it shows; `of` tells its column.
        values
            One a row.
        colors
            One a category, for ``uns["<column>_colors"]``.

        Raises
        ------
        SessionFormatError
            If the columns of the session take more than 4 GiB: a few bytes of a file can stand for
            any number of them.
        ValueError
            "Column already exists: …", where the policy is ``"error"``.
        """
        new = self.obs if axis == "obs" else self.var
        taken = self._taken[axis]
        if name in taken and self._conflict == "error":
            raise ValueError(
                f"Column already exists: {axis}[{name!r}]; use column_conflict='suffix' or "
                "'overwrite', or other prefixes"
            )
        # Two new columns of one name are told apart whatever the policy, and none hides the index.
        index = self._indices[axis]
        if name in new or name == index or (name in taken and self._conflict == "suffix"):
            number = 2
            while (other := f"{name}__{number}") in taken or other in new or other == index:
                number += 1
            name = other
        self._bytes += int(getattr(values, "nbytes", 0))
        if self._bytes > MAX_BYTES:
            raise SessionFormatError(
                f"the session's columns take more than {MAX_BYTES:,} bytes; add_highlights=False "
                "or add_user_defined_fields=False leaves a part of them out"
            )
        new[name] = values
        self.of[made_from] = name
        if colors is not None:
            self._colors[axis][name] = colors

    def add_to(self, adata: AnnData) -> None:
        """Add them all to an AnnData, with what is in `uns`, or nothing. Works once."""
        changes = self._changes(adata.uns)
        if not (self.obs or self.var or changes):
            return
        if adata.is_view or max(len(self.obs), len(self.var)) > _MANY:
            # Both are made before one is set, so that want of memory can't come in between.
            obs, var = _joined(adata.obs, self.obs), _joined(adata.var, self.var)
            before = adata.obs
            try:
                adata.obs, adata.var = obs, var
                _change(adata.uns, changes)
            except BaseException:
                adata.obs = before
                raise
        else:
            # AnnData looks at each name again when its obs is set: 30 ms for a million.
            with _all_or_none(adata.obs), _all_or_none(adata.var):
                _insert(adata.obs, self.obs)
                _insert(adata.var, self.var)
                _change(adata.uns, changes)

    def _changes(self, uns: Mapping[str, Any]) -> dict[str, Any]:
        """Give what changes in `uns`; None takes a key out."""
        changes: dict[str, Any] = dict(self.uns)
        for name, colors in self._colors["var"].items():
            # Colours are known by the column's name alone, and those of cells come first.
            if name not in self._taken["obs"] and f"{name}_colors" not in uns:
                changes[f"{name}_colors"] = colors
        for name in self.obs:
            key = f"{name}_colors"
            if name in self._colors["obs"]:
                changes[key] = self._colors["obs"][name]
            elif name in self._taken["obs"] and key in uns:
                changes[key] = None
        return changes


def _change(uns: MutableMapping[str, Any], changes: Mapping[str, Any]) -> None:
    before = {key: uns[key] for key in changes if key in uns}
    try:
        for key, value in changes.items():
            if value is None:
                uns.pop(key, None)
            else:
                uns[key] = value
    except BaseException:
        for key in changes:
            if key in before:
                uns[key] = before[key]
            else:
                uns.pop(key, None)
        raise


def _insert(frame: pd.DataFrame, new: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        # Some of the frame's fragments may be there already, and are not ours to mend.
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        for name in list(new):
            # Taken out, since pandas makes a copy, and two of each need not be there.
            frame[name] = new.pop(name)


@contextmanager
def _all_or_none(frame: pd.DataFrame) -> Iterator[None]:
    before = frame.copy(deep=False)
    try:
        yield
    except BaseException:
        for name in [name for name in frame.columns if name not in before.columns]:
            del frame[name]
        for name in before.columns:
            frame[name] = before[name]
        raise


def _joined(frame: pd.DataFrame, new: dict[str, Any]) -> pd.DataFrame:
    if not new:
        return frame
    replaced = [name for name in new if name in frame.columns]
    parts = [frame.drop(columns=replaced) if replaced else frame]
    # Not one by one, which fragments the frame; and not all at once, since pandas makes a copy.
    while new:
        some = {name: new.pop(name) for name in list(new)[:_MANY]}
        parts.append(pd.DataFrame(some, index=frame.index))
    # With copy=False pandas 2 would merge all blocks of a type, for which it takes twice as much.
    joined: pd.DataFrame = pd.concat(parts, axis=1)
    joined.attrs = frame.attrs
    return joined
