"""The links of this process: found when a viewer is first made, then shared."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from .background import Background
from .discovery import Candidate, Kernel, Place, candidates, this_kernel
from .errors import NoServer
from .link import Link
from .symptoms import where_to_run
from .wire import ANSWER_SECONDS, Wire


class _Links:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.background: Background | None = None
        self.by_url: dict[str, Link] = {}


_links = _Links()


def _forget() -> None:
    # The threads stayed in the parent, and the lock may have been held there.
    global _links
    _links = _Links()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def connect(server: str | None) -> Link:
    """Give the link to this kernel's server, or to the one at an address.

    Parameters
    ----------
    server
        Address of a Jupyter server, perhaps with ``?token=…``; found where it is None.

    Raises
    ------
    NoServer
        If there is none; the message says where it was looked for and what was found.
    """
    kernel = this_kernel()
    looked_at: list[Place] = []
    with _links.lock:
        background = _links.background = _links.background or Background()
        found = candidates(server, os.environ, _runtime_folder(), kernel)
        for number, candidate in enumerate(found):
            known = _links.by_url.get(candidate.url)
            if known and candidate.token in ("", known.token):
                return known
            problem = candidate.problem
            if not problem:
                asked = _ask(candidate, kernel)
                wire, problem = background.run(asked, ANSWER_SECONDS, f"{candidate.url} to answer")
                if not problem and known:
                    # A server that was restarted may want another one than before.
                    known.token = candidate.token
                    return known
                if not problem:
                    rest = [Place(left.how, "not asked") for left in found[number + 1 :]]
                    here = Place(candidate.how, f"{candidate.url} answers")
                    link = Link(background, wire, (*looked_at, here, *rest))
                    _links.by_url[candidate.url] = link
                    return link
            looked_at.append(Place(candidate.how, problem))
    raise NoServer(
        "No Jupyter server that shows viewers was found for this Python. Looked at\n"
        + "\n".join(f"  {place}" for place in looked_at)
        + f"\n{where_to_run(os.environ)}"
    )


def links() -> list[Link]:
    """List the links there are."""
    with _links.lock:
        return list(_links.by_url.values())


def disconnect() -> None:
    """Close all links; the next viewer makes a new one."""
    with _links.lock:
        while _links.by_url:
            _links.by_url.popitem()[1].close()


async def _ask(candidate: Candidate, kernel: Kernel) -> tuple[Wire, str]:
    wire = Wire(candidate, kernel)
    return wire, await wire.probe()


def _runtime_folder() -> Path:
    # Part of jupyter_core, which every kernel has; a plain script may not.
    try:
        from jupyter_core.paths import jupyter_runtime_dir
    except ImportError:
        return Path(os.environ.get("JUPYTER_RUNTIME_DIR", "/nonexistent"))
    return Path(jupyter_runtime_dir())
