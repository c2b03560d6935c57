"""Session files on this machine's disk: what is in one, and with which data it can be opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from ..session import CellucidSessionBundle, SessionFormatError
from .contents_of import contents_of, dataset_id, short
from .errors import BadSession, NotFound, TooMany
from .nearby import datasets_near
from .relay import Relay
from .roots import Roots
from .viewers import Registry

READ_AT_ONCE: Final = 2
_TURN_SECONDS: Final = 10.0


class SessionFiles:
    """Describes session files below the server's roots, for the event loop.

    Parameters
    ----------
    roots
        What may be read.
    registry
        Which viewers there are.
    relay
        Knows whose kernels are connected.

    Examples
    --------
    >>> files = SessionFiles(roots, registry, relay)                        # doctest: +SKIP
    >>> (await files.describe("labels.cellucid-session"))["dataset"]["id"]  # doctest: +SKIP
    'pbmc'
    """

    def __init__(self, roots: Roots, registry: Registry, relay: Relay) -> None:
        self._roots = roots
        self._registry = registry
        self._relay = relay
        self._turns = asyncio.Semaphore(READ_AT_ONCE)

    async def describe(self, path: str) -> dict[str, Any]:
        """Say what is in a file, and where its dataset is.

        Parameters
        ----------
        path
            Path of the file below the server's root.

        Raises
        ------
        NotFound
            If there is no such file, or it is nobody's to see.
        BadSession
            If it is no session file, or a damaged one.
        TooMany
            If others are read, and that takes too long.
        """
        async with self._turn():
            told, wanted = await asyncio.to_thread(_describe, self._roots, path)
        return {**told, "viewers": self._viewers_of(wanted)}

    def _viewers_of(self, wanted: str | None) -> list[dict[str, str]]:
        return [
            {"viewerId": viewer.viewer_id, "title": viewer.title}
            for viewer in self._registry.of_kernel(None)
            if viewer.dataset["id"] == wanted
            and self._relay.connections.kernel_connected(viewer.kernel_id)
        ]

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise TooMany(
                f"other session files are still being read after {_TURN_SECONDS:g} s: try again "
                "in a moment"
            ) from None
        try:
            yield
        finally:
            self._turns.release()


def _describe(roots: Roots, path: str) -> tuple[dict[str, Any], str | None]:
    """Give what is told of a file, and the id of its dataset as it is written there."""
    try:
        file = roots.find(path)
    except NotFound:
        file = None
    # To open a pipe would wait for whoever writes into it.
    if file is None or not file.is_file():
        raise NotFound("there is no session file here that this server may read")
    try:
        bundle = CellucidSessionBundle(file)
        told = contents_of(bundle)
    except SessionFormatError as error:
        raise BadSession(short(error)) from None
    except OSError as error:
        raise BadSession(f"{file.name} can't be read: {error.strerror}") from None
    wanted = dataset_id(bundle)
    order = (bundle.row_identity or {}).get("orderSha256")
    return {**told, "datasets": datasets_near(roots, path, wanted, order)}, wanted
