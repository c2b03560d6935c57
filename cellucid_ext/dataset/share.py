"""A dataset folder and a session of it as one zip, which opens anywhere as it was left."""

from __future__ import annotations

import json
import os
import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ..session import CellucidSessionBundle
from ..session.files import replacing
from ..session.nameless import without_names
from .prepare.overwriting import is_data
from .prepare.sessions import check_sessions
from .source import Body, DatasetError
from .stores.folder import IDENTITY, SNAPSHOTS, FolderSource

_PIECE: Final = 2**20
_CELL_NAMES: Final = "obs_names.txt"
_PACKED: Final = (".gz", ".cellucid-session")
_OF_THE_PLACE: Final = ("revision", "state_snapshots")
_MODE: Final = 0o644 << 16


@dataclass(frozen=True)
class Shared:
    """What was put into a zip.

    Attributes
    ----------
    n_files
        How many files it has.
    left_out
        Paths in the folder that are not: what is no file of a dataset, another session, or leads
        out of the folder.
    """

    n_files: int
    left_out: tuple[str, ...]


def share(
    folder: str | os.PathLike[str],
    session: str | os.PathLike[str],
    dest: str | os.PathLike[str],
    *,
    names: bool = True,
) -> Shared:
    """Write a zip of a dataset folder that opens with a session.

    Of the folder goes along what belongs to the data, and nothing else: no other session, nothing
    that a link outside of the folder leads to. It is written in pieces, beside `dest`, which it
    replaces when it is complete.

    Parameters
    ----------
    folder
        The dataset folder.
    session
        A session that was made on it.
    dest
        The zip.
    names
        Whether the names of the cells go along.

    Raises
    ------
    DatasetError
        If it is no dataset folder, or the session is damaged, was made on other data, or can't be
        shown by a page.
    OSError
        If the zip can't be written.

    Examples
    --------
    >>> share("pbmc", "mine.cellucid-session", "pbmc.zip").n_files  # doctest: +SKIP
    1873
    """
    source = FolderSource(folder)
    identity = json.loads(_bytes(source.read(IDENTITY).body))
    [(name, file)] = check_sessions([Path(session)], source.n_cells).items()
    bundle = CellucidSessionBundle(file)
    _check(bundle, source, identity)
    paths, left_out = _split(source.folder, Path(session).resolve())
    for path in identity["embeddings"]["files"].values():
        if path not in paths:
            raise DatasetError(f"{path!r} is no name of a file with points: prepare the data anew")
    identity = {key: identity[key] for key in identity if key not in _OF_THE_PLACE}
    if not names:
        paths = [path for path in paths if path != _CELL_NAMES]
    with (
        tempfile.TemporaryDirectory() as scratch,
        replacing(Path(dest)) as stream,
        zipfile.ZipFile(stream, "w") as archive,
    ):
        adding = _Adding(archive, source)
        adding.json(IDENTITY, identity)
        for path in paths:
            try:
                adding.data(path)
            except FileNotFoundError:
                left_out.append(path)
        if not names:
            bundle = CellucidSessionBundle(without_names(bundle, Path(scratch) / name))
        adding.session(name, bundle)
        adding.json(SNAPSHOTS, {"states": [quote(name)]})
    return Shared(adding.n_files, tuple(sorted(left_out)))


class _Adding:
    """Puts files into a zip, a piece of them at a time."""

    def __init__(self, archive: zipfile.ZipFile, source: FolderSource) -> None:
        self.n_files = 0
        self._archive, self._source = archive, source

    def json(self, path: str, value: Any) -> None:
        self._put(path, [json.dumps(value, separators=(",", ":")).encode("ascii")])

    def data(self, path: str) -> None:
        body = self._source.read(path).body
        size = len(body) if isinstance(body, bytes) else body.nbytes
        self._put(path, (_bytes(body[at : at + _PIECE]) for at in range(0, size, _PIECE)))

    def session(self, name: str, bundle: CellucidSessionBundle) -> None:
        size = bundle.size
        begins = range(0, size, _PIECE)
        self._put(name, (bundle.read_file_bytes(at, min(_PIECE, size - at)) for at in begins))

    def _put(self, path: str, pieces: Iterable[bytes]) -> None:
        info = zipfile.ZipInfo(f"{self._source.folder.name}/{path}", time.localtime()[:6])
        # To pack what is packed already takes time only.
        packed = path.endswith(_PACKED)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = _MODE
        with self._archive.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
        self.n_files += 1


def _bytes(body: bytes | Body) -> bytes:
    return body if isinstance(body, bytes) else body.tobytes()


def _check(
    bundle: CellucidSessionBundle, source: FolderSource, identity: Mapping[str, Any]
) -> None:
    """Refuse a session of which a page would show nothing."""
    if bundle.format != 1:
        raise DatasetError(
            f"the session is of format {bundle.format}, which Python reads, but no page shows: "
            "save it in the viewer"
        )
    made, stats = bundle.dataset_fingerprint or {}, identity["stats"]
    rows = bundle.row_identity or {}
    parts = {
        "dataset": (made.get("datasetId"), source.id),
        "number of cells": (bundle.n_cells, source.n_cells),
        "number of genes": (bundle.n_vars, stats.get("n_vars") or source.n_vars),
        "order of the cells": (rows.get("orderSha256"), source.order_sha256),
    }
    for part, (then, now) in parts.items():
        # What either side does not know is no difference.
        if None not in (then, now) and then != now:
            raise DatasetError(
                f"the session was made on another {part}: {then!r}, and {str(source.folder)!r} has "
                f"{now!r}. Show this dataset, load the session there, and save what fits"
            )


def _split(folder: Path, session: Path) -> tuple[list[str], list[str]]:
    """Tell the paths of files of the data from those that do not go along."""
    paths, left_out = list[str](), list[str]()
    for root, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        for name in sorted([*files, *links]):
            file = Path(root, name)
            path = file.relative_to(folder).as_posix()
            # Both are in the zip, in their own way.
            if path != SNAPSHOTS and file != session:
                (paths if is_data(path) else left_out).append(path)
    paths.remove(IDENTITY)
    return sorted(paths), left_out
