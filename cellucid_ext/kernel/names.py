"""What the cells, columns and genes of a dataset are called, read from its files."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ..dataset.source import Body, Source

FieldSource = Literal["obs", "var"]

_SHOWN: Final = 3


class Names:
    """Turns what a person writes into what the page understands, or says what is wrong with it.

    Parameters
    ----------
    source
        The dataset; its names are read when they are first needed.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def cells(self, chosen: Any) -> npt.NDArray[np.int64]:
        """Find cells.

        Parameters
        ----------
        chosen
            Row indices, or a mask with a bool for each cell, or names of cells; anything that
            makes an array of shape (n,).

        Returns
        -------
        numpy.ndarray
            Their row indices, int64 of shape (n,), ascending and distinct.

        Raises
        ------
        ValueError
            If it is none of these, has the wrong length, or names a cell that is not there.
        """
        # A nullable mask of pandas would become an array of objects.
        is_mask = getattr(getattr(chosen, "dtype", None), "kind", "") == "b"
        array = np.asarray(chosen, dtype=bool if is_mask else None)
        if array.ndim != 1:
            raise ValueError(
                f"cells must be one list of indices, bools or names; got shape {array.shape}"
            )
        if array.dtype.kind == "O":
            # What pandas and lists of mixed things give; real texts stay texts.
            kinds = {type(value) for value in array}
            array = np.array(array.tolist()) if len(kinds) == 1 else array
        if array.dtype.kind == "b":
            return self._masked(array)
        if array.dtype.kind in "iu":
            return self._indexed(array)
        if array.dtype.kind in "UT":
            return self._named(array.tolist())
        if not array.size:
            raise ValueError("there are no cells in the list")
        raise ValueError(
            f"cells must be indices, a mask of bools, or names; got {array.dtype} such as "
            f"{array[0]!r}"
        )

    def field(self, key: str, source: str | None) -> FieldSource:
        """Tell whether a field is a column of ``obs`` or a gene.

        Parameters
        ----------
        key
            Its name.
        source
            ``"obs"`` or ``"var"`` to look there only; columns come before genes where it is None.

        Raises
        ------
        ValueError
            If there is no such field, or `source` is something else.
        """
        if source not in (None, "obs", "var"):
            raise ValueError(f"source is {source!r}; it must be 'obs', 'var' or None")
        if source != "var" and key in self._columns:
            return "obs"
        if source != "obs" and key in self._genes:
            return "var"
        known = [*(self._columns if source != "var" else ())]
        known += self._genes if source != "obs" else ()
        what = {"obs": "column of obs", "var": "gene"}.get(source or "", "column of obs or gene")
        near = difflib.get_close_matches(str(key), known, _SHOWN)
        hint = f"; did you mean {_listed(near)}?" if near else ""
        raise ValueError(f"{key!r} is no {what} that this viewer shows{hint}")

    def _masked(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        n_cells = self._source.n_cells
        if len(mask) != n_cells:
            raise ValueError(
                f"the mask has {len(mask):,} bools, but this dataset has {n_cells:,} cells"
            )
        return _some(np.flatnonzero(mask))

    def _indexed(self, indices: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        n_cells = self._source.n_cells
        outside = indices[(indices < 0) | (indices >= n_cells)]
        if len(outside):
            raise ValueError(
                f"{int(outside[0])} is no index of a cell: this dataset has {n_cells:,}, counted "
                "from 0"
            )
        return _some(np.unique(indices))

    def _named(self, names: list[str]) -> npt.NDArray[np.int64]:
        unknown = [name for name in names if name not in self._cells]
        if unknown:
            raise ValueError(
                f"{len(unknown):,} of {len(names):,} names are not in this dataset's obs_names, "
                f"such as {_listed(unknown[:_SHOWN])}"
            )
        twice = next((name for name in names if name in self._repeated), None)
        if twice is not None:
            raise ValueError(f"{twice!r} stands twice in obs_names: give indices instead")
        return _some(np.unique([self._cells[name] for name in names]))

    @cached_property
    def _cells(self) -> dict[str, int]:
        from ..session.codecs import decode_names

        try:
            body = self._source.read("obs_names.txt").body
        except FileNotFoundError:
            raise ValueError("this dataset has no names of cells: give indices instead") from None
        names = decode_names(_bytes(body), self._source.n_cells)
        cells = {name: row for row, name in enumerate(names)}
        self._repeated: set[str] = set()
        if len(cells) < len(names):
            self._repeated = {name for row, name in enumerate(names) if cells[name] != row}
        return cells

    @cached_property
    def _columns(self) -> dict[str, None]:
        manifest = self._read("obs_manifest.json")
        fields = [*manifest.get("_continuousFields", ()), *manifest.get("_categoricalFields", ())]
        return _keys(fields)

    @cached_property
    def _genes(self) -> dict[str, None]:
        return _keys(self._read("var_manifest.json").get("fields", ()))

    def _read(self, path: str) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads(_bytes(self._source.read(path).body))
        except FileNotFoundError:
            return {}
        return manifest


def _bytes(body: bytes | Body) -> bytes:
    return body if isinstance(body, bytes) else body.tobytes()


def _keys(fields: Sequence[Sequence[str]]) -> dict[str, None]:
    return {field[0]: None for field in fields}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _some(cells: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if not cells.size:
        raise ValueError("there are no cells in the list")
    return cells.astype(np.int64, copy=False)
