"""Which row of the AnnData is which row of the session: right, or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..session.codecs import decode_names, encode_names
from ..session.errors import SessionFormatError
from ..session.inventory import NAMES
from ..session.rows import order_sha256, texts_of
from .genes import Genes

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle


_BLOCK: Final = 2**22

Align = Literal["auto", "position", "names"]


@dataclass
class Alignment:
    """Where the cells of a session are in an AnnData.

    Attributes
    ----------
    rows
        For each row of the session its row in the AnnData, −1 where it is not there, int64 of
        shape (session's cells,); None where both have the same rows in the same order.
    how
        By ``"position"`` or by ``"names"``.
    reasons
        Why they can't be aligned; where there is one, nothing else counts.
    doubts
        Why a person should look at the result.
    """

    n_session: int = 0
    n_adata: int = 0
    rows: npt.NDArray[np.int64] | None = None
    how: Literal["position", "names"] = "position"
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def matched(self) -> int:
        """Cells of the session that are in the AnnData."""
        return self.n_adata if self.rows is None else int((self.rows >= 0).sum())

    def move(self, values: npt.NDArray[Any], fill: Any) -> npt.NDArray[Any]:
        """Bring one value a cell of the session into the AnnData's rows.

        Parameters
        ----------
        values
            Shape (session's cells,).
        fill
            For cells that the session does not know.
        """
        if self.rows is None:
            return values
        moved = np.full(self.n_adata, fill, dtype=values.dtype)
        found = self.rows >= 0
        moved[self.rows[found]] = values[found]
        return moved

    def mask(self, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Mark the session's cells among the AnnData's rows."""
        marked = np.zeros(self.n_adata, dtype=bool)
        rows = cells if self.rows is None else self.rows[cells]
        marked[rows[rows >= 0]] = True
        return marked


def find_rows(bundle: CellucidSessionBundle, adata: AnnData, how: Align) -> Alignment:
    """Find the rows of a session in an AnnData.

    Parameters
    ----------
    bundle, adata
        The session, and the data.
    how
        ``"auto"``: with a row identity in the file by position if all names stand in the same
        order, else by name; without one, as others write sessions, by position if there are as
        many cells and genes. ``"position"``: whatever the names are. ``"names"``: never by
        position alone.

    Raises
    ------
    SessionFormatError
        If the names in the file are damaged.
    """
    rows = bundle.row_identity
    count = bundle.n_cells
    alignment = Alignment(adata.n_obs if count is None else count, adata.n_obs)
    if how == "names" and rows is None:
        alignment.reasons.append("the session does not know the names of its cells")
    elif rows is None or how == "position":
        # Numbers of cells and genes are all by which such a session knows its dataset.
        counts = [("cellCount", count, adata.n_obs)]
        if rows is None:
            counts.append(("varCount", bundle.n_vars, Genes.of(bundle).count(adata)))
        alignment.reasons += [
            f"{name} is {there:,} in the session, {here:,} here"
            for name, there, here in counts
            if there is not None and there != here
        ]
        if count is None:
            alignment.doubts.append(
                "the session does not say which cells it was made on; its rows are taken for the "
                f"{adata.n_obs:,} rows here, in their order"
            )
    elif count != adata.n_obs or rows["orderSha256"] != order_sha256(adata.obs_names):
        _by_names(bundle, adata, alignment, rows["orderSha256"])
    elif how == "names":
        alignment.how = "names"
    return alignment


def _by_names(
    bundle: CellucidSessionBundle, adata: AnnData, alignment: Alignment, order: str
) -> None:
    reasons = alignment.reasons
    alignment.how = "names"
    if NAMES not in bundle.list_chunk_ids():
        reasons.append("the rows are others, or in another order, and the file has no cell names")
        return
    payload = bundle.read_payload(NAMES)
    # The payload is what the hash was made of; names of other cells would move labels to them.
    if hashlib.sha256(payload).hexdigest() != order:
        raise SessionFormatError(f"{NAMES}: these are not the names that the manifest's hash is of")
    count = payload.count(b"\n")
    here = adata.obs_names
    if pd.api.types.infer_dtype(here) != "string":
        here = pd.Index(np.array(texts_of(here), dtype=object), dtype=object)
    if count != alignment.n_session:
        reasons.append(f"the file names {count:,} of its {alignment.n_session:,} cells")
    elif not here.is_unique:
        reasons.append("the rows are others, or in another order, and obs_names repeat here")
    else:
        alignment.rows = _find(payload, here, count)
        if alignment.rows is None:
            reasons.append("the rows are others, or in another order, and the file's names repeat")
        elif alignment.matched == 0:
            reasons.append("none of the session's cell names is in obs_names")
        elif _are_numbers(payload, count) and _are_numbers(encode_names(list(here)), len(here)):
            alignment.doubts.append(
                f"the cells' names are row numbers, of {count:,} rows in the session and of "
                f"{len(here):,} here: if rows were numbered anew, labels are on other cells"
            )
        elif 2 * alignment.matched < min(count, adata.n_obs):
            alignment.doubts.append(
                f"only {alignment.matched:,} of the session's {count:,} cells are among the "
                f"{adata.n_obs:,} here: these may be other data"
            )


def _find(payload: bytes, here: pd.Index[Any], count: int) -> npt.NDArray[np.int64] | None:
    """Give the row of each name, −1 where it is not there; None where a name stands twice.

    It is done in blocks: names take twenty times the memory of their bytes. Of names that are not
    here only those near each other are compared, since they get no row anyway.
    """
    rows: list[npt.NDArray[np.int64]] = []
    taken = np.zeros(len(here), dtype=bool)
    begin = 0
    while begin < len(payload):
        end = payload.index(b"\n", min(begin + _BLOCK, len(payload) - 1)) + 1
        names = decode_names(payload[begin:end], count)
        found = here.get_indexer(pd.Index(np.array(names, dtype=object), dtype=object))
        known = found[found >= 0]
        if len(set(names)) < len(names) or taken[known].any():
            return None
        taken[known] = True
        rows.append(found.astype(np.int64, copy=False))
        begin = end
    return np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)


def _are_numbers(payload: bytes, count: int) -> bool:
    """Say whether the names are "0", "1", …: what AnnData names rows that have no names."""
    ends = (
        payload[:6] == b"0\n1\n2\n"[: min(6, 2 * count)],
        payload.endswith(b"\n%d\n" % (count - 1)),
    )
    return all(ends) and payload == encode_names(list(map(str, range(count))))
