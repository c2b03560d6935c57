"""The part of a viewer that looks at the data again, and says what of them it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..protocol import Registration
from .current import close
from .handle import dataset_of
from .names import Names
from .steering import Steering
from .wire import ANSWER_SECONDS

if TYPE_CHECKING:
    from ..dataset.report import DatasetReport
    from ..dataset.source import Source


class Refreshing(Steering):
    """What makes a viewer show what is there now. See `Viewer`."""

    def refresh(self) -> None:
        """Show the data as they are now: new columns, new embeddings, new values.

        Its pages read them again, and keep their state: fields, camera, groups, filters. The cells
        must be the same as before, since groups of cells are known by their rows.

        Raises
        ------
        DatasetError
            If the cells are not the same, or the data can't be shown any more. The viewer goes on
            with what it showed before.
        ServerGone
            If the Jupyter server does not answer.

        Examples
        --------
        >>> adata.obs["score"] = score                              # doctest: +SKIP
        >>> viewer.refresh()                                        # doctest: +SKIP
        >>> viewer.set_color_by("score")                            # doctest: +SKIP
        """
        self._shown.events.check()
        with self._shown.current.reading() as old:
            new = old.refreshed()
            try:
                _check_same_cells(old, new)
                self._register_as(old, new)
            except BaseException:
                close(new)
                raise
            self._shown.current.replace(new)
        self._names = Names(new)
        self._send({"type": "refresh"})

    def dataset_report(self) -> DatasetReport:
        """Say what of the data is shown, and what is left out and why.

        Returns
        -------
        DatasetReport
            A record; its repr is for people.

        Raises
        ------
        DatasetError
            If the data can't be read.

        Examples
        --------
        >>> viewer.dataset_report()                                 # doctest: +SKIP
        'PBMC' (pbmc-1f0c9a3e2b11), AnnData in memory: 2,638 cells, 1,838 genes of X
          embeddings  2D X_umap
          ...
        >>> [each.key for each in viewer.dataset_report().left_out]  # doctest: +SKIP
        ['when']
        """
        from ..dataset.report import report

        self._shown.events.check()
        with self._shown.current.reading() as source:
            return report(source)

    def _register_as(self, old: Source, new: Source) -> None:
        """Tell the server, if it knows something that changed."""
        before = self._shown.registration
        titled = before["title"] != old.name
        after: Registration = {
            **before,
            "title": before["title"] if titled else new.name,
            "dataset": dataset_of(new),
        }
        if after == before:
            return
        self._shown.registration = after
        try:
            work = self._link.tell(self._shown)
            self._link.run(work, 2 * ANSWER_SECONDS, "the server to note what changed")
        except BaseException:
            self._shown.registration = before
            raise


def _check_same_cells(old: Source, new: Source) -> None:
    from ..dataset.source import DatasetError

    if new.n_cells != old.n_cells:
        raise DatasetError(
            f"{old.name!r} had {old.n_cells:,} cells when it was shown and has {new.n_cells:,} "
            "now: show it again"
        )
    known = old.order_sha256, new.order_sha256
    if None not in known and known[0] != known[1]:
        raise DatasetError(
            f"the cells of {old.name!r} have other names, or another order, than when it was "
            "shown: show it again"
        )
    if None in known and new.id != old.id:
        raise DatasetError(
            f"{old.name!r} has become another dataset, {new.id!r} instead of {old.id!r}, and does "
            "not say who its cells are: show it again"
        )
