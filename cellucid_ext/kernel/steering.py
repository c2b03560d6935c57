"""The part of a viewer that commands its pages."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ..protocol import MAX_FRAME_BYTES
from .cells import pack_cells
from .handle import Handle
from .wire import ANSWER_SECONDS

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
            If a cell is not in this dataset, a mask has the wrong length, there are none or too
            many for one command, or the color is none. Nothing is sent then.

        Examples
        --------
        >>> viewer.highlight_cells([3, 5, 8])                       # doctest: +SKIP
        >>> viewer.highlight_cells(adata.obs["n_genes"] > 4000)     # doctest: +SKIP
        """
        chosen = self._names.cells(cells)
        command: dict[str, Any] = {"type": "highlight", "cells": pack_cells(chosen)}
        if color is not None:
            if not isinstance(color, str) or not _COLOR.fullmatch(color):
                raise ValueError(f"color is {color!r}; it must look like '#d62728'")
            command["color"] = color
        size = _size(command)
        if size > _MAX_COMMAND_BYTES:
            raise ValueError(
                f"{len(chosen):,} cells are too many for one command: they take {size:,} bytes, "
                f"and {_MAX_COMMAND_BYTES:,} are the most. Highlight them in parts"
            )
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

        Examples
        --------
        >>> viewer.set_color_by("leiden")                           # doctest: +SKIP
        >>> viewer.set_color_by("CD14", source="var")               # doctest: +SKIP
        """
        command: dict[str, Any] = {"type": "setColorBy", "field": field}
        if field is not None:
            command["source"] = self._names.field(field, source)
        self._send(command)

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
