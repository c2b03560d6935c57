"""New columns of an AnnData: named without conflict, then added all at once."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

if TYPE_CHECKING:
    from anndata import AnnData

Axis = Literal["obs", "var"]
ColumnConflictPolicy = Literal["error", "overwrite", "suffix"]

_MANY: Final = 50
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
        self.colors: dict[str, list[str]] = {}
        self.of: dict[str, str] = {}
        self._taken = {"obs": set(adata.obs.columns), "var": set(adata.var.columns)}
        # Neither h5ad nor Zarr takes a column that is called as the index is.
        self._indices = {"obs": adata.obs.index.name, "var": adata.var.index.name}
        self._conflict = conflict

    def add(self, axis: Axis, name: str, made_from: str, values: Any) -> str:
        """Add a column.

        Parameters
        ----------
        axis
            Where it belongs.
        name
            What it is to be called.
        made_from
            The id of the group or field it shows; `of` tells its column.
        values
            One a row.

        Returns
        -------
        str
            What it is called.

        Raises
        ------
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
        new[name] = values
        self.of[made_from] = name
        return name

    def add_to(self, adata: AnnData) -> None:
        """Add them all to an AnnData, or none if one can't be added. Works once."""
        if adata.is_view or max(len(self.obs), len(self.var)) > _MANY:
            # Both are made before one is set, so that want of memory can't come in between.
            obs, var = _joined(adata.obs, self.obs), _joined(adata.var, self.var)
            adata.obs, adata.var = obs, var
        else:
            # AnnData looks at each name again when its obs is set: 30 ms for a million.
            with _all_or_none(adata.obs), _all_or_none(adata.var):
                _insert(adata.obs, self.obs)
                _insert(adata.var, self.var)
        for name, colors in self.colors.items():
            adata.uns[f"{name}_colors"] = colors


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


def _joined(frame: pd.DataFrame, new: Mapping[str, Any]) -> pd.DataFrame:
    if not new:
        return frame
    # In one go: a hundred single insertions fragment the frame.
    added = pd.DataFrame(dict(new), index=frame.index, copy=False)
    replaced = [name for name in new if name in frame.columns]
    kept = frame.drop(columns=replaced) if replaced else frame
    joined: pd.DataFrame = pd.concat([kept, added], axis=1, **_NO_COPY)
    return joined


# Since version 3 nothing is copied before it is written to, and saying so is deprecated.
_NO_COPY: dict[str, Any] = {} if int(pd.__version__.split(".")[0]) >= 3 else {"copy": False}
