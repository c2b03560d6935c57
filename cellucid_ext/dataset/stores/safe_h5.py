"""HDF5 files of strangers: what leads out of them is refused before it is followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ..source import DatasetError

MAX_OBJECTS: Final = 100_000
"""So many groups and arrays are looked at; an AnnData has a few hundred."""


def refuse_ways_out(file: Any) -> None:
    """Refuse a file that would have other files of this machine read with it.

    HDF5 follows external links, raw data in other files and virtual datasets to any path they
    name. All groups and arrays that can be reached are looked at, and none of their contents are
    read. What a file does to HDF5 itself is not seen here: a damaged one, or one made for it, can
    end the process or fill its memory, so files of strangers belong into a process of their own.

    Parameters
    ----------
    file
        An open ``h5py.File``.

    Raises
    ------
    DatasetError
        If there is such a thing, or more than `MAX_OBJECTS`, which the message names; or if it
        is damaged.

    Examples
    --------
    >>> refuse_ways_out(h5py.File("strange.h5ad"))                  # doctest: +SKIP
    DatasetError: strange.h5ad is refused: obsm/X_umap is a link to another file
    """
    name = Path(file.filename).name
    try:
        _look_at_all(file, name)
    except DatasetError:
        raise
    except Exception as error:
        # Whatever HDF5 says of what is damaged.
        raise DatasetError(
            f"{name} is refused: it is damaged ({type(error).__name__}: {error})"
        ) from error


def _look_at_all(file: Any, name: str) -> None:
    from h5py import h5d, h5g, h5l, h5o

    seen = {h5o.get_info(file.id).addr}
    ahead = [("", h5g.open(file.id, b"/"))]
    while ahead:
        path, group = ahead.pop()
        for link in group:
            where = f"{path}{link.decode('utf-8', 'replace')}"
            kind = group.links.get_info(link).type
            # What a soft link leads to is in this file, or beyond a link that is refused.
            if kind == h5l.TYPE_SOFT:
                continue
            if kind != h5l.TYPE_HARD:
                raise DatasetError(f"{name} is refused: {where} is a link to another file")
            found = h5o.get_info(group, link)
            if found.addr in seen:
                continue
            seen.add(found.addr)
            if len(seen) > MAX_OBJECTS:
                raise DatasetError(f"{name} is refused: it has more than {MAX_OBJECTS:,} objects")
            if found.type == h5o.TYPE_GROUP:
                ahead.append((f"{where}/", h5g.open(group, link)))
            elif found.type == h5o.TYPE_DATASET:
                made = h5d.open(group, link).get_create_plist()
                if made.get_layout() == h5d.VIRTUAL or made.get_external_count():
                    raise DatasetError(f"{name} is refused: {where} lies in another file")
