"""A dataset folder on disk, played as it is: each file is read when it is asked for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...json_text import read_json
from ..source import DatasetError, File
from .stored import Stored

IDENTITY: Final = "dataset_identity.json"
SNAPSHOTS: Final = "state-snapshots.json"

_MANIFESTS: Final = (
    IDENTITY,
    *("obs_manifest.json", "var_manifest.json", "connectivity_manifest.json"),
)

_MAX_MANIFEST_BYTES: Final = 64 * 2**20
_MAX_CELLS: Final = 2**31
_MAX_GENES: Final = 1_000_000
_MAX_TEXT: Final = 1000


class FolderSource:
    """Plays the files of a dataset folder, such as `prepare` of the package cellucid writes.

    Nothing but the manifests is read when it is opened. A file is sent as it is stored, gzipped
    too, and read piece by piece, so a large one is never held in memory. What changes on disk is
    seen by the next read. Hidden files, and links that lead out of the folder, are not there.

    Parameters
    ----------
    folder
        Its path.

    Attributes
    ----------
    folder
        Its path, absolute and without links.
    id, name
        What the dataset calls itself.
    n_cells, n_vars
        How many cells and genes it says it has.
    order_sha256
        What it says of its cells; None where it says nothing, as a folder of another program.

    Raises
    ------
    DatasetError
        If it is no dataset folder: a manifest is missing or wrong, or the points of an embedding
        are not there or not as many as cells. The message names the file.

    Examples
    --------
    >>> source = FolderSource("pbmc")                               # doctest: +SKIP
    >>> source.n_cells                                              # doctest: +SKIP
    2638
    >>> source.read("points_2d.bin").body.nbytes                    # doctest: +SKIP
    21104
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        try:
            self.folder = Path(folder).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            raise DatasetError(f"there is no folder {os.fspath(folder)!r}") from None
        if not self.folder.is_dir():
            raise DatasetError(f"{os.fspath(folder)!r} is neither a folder nor an .h5ad file")
        identity = self._json(IDENTITY)
        self.id = _text(identity, "id")
        self.name = _text(identity, "name")
        counts = _object(identity, "stats")
        self.n_cells = _count(counts, "stats.n_cells", 1, _MAX_CELLS)
        # Absent where there is no expression.
        genes = {"n_genes": 0} if counts.get("n_genes") is None else counts
        self.n_vars = _count(genes, "stats.n_genes", 0, _MAX_GENES)
        self.order_sha256 = self._order(identity)
        self._check_points(_object(identity, "embeddings"))
        self._check_manifest("obs_manifest.json", "_continuousFields", "_categoricalFields")
        if self.n_vars:
            self._check_manifest("var_manifest.json", "fields")

    @property
    def revision(self) -> str | None:
        """What stands for the manifests as they are now; one file of them may change by itself."""
        versions = [self._version(path) for path in _MANIFESTS]
        return hashlib.blake2b(repr(versions).encode(), digest_size=16).hexdigest()

    def read(self, path: str) -> File:
        """Give one file of the dataset folder; see `Source.read`."""
        stored = self._stored(path)
        if path != IDENTITY:
            return File(stored, stored.etag, lasts=False)
        revision, opens_with = self.revision, self._version(SNAPSHOTS)
        identity = {**self._json(IDENTITY), "revision": revision}
        # Told here, so that no page asks for it in vain.
        identity.pop("state_snapshots", None)
        if opens_with is not None:
            identity["state_snapshots"] = True
        text = json.dumps(identity, ensure_ascii=False, separators=(",", ":"))
        etag = f'"{revision}{"" if opens_with is None else "-opens"}"'
        return File(text.encode("utf-8", "surrogatepass"), etag, lasts=False)

    def refreshed(self) -> FolderSource:
        """Read the manifests again; see `Source.refreshed`."""
        return FolderSource(self.folder)

    def _version(self, path: str) -> object:
        try:
            return self._stored(path).etag
        except FileNotFoundError:
            return None

    def _stored(self, path: str) -> Stored:
        parts = path.split("/")
        # None of the files of a dataset has a name that begins with a dot.
        if "\0" in path or "\\" in path or any(part[:1] in ("", ".") for part in parts):
            raise FileNotFoundError(path)
        try:
            real = self.folder.joinpath(*parts).resolve(strict=True)
            inside = real.relative_to(self.folder)
            found = real.stat()
        except (OSError, ValueError, RuntimeError):
            raise FileNotFoundError(path) from None
        # To open a pipe would wait for whoever writes into it.
        if not stat.S_ISREG(found.st_mode) or any(part[0] == "." for part in inside.parts):
            raise FileNotFoundError(path)
        return Stored(real, found, path)

    def _json(self, path: str) -> dict[str, Any]:
        try:
            stored = self._stored(path)
        except FileNotFoundError:
            raise DatasetError(f"the folder {str(self.folder)!r} has no {path}") from None
        if stored.nbytes > _MAX_MANIFEST_BYTES:
            raise DatasetError(
                f"{path} has {stored.nbytes:,} bytes; at most {_MAX_MANIFEST_BYTES:,} are read"
            )
        try:
            value = read_json(stored.tobytes(), path)
        except ValueError as error:
            raise DatasetError(str(error)) from None
        if not isinstance(value, dict):
            raise DatasetError(f"{path} holds {_shown(value)}; it must be a JSON object")
        return value

    def _order(self, identity: Mapping[str, Any]) -> str | None:
        rows = identity.get("rows")
        if rows is None:
            with contextlib.suppress(DatasetError):
                rows = self._json("rows.json")
        said = rows.get("orderSha256") if isinstance(rows, dict) else None
        return said if isinstance(said, str) else None

    def _check_manifest(self, path: str, *lists: str) -> None:
        manifest = self._json(path)
        for name in lists:
            fields = manifest.get(name, [])
            if not isinstance(fields, list) or not all(map(_is_field, fields)):
                raise DatasetError(
                    f"{path} says {name} is {_shown(fields)}; it must be a list of lists that "
                    "begin with a name"
                )
        said = manifest.get("n_points", self.n_cells)
        if isinstance(said, bool) or said != self.n_cells:
            raise DatasetError(
                f"{path} says n_points is {_shown(said)}, but {IDENTITY} says there are "
                f"{self.n_cells:,} cells: they belong to different datasets"
            )

    def _check_points(self, embeddings: Mapping[str, Any]) -> None:
        dimensions = embeddings.get("available_dimensions")
        if not isinstance(dimensions, list) or not dimensions:
            raise _wrong("embeddings.available_dimensions", dimensions, "a list of dimensions")
        files = _object(embeddings, "embeddings.files")
        for dimension in dimensions:
            if type(dimension) is not int or dimension not in (1, 2, 3):
                raise _wrong("embeddings.available_dimensions", dimensions, "of 1, 2 and 3")
            path = _text(files, f"embeddings.files.{dimension}d")
            try:
                stored = self._stored(path)
            except FileNotFoundError:
                raise DatasetError(
                    f"{IDENTITY} names {path!r}, which the folder {str(self.folder)!r} has not"
                ) from None
            size = self.n_cells * dimension * 4
            if not path.endswith(".gz") and stored.nbytes != size:
                raise DatasetError(
                    f"{path} has {stored.nbytes:,} bytes; {self.n_cells:,} cells in {dimension}D "
                    f"take {size:,}"
                )


def _is_field(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _text(values: Mapping[str, Any], where: str) -> str:
    value = values.get(where.rpartition(".")[2])
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        raise _wrong(where, value, f"a text of 1 to {_MAX_TEXT:,} characters")
    return value


def _object(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    value = values.get(where.rpartition(".")[2])
    if not isinstance(value, dict):
        raise _wrong(where, value, "a JSON object")
    return value


def _count(values: Mapping[str, Any], where: str, low: int, high: int) -> int:
    value = values.get(where.rpartition(".")[2])
    if type(value) is not int or not low <= value <= high:
        raise _wrong(where, value, f"a whole number from {low:,} to {high:,}")
    return value


def _wrong(where: str, value: object, wanted: str) -> DatasetError:
    return DatasetError(f"{IDENTITY} says {where} is {_shown(value)}; it must be {wanted}")


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return f"a JSON {'object' if isinstance(value, dict) else 'list'} of {len(value):,}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
