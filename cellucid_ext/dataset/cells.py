"""Who the cells are: their names, and the hashes by which sessions know them again."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ..session.codecs import encode_names
from ..session.rows import order_sha256, row_identity, texts_of
from .names import safe_name
from .source import DatasetError

AT_ONCE: Final = 100_000
"""Up to so many cells the identity of the rows stands in the dataset's own; to find it for more
takes a second, so that has a file of its own, which is asked for once the cells are drawn."""


class Cells:
    """The names of the cells.

    Parameters
    ----------
    names
        ``obs_names``, in the order of the rows.

    Attributes
    ----------
    count
        How many there are.
    order_sha256
        See `session.rows.RowIdentity`.
    """

    def __init__(self, names: Any) -> None:
        self._names = texts_of(names)
        self.count = len(self._names)
        self.order_sha256 = order_sha256(self._names)
        self.files = {"obs_names.txt": self._encoded, "rows.json": self.rows}

    def derived_id(self, name: str, genes: list[str]) -> str:
        """Give what sessions know a dataset by that is called `name` and has these genes."""
        digest = hashlib.sha256(self.order_sha256.encode())
        digest.update("\n".join(genes).encode("utf-8", "surrogatepass"))
        return f"{safe_name(name).lower()}-{digest.hexdigest()[:12]}"

    def rows(self) -> dict[str, Any]:
        """Hash the names; takes about a second for a million."""
        return row_identity(self._names).to_json()

    def _encoded(self) -> bytes:
        if any("\n" in name for name in self._names):
            raise DatasetError(
                "a name in obs_names holds a line feed, so the names can't be listed"
            )
        return encode_names(self._names)
