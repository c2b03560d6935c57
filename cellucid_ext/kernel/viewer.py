"""`Viewer`: what a person has in a notebook's variable."""

from __future__ import annotations

import sys
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..protocol import NAMESPACE, Registration
from . import display
from .background import Deadline
from .capture import Capture, wait_for_page
from .connect import connect
from .errors import SessionTimeout, ViewerTimeout
from .events import Event, Events, Hook
from .shown import Shown

if TYPE_CHECKING:
    from anndata import AnnData

    from ..dataset.source import Source
    from ..session import CellucidSessionBundle

_MIN_HEIGHT, _MAX_HEIGHT = 100, 10_000


class Viewer:
    """An interactive viewer of one dataset, shown in a notebook.

    Making one registers it with the Jupyter server and shows nothing; `show_anndata` makes and
    shows one.

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

    def __init__(
        self,
        source: Source,
        *,
        title: str | None = None,
        height: int = 600,
        server: str | None = None,
    ) -> None:
        if not _MIN_HEIGHT <= height <= _MAX_HEIGHT:
            raise ValueError(f"height is {height!r}; it must be {_MIN_HEIGHT} to {_MAX_HEIGHT}")
        registration: Registration = {
            "title": source.name if title is None else title,
            "height": int(height),
            "dataset": {
                "id": source.id,
                "name": source.name,
                "nCells": source.n_cells,
                "nVars": source.n_vars,
            },
        }
        self._link = connect(server)
        self._shown = Shown(source, registration, Events(), held=weakref.ref(self))
        self._shown_in: str | None = None
        self._link.register(self._shown)

    @property
    def viewer_id(self) -> str:
        """Id of this viewer, the same for as long as it lives."""
        return self._shown.id

    @property
    def viewer_token(self) -> str:
        """What a page that embeds this viewer must show to command it. Keep it to yourself."""
        return self._shown.token

    @property
    def viewer_url(self) -> str:
        """Address of the viewer's page as this kernel sees it, to open it in a tab of its own."""
        return f"{self._link.url}{NAMESPACE}/viewers/{self.viewer_id}/page"

    @property
    def state(self) -> dict[str, Event]:
        """The last event of each type that a page sent, such as ``"ready"`` or ``"selection"``."""
        return self._shown.events.state

    def display(self) -> None:
        """Show the viewer here: in the notebook's cell, or as an address outside of a notebook."""
        self._shown.events.check()
        cell = display.this_cell()
        if cell is None:
            sys.stdout.write(f"Open the viewer in a browser: {self.viewer_url}\n")
        else:
            display.publish(self._repr_mimebundle_())
        self._shown_in = cell or ""

    def _ipython_display_(self) -> None:
        # `show_anndata(adata)` as a cell's last expression must not give two frames.
        if self._shown_in is None or self._shown_in != display.this_cell():
            self.display()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.mime_bundle(self._shown.registration, self.viewer_url, repr(self))

    def wait_for_ready(self, timeout: float = 30) -> Event:
        """Wait until a page shows the data; a viewer that was never shown is shown first.

        Parameters
        ----------
        timeout
            Seconds to wait at most.

        Returns
        -------
        dict
            The page's last ``ready`` event.

        Raises
        ------
        ViewerTimeout
            If no page is ready in time; the message says what was reached.
        PageGone
            If the page was closed.
        """
        self._wait_for_page(Deadline(timeout), ViewerTimeout)
        return self.state["ready"]

    def get_session_bundle(self, timeout: float = 60) -> CellucidSessionBundle:
        """Bring what was done in the page into Python: highlights, fields, view.

        A viewer that was never shown is shown first. Interrupting the cell is safe.

        Parameters
        ----------
        timeout
            Seconds it may take at most.

        Returns
        -------
        CellucidSessionBundle
            A temporary file, which goes with this object; ``save`` keeps it.

        Raises
        ------
        SessionTimeout
            If it took longer; the message says how far it got.
        PageGone
            If the page was closed.
        PageFailed
            If the page, or the server that checks its file, says that it failed.

        Examples
        --------
        >>> bundle = viewer.get_session_bundle(timeout=60)          # doctest: +SKIP
        >>> adata = bundle.apply_to_anndata(adata)                  # doctest: +SKIP
        """
        deadline = Deadline(timeout)
        self._wait_for_page(deadline, SessionTimeout)
        return Capture(self._shown, self._link, deadline).run()

    def _wait_for_page(self, deadline: Deadline, error: type[ViewerTimeout]) -> None:
        self._shown.events.check()
        if self._shown_in is None:
            self.display()
        if wait_for_page(self._shown, self._link, deadline):
            return
        waited = f"no page of this viewer was ready within {deadline.seconds:g} s"
        if not self._link.connected:
            raise error(
                f"{waited}: the connection to the Jupyter server is down ({self._link.problem})"
            )
        if self._shown.events.ready_count and not self._shown.events.pages:
            raise error(f"{waited}: its page has just lost its connection; try again")
        if self._shown.events.pages:
            raise error(
                f"{waited}: a page is connected and still loads the data; try again with a longer "
                "timeout"
            )
        raise error(
            f"{waited}: it was shown, but no browser opened it. Is this notebook open in a "
            f"browser, with cellucid-ext where Jupyter runs? You can also open {self.viewer_url}"
        )

    def apply_session_to_anndata(
        self, adata: AnnData, *, inplace: bool = False, timeout: float = 60, **policies: Any
    ) -> Any:
        """Bring what was done in the page into an AnnData.

        Parameters
        ----------
        adata
            The data that the viewer shows.
        inplace
            Change `adata` itself instead of a copy.
        timeout
            As of `get_session_bundle`.
        **policies
            As of `apply_cellucid_session_to_anndata`, such as ``column_conflict="overwrite"``.

        Returns
        -------
        AnnData
            With one column in ``obs`` for each highlight group, and those of new fields.
        """
        bundle = self.get_session_bundle(timeout=timeout)
        return bundle.apply_to_anndata(adata, inplace=inplace, **policies)

    def send_message(self, command: dict[str, Any]) -> None:
        """Send a command to the viewer's pages.

        Parameters
        ----------
        command
            A dict with a ``type``, such as ``{"type": "resetCamera"}``, that JSON can hold.

        Raises
        ------
        ServerRefused
            If no page is open (``code`` is ``"no-browser"``).
        """
        if not isinstance(command, dict) or not isinstance(command.get("type"), str):
            raise TypeError(f"a command is a dict with a text in 'type', not {command!r}")
        self._shown.events.check()
        self._link.call("POST", f"viewers/{self.viewer_id}/commands", command, seconds=10)

    def on_ready(self, hook: Hook) -> Hook:
        """Call a function each time a page is ready; usable as a decorator.

        It gets the event ``{"type": "ready", "n_cells", "dimensions", "datasetId"}``. See
        `on_selection` for where hooks run.
        """
        return self._on("ready", hook)

    def on_selection(self, hook: Hook) -> Hook:
        """Call a function each time a person confirms a selection; usable as a decorator.

        Hooks run one after the other in a thread of their own. What they print goes to the cell
        that registered them; one that fails is reported there, once, and the others run on.

        Parameters
        ----------
        hook
            Gets the event as a dict. ``event["cells"]`` holds the indices of the selected cells,
            an int64 array of shape (n,), ascending; ``event["source"]`` is what selected them.

        Returns
        -------
        callable
            The function itself; `remove_hook` takes it off.
        """
        return self._on("selection", hook)

    def _on(self, kind: str, hook: Hook) -> Hook:
        self._shown.events.check()
        self._shown.events.hooks.add(kind, hook)
        return hook

    def remove_hook(self, hook: Hook) -> None:
        """Call a hook no more."""
        self._shown.events.hooks.remove(hook)

    def stop(self) -> None:
        """End the viewer: its pages say so, and its dataset is let go. Harmless when repeated."""
        self._shown.events.end("this viewer was stopped: make a new one")
        self._link.unregister(self._shown)

    def __enter__(self) -> Viewer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        dataset = self._shown.registration["dataset"]
        return (
            f"<Viewer {self.viewer_id} of {dataset['name']!r}: {dataset['nCells']:,} cells, "
            f"{dataset['nVars']:,} genes, {self._shown.events.pages} open>"
        )


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
