"""A session on its way to the page: checked here, then sent as it stands in its file."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

from ..protocol import Dataset

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_PAGE_READS = 1


def open_session(
    session: CellucidSessionBundle | str | os.PathLike[str], dataset: Dataset
) -> CellucidSessionBundle:
    """Open a session that a page is to restore.

    Parameters
    ----------
    session
        The session, or the path of its file.
    dataset
        What the page shows.

    Raises
    ------
    SessionFormatError
        If the file's structure is not that of a session.
    ValueError
        If it is of a format that the page does not read.

    Warns
    -----
    UserWarning
        If the session was made on another number of cells.
    """
    from ..session import CellucidSessionBundle

    if isinstance(session, CellucidSessionBundle):
        bundle = session
    else:
        bundle = CellucidSessionBundle(session)
    if bundle.format != _PAGE_READS:
        raise ValueError(
            f"this session is of format {bundle.format}, and the viewer's page reads format "
            f"{_PAGE_READS} only. apply_to_anndata of the bundle reads both: show what it gives"
        )
    made_on, here = bundle.n_cells, dataset["nCells"]
    if made_on is not None and made_on != here:
        warnings.warn(
            f"this session was made on {made_on:,} cells, and {dataset['name']!r} has {here:,}: "
            "the page may skip what does not fit",
            UserWarning,
            # Of who called `Viewer.load_session`.
            stacklevel=3,
        )
    return bundle


class SessionBody:
    """The bytes of a session's file, read when they are sent, never whole; see `Body`.

    It holds the bundle, and so its file where that is a temporary one.

    Parameters
    ----------
    bundle
        The session.
    span
        Which bytes of its file; all where it is not given.
    """

    def __init__(self, bundle: CellucidSessionBundle, span: range | None = None) -> None:
        self._bundle = bundle
        self._span = range(bundle.size) if span is None else span

    @property
    def nbytes(self) -> int:
        """How many bytes there are."""
        return len(self._span)

    def __getitem__(self, part: slice) -> SessionBody:
        return SessionBody(self._bundle, self._span[part])

    def tobytes(self) -> bytes:
        """Read them.

        Raises
        ------
        OSError
            If the file is gone.
        SessionFormatError
            If it was changed since it was opened.
        """
        return self._bundle.read_file_bytes(self._span.start, len(self._span))
