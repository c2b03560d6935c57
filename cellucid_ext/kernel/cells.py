"""Cells in messages: listed, packed as delta uvarints, or sent beside the message."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

PACKED_FROM: Final = 10_000
"""From how many cells on a message holds them packed."""

MAX_INLINE_BYTES: Final = 2**16 - 256
"""How much of a command cells may take, so that it stays below 64 KiB with the rest of it.

256 commands may wait for a page: if they hold cells, all stay below 16 MiB, here and in the page's
websocket. Commands that hold other things may be larger.
"""


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


def pack_cells(
    cells: npt.NDArray[np.int64], send: Callable[[bytes], str]
) -> list[int] | dict[str, str]:
    """Write cells as a command holds them.

    Parameters
    ----------
    cells
        Ascending, distinct indices of shape (n,), at least one.
    send
        Keeps packed cells that are too large for a command, and gives the path they are read at.

    Examples
    --------
    >>> pack_cells(np.array([3, 5]), lambda body: "sent/x")
    [3, 5]
    >>> pack_cells(np.arange(100_000), lambda body: "sent/x")
    {'encoding': 'delta-uvarint', 'url': 'sent/x'}
    """
    with_comma = len(str(cells[-1])) + 1
    if len(cells) < PACKED_FROM and len(cells) * with_comma <= MAX_INLINE_BYTES:
        listed: list[int] = cells.tolist()
        return listed
    from ..session.codecs import encode_cells

    packed = encode_cells(cells)
    if len(packed) <= MAX_INLINE_BYTES * 3 // 4:
        return {"encoding": "delta-uvarint", "data": base64.b64encode(packed).decode()}
    return {"encoding": "delta-uvarint", "url": send(packed)}
