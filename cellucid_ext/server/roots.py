"""Which folders of this machine ``open/`` may read, and what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jupyter_core.paths import is_hidden

from .errors import NotFound

_MAX_PATH: Final = 1024


def nothing_here() -> NotFound:
    """Refuse what is not there, and what is nobody's to see, in the same words."""
    return NotFound("there is no dataset here that this server may open")


class Roots:
    """Turns what a page asks for into the path of a file or folder that it may see.

    Parameters
    ----------
    own
        The folder that the server itself shows, which paths begin at; None where it shows none.
    others
        Folders besides it.
    allow_hidden
        Whether hidden files may be read.

    Examples
    --------
    >>> Roots(Path("/home/ada"), [], allow_hidden=False).find("data/pbmc")  # doctest: +SKIP
    PosixPath('/home/ada/data/pbmc')
    """

    def __init__(self, own: Path | None, others: Sequence[Path], *, allow_hidden: bool) -> None:
        self._own = own
        self._others = {str(folder): folder for folder in others}
        self._allow_hidden = allow_hidden

    def find(self, path: str, root: str | None = None) -> Path:
        """Find a file or folder. Looks at the disk, so it is not for the event loop.

        Parameters
        ----------
        path
            Its path below the root, with ``/``; empty for the root itself.
        root
            One of the other folders, as it was configured; the server's own where it is None.

        Returns
        -------
        pathlib.Path
            Absolute and without links, and below one of the roots.

        Raises
        ------
        NotFound
            If there is none, or it is nobody's to see: the answer is the same for both.
        """
        base = self._own if root is None else self._others.get(root)
        nothing = nothing_here()
        parts = path.split("/") if path else []
        bad = len(path) > _MAX_PATH or "\0" in path or "\\" in path
        if base is None or bad or not {"", ".", ".."}.isdisjoint(parts):
            raise nothing
        try:
            # As the files of the server itself: what a link is called counts, not where it leads.
            asked = base.joinpath(*parts)
            if not self._allow_hidden and is_hidden(asked, base):
                raise nothing
            found = asked.resolve(strict=True)
            roots = [folder.resolve() for folder in (self._own, *self._others.values()) if folder]
        except (OSError, ValueError, RuntimeError):
            raise nothing from None
        if not any(found.is_relative_to(folder) for folder in roots):
            raise nothing
        return found
