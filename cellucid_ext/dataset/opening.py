"""Open what a person wants to see, whatever it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, Final, Unpack

from .checked import checked
from .options import Options
from .source import DatasetError, Source
from .stores.folder import IDENTITY, FolderSource

_H5: Final = b"\x89HDF\r\n\x1a\n"
_ZIP: Final = b"PK\x03\x04"
_ZARR_GROUP: Final = ("zarr.json", ".zgroup")


def open_source(data: Any, **options: Unpack[Options]) -> Source:
    """Open what a person wants to see.

    Parameters
    ----------
    data
        An AnnData in memory, backed by a file, or over Dask arrays such as
        ``anndata.experimental.read_lazy`` gives; a MuData; or the path of a dataset folder, an
        ``.h5ad`` or ``.h5mu`` file, or a Zarr folder or zip file.
    options
        See `Options`. A dataset folder takes none: what it shows was decided when it was made.

    Raises
    ------
    TypeError
        If it is nothing that can be shown; if there is no such option, or it is of another type;
        or if a folder is given options.
    DatasetError
        If it has no embedding to show it by, or no cells; or if there is no dataset.

    Examples
    --------
    >>> source = open_source(adata, name="PBMC")                    # doctest: +SKIP
    >>> source.read("dataset_identity.json").body[:12]              # doctest: +SKIP
    b'{"version":2'
    """
    options = checked(options)
    if isinstance(data, str | os.PathLike):
        return _open_path(Path(os.fsdecode(data)), options)

    import anndata

    from .stores.mudata import MuDataSource, is_mudata

    if is_mudata(data):
        return MuDataSource(data, **options)
    if not isinstance(data, anndata.AnnData):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(
            f"expected an AnnData or a MuData to show, or the path of a dataset, got {kind}"
        )
    if options.get("modality") is not None:
        raise DatasetError(
            f"modality is {options['modality']!r}, but this is an AnnData, which has none"
        )
    from .anndata import AnnDataSource

    return AnnDataSource(data, **options)


def _open_path(path: Path, options: Options) -> Source:
    try:
        form = _form_of(path)
    except FileNotFoundError:
        raise DatasetError(f"there is no folder or file {str(path)!r}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise DatasetError(f"{str(path)!r} can't be read: {why}") from None
    if form == "hdf5":
        from .stores.h5ad import H5adSource

        return H5adSource(path, **options)
    if form == "zarr":
        from .stores.zarr import ZarrSource

        return ZarrSource(path, **options)
    if given := [key for key, value in options.items() if value is not None]:
        raise TypeError(
            f"a dataset folder is shown as it was made, so it takes no {', '.join(given)}"
        )
    return FolderSource(path)


def _form_of(path: Path) -> str:
    """Tell folders, HDF5 and Zarr apart: files by their ending, or else by how they begin."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        inside = os.listdir(path)
        if IDENTITY in inside:
            return "folder"
        if any(name in inside for name in _ZARR_GROUP):
            return "zarr"
        raise DatasetError(
            f"the folder {str(path)!r} has no {IDENTITY}, and it is no Zarr folder either: there "
            "is no dataset in it"
        )
    if path.suffix.lower() in (".h5ad", ".h5mu"):
        return "hdf5"
    if path.suffix.lower() == ".zip":
        return "zarr"
    if stat.S_ISREG(mode):
        with path.open("rb") as file:
            begins = file.read(len(_H5))
        if begins == _H5:
            return "hdf5"
        if begins.startswith(_ZIP):
            return "zarr"
    raise DatasetError(
        f"{str(path)!r} is neither a dataset folder nor an .h5ad, .h5mu or Zarr file"
    )
