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

_SHOWN, _LISTED = 80, 10


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
        return _count(self.dataset_fingerprint, "cellCount")

    @property
    def n_vars(self) -> int | None:
        """Number of genes the session was made on; None where the file does not say."""
        return _count(self.dataset_fingerprint, "varCount")

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

    def read_chunk_bytes(self, chunk_id: str) -> bytes:
        """Give the bytes of a chunk as they stand in the file, perhaps compressed.

        As the method of this name in the PyPI package `cellucid`; `read_payload` inflates them.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        frame = self._frames[chunk_id]
        with self.path.open("rb") as file:
            file.seek(frame.offset)
            data = file.read(frame.size)
        if len(data) < frame.size:
            raise SessionFormatError(f"chunk {chunk_id!r}: the file was cut since it was opened")
        return data

    def read_payload(self, chunk_id: str) -> bytes:
        """Give the bytes of a chunk, inflated where they are compressed.

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
            return self.read_chunk_bytes(chunk_id)
        declared = meta.get("uncompressedBytes")
        if declared is not None and (type(declared) is not int or declared < 0):
            raise SessionFormatError(f"chunk {chunk_id!r}: uncompressedBytes is {declared!r}")
        return inflate(self.read_chunk_bytes(chunk_id), declared, chunk_id)

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
        data = self.read_payload(chunk_id)
        if kind == "json":
            return read_json(data, f"chunk {chunk_id!r}")
        from . import codecs

        n_cells = codecs.MAX_CELLS if self.n_cells is None else self.n_cells
        if chunk_id.startswith(CELLS):
            return codecs.decode_cells(data, n_cells)
        if chunk_id.startswith(CODES):
            # A field of genes has one code a gene, and there may be more genes than cells.
            n_genes = codecs.MAX_CELLS if self.n_vars is None else self.n_vars
            return codecs.decode_codes(data, max(n_cells, n_genes))
        if chunk_id == NAMES:
            return codecs.decode_names(data, n_cells)
        return data

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
        facts = [("dataset", _shown((self.dataset_fingerprint or {}).get("datasetId")))]
        if self.n_cells is not None:
            facts.append(("cells", f"{self.n_cells:,}"))
        facts.append(("made", _shown(self.manifest.get("createdAt"))))
        try:
            groups = [group for page in self.pages for group in page.groups]
            told = [f"{_shown(group.label)} ({group.cell_count:,})" for group in groups]
            facts.append(("groups", _listed(told)))
            facts.append(("fields", _listed([_shown(field.key) for field in self.fields])))
        except SessionFormatError as error:
            facts.append(("damaged", str(error)))
        except OSError as error:
            facts.append(("unreadable", f"the file is not as it was opened ({error.strerror})"))
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


def _count(fingerprint: dict[str, Any] | None, key: str) -> int | None:
    count = (fingerprint or {}).get(key)
    return count if type(count) is int and count >= 0 else None


def _shown(text: object) -> str:
    """Show a stranger's text on one line, without what a terminal would take for a command."""
    if not isinstance(text, str):
        return "unknown"
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(c if c.isprintable() else "�" for c in short)


def _listed(told: list[str]) -> str:
    more = ", …" if len(told) > _LISTED else ""
    return f"{len(told)}: {', '.join(told[:_LISTED])}{more}" if told else "none"
