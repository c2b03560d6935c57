"""Who the rows are: hashes by which a session knows its cells again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RowIdentity:
    """Hashes of the names of the cells.

    Attributes
    ----------
    count
        Number of rows.
    order_sha256
        SHA-256 in hex of each name's UTF-8 bytes followed by a line feed, in row order.
    set_sha256
        The same over the names sorted by their bytes: equal for reordered rows.
    unique
        Whether no name stands twice.
    """

    count: int
    order_sha256: str
    set_sha256: str
    unique: bool

    def to_json(self) -> dict[str, Any]:
        """Give the form it has in manifests."""
        return {
            "count": self.count,
            "orderSha256": self.order_sha256,
            "setSha256": self.set_sha256,
            "unique": self.unique,
        }


def row_identity(names: Iterable[object]) -> RowIdentity:
    r"""Hash the names of the rows.

    Parameters
    ----------
    names
        The names in row order, as `str(name)` gives them.

    Examples
    --------
    >>> here, there = row_identity(["b", "a"]), row_identity(["a", "b"])
    >>> here.order_sha256 == there.order_sha256, here.set_sha256 == there.set_sha256
    (False, True)
    """
    texts = texts_of(names)
    # UTF-8 keeps the order of code points, so sorting texts sorts their bytes.
    ordered = sorted(texts)
    unique = len(set(texts)) == len(texts)
    return RowIdentity(len(texts), _digest(texts), _digest(ordered), unique)


def order_sha256(names: Iterable[object]) -> str:
    """Give `RowIdentity.order_sha256` alone, without the sorting that the rest takes."""
    return _digest(texts_of(names))


def texts_of(names: Iterable[object]) -> list[str]:
    """List names as texts, as `str(name)` gives them."""
    # An Index of pandas is listed at once; going through it takes ten times as long.
    listed: list[Any] = names.tolist() if hasattr(names, "tolist") else list(names)
    return listed if set(map(type, listed)) <= {str} else list(map(str, listed))


def _digest(names: list[str]) -> str:
    text = "\n".join([*names, ""])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
