"""The tables that analyses leave in a session (`analysis/artifacts/*`), in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..json_text import MAX_JSON_VALUES
from .codecs import MAX_CELLS
from .container import U32, read_json_object
from .errors import SessionFormatError
from .uvarint import decode_uvarints, encode_uvarints

MAX_TABLE_BYTES: Final = 2**30
"""No table takes more memory, its texts apart: a bit in a file is a byte in an array."""

MAX_ENTRIES: Final = MAX_JSON_VALUES
"""No table has more distinct texts: in memory a text of three bytes takes sixty."""

_RAW: Final = {
    name: np.dtype(name).newbyteorder("<")
    for name in ("uint8", "uint16", "uint32", "int32", "float32", "float64")
}
_ENCODINGS: Final = {**dict.fromkeys(_RAW, "raw"), "bool": "bitset", "string": "dict"}
_CODE: Final = np.dtype("<u4")
_POINTER_BYTES: Final = 8

Column = npt.NDArray[Any]


def encode_table(columns: Mapping[str, npt.ArrayLike]) -> bytes:
    """Write columns of equal length.

    Parameters
    ----------
    columns
        Arrays of shape (n,) by their name: uint8, uint16, uint32, int32, float32, float64, bool,
        or texts.

    Raises
    ------
    ValueError
        If a column is of another type or length, or there are too many distinct texts.

    Examples
    --------
    >>> table = {"gene": ["Actb", "Gapdh"], "score": np.array([0.5, 2], dtype=np.float32)}
    >>> decode_table(encode_table(table))
    {'gene': array(['Actb', 'Gapdh'], dtype=object), 'score': array([0.5, 2. ], dtype=float32)}
    """
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise ValueError(f"columns must be of one shape (n,), not of {sorted(shapes)}")
    metas, payloads = [], []
    entries = 0
    for name, array in arrays.items():
        meta, payload = _encode_column(name, array)
        entries += meta.get("dictCount", 0)
        metas.append(meta)
        payloads.append(payload)
    if entries > MAX_ENTRIES:
        raise ValueError(f"{entries:,} distinct texts; {MAX_ENTRIES:,} are allowed in a table")
    count = next(iter(shapes))[0] if shapes else 0
    header = json.dumps({"rowCount": count, "columns": metas}, separators=(",", ":")).encode()
    return b"".join([U32.pack(len(header)), header, *payloads])


def _encode_column(name: str, array: Column) -> tuple[dict[str, Any], bytes]:
    dtype = "string" if array.dtype.kind in "OU" else array.dtype.name
    if dtype not in _ENCODINGS:
        raise ValueError(f"column {name!r} is {dtype}; known are {', '.join(_ENCODINGS)}")
    meta: dict[str, Any] = {"name": name, "dtype": dtype, "encoding": _ENCODINGS[dtype]}
    if dtype == "string":
        places = dict.fromkeys(array.tolist())
        other = next((entry for entry in places if not isinstance(entry, str)), None)
        if other is not None or None in places:
            raise ValueError(f"column {name!r} has {other!r} among its texts")
        for code, entry in enumerate(places):
            places[entry] = code
        texts = [entry.encode() for entry in places]
        codes = np.fromiter(map(places.__getitem__, array.tolist()), dtype=_CODE, count=len(array))
        parts = [encode_uvarints([len(text)]) + text for text in texts]
        meta["dictCount"] = len(texts)
        payload = encode_uvarints([len(texts)]) + b"".join(parts) + codes.tobytes()
    elif dtype == "bool":
        payload = np.packbits(array, bitorder="little").tobytes()
    else:
        payload = array.astype(_RAW[dtype]).tobytes()
    meta["byteLength"] = len(payload)
    return meta, payload


def decode_table(data: bytes | memoryview) -> dict[str, Column]:
    """Read a table.

    Parameters
    ----------
    data
        The chunk's bytes, inflated.

    Returns
    -------
    dict
        Arrays of shape (n,) by their name, in the order of the table: of the dtype that the table
        names, object arrays of `str` for texts.

    Raises
    ------
    SessionFormatError
        If the header, a column or their lengths are not what the format says, or the table would
        take too much memory.
    """
    view = memoryview(data)
    if len(view) < U32.size:
        raise SessionFormatError(f"table: {len(view)} bytes have no length of a header")
    (size,) = U32.unpack(view[: U32.size])
    rest = view[U32.size :]
    if size > len(rest):
        raise SessionFormatError(f"table: a header of {size:,} bytes, {len(rest):,} are left")
    header = read_json_object(bytes(rest[:size]), "table: the header")
    count = _whole(header.get("rowCount"), "table: rowCount")
    if count > MAX_CELLS:
        raise SessionFormatError(f"table: {count:,} rows, there may be {MAX_CELLS:,} at most")
    metas = _columns(header.get("columns"), count)
    rest, entries = rest[size:], MAX_ENTRIES
    table: dict[str, Column] = {}
    for meta in metas:
        name = meta["name"]
        length = _whole(meta.get("byteLength"), f"table: column {name!r}: byteLength")
        if length > len(rest):
            raise SessionFormatError(
                f"table: column {name!r} is {length:,} bytes, {len(rest):,} are left"
            )
        if meta["dtype"] == "string":
            texts, codes = _dictionary(rest[:length], meta, entries)
            entries -= len(texts)
            table[name] = _strings(texts, codes, count, name)
        else:
            table[name] = _numbers(rest[:length], meta["dtype"], count, name)
        rest = rest[length:]
    if len(rest):
        raise SessionFormatError(f"table: {len(rest):,} bytes follow the last column")
    return table


def _whole(value: object, what: str) -> int:
    if type(value) is not int or value < 0:
        raise SessionFormatError(f"{what}: expected a whole number, got {value!r}")
    return value


def _columns(metas: object, count: int) -> list[dict[str, Any]]:
    if not isinstance(metas, list):
        raise SessionFormatError(f"table: columns: expected a list, got {type(metas).__name__}")
    names: set[str] = set()
    wide = 0
    for i, meta in enumerate(metas):
        path = f"table: columns[{i}]"
        name = meta.get("name") if isinstance(meta, dict) else None
        if not isinstance(name, str):
            raise SessionFormatError(f"{path}.name: expected a text, got {name!r}")
        if name in names:
            raise SessionFormatError(f"{path}.name: {name!r} stands twice")
        names.add(name)
        dtype, encoding = meta.get("dtype"), meta.get("encoding")
        if not isinstance(dtype, str) or dtype not in _ENCODINGS or encoding != _ENCODINGS[dtype]:
            raise SessionFormatError(f"{path}: unknown dtype {dtype!r}, encoding {encoding!r}")
        wide += {"string": _POINTER_BYTES, "bool": 1}.get(dtype) or _RAW[dtype].itemsize
    if wide * count > MAX_TABLE_BYTES:
        raise SessionFormatError(
            f"table: {count:,} rows of {len(metas):,} columns take {wide * count:,} bytes, "
            f"{MAX_TABLE_BYTES:,} are allowed"
        )
    return metas


def _numbers(data: memoryview, dtype: str, count: int, name: str) -> Column:
    expected = -(-count // 8) if dtype == "bool" else count * _RAW[dtype].itemsize
    if len(data) != expected:
        raise SessionFormatError(
            f"table: column {name!r} is {len(data):,} bytes, "
            f"{count:,} rows of {dtype} take {expected:,}"
        )
    if dtype != "bool":
        return np.frombuffer(data, dtype=_RAW[dtype]).astype(dtype)
    octets = np.frombuffer(data, dtype=np.uint8)
    if count % 8 and int(octets[-1]) >> count % 8:
        raise SessionFormatError(f"table: column {name!r} has bits after its {count:,} rows")
    return np.unpackbits(octets, count=count, bitorder="little").view(np.bool_)


def _dictionary(data: memoryview, meta: dict[str, Any], most: int) -> tuple[list[str], memoryview]:
    """Read the distinct texts, and give the bytes after them."""
    what = f"table: column {meta['name']!r}"
    (number,), at = decode_uvarints(data, 1, f"{what}: number of texts")
    count, left = int(number), len(data) - at
    if "dictCount" in meta and _whole(meta["dictCount"], f"{what}: dictCount") != count:
        raise SessionFormatError(f"{what}: dictCount is {meta['dictCount']:,}, not {count:,}")
    if count > min(most, left):
        raise SessionFormatError(
            f"{what}: {count:,} texts in {left:,} bytes, there may be {min(most, left):,} at most"
        )
    texts = []
    for _ in range(count):
        if at < len(data) and data[at] < 0x80:
            length, took = data[at], 1
        else:
            (long,), took = decode_uvarints(data[at : at + 10], 1, f"{what}: length of a text")
            length = int(long)
        at += took
        if length > len(data) - at:
            raise SessionFormatError(
                f"{what}: a text of {length:,} bytes, {len(data) - at:,} are left"
            )
        try:
            texts.append(str(data[at : at + length], "utf-8"))
        except UnicodeDecodeError as error:
            raise SessionFormatError(f"{what}: a text is not UTF-8 ({error.reason})") from None
        at += length
    return texts, data[at:]


def _strings(texts: list[str], data: memoryview, count: int, name: str) -> Column:
    if len(data) != count * _CODE.itemsize:
        raise SessionFormatError(
            f"table: column {name!r} has {len(data):,} bytes of codes, "
            f"{count:,} rows take {count * _CODE.itemsize:,}"
        )
    codes = np.frombuffer(data, dtype=_CODE)
    if count and int(codes.max()) >= len(texts):
        raise SessionFormatError(
            f"table: column {name!r} has code {int(codes.max()):,} of {len(texts):,} texts"
        )
    entries = np.empty(len(texts), dtype=object)
    entries[:] = texts
    strings: Column = entries[codes]
    return strings
