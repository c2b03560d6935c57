"""A session's way from the server to a temporary file here."""

from __future__ import annotations

import contextlib
import os
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..protocol import MAX_UPLOAD_BYTES
from .background import Deadline, in_thread
from .errors import ServerRefused, SessionTimeout, UploadLost, ViewerError, ViewerTimeout
from .link import Link
from .progress import Progress
from .symptoms import why_unwritable
from .wire import ANSWER_SECONDS

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_SUFFIX: Final = ".cellucid-session"


async def fetch_session(
    where: str, said: dict[str, Any], link: Link, deadline: Deadline, progress: Progress
) -> CellucidSessionBundle:
    """Fetch a session that is on the server; its file goes with what is returned.

    Parameters
    ----------
    where
        Path below our routes.
    said
        What the server said of it: ``bytes`` and ``sha256``.

    Raises
    ------
    UploadLost
        If it is no longer there, or came damaged.
    SessionTimeout
        If it took too long.
    ViewerError
        If there is no room for it here.
    """
    from ..session import CellucidSessionBundle

    path = _new_file()
    remove = _remover(path)
    try:
        progress.follow(path, said.get("bytes"))
        size, sha256 = await _fetch_into(path, where, said, link, deadline)
        if said.get("sha256", sha256) != sha256:
            raise UploadLost(
                f"the session was damaged between server and kernel ({size:,} bytes arrived): "
                "try again"
            )
        bundle = await in_thread(CellucidSessionBundle, path)
    except BaseException:
        remove()
        raise
    # Also called when Python ends.
    weakref.finalize(bundle, remove)
    return bundle


def _new_file() -> Path:
    try:
        handle, name = tempfile.mkstemp(suffix=_SUFFIX, prefix="cellucid-")
    except OSError as error:
        raise ViewerError(why_unwritable(error.filename or _SUFFIX, error)) from None
    os.close(handle)
    return Path(name)


async def _fetch_into(
    path: Path, where: str, said: dict[str, Any], link: Link, deadline: Deadline
) -> tuple[int, str]:
    size = said.get("bytes")
    at_most = size if isinstance(size, int) else MAX_UPLOAD_BYTES
    try:
        return await link.fetch(where, path, at_most, seconds=max(deadline.left, ANSWER_SECONDS))
    except ViewerTimeout:
        raise SessionTimeout(
            f"no session within {deadline.seconds:g} s: it is on the server, but did not come from "
            "there; try again with a longer timeout"
        ) from None
    except ServerRefused as error:
        if error.status not in (404, 410):
            raise
        raise UploadLost(f"the session is no longer on the server ({error}): try again") from None


def _remover(path: Path) -> Callable[[], None]:
    maker = os.getpid()

    def remove() -> None:
        # A copy of the process made by fork() must not remove its parent's file.
        if os.getpid() == maker:
            with contextlib.suppress(OSError):
                path.unlink()

    return remove
