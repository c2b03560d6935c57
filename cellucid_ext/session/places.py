"""Which category a code means."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .inventory import Field

_NO_CATEGORY: Final = {"Uint8Array": 0xFF, "Uint16Array": 0xFFFF, "Uint32Array": 0xFFFF_FFFF}


def places_of(field: Field, codes: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Give the place of each code's category in `field.categories`.

    Parameters
    ----------
    field
        The field that the codes are of.
    codes
        Its codes: uint8, uint16 or uint32 of shape (n,).

    Returns
    -------
    numpy.ndarray
        int32 of shape (n,), −1 where a code has no category: it is beyond the categories, or is
        the largest of its type and such cells have no label.

    Examples
    --------
    >>> places_of(field, np.array([0, 1, 255], dtype=np.uint8))     # doctest: +SKIP
    array([ 0,  1, -1], dtype=int32)
    """
    n = len(field.categories)
    most = min(n, np.iinfo(codes.dtype).max)
    places: npt.NDArray[np.int32] = np.minimum(codes, most).astype(np.int32)
    places[places == n] = -1
    none = no_category(field, codes)
    if none is not None:
        places[codes == none] = -1
    return places


def no_category(field: Field, codes: npt.NDArray[Any]) -> int | None:
    """Give the code that means "no category": the largest, or None where such cells have a label.

    Parameters
    ----------
    field
        The field that the codes are of.
    codes
        Its codes, whose type counts where the file does not say how wide they are.
    """
    if field.uncovered_label is not None:
        return None
    # Runs do not say how wide the codes were that they stand for; that many categories do.
    wide = codes.itemsize > 1 or len(field.categories) > 0xFF
    return _NO_CATEGORY.get(field.codes_type or "", 0xFFFF if wide else 0xFF)
