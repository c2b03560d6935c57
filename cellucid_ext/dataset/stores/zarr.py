"""A Zarr folder or zip file, played as a dataset folder while it stays on disk."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Unpack

from ...json_text import read_json
from ..options import Options
from ..source import DatasetError
from .disk import DiskSource, Opened, name_of
from .watched import Watched

SUFFIXES: Final = (".zarr.zip", ".zarr", ".zip")

_METADATA: Final = ("zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata")


class ZarrSource(DiskSource):
    """Plays a Zarr folder, or one in a zip file, that anndata or mudata wrote.

    What changes in it is seen by its metadata, which whoever writes an AnnData anew writes anew;
    of a zip file, by the file's. What is written into an array that stays is not seen, so that a
    folder has another revision each time it is opened.

    Parameters
    ----------
    path
        The folder, or the zip file with what is in the folder.
    options
        See `Options`; the name is the path's without its ending where it is not given.

    Raises
    ------
    DatasetError
        If it is neither, or can't be shown: no cells, or no embedding.

    Examples
    --------
    >>> source = ZarrSource("pbmc.zarr", modality="rna")            # doctest: +SKIP
    >>> source.name                                                 # doctest: +SKIP
    'pbmc'
    """

    def __init__(self, path: str | os.PathLike[str], **options: Unpack[Options]) -> None:
        self._path = Path(path)
        if not options.get("name"):
            options["name"] = name_of(self._path, SUFFIXES)
        super().__init__(_open(self._path), options)

    def refreshed(self) -> ZarrSource:
        """Open it again; see `Source.refreshed`."""
        return ZarrSource(self._path, **self.options())


def _open(path: Path) -> Opened:
    import zarr

    kind = "Zarr folder" if path.is_dir() else "Zarr zip file"
    store: Any = str(path)
    close: Callable[[], None] = _nothing
    try:
        watched = Watched(path.name, _metadata(path) if path.is_dir() else [path])
        if not path.is_dir():
            if not zipfile.is_zipfile(path):
                raise DatasetError(f"{path.name} is no {kind}: it is damaged, or no zip file")
            store = zarr.storage.ZipStore(str(path), mode="r")
            close = store.close
        # What is said of all arrays in one place may be older than they are.
        said: dict[str, Any] = (
            {} if zarr.__version__.startswith("2.") else {"use_consolidated": False}
        )
        root = zarr.open_group(store, mode="r", **said)
    except DatasetError:
        raise
    except Exception as error:
        # A zip file that was not even opened can't be closed.
        with suppress(AttributeError):
            close()
        if not path.exists():
            raise DatasetError(f"there is no file or folder {str(path)!r}") from None
        # Whatever Zarr and zipfile say of what is damaged, or something else.
        raise DatasetError(f"{path.name} is no {kind}: {type(error).__name__}: {error}") from error
    return Opened(path, kind, root, watched, close, seen=not path.is_dir())


def _metadata(folder: Path) -> Iterator[Path]:
    """Find what describes the groups and arrays; folders with the chunks of arrays are left out."""
    yield from (folder / name for name in _METADATA if (folder / name).is_file())
    if _is_group(folder):
        with os.scandir(folder) as entries:
            inner = [entry.name for entry in entries if entry.is_dir()]
        for name in inner:
            yield from _metadata(folder / name)


def _is_group(folder: Path) -> bool:
    described = folder / "zarr.json"
    if not described.is_file():
        return (folder / ".zgroup").is_file()
    found = read_json(described.read_bytes(), str(described))
    return isinstance(found, dict) and found.get("node_type") == "group"


def _nothing() -> None:
    """Let a folder go, of which nothing is open."""
