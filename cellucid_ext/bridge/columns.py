"""New columns of an AnnData: named without conflict, then added all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    from anndata import AnnData

ColumnConflictPolicy = Literal["error", "overwrite", "suffix"]

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
        self.of: dict[str, str] = {}
        self.n_vars = adata.n_vars
        self._taken = {"obs": set(adata.obs.columns), "var": set(adata.var.columns)}
        # Neither h5ad nor Zarr takes a column that is called as the index is.
        self._indices = {"obs": adata.obs.index.name, "var": adata.var.index.name}
        self._conflict = conflict

    def add(self, axis: Literal["obs", "var"], name: str, made_from: str, values: Any) -> None:
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

    def add_to(self, adata: AnnData) -> None:
        """Add them all to an AnnData."""
        # Both are made before one is set, so that want of memory can't come in between.
        obs = _with(adata.obs, self.obs) if self.obs else None
        var = _with(adata.var, self.var) if self.var else None
        if obs is not None:
            adata.obs = obs
        if var is not None:
            adata.var = var


def _with(frame: pd.DataFrame, new: Mapping[str, Any]) -> pd.DataFrame:
    # In one go: a hundred single insertions fragment the frame.
    added = pd.DataFrame(dict(new), index=frame.index)
    kept = frame.drop(columns=[name for name in new if name in frame.columns])
    return pd.concat([kept, added], axis=1)
