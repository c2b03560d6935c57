"""`Viewer`: what a person has in a notebook's variable."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Unpack, cast

from .asking import Asking
from .connect import links
from .current import close
from .debug import ConnectionReport, debug
from .hearing import Hearing
from .refreshing import Refreshing
from .state import ViewerState, state_of

if TYPE_CHECKING:
    from ..dataset import Options, Source

_USUAL: Final = {"expression": "X", "gene_id_column": "index", "graph": "connectivities"}


class Viewer(Asking, Hearing, Refreshing):
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


def show(
    path: str | os.PathLike[str],
    *,
    height: int = 600,
    title: str | None = None,
    **options: Unpack[Options],
) -> Viewer:
    """Show a dataset that lies on disk in a viewer, here in the notebook.

    Parameters
    ----------
    path
        An ``.h5ad``, ``.h5mu`` or ``.zarr`` file or folder, or a dataset folder, such as `prepare`
        writes. What the page asks for is read when it does.
    height
        Height of the frame in CSS pixels.
    title
        What the viewer is called; the dataset's name where it is not given.
    **options
        What of a file is shown, and how it is called; see `show_anndata`, whose ``dataset_name``
        is ``name`` here. A dataset folder takes none: it is shown as it was made.

    Returns
    -------
    Viewer
        To hear of selections, and to bring what was done back into Python.

    Raises
    ------
    TypeError
        If it is no path; `show_anndata` shows an AnnData. Or if a folder is given options.
    DatasetError
        If there is no dataset; a ValueError that says what is missing or wrong.

    Examples
    --------
    >>> viewer = show("pbmc")                                       # doctest: +SKIP
    >>> viewer = show("pbmc.h5ad", expression="raw", obs_keys=["leiden"])  # doctest: +SKIP
    """
    from ..dataset import open_source

    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"show takes the path of a dataset, got {type(path).__qualname__}; "
            "show_anndata shows an AnnData"
        )
    return _shown(open_source(path, **options), height, title)


def show_anndata(
    data: Any,
    *,
    height: int = 600,
    dataset_name: str | None = None,
    dataset_id: str | None = None,
    embeddings: Mapping[int, str] | None = None,
    expression: str = "X",
    gene_id_column: str = "index",
    obs_keys: Sequence[str] | None = None,
    genes: Sequence[str] | None = None,
    graph: str | None = "connectivities",
    vectors: Sequence[str] | None = None,
    latent: str | None = None,
    modality: str | None = None,
) -> Viewer:
    """Show an AnnData in a viewer, here in the notebook.

    Parameters
    ----------
    data
        An AnnData with at least one embedding in ``obsm``; its arrays may lie in memory, in a
        file, or with Dask. Or a MuData, or what `show` takes. It is read where it is, never copied
        whole. `Viewer.refresh` shows what is changed in it.
    height
        Height of the frame in CSS pixels.
    dataset_name
        What the dataset is called.
    dataset_id
        What sessions know it by; made from its names of cells and genes where it is not given.
    embeddings
        Which key of ``obsm`` is shown in 1, 2 and 3 dimensions, such as ``{2: "X_umap"}``; the
        usual ones are found where it is not given.
    expression
        Where genes are read: ``"X"``, ``"raw"`` or a layer, such as ``"layer:counts"``.
    gene_id_column
        Column of ``var`` with the names of genes; ``"index"`` for ``var_names``.
    obs_keys
        Columns of ``obs`` to show, in this order; all where it is not given.
    genes
        Genes to show, in this order; all where it is not given.
    graph
        Key of ``obsp`` with the graph of neighbours; None for no graph.
    vectors
        Vector fields to show, such as ``["velocity"]``; those found where it is not given.
    latent
        Key of ``obsm`` with the space in which outliers of categories are found; None for none.
    modality
        Which modality of a MuData is shown.

    Returns
    -------
    Viewer
        To hear of selections, and to bring what was done back into Python.

    Raises
    ------
    TypeError
        If it is nothing that can be shown.
    DatasetError
        If it has no cells or no embedding, or not what an option asks for; a ValueError.

    Examples
    --------
    >>> viewer = show_anndata(adata)                                # doctest: +SKIP
    >>> viewer = show_anndata(                                      # doctest: +SKIP
    ...     adata, embeddings={2: "X_tsne"}, expression="layer:counts", obs_keys=["leiden"]
    ... )
    >>> viewer.dataset_report()                                     # doctest: +SKIP
    """
    from ..dataset import open_source

    given: dict[str, Any] = {
        "name": dataset_name,
        "dataset_id": dataset_id,
        "embeddings": embeddings,
        "expression": expression,
        "gene_id_column": gene_id_column,
        "obs_keys": obs_keys,
        "genes": genes,
        "graph": graph,
        "vectors": vectors,
        "latent": latent,
        "modality": modality,
    }
    # A dataset folder takes none, so what is left as it is is not mentioned.
    changed = {key: value for key, value in given.items() if not _is_usual(key, value)}
    return _shown(open_source(data, **cast("Options", changed)), height)


def _is_usual(option: str, value: object) -> bool:
    usual = _USUAL.get(option)
    return value is usual or (isinstance(value, str) and value == usual)


def _shown(source: Source, height: int, title: str | None = None) -> Viewer:
    try:
        viewer = Viewer(source, title=title, height=height)
    except BaseException:
        close(source)
        raise
    viewer._shown.current.adopt()
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
