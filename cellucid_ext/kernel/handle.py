"""A viewer's core: registered, shown, stopped."""

from __future__ import annotations

import secrets
import sys
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..protocol import Dataset, Registration
from . import display
from .connect import connect
from .current import Current
from .events import Events
from .names import Names
from .shown import Shown

if TYPE_CHECKING:
    from ..dataset.source import Source

_MIN_HEIGHT, _MAX_HEIGHT = 100, 10_000


def dataset_of(source: Source) -> Dataset:
    """Say what the server is told of a dataset."""
    return {
        "id": source.id,
        "name": source.name,
        "nCells": source.n_cells,
        "nVars": source.n_vars,
    }


class Handle:
    """What all that a person does with a viewer stands on; see `Viewer` for the parameters."""

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
            "viewerId": secrets.token_urlsafe(18),
            "title": source.name if title is None else title,
            "height": int(height),
            "dataset": dataset_of(source),
        }
        self._link = connect(server)
        self._shown = Shown(Current(source), registration, Events(), held=weakref.ref(self))
        self._names = Names(source)
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
        return self._link.page_url(self._shown)

    def display(self) -> None:
        """Show the viewer here: in the notebook's cell, or as an address outside of a notebook."""
        self._shown.events.check()
        self._shown.events.shown_again()
        cell = display.this_cell()
        if cell is None:
            sys.stdout.write(f"Open the viewer in a browser: {self.viewer_url}\n")
        else:
            display.publish(self._repr_mimebundle_())
        self._shown_in = cell or ""

    def _display_if_never_shown(self) -> None:
        self._shown.events.check()
        if self._shown_in is None:
            self.display()

    def _ipython_display_(self) -> None:
        # `show_anndata(adata)` as a cell's last expression must not give two frames.
        if self._shown_in is None or self._shown_in != display.this_cell():
            self.display()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.mime_bundle(self._shown.registration, self.viewer_url, repr(self))

    def stop(self) -> None:
        """End the viewer: its pages say so, and its dataset is let go. Harmless when repeated."""
        self._link.stop(self._shown)

    def __enter__(self) -> Self:
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
