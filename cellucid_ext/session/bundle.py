"""`CellucidSessionBundle`: a session file, indexed once, its chunks read on demand."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .container import read_container, read_json
from .errors import SessionFormatError
from .files import replacing
from .inflate import MAX_CHUNK_BYTES, inflate
from .inventory import CELLS, CODES, NAMES, Field, Page, read_fields, read_pages

if TYPE_CHECKING:
    from anndata import AnnData


class CellucidSessionBundle:
    """A `.cellucid-session` file on disk.

    Parameters
    ----------
    path
        The file. It is opened to be indexed, and again for each chunk, never read whole.

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

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with self.path.open("rb") as file:
            self.manifest, self._frames = read_container(file)
            self._size = file.seek(0, 2)
        self._meta = {chunk["id"]: chunk for chunk in self.manifest["chunks"]}

    @property
    def dataset_fingerprint(self) -> dict[str, Any] | None:
        """Which dataset the session was made on; None where the file does not say."""
        fingerprint = self.manifest.get("datasetFingerprint")
        return fingerprint if isinstance(fingerprint, dict) else None

    @property
    def n_cells(self) -> int | None:
        """Number of cells the session was made on; None where the file does not say."""
        count = (self.dataset_fingerprint or {}).get("cellCount")
        return count if type(count) is int and count >= 0 else None

    def list_chunk_ids(self) -> list[str]:
        """Ids of the chunks, in file order."""
        return list(self._frames)

    def get_chunk_meta(self, chunk_id: str) -> dict[str, Any]:
        """Give what the manifest says of a chunk.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        meta: dict[str, Any] = self._meta[chunk_id]
        return meta

    def read_stored_bytes(self, chunk_id: str) -> bytes:
        """Bytes of a chunk as they stand in the file, perhaps compressed."""
        frame = self._frames[chunk_id]
        with self.path.open("rb") as file:
            file.seek(frame.offset)
            data = file.read(frame.size)
        if len(data) < frame.size:
            raise SessionFormatError(f"chunk {chunk_id!r}: the file was cut since it was opened")
        return data

    def read_chunk_bytes(self, chunk_id: str) -> bytes:
        """Bytes of a chunk, inflated where they are compressed.

        Raises
        ------
        KeyError
            If there is no such chunk.
        SessionFormatError
            If its codec is unknown, its data are damaged, or they inflate beyond their limit.
        """
        meta = self.get_chunk_meta(chunk_id)
        codec = meta.get("codec", "none")
        if codec not in ("none", "gzip"):
            raise SessionFormatError(f"Unsupported session chunk codec: {codec!r}")
        if codec == "none":
            if self._frames[chunk_id].size > MAX_CHUNK_BYTES:
                raise SessionFormatError(f"chunk {chunk_id!r} is above {MAX_CHUNK_BYTES:,} bytes")
            return self.read_stored_bytes(chunk_id)
        declared = meta.get("uncompressedBytes")
        if declared is not None and (type(declared) is not int or declared < 0):
            raise SessionFormatError(f"chunk {chunk_id!r}: uncompressedBytes is {declared!r}")
        return inflate(self.read_stored_bytes(chunk_id), declared, chunk_id)

    def decode_chunk(self, chunk_id: str) -> Any:
        """Give what a chunk holds.

        Returns
        -------
        object
            JSON chunks as Python objects; cells as ascending int64 indices; codes as uint8 or
            uint16, one a cell or gene; names as a list of text; other binary chunks as bytes.

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
        data = self.read_chunk_bytes(chunk_id)
        if kind == "json":
            return read_json(data, f"chunk {chunk_id!r}")
        from . import codecs

        n_cells = codecs.MAX_CELLS if self.n_cells is None else self.n_cells
        if chunk_id.startswith(CELLS):
            return codecs.decode_cells(data, n_cells)
        if chunk_id.startswith(CODES):
            # A field of genes has one code a gene, and there may be more genes than cells.
            return codecs.decode_codes(data)
        if chunk_id == NAMES:
            return codecs.decode_names(data, n_cells)
        return data

    def iter_chunks(self, *, decode: bool = False) -> Iterator[tuple[str, Any]]:
        """Go through the chunks in file order, one in memory at a time.

        Parameters
        ----------
        decode
            Whether to give what `decode_chunk` gives, or else the bytes.
        """
        read = self.decode_chunk if decode else self.read_chunk_bytes
        for chunk_id in self._frames:
            yield chunk_id, read(chunk_id)

    @property
    def pages(self) -> list[Page]:
        """Highlight pages with their groups; empty where the session has none."""
        if "highlights/meta" not in self._meta:
            return []
        return read_pages(self.decode_chunk("highlights/meta"))

    @property
    def fields(self) -> list[Field]:
        """User-defined fields; empty where the session has none."""
        if "core/field-overlays" not in self._meta:
            return []
        return read_fields(self.decode_chunk("core/field-overlays"))

    def save(self, dest: str | os.PathLike[str]) -> Path:
        """Copy the file to where it is to stay.

        It is written beside `dest` and then renamed, so that a full disk leaves what was there.

        Parameters
        ----------
        dest
            Path of the new file; missing folders are made.

        Returns
        -------
        pathlib.Path
            The path it was saved to.
        """
        target = Path(dest)
        with replacing(target) as copy, self.path.open("rb") as file:
            shutil.copyfileobj(file, copy, 2**20)
        return target

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

    def _facts(self) -> list[tuple[str, str]]:
        fingerprint = self.dataset_fingerprint or {}
        facts = [("dataset", str(fingerprint.get("datasetId", "unknown")))]
        if self.n_cells is not None:
            facts.append(("cells", f"{self.n_cells:,}"))
        facts.append(("made", str(self.manifest.get("createdAt", "unknown"))))
        try:
            groups = [group for page in self.pages for group in page.groups]
            told = ", ".join(f"{group.label} ({group.cell_count:,})" for group in groups[:10])
            facts.append(("groups", f"{len(groups)}: {told}" if groups else "none"))
            fields = [field.key for field in self.fields]
            facts.append(("fields", ", ".join(fields[:10]) or "none"))
        except SessionFormatError as error:
            facts.append(("damaged", str(error)))
        facts.append(("size", f"{self._size:,} bytes in {len(self._frames)} chunks"))
        return facts

    def __repr__(self) -> str:
        facts = "\n".join(f"  {name}: {value}" for name, value in self._facts())
        return f"CellucidSessionBundle({str(self.path)!r})\n{facts}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self._facts()
        )
        return f"<table>{rows}</table>"
