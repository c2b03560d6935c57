"""The page's script and style, which were gzipped when they were built."""

from __future__ import annotations

import mimetypes
import os

from jupyter_server.base.handlers import FileFindHandler

_PACKED = ".gz"
_NEVER = ("q=0", "q=0.0", "q=0.00", "q=0.000")


class StaticHandler(FileFindHandler):
    """``static/cellucid_ext/…``, as Jupyter serves what is public, a third as large on the wire."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Find the file, or the gzipped one beside it where the browser takes that."""
        packed = f"{absolute_path}{_PACKED}"
        chosen = (
            packed if self._takes_gzip() and _is_fresh(packed, absolute_path) else absolute_path
        )
        return super().validate_absolute_path(root, chosen)

    def _takes_gzip(self) -> bool:
        asked = self.request.headers.get("Accept-Encoding", "").lower()
        codings = [coding.replace(" ", "").partition(";") for coding in asked.split(",")]
        return any(name == "gzip" and weight not in _NEVER for name, _, weight in codings)

    def set_extra_headers(self, path: str) -> None:
        """Say what the bytes are."""
        self.set_header("Vary", "Accept-Encoding")
        if str(self.absolute_path).endswith(_PACKED):
            self.set_header("Content-Encoding", "gzip")

    def get_content_type(self) -> str:
        """Give the type of what was packed."""
        name = str(self.absolute_path).removesuffix(_PACKED)
        return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _is_fresh(packed: str, path: str) -> bool:
    """Tell whether the packed file is there, and was made of the file as it is."""
    return os.path.isfile(packed) and os.path.getmtime(packed) >= os.path.getmtime(path)
