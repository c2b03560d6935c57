"""Write a dataset folder: what a source plays, as files on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Unpack

from ..anndata import AnnDataSource
from ..opening import open_source
from ..options import Options
from ..source import DatasetError
from ..stores.folder import IDENTITY, FolderSource
from .overwriting import check_target
from .packing import Packed, Packing, Span
from .replace_folder import replacing_folder
from .sessions import add_sessions, check_sessions, session_files

_THREADS: Final = min(4, os.cpu_count() or 1)
_IN_ORDER_BYTES: Final = 2**26
_IN_ORDER_SECONDS: Final = 3600.0
_FEW: Final = 8
_OBS: Final = "obs_manifest.json"
_VAR: Final = "var_manifest.json"
_GRAPH: Final = "connectivity_manifest.json"
_NAMES: Final = "obs_names.txt"
_ROWS: Final = "rows.json"
_WIDEST: Final = (-1.7976931348623157e308, 1.7976931348623157e308)


def prepare(
    data: Any,
    folder: str | os.PathLike[str],
    *,
    compression: int | None = None,
    quantization: int | None = None,
    sessions: Sequence[str | os.PathLike[str]] = (),
    overwrite: bool = False,
    progress: bool = True,
    **options: Unpack[Options],
) -> Path:
    """Write a dataset folder, which can be shown, copied, and served by anything that serves files.

    The folder appears when it is complete. Until then what stood there stays as it is, and after
    an error or ``Ctrl-C`` nothing of the new one is left.

    Parameters
    ----------
    data
        What `show` and `show_anndata` take: an AnnData, or the path of a file.
    folder
        Where to write it. Its parents are made where they are missing.
    compression
        Level of gzip for all files but manifests and names, 1 to 9; None for none.
    quantization
        Bits of a number in continuous columns, genes and outliers, 8 or 16: it is rounded to the
        nearest of 255 or 65,535 steps from the column's least to its largest. None for float32.
    sessions
        ``.cellucid-session`` files to copy into the folder. A page opens with the last one.
    overwrite
        Whether to replace a dataset folder, with all sessions in it. What is no dataset folder, or
        has other files in it, is never replaced.
    progress
        Whether to show a bar.
    options
        Which columns, genes, … are written; see `Options`.

    Returns
    -------
    pathlib.Path
        The folder, absolute and without links.

    Raises
    ------
    TypeError
        If `data` is nothing that can be shown, or `sessions` no list of paths.
    FileExistsError
        If there is something that must not be replaced.
    DatasetError
        If the data can't be shown, or not as a folder, for they have too many categories or too
        long a name; an option is wrong; a session file is damaged or of other cells; or another
        process is writing the same folder.
    OSError
        If it can't be written, such as where the disk is full.

    Examples
    --------
    >>> prepare(adata, "pbmc", compression=6, quantization=8)       # doctest: +SKIP
    PosixPath('/data/pbmc')
    >>> viewer = show("pbmc")                                       # doctest: +SKIP
    """
    packing = Packing(compression, quantization)
    files = session_files(sessions)
    if not os.fspath(folder):
        raise DatasetError("folder is ''; it must be where to write, such as 'pbmc'")
    target = Path(os.path.realpath(folder))
    with replacing_folder(target, partial(check_target, target, overwrite=overwrite)) as new:
        with _opened(data, options) as source:
            checked = check_sessions(files, source.n_cells)
            _Writing(source, new, target, packing).run(progress)
        add_sessions(new, checked)
    return target


@contextmanager
def _opened(data: Any, options: Options) -> Iterator[AnnDataSource]:
    source = open_source(data, **options)
    if not isinstance(source, AnnDataSource):
        raise DatasetError(f"{os.fspath(data)!r} is a dataset folder already: copy it")
    try:
        yield source
    finally:
        source.close()


class _Writing:
    """Writes the files of a source into an empty folder, which is to be `target` in the end."""

    def __init__(self, source: AnnDataSource, folder: Path, target: Path, packing: Packing) -> None:
        self._source, self._packing = source, packing
        self._folder, self._target = folder, target
        self._notes: list[str] = []
        self._made: dict[str, dict[str, Any]] = {}

    def run(self, progress: bool) -> None:
        from tqdm.auto import tqdm

        paths = [path for path in self._source.files if not path.endswith((".json", ".txt"))]
        for path in paths:
            (self._folder / path).parent.mkdir(exist_ok=True)
        packed = dict[str, Packed]()
        about = {"desc": self._target.name, "unit": " files", "disable": not progress}
        with tqdm(total=len(paths), **about) as bar:
            for path, done in self._write_all(paths):
                packed[path] = done
                bar.update()
        infinite = [path for path, done in packed.items() if done.n_infinite]
        if infinite:
            self._notes.append(
                f"{len(infinite):,} columns or genes hold infinite values, which have no place "
                f"among {self._packing.quantization} bits: they are missing"
            )
        self._manifests({path: done.span for path, done in packed.items() if done.span})

    def _write_all(self, paths: Sequence[str]) -> Iterator[tuple[str, Packed]]:
        """Write all files; what takes long, once it is known that the folder will open."""
        points = [path for path in paths if path.startswith("points_")]
        yield from self._in_threads({path: partial(self._source.make, path) for path in points})
        self._names()
        self._make_manifests()
        self._check(paths)
        paths = [path for path in paths if path not in points]
        expression = self._source.expression
        if expression is not None and len(expression.names) > _FEW:
            # To look for each gene in all cells would take longer than to put all in order once.
            expression.wait_until_built(_IN_ORDER_SECONDS, _IN_ORDER_BYTES)
        groups = [] if expression is None else expression.together()
        grouped = {path for group in groups for path in group}
        making = {path: partial(self._source.make, path) for path in paths if path not in grouped}
        yield from self._in_threads(making)
        if expression is not None:
            for group in groups:
                # Nothing here holds what is read, so that it is gone before more is.
                yield from self._in_threads(_each(group, expression.read(group)))

    def _in_threads(self, making: Mapping[str, Callable[[], Any]]) -> Iterator[tuple[str, Packed]]:
        """Write files, several at a time: NumPy, zlib and the disk leave Python to others."""
        with ThreadPoolExecutor(_THREADS, "prepare") as pool:
            writing = {pool.submit(self._write, path, make): path for path, make in making.items()}
            try:
                for done in as_completed(writing):
                    yield writing[done], done.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _write(self, path: str, make: Callable[[], Any]) -> Packed:
        packed = self._packing.pack(path, make())
        self._store(self._packing.path(path), packed.body)
        # Of thousands of files what they hold must not stay.
        return Packed(b"", packed.span, packed.n_infinite)

    def _names(self) -> None:
        try:
            self._store(_NAMES, self._source.make(_NAMES))
        except DatasetError as error:
            self._notes.append(f"the folder has no {_NAMES}: {error}")

    def _make_manifests(self) -> None:
        source = self._source
        manifests = [path for path in (_OBS, _VAR, _GRAPH) if path in source.files]
        self._made = {path: source.make(path) for path in manifests}
        # What is not on disk has the centroids of many cells in files that are made when they are
        # asked for. 0.0.9 looks for all in the manifest.
        for entry in self._made[_OBS]["_categoricalFields"]:
            entry[4] = entry[4] or source.obs.centroids(entry[0])
        self._made[_OBS]["_obsSchemas"]["categorical"]["centroidsPathPattern"] = None
        self._made[_ROWS] = source.cells.rows()

    def _check(self, paths: Sequence[str]) -> None:
        """Refuse what could not be shown, with manifests as long as they may become."""
        bits = self._packing.quantization
        self._manifests({path: _WIDEST for path in paths if bits and path.endswith(".f32")})
        try:
            FolderSource(self._folder)
        except DatasetError as error:
            told = f"a folder of this dataset could not be opened: {error}"
            columns = self._made[_OBS]["_categoricalFields"]
            if _OBS in str(error) and columns:
                key, names, *_ = max(columns, key=lambda entry: len(entry[1]))
                told += f"; of {len(names):,} categories is {key!r}, which obs_keys can leave out"
            raise DatasetError(told) from None

    def _manifests(self, spans: Mapping[str, Span]) -> None:
        packing, made = self._packing, self._made
        self._store_json(_OBS, packing.obs_manifest(made[_OBS], spans))
        if _VAR in made:
            self._store_json(_VAR, packing.var_manifest(made[_VAR], spans))
        identity = packing.identity(self._source.make(IDENTITY))
        if graph := made.get(_GRAPH):
            self._store_json(_GRAPH, packing.connectivity_manifest(graph))
            identity["stats"]["n_edges"] = graph["n_edges"]
        # What is on disk may be changed there, so nothing stands for its content.
        del identity["revision"]
        identity["rows"] = made[_ROWS]
        kind = identity["source"]["kind"]
        identity["source"] = {**identity["source"], "kind": f"dataset folder, made of {kind}"}
        identity["notes"] = [*identity["notes"], *self._notes]
        self._store_json(IDENTITY, identity)

    def _store_json(self, path: str, value: Mapping[str, Any]) -> None:
        # In ASCII, since a name may hold what is no UTF-8.
        text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        # Manifests are written twice.
        self._store(path, text.encode(), "wb")

    def _store(self, path: str, body: bytes | memoryview, mode: str = "xb") -> None:
        try:
            with (self._folder / path).open(mode) as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            what = f"{path} can't be written: {error.strerror}"
            raise OSError(error.errno, what, str(self._target)) from error


def _each(paths: Sequence[str], made: Any) -> dict[str, Callable[[], Any]]:
    return {path: partial(made.__getitem__, place) for place, path in enumerate(paths)}
