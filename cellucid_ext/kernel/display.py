"""How a viewer is written into a notebook's output."""

from __future__ import annotations

import html
import sys
from typing import Any
from urllib.parse import urlsplit

from ..protocol import MIME_TYPE, Registration


def this_cell() -> str | None:
    """Tell the running cell from others; None outside of IPython."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return None
    try:
        return str(shell.get_parent()["header"]["msg_id"])
    except (AttributeError, KeyError, TypeError):
        return str(shell.execution_count)


def publish(bundle: dict[str, Any]) -> None:
    """Show a MIME bundle in the running cell."""
    from IPython import display

    display.display(bundle, raw=True)  # type: ignore[no-untyped-call]


def mime_bundle(registration: Registration, url: str, text: str) -> dict[str, Any]:
    """Describe a viewer to front ends.

    Parameters
    ----------
    registration
        What the server was told about the viewer.
    url
        Address of its page. Only the path is used: the browser may know the server by another
        name, and the front end has the same origin.
    text
        For front ends that show neither of the others.
    """
    title, height, page = registration["title"], registration["height"], urlsplit(url).path
    return {
        # Ids only, no tokens: notebooks are shared.
        MIME_TYPE: {"viewerId": registration["viewerId"], "height": height, "title": title},
        "text/html": (
            f'<iframe src="{html.escape(page)}" title="{html.escape(title)}" width="100%" '
            f'height="{height}" style="border: 0"></iframe>\n'
            f'<a href="{html.escape(page)}" target="_blank" rel="noopener">'
            "Open in a tab of its own</a>"
        ),
        "text/plain": text,
    }
