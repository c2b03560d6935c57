"""Cells in messages: as lists, or from 10,000 on packed as base64 of delta uvarints."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

import numpy as np
import numpy.typing as npt

PACKED_FROM: Final = 10_000
"""From how many cells on a message holds them packed."""


def decode_event(event: dict[str, Any], n_cells: int) -> dict[str, Any]:
    """Turn an event's cells, as a list or packed, into indices.

    Parameters
    ----------
    event
        As it came from the page.
    n_cells
        Number of cells of the dataset; no index may reach it.

    Returns
    -------
    dict
        The event, with ``cells`` as an int64 array of shape (n,) if it had any.

    Raises
    ------
    ValueError
        If the cells are not what the protocol says.
    """
    if "cells" not in event:
        return event
    return {**event, "cells": _cells(event["cells"], n_cells)}


def _cells(cells: object, n_cells: int) -> npt.NDArray[np.int64]:
    if isinstance(cells, dict):
        if cells.get("encoding") != "delta-uvarint" or not isinstance(cells.get("data"), str):
            raise ValueError(f"cells: unknown encoding {cells.get('encoding')!r}")
        try:
            packed = base64.b64decode(cells["data"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"cells.data: {error}") from None
        from ..session.codecs import decode_cells

        return np.asarray(decode_cells(packed, n_cells)).astype(np.int64, copy=False)
    try:
        indices = np.array(cells if isinstance(cells, list) else None)
    except ValueError:
        indices = np.array(None)
    if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
        raise ValueError("cells: expected a list of whole numbers")
    if indices.size and not 0 <= indices.min() <= indices.max() < n_cells:
        raise ValueError(f"cells: an index is outside of the {n_cells:,} cells")
    return indices.astype(np.int64, copy=False)


def pack_cells(cells: npt.NDArray[np.int64]) -> list[int] | dict[str, str]:
    """Write cells as a message holds them.

    Parameters
    ----------
    cells
        Ascending, distinct indices of shape (n,).

    Examples
    --------
    >>> pack_cells(np.array([3, 5]))
    [3, 5]
    """
    if len(cells) < PACKED_FROM:
        return [int(cell) for cell in cells]
    from ..session.codecs import encode_cells

    data = base64.b64encode(encode_cells(cells)).decode()
    return {"encoding": "delta-uvarint", "data": data}
