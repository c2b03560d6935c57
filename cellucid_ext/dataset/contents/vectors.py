"""Vector fields, such as RNA velocity: a vector for each cell, in the space of an embedding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..source import DatasetError
from .bases import bases_of, basis_of, dimension_of, field_of
from .embeddings import Embeddings
from .masked import unmasked
from .names import file_names

_USUAL: Final = ("velocity", "T_fwd", "T_bwd")
"""How scVelo and CellRank begin the names of their fields."""


@dataclass(frozen=True)
class _Field:
    """A field in the spaces it has vectors for."""

    name: str
    basis: str
    keys: dict[int, str]

    @property
    def id(self) -> str:
        return f"{self.name}_{self.basis}"

    @property
    def label(self) -> str:
        words = self.name.replace("_", " ")
        return f"{words[:1].upper()}{words[1:]} ({self.basis.upper()})"


class Vectors:
    """Plays the vector fields of the embeddings that are shown.

    A field of the embedding ``X_umap`` stands in ``obsm`` under a name of its own followed by
    ``_umap`` or, for one dimension, ``_umap_2d``: ``velocity_umap`` of scVelo, ``T_fwd_umap``. It
    is as wide as the embedding. The files are those that cellucid 0.0.9 writes: float32, row by
    row, divided by the scale of the embedding.

    Parameters
    ----------
    obsm
        Where they are. One that is replaced later leaves what is played as it is.
    embeddings
        What is shown.
    wanted
        Fields to play, in this order, by name (``"velocity"``) or key (``"velocity_umap"``);
        None for all.

    Attributes
    ----------
    left_out
        Keys of `obsm` that are named like a field and are not played, each with the reason.
    files
        What makes each file.

    Raises
    ------
    DatasetError
        If there is no such field.

    Examples
    --------
    >>> obsm = {"X_umap": np.array([[0.0, 0.0], [4.0, 2.0]]), "velocity_umap": np.ones((2, 2))}
    >>> vectors = Vectors(obsm, Embeddings(obsm))
    >>> vectors.files["vectors/velocity_umap_2d.bin"]().tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """

    def __init__(
        self,
        obsm: Mapping[str, Any],
        embeddings: Embeddings,
        wanted: Sequence[str] | None = None,
    ) -> None:
        self._embeddings = embeddings
        self._fields, self.left_out = _find(obsm, embeddings.keys)
        if wanted is not None:
            there, self._fields = self._fields, self._chosen(wanted)
            self.left_out.update(
                (key, "it is not among vectors")
                for each in there
                if each not in self._fields
                for key in each.keys.values()
            )
        usual = [each for each in self._fields if each.name.startswith(_USUAL)]
        self._guessed = [each for each in self._fields if wanted is None and each not in usual]
        self._arrays = {key: obsm[key] for each in self._fields for key in each.keys.values()}
        self._names = file_names(each.id for each in self._fields)
        self._incomplete: dict[tuple[str, int], int] = {}
        self.files: dict[str, Callable[[], Any]] = {
            self._path(each, dimension): partial(self._values, each, dimension)
            for each in self._fields
            for dimension in each.keys
        }

    def describe(self) -> dict[str, Any] | None:
        """Give what stands under ``vector_fields`` in the identity; None without any."""
        if not self._fields:
            return None
        velocity = [each.id for each in self._fields if each.name == "velocity"]
        return {
            "default_field": (velocity or [self._fields[0].id])[0],
            "fields": {each.id: self._describe(each) for each in self._fields},
        }

    def notes(self) -> list[str]:
        """Say which fields may be none, and which have no vector for some of the cells."""
        notes = [
            f"{each.id} is shown as a vector field of {each.basis}, for it is named like one; an "
            "embedding is named X_…, and vectors says which fields there are"
            for each in self._guessed
        ]
        for each in self._fields:
            for dimension, key in each.keys.items():
                if (each.id, dimension) not in self._incomplete:
                    self._values(each, dimension)
                if count := self._incomplete[each.id, dimension]:
                    cells = self._arrays[key].shape[0]
                    notes.append(
                        f"{count:,} of {cells:,} cells have no vector in {key}, for a component "
                        "is not finite"
                    )
        return list(dict.fromkeys(notes))

    def _describe(self, field: _Field) -> dict[str, Any]:
        dimensions = sorted(field.keys)
        return {
            "label": field.label,
            "available_dimensions": dimensions,
            "default_dimension": 2 if 2 in dimensions else dimensions[-1],
            "files": {f"{d}d": self._path(field, d) for d in dimensions},
            "basis": field.basis,
        }

    def _path(self, field: _Field, dimension: int) -> str:
        return f"vectors/{self._names[field.id]}_{dimension}d.bin"

    def _values(self, field: _Field, dimension: int) -> npt.NDArray[np.float32]:
        """Scale a field; where a component is not finite, the whole vector is NaN."""
        given = self._arrays[field.keys[dimension]]
        if hasattr(given, "iloc"):
            given = given.to_memory() if hasattr(given, "to_memory") else given
            given = given.to_numpy(dtype=np.float64, na_value=np.nan)
        part: Any = given[:, :dimension]
        part = part.compute() if hasattr(part, "compute") else part
        part = part.toarray() if hasattr(part, "toarray") else part
        scale = self._embeddings.points(dimension).scale
        values = (np.asarray(unmasked(part), dtype=np.float64) / scale).astype(np.float32)
        incomplete = ~np.isfinite(values).all(axis=1)
        values[incomplete] = np.nan
        self._incomplete[field.id, dimension] = int(incomplete.sum())
        return values

    def _chosen(self, wanted: Sequence[str]) -> list[_Field]:
        chosen = []
        for name in dict.fromkeys(wanted):
            found = [
                each
                for each in self._fields
                if name in (each.name, each.id) or name in each.keys.values()
            ]
            if not found:
                there = ", ".join(repr(each.id) for each in self._fields) or "none"
                why = f": {self.left_out[name]}" if name in self.left_out else ""
                raise DatasetError(
                    f"vectors asks for {name!r}, which is no vector field of the embeddings that "
                    f"are shown{why} (those there are: {there})"
                )
            chosen += found
        return list({each.id: each for each in chosen}.values())


def _find(obsm: Mapping[str, Any], shown: Mapping[int, str]) -> tuple[list[_Field], dict[str, str]]:
    """Tell the fields of what is shown from those that can't be, with the reason."""
    bases = bases_of(obsm) | set(map(basis_of, shown.values()))
    found: dict[tuple[str, str], dict[int, str]] = {}
    left_out = {}
    # A key for one dimension comes before one for any.
    for key in sorted(obsm, key=lambda key: dimension_of(key) is None):
        field = field_of(key, bases)
        if field is None or key in shown.values():
            continue
        keys = found.setdefault(field, {})
        dimensions, why = _dimensions(obsm, key, field[1], shown)
        for dimension in dimensions:
            keys.setdefault(dimension, key)
        if key not in keys.values():
            left_out[key] = why
    order = list(dict.fromkeys(field_of(key, bases) for key in obsm))
    fields = [
        _Field(name, basis, dict(sorted(keys.items())))
        for (name, basis), keys in found.items()
        if keys
    ]
    return sorted(fields, key=lambda each: order.index((each.name, each.basis))), left_out


def _dimensions(
    obsm: Mapping[str, Any], key: str, basis: str, shown: Mapping[int, str]
) -> tuple[list[int], str]:
    """Say in which dimensions a field can be shown, or why in none."""
    value = obsm[key]
    shape: tuple[int, ...] = getattr(value, "shape", ())
    dtypes = value.dtypes if hasattr(value, "iloc") else [getattr(value, "dtype", None)]
    if len(shape) != 2 or any(dtype is None or dtype.kind not in "fiu" for dtype in dtypes):
        return [], "it is no table of numbers"
    spaces = {d: space for d, space in shown.items() if basis_of(space) == basis}
    if not spaces:
        return [], f"its embedding ({basis}) is not shown"
    named, width = dimension_of(key), shape[1]
    if named not in (None, width):
        return [], f"its name says {named}D and it is {width} wide"
    fitting = [
        dimension
        for dimension, space in spaces.items()
        if width == obsm[space].shape[1] or named == dimension
    ]
    widths = " and ".join(f"{space} is {obsm[space].shape[1]}" for space in spaces.values())
    if not fitting:
        return [], f"it is {width} wide, and {widths}"
    return fitting, "another key has this field"
