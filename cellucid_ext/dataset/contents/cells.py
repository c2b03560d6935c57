"""Who the cells are: their names, and the hashes by which sessions know them again."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ...session.codecs import encode_names
from ...session.rows import row_identity, texts_of
from ..source import DatasetError
from .names import safe_name

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
        texts = texts_of(names)
        self.count = len(texts)
        # A million texts take ten times as much memory as what is written of them.
        self._encoded = encode_names(texts)
        self._odd = texts if self._encoded.count(b"\n") != self.count else None
        self.order_sha256 = hashlib.sha256(self._encoded).hexdigest()
        self.files = {"obs_names.txt": self._listed, "rows.json": self.rows}

    def derived_id(self, name: str, genes: list[str]) -> str:
        """Give what sessions know a dataset by that is called `name` and has these genes."""
        digest = hashlib.sha256(self.order_sha256.encode())
        digest.update("\n".join(genes).encode("utf-8", "surrogatepass"))
        return f"{safe_name(name).lower()}-{digest.hexdigest()[:12]}"

    def rows(self) -> dict[str, Any]:
        """Hash the names; takes about a second for a million."""
        names = self._encoded.decode("utf-8", "surrogatepass").split("\n")[:-1]
        return row_identity(names if self._odd is None else self._odd).to_json()

    def _listed(self) -> bytes:
        if self._odd is not None:
            raise DatasetError(
                "a name in obs_names holds a line feed, so the names can't be listed"
            )
        return self._encoded
