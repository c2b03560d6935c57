"""JSON with arrays beside it, as format 2 has the analysis windows."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .container import U32, read_json
from .errors import SessionFormatError
from .uvarint import decode_uvarints

TYPED_JSON: Final = frozenset({"analysis/windows", "analysis/docked"})
"""Ids of the chunks that `decode_typed_json` reads."""

_DTYPES: Final[dict[int, np.dtype[Any]]] = {
    code: np.dtype(name) for code, name in enumerate(("<u1", "<u2", "<u4", "<i4", "<f4", "<f8"), 1)
}
_KEY: Final = "$typed"
_LONGEST: Final = 10


def decode_typed_json(data: bytes | memoryview) -> Any:
    """Read JSON whose arrays of numbers follow it.

    Parameters
    ----------
    data
        The chunk's bytes, inflated: the JSON's length, the JSON, in which ``{"$typed": k}`` stands
        for the k-th array, and the arrays.

    Returns
    -------
    object
        The JSON as Python objects, with NumPy arrays of one dimension in it: uint8, uint16,
        uint32, int32, float32 or float64.

    Raises
    ------
    SessionFormatError
        If JSON or arrays are damaged, or not each array stands for itself once.

    Examples
    --------
    >>> text = b'{"bins": {"$typed": 0}}'
    >>> decode_typed_json(bytes([len(text), 0, 0, 0]) + text + bytes([1, 2, 5, 7]))
    {'bins': array([5, 7], dtype=uint8)}
    """
    view = memoryview(data)
    if len(view) < U32.size:
        raise SessionFormatError(f"typed JSON: {len(view)} bytes have no length of the JSON")
    (size,) = U32.unpack(view[: U32.size])
    rest = view[U32.size :]
    if size > len(rest):
        raise SessionFormatError(f"typed JSON: {size:,} bytes of JSON, {len(rest):,} are left")
    holder = [read_json(bytes(rest[:size]), "typed JSON")]
    places = _places(holder)
    rest = rest[size:]
    arrays: list[npt.NDArray[Any]] = []
    # An array of two bytes is a hundred in memory; those that the JSON names are not too many.
    while len(rest) and len(arrays) < len(places):
        array, rest = _array(rest)
        arrays.append(array)
    if len(rest) or len(arrays) < len(places):
        raise SessionFormatError(
            f"typed JSON: {len(places):,} arrays are named, {len(arrays):,} were read, and "
            f"{len(rest):,} bytes are left"
        )
    if sorted(k for _, _, k in places) != list(range(len(arrays))):
        raise SessionFormatError(f"typed JSON: not each of {len(arrays):,} arrays is named once")
    for place, key, k in places:
        place[key] = arrays[k]
    return holder[0]


def _places(holder: list[Any]) -> list[tuple[Any, Any, int]]:
    """Find where the arrays belong: in which object or list, at which key, and which of them."""
    places = []
    # Without a recursion, so that no depth that JSON can have is too deep.
    todo: list[Any] = [holder]
    while todo:
        node = todo.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict) and _KEY in value:
                k = value[_KEY]
                if type(k) is not int or len(value) != 1:
                    raise SessionFormatError(f"typed JSON: {key!r} names no array, but {k!r}")
                places.append((node, key, k))
            elif isinstance(value, dict | list):
                todo.append(value)
    return places


def _array(data: memoryview) -> tuple[npt.NDArray[Any], memoryview]:
    dtype = _DTYPES.get(data[0])
    if dtype is None:
        raise SessionFormatError(f"typed JSON: unknown dtype {data[0]}; known are 1 to 6")
    (number,), took = decode_uvarints(data[1 : 1 + _LONGEST], 1, "typed JSON: length of an array")
    rest, size = data[1 + took :], int(number) * dtype.itemsize
    if size > len(rest):
        raise SessionFormatError(f"typed JSON: an array of {size:,} bytes, {len(rest):,} are left")
    return np.frombuffer(rest[:size], dtype=dtype).astype(dtype.type), rest[size:]
