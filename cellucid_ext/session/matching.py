"""Which cell of one session is which of another."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import numpy.typing as npt

from .bundle import CellucidSessionBundle
from .errors import SessionFormatError
from .inventory import NAMES

_Indices = npt.NDArray[np.int64]


@dataclass
class CellMatch:
    """How the cells of a new session are found in an old one.

    Attributes
    ----------
    numbers
        For each row of the new session its row in the old one, and a number from `n_old` on for
        cells that the old one does not have; int64 of shape (new cells,). None where row is row.
    n_old
        Number of the old session's cells, where `numbers` counts.
    told
        In which way the cells themselves differ.
    """

    numbers: _Indices | None = None
    n_old: int = 0
    told: list[str] = field(default_factory=list)

    def number(self, rows: _Indices) -> _Indices:
        """Give the numbers of the new session's rows."""
        return rows if self.numbers is None else self.numbers[rows]

    def fits(self, old: npt.NDArray[np.int64], new: npt.NDArray[np.int64]) -> bool:
        """Say whether there is a number for each value, one value a cell."""
        return self.numbers is not None and (len(old), len(new)) == (self.n_old, len(self.numbers))

    def both(
        self, old: npt.NDArray[np.int64], new: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give the values, one a cell, of those cells that both sessions have."""
        if self.numbers is None:
            return old, new
        known = self.numbers < self.n_old
        return old[self.numbers[known]], new[known]


def match_cells(old: CellucidSessionBundle, new: CellucidSessionBundle) -> CellMatch:
    """Find the cells of one session in another: by name where both name them, else by position.

    Raises
    ------
    SessionFormatError
        If the names are damaged, or are not as many as the session's cells.
    """
    named = [NAMES in bundle.list_chunk_ids() for bundle in (old, new)]
    if not all(named):
        hashes = [(bundle.row_identity or {}).get("orderSha256") for bundle in (old, new)]
        match = CellMatch()
        if None not in hashes and hashes[0] != hashes[1]:
            match.told.append(
                "others, or in another order; not both files name them: compared by position"
            )
        return match
    if old.read_payload(NAMES) == new.read_payload(NAMES):
        return CellMatch()
    names_old, names_new = _names(old), _names(new)
    rows = dict(zip(names_old, range(len(names_old)), strict=True))
    if len(rows) < len(names_old) or len(set(names_new)) < len(names_new):
        return CellMatch(told=["others, or in another order; names repeat: compared by position"])
    numbers = np.fromiter(
        map(rows.get, names_new, repeat(-1)), dtype=np.int64, count=len(names_new)
    )
    added = np.flatnonzero(numbers < 0)
    numbers[added] = len(names_old) + np.arange(len(added))
    gone = len(names_old) - (len(names_new) - len(added))
    told = "the same, in another order"
    if len(added) or gone:
        told = f"{len(added):,} more, {gone:,} fewer"
    return CellMatch(numbers, len(names_old), [told])


def _names(bundle: CellucidSessionBundle) -> list[str]:
    names: list[str] = bundle.decode_chunk(NAMES)
    if bundle.n_cells not in (None, len(names)):
        raise SessionFormatError(f"{NAMES}: {len(names):,} names for {bundle.n_cells:,} cells")
    return names
