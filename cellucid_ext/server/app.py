"""The extension: what it is made of, how it starts and stops."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Int, Unicode

from ..auth import ProofVerifier
from ..protocol import MAX_UPLOAD_BYTES, SERVER_URL_VARIABLE
from .handlers import ROUTES
from .handlers.events import LARGE_AT_ONCE
from .kernels import ACTIONS_SCHEMA, Kernels
from .relay import Relay
from .spool import Spool
from .stored import StoredEvents
from .viewers import Registry

SWEEP_SECONDS = 5.0


class CellucidExtension(ExtensionApp):
    """Adds the viewer's routes under ``{base_url}_cellucid/`` to a Jupyter server."""

    name = "cellucid_ext"
    static_paths = [str(Path(__file__).parents[1] / "static")]  # noqa: RUF012 - a trait

    max_upload_bytes = Int(
        MAX_UPLOAD_BYTES, min=1, help="Size in bytes of the largest session that a page may send."
    ).tag(config=True)

    spool_folder = Unicode(
        "",
        help="Folder on a local disk where sessions are kept until their kernels have fetched "
        "them. The system's temporary folder if empty.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make the plain classes that do the work."""
        server: Any = self.serverapp
        clock = server.io_loop.time
        self.spool = Spool(self.spool_folder)
        self.registry = Registry(clock, self.spool.drop)
        events = StoredEvents(self.spool, clock)
        self.relay = Relay(self.registry, events, clock)
        self.kernels = Kernels(server.kernel_manager, self.relay.end_kernel)
        self._sweeper = PeriodicCallback(self._sweep, SWEEP_SECONDS * 1000)
        self._stopped = False
        self._url = ""
        self.settings.update(
            cellucid_registry=self.registry,
            cellucid_relay=self.relay,
            cellucid_spool=self.spool,
            cellucid_events=events,
            cellucid_kernels=self.kernels,
            cellucid_proofs=ProofVerifier(self.kernels.key_of, time.time),
            cellucid_large_events=asyncio.Semaphore(LARGE_AT_ONCE),
            cellucid_max_upload_bytes=self.max_upload_bytes,
        )

    def initialize_handlers(self) -> None:
        """Add the routes, and begin when the server does."""
        self.handlers.extend(ROUTES)
        server: Any = self.serverapp
        server.event_logger.add_listener(schema_id=ACTIONS_SCHEMA, listener=self.kernels.on_action)
        # The port is known once the socket is bound, which is put on the loop after this. Not in
        # _start_jupyter_server_extension, which older servers never call.
        loop = server.io_loop
        loop.add_callback(loop.add_callback, self._started)

    async def stop_extension(self) -> None:
        """Hang up and remove what is on disk."""
        self._stopped = True
        self._sweeper.stop()
        server: Any = self.serverapp
        server.event_logger.remove_listener(
            schema_id=ACTIONS_SCHEMA, listener=self.kernels.on_action
        )
        if self._url and os.environ.get(SERVER_URL_VARIABLE) == self._url:
            del os.environ[SERVER_URL_VARIABLE]
        self.relay.close()
        await asyncio.to_thread(self.spool.close)

    async def _started(self) -> None:
        if self._stopped:
            return
        server: Any = self.serverapp
        # Kernels inherit it. It is an address, not a secret: they prove themselves with their key.
        self._url = os.environ[SERVER_URL_VARIABLE] = server.connection_url
        self._sweeper.start()
        removed = await self.spool.run(self.spool.sweep_leftovers)
        if removed:
            self.log.info("Removed what %d servers that crashed had left behind.", removed)

    def _sweep(self) -> None:
        self.kernels.sweep()
        self.relay.sweep()
