"""`Viewer`: what a person has in a notebook's variable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .asking import Asking
from .connect import links
from .debug import ConnectionReport, debug
from .hearing import Hearing
from .state import ViewerState, state_of
from .steering import Steering

if TYPE_CHECKING:
    from anndata import AnnData


class Viewer(Asking, Hearing, Steering):
    """An interactive viewer of one dataset, shown in a notebook.

    Making one registers it with the Jupyter server and shows nothing; `show_anndata` and `show`
    make and show one. As a context manager it is stopped at the end.

    Parameters
    ----------
    source
        The dataset.
    title
        What it is called in lists and on its frame; the dataset's name where it is not given.
    height
        Height of its frame in CSS pixels.
    server
        Address of a Jupyter server with this extension, perhaps with ``?token=…``; the one that
        started this kernel where it is not given.

    Raises
    ------
    NoServer
        If this Python belongs to no Jupyter server with this extension.

    Examples
    --------
    >>> from cellucid_ext import show_anndata
    >>> viewer = show_anndata(adata)                                # doctest: +SKIP
    >>> @viewer.on_selection                                        # doctest: +SKIP
    ... def look(event):
    ...     print(adata.obs["cell_type"].iloc[event["cells"]].value_counts())
    >>> bundle = viewer.get_session_bundle(timeout=60)              # doctest: +SKIP
    """

    @property
    def state(self) -> ViewerState:
        """What is known about the viewer now: its pages, the last events, whether it lives."""
        return state_of(self._shown, self._link)

    def debug_connection(self, timeout: float = 10) -> ConnectionReport:
        """Try every step from this kernel to the page, and say what to do about the first bad one.

        Parameters
        ----------
        timeout
            Seconds it takes at most, whatever is broken.

        Returns
        -------
        ConnectionReport
            Its ``probes``, ``ok`` and ``advice``; its repr is for people.

        Examples
        --------
        >>> viewer.debug_connection()                               # doctest: +SKIP
        Viewer mG4rR1 at http://127.0.0.1:8888/ (found by CELLUCID_SERVER_URL)
          kernel     ok           0 ms  the link of this kernel runs
          ...
        Everything works.
        """
        return debug(self._shown, self._link, timeout)


def show(path: str | os.PathLike[str], *, height: int = 600, title: str | None = None) -> Viewer:
    """Show a dataset that lies on disk in a viewer, here in the notebook.

    Parameters
    ----------
    path
        A dataset folder, such as ``prepare`` of the package cellucid writes, or an ``.h5ad`` file.
        What the page asks for is read when it does.
    height
        Height of the frame in CSS pixels.
    title
        What the viewer is called; the dataset's name where it is not given.

    Returns
    -------
    Viewer
        To hear of selections, and to bring what was done back into Python.

    Raises
    ------
    TypeError
        If it is no path; `show_anndata` shows an AnnData.
    DatasetError
        If there is no dataset; a ValueError that says what is missing or wrong.

    Examples
    --------
    >>> viewer = show("pbmc")                                       # doctest: +SKIP
    """
    from ..dataset import open_source

    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"show takes the path of a dataset, got {type(path).__qualname__}; "
            "show_anndata shows an AnnData"
        )
    viewer = Viewer(open_source(path), title=title, height=height)
    viewer.display()
    return viewer


def show_anndata(
    data: AnnData,
    *,
    height: int = 600,
    dataset_name: str | None = None,
    dataset_id: str | None = None,
) -> Viewer:
    """Show an AnnData in a viewer, here in the notebook.

    Parameters
    ----------
    data
        The data, with at least one embedding in ``obsm``. It is read where it is, never copied
        whole; don't change it while it is shown.
    height
        Height of the frame in CSS pixels.
    dataset_name
        What the dataset is called.
    dataset_id
        What sessions know it by; made from its names of cells and genes where it is not given.

    Returns
    -------
    Viewer
        To hear of selections, and to bring what was done back into Python.

    Examples
    --------
    >>> viewer = show_anndata(adata)                                # doctest: +SKIP
    """
    from ..dataset import open_source

    viewer = Viewer(open_source(data, name=dataset_name, dataset_id=dataset_id), height=height)
    viewer.display()
    return viewer


def viewers() -> list[Viewer]:
    """List the viewers of this kernel that live and that a variable holds, oldest first.

    Examples
    --------
    >>> viewers()                                                   # doctest: +SKIP
    [<Viewer mG4rR1 of 'PBMC': 2,638 cells, 1,838 genes, 1 open>]
    """
    living = [shown for link in links() for shown in link.shown if not shown.events.ended]
    held = [shown.held() for shown in living]
    return [viewer for viewer in held if isinstance(viewer, Viewer)]


def cleanup_all() -> int:
    """Stop all viewers of this kernel, those too that no variable holds any more.

    Returns
    -------
    int
        How many were stopped.

    Examples
    --------
    >>> cleanup_all()                                               # doctest: +SKIP
    3
    """
    living = [(link, shown) for link in links() for shown in link.shown if not shown.events.ended]
    for link, shown in living:
        link.stop(shown)
    return len(living)
