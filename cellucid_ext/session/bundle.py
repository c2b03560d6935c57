"""`CellucidSessionBundle`: a session file, indexed once, its chunks read on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from .chunks import SessionChunks
from .container import read_json
from .errors import SessionFormatError
from .inventory import (
    ARTIFACTS,
    CELLS,
    CODES,
    META,
    NAMES,
    OVERLAYS,
    Field,
    Group,
    Page,
    Renames,
)
from .parse import read_fields, read_pages, read_renames
from .shown import as_html, as_text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from anndata import AnnData

    from .codecs import Codes


_UNKNOWN: Final = 2**24
"""Codes that are read of a file that says nothing of its cells: runs of it are a few bytes."""


class CellucidSessionBundle(SessionChunks):
    """A `.cellucid-session` file, of format 1 or 2.

    Parameters
    ----------
    path
        The file: a path, or a seekable file opened for reading bytes, which must stay open. It is
        read to be indexed, and again for each chunk, never whole.

    Attributes
    ----------
    path : pathlib.Path or None
        Where the file is; None for an open file without a name.
    manifest : dict
        As it is in the file.
    format : {1, 2}
        Which format the file is in.
    size : int
        Of the file, in bytes.

    Raises
    ------
    SessionFormatError
        If the file's structure is not that of a session.

    Examples
    --------
    >>> bundle = CellucidSessionBundle("my.cellucid-session")      # doctest: +SKIP
    >>> bundle.list_chunk_ids()                                    # doctest: +SKIP
    ['core/field-overlays', 'core/state', 'highlights/meta', ...]
    >>> adata = bundle.apply_to_anndata(adata)                     # doctest: +SKIP
    """

    @property
    def dataset_fingerprint(self) -> dict[str, Any] | None:
        """Which dataset the session was made on; None where the file does not say."""
        fingerprint = self.manifest.get("datasetFingerprint")
        return fingerprint if isinstance(fingerprint, dict) else None

    @property
    def row_identity(self) -> dict[str, Any] | None:
        """``{count, orderSha256, …}`` of the cells' names; None where the file has none."""
        ours = self.manifest.get("cellucidExt")
        rows = ours.get("rows") if isinstance(ours, dict) else None
        if not isinstance(rows, dict) or _count(rows, "count") is None:
            return None
        return rows if isinstance(rows.get("orderSha256"), str) else None

    @property
    def data_mapping(self) -> dict[str, Any] | None:
        """How its viewer read the data, ``{expression, geneNames, modality}``; None if unsaid."""
        for said in (self.dataset_fingerprint, self.manifest.get("cellucidExt")):
            mapping = said.get("dataMapping") if isinstance(said, dict) else None
            if isinstance(mapping, dict):
                return mapping
        return None

    @property
    def n_cells(self) -> int | None:
        """Number of cells the session was made on; None where the file does not say."""
        count = _count(self.dataset_fingerprint, "cellCount")
        return _count(self.row_identity, "count") if count is None else count

    @property
    def n_vars(self) -> int | None:
        """Number of genes the session was made on; None where the file does not say."""
        return _count(self.dataset_fingerprint, "varCount")

    def decode_chunk(self, chunk_id: str) -> Any:
        """Give what a chunk holds.

        Returns
        -------
        object
            JSON chunks as Python objects; cells as ascending int64 indices; codes as uint8 or
            uint16, one a cell or gene; names as a list of text; tables as a dict of arrays; other
            binary chunks as bytes.

        Raises
        ------
        KeyError
            If there is no such chunk.
        SessionFormatError
            If it is not what the format says.
        """
        kind = self.get_chunk_meta(chunk_id).get("kind", "binary")
        if kind not in ("json", "binary"):
            raise SessionFormatError(f"Unsupported session chunk kind: {kind!r}")
        if kind == "json":
            return read_json(self.read_payload(chunk_id), f"chunk {chunk_id!r}")
        return self._decode_binary(chunk_id)

    def iter_chunks(self, *, decode: bool = False) -> Iterator[tuple[str, Any]]:
        """Go through the chunks in file order, one in memory at a time.

        Parameters
        ----------
        decode
            Whether to give what `decode_chunk` gives, or else the bytes as stored.
        """
        read = self.decode_chunk if decode else self.read_chunk_bytes
        for chunk_id in self._frames:
            yield chunk_id, read(chunk_id)

    @cached_property
    def pages(self) -> list[Page]:
        """Highlight pages with their groups; empty where the session has none."""
        if META not in self._meta:
            return []
        return read_pages(self.decode_chunk(META), self._cells_of)

    @property
    def groups(self) -> list[Group]:
        """The highlight groups of all pages."""
        return [group for page in self.pages for group in page.groups]

    @cached_property
    def fields(self) -> list[Field]:
        """User-defined fields; empty where the session has none."""
        if OVERLAYS not in self._meta:
            return []
        return read_fields(self.decode_chunk(OVERLAYS), self._codes_of)

    @cached_property
    def _codes_types(self) -> dict[str, str | None]:
        return {field.id: field.codes_type for field in self.fields}

    @cached_property
    def renames(self) -> Renames:
        """What fields and categories were renamed to."""
        return read_renames(self.decode_chunk(OVERLAYS) if OVERLAYS in self._meta else {})

    def apply_to_anndata(self, adata: AnnData, *, inplace: bool = False, **policies: Any) -> Any:
        """Bring what was done in the viewer into an AnnData, as columns.

        Parameters
        ----------
        adata
            The data the session was made on; rows may have been reordered or filtered since.
        inplace
            Whether to change `adata` itself instead of a copy.
        **policies
            As of `cellucid_ext.apply_cellucid_session_to_anndata`.
        """
        from ..bridge import apply_cellucid_session_to_anndata

        return apply_cellucid_session_to_anndata(self, adata, inplace=inplace, **policies)

    def decode_cells(
        self,
        group_id: str,
        *,
        n_cells: int | None = None,
        reference: Callable[[], npt.NDArray[np.int64]] | None = None,
    ) -> npt.NDArray[np.int64]:
        """Read the cells of a group.

        Parameters
        ----------
        group_id
            As in `groups`.
        n_cells
            How many cells there are, where the file does not say.
        reference
            In format 2 a group may be stored as a part of a category: gives the ascending row
            indices of that category's cells, and is called where they are needed.

        Returns
        -------
        numpy.ndarray
            Ascending row indices, int64 of shape (n,).

        Raises
        ------
        KeyError
            If the file has no cells of such a group.
        SessionFormatError
            If they are damaged, or a reference is needed and not given.
        """
        payload = self._read_binary(f"{CELLS}{group_id}")
        from . import codecs

        known = (self.n_cells, n_cells, codecs.MAX_CELLS)
        most = min(count for count in known if count is not None)
        if self.format == 2:
            from . import format2

            category = None
            if reference is not None and format2.needs_reference(payload):
                category = reference()
            return format2.decode_cells(payload, most, category)
        return codecs.decode_cells(payload, most)

    def decode_codes(self, field_id: str, *, most: int | None = None) -> Codes:
        """Read the codes of a category field.

        Parameters
        ----------
        field_id
            As in `fields`.
        most
            How many codes there may be, where the file does not say how many cells and genes.

        Returns
        -------
        numpy.ndarray
            uint8, uint16, or uint32 (format 2 only) of shape (n,), one a cell or gene.

        Raises
        ------
        KeyError
            If the file has no codes of such a field.
        SessionFormatError
            If they are damaged.
        """
        payload = self._read_binary(f"{CODES}{field_id}")
        from . import codecs

        # A field of genes has one code a gene, and there may be more genes than cells.
        known = [_UNKNOWN if n is None else n for n in (self.n_cells, self.n_vars)]
        bound = max(known) if most is None else most
        if None not in (self.n_cells, self.n_vars):
            bound = min(bound, max(known))
        if self.format == 2:
            from . import format2

            width = self._codes_types.get(field_id)
            if width is None:
                raise SessionFormatError(f"{CODES}{field_id}: no field says how wide its codes are")
            return format2.decode_codes(payload, bound, width)
        return codecs.decode_codes(payload, bound)

    def _cells_of(self, group: Group) -> npt.NDArray[np.int64]:
        if f"{CELLS}{group.id}" in self._frames:
            return self.decode_cells(group.id)
        if group.cell_count == 0:
            import numpy as np

            return np.empty(0, dtype=np.int64)
        raise SessionFormatError(
            f"{CELLS}{group.id}: the file has none of the group's {group.cell_count:,} cells"
        )

    def _codes_of(self, field: Field) -> Codes:
        if f"{CODES}{field.id}" in self._frames:
            return self.decode_codes(field.id)
        raise SessionFormatError(f"{CODES}{field.id}: the file has no codes of {field.key!r}")

    def _read_binary(self, chunk_id: str) -> bytes:
        kind = self.get_chunk_meta(chunk_id).get("kind", "binary")
        if kind != "binary":
            raise SessionFormatError(f"chunk {chunk_id!r}: its kind is {kind!r}, not 'binary'")
        return self.read_payload(chunk_id)

    def _decode_binary(self, chunk_id: str) -> Any:
        from . import codecs

        if chunk_id.startswith(CELLS):
            return self.decode_cells(chunk_id.removeprefix(CELLS))
        if chunk_id.startswith(CODES):
            return self.decode_codes(chunk_id.removeprefix(CODES))
        payload = self.read_payload(chunk_id)
        if chunk_id == NAMES:
            return codecs.decode_names(payload, self.n_cells or codecs.MAX_CELLS)
        if chunk_id.startswith(ARTIFACTS):
            from .table import decode_table

            return decode_table(payload)
        if self.format == 2:
            from .typed_json import TYPED_JSON, decode_typed_json

            if chunk_id in TYPED_JSON:
                return decode_typed_json(payload)
        return payload

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def _count(holder: dict[str, Any] | None, key: str) -> int | None:
    count = (holder or {}).get(key)
    return count if type(count) is int and count >= 0 else None
