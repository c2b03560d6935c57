"""The part of a viewer that commands its pages."""

from __future__ import annotations

import json
import os
import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from ..protocol import MAX_FRAME_BYTES
from .cells import pack_cells
from .handle import Handle
from .loading import SessionBody, open_session
from .wire import ANSWER_SECONDS

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_MAX_TYPE_LENGTH: Final = 64
# A frame also holds its number.
_MAX_COMMAND_BYTES: Final = MAX_FRAME_BYTES - 64


class Steering(Handle):
    """Commands. Those sent before a page is ready wait for it, 256 at most. See `Viewer`."""

    def highlight_cells(self, cells: Any, *, color: str | None = None) -> None:
        """Highlight cells in the page, as a group of their own.

        Parameters
        ----------
        cells
            Row indices, or a mask with a bool for each cell, or names of ``adata.obs_names``.
        color
            A color such as ``"#d62728"``; the page chooses where it is not given.

        Raises
        ------
        ValueError
            If a cell is not in this dataset, a mask has the wrong length, there are none, or the
            color is none. Nothing is sent then.

        Examples
        --------
        >>> viewer.highlight_cells([3, 5, 8])                       # doctest: +SKIP
        >>> viewer.highlight_cells(adata.obs["n_genes"] > 4000)     # doctest: +SKIP
        """
        if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
            raise ValueError(f"color is {color!r}; it must look like '#d62728'")
        command: dict[str, Any] = {"type": "highlight", "cells": self._packed(cells)}
        if color is not None:
            command["color"] = color
        self._send(command)

    def clear_highlights(self) -> None:
        """Remove the highlight groups of the page's open list."""
        self._send({"type": "clearHighlights"})

    def set_color_by(self, field: str | None, source: str | None = None) -> None:
        """Colour the cells by a column of ``obs`` or a gene.

        Parameters
        ----------
        field
            Name of the column or gene; None for no colours.
        source
            ``"obs"`` or ``"var"`` where a name is both; columns come first where it is None.

        Raises
        ------
        ValueError
            If this dataset has no such field. Nothing is sent then.

        Notes
        -----
        What a field was renamed to in the page, and fields that were made there, are known to the
        page alone: ``viewer.send_message({"type": "setColorBy", "field": "My labels"})``.

        Examples
        --------
        >>> viewer.set_color_by("leiden")                           # doctest: +SKIP
        >>> viewer.set_color_by("CD14", source="var")               # doctest: +SKIP
        """
        command: dict[str, Any] = {"type": "setColorBy", "field": field}
        if field is not None:
            command["source"] = self._names.field(field, source)
        self._send(command)

    def set_visibility(self, cells: Any = None, visible: bool = True) -> None:
        """Hide cells in the page, or show again those that were hidden so.

        Cells that a person hides in the page, as with a click on a category, stay hidden whatever
        is said here. Cells that are hidden stay in their groups.

        Parameters
        ----------
        cells
            Row indices, or a mask with a bool for each cell, or names of ``adata.obs_names``; None
            for all cells.
        visible
            Whether this hides them no more. The other cells stay as they are.

        Raises
        ------
        ValueError
            If a cell is not in this dataset, a mask has the wrong length, or there are none.
            Nothing is sent then.
        TypeError
            If `visible` is no bool.

        Examples
        --------
        >>> viewer.set_visibility(adata.obs["doublet"], False)      # doctest: +SKIP
        >>> viewer.set_visibility()                                 # doctest: +SKIP
        """
        if visible is not True and visible is not False:
            raise TypeError(f"visible is {visible!r}; it must be True or False")
        packed = None if cells is None else self._packed(cells)
        self._send({"type": "setVisibility", "cells": packed, "visible": visible})

    def load_session(self, session: CellucidSessionBundle | str | os.PathLike[str]) -> None:
        """Have the page restore a session: its highlights, fields and view.

        It returns when the session was sent, or waits for a page. When the page has restored it,
        it says so with an event ``{"type": "session_restored", "restored", "skipped"}``, or why
        it can't with a ``command_error``. The file must stay as it is until then.

        Parameters
        ----------
        session
            The session, or the path of its file.

        Raises
        ------
        SessionFormatError
            If it is no session file, or a damaged one. Nothing is sent then.
        ValueError
            If it is of a format that the page does not read. Nothing is sent then.

        Warns
        -----
        UserWarning
            If the session was made on another number of cells than this dataset has.

        Examples
        --------
        >>> viewer.register_hook("session_restored", print)         # doctest: +SKIP
        >>> viewer.load_session("my.cellucid-session")              # doctest: +SKIP
        """
        self._shown.events.check()
        bundle = open_session(session, self._shown.registration["dataset"])
        url = self._shown.sent.add(SessionBody(bundle))
        request_id = secrets.token_urlsafe(16)
        self._send({"type": "loadSession", "url": url, "requestId": request_id})

    def reset_view(self) -> None:
        """Put the camera where all cells are in sight."""
        self._send({"type": "resetCamera"})

    def send_message(self, message: dict[str, Any]) -> None:
        """Send any command to the viewer's pages, or one that a page of your own understands.

        What a page can't do comes back as an event: see `Viewer.on_command_error`.

        Parameters
        ----------
        message
            A dict with a ``type``, such as ``{"type": "resetCamera"}``, that JSON can hold, of at
            most 1 MiB.

        Raises
        ------
        TypeError
            If it is no such dict.
        ValueError
            If it is too large, or holds numbers that JSON does not know.
        ViewerError
            If no page is ready and 256 commands wait for one already.
        ServerGone
            If the Jupyter server does not answer.
        """
        kind = message.get("type") if isinstance(message, dict) else None
        if not isinstance(kind, str) or not 0 < len(kind) <= _MAX_TYPE_LENGTH:
            raise TypeError(
                f"a command is a dict with a short text in 'type', not {message!r:.200}"
            )
        size = _size(message)
        if size > _MAX_COMMAND_BYTES:
            raise ValueError(
                f"the command {kind!r} has {size:,} bytes, and {_MAX_COMMAND_BYTES:,} are the most"
            )
        self._send(message)

    def _packed(self, cells: Any) -> list[int] | dict[str, str]:
        self._shown.events.check()
        sent = self._shown.sent
        return pack_cells(self._names.cells(cells), lambda body: sent.add(memoryview(body)))

    def _send(self, command: dict[str, Any]) -> None:
        self._shown.events.check()
        work = self._link.command(self._shown, dict(command))
        self._link.run(work, 2 * ANSWER_SECONDS, f"the server to take {command['type']!r}")


def _size(command: dict[str, Any]) -> int:
    try:
        text = json.dumps(command, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except TypeError as error:
        raise TypeError(f"the command {command['type']!r} can't be sent: {error}") from None
    except ValueError as error:
        raise ValueError(f"the command {command['type']!r} can't be sent: {error}") from None
    return len(text.encode("utf-8", "surrogatepass"))
