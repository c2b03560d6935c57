"""The extension: what it is made of, how it starts and stops."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Float, Int, TraitError, Unicode, validate

from ..auth import ProofVerifier
from ..protocol import (
    MAX_PENDING_REQUESTS,
    MAX_TTL_SECONDS,
    MAX_UPLOAD_BYTES,
    MAX_UPLOADS_AT_ONCE,
    MAX_UPLOADS_PER_VIEWER,
    MAX_VIEWERS_PER_KERNEL,
    MIN_TTL_SECONDS,
    PART_BYTES,
    SERVER_URL_VARIABLE,
)
from .handlers import ROUTES
from .handlers.events import LARGE_AT_ONCE
from .journal import Journal
from .kernels import ACTIONS_SCHEMA, Kernels
from .limits import Limits
from .relay import Relay
from .requests import Request, Requests
from .spool import Spool
from .stored import StoredEvents
from .uploads import Uploads
from .viewers import Registry

SWEEP_SECONDS = 5.0


class CellucidExtension(ExtensionApp):
    """Adds the viewer's routes under ``{base_url}_cellucid/`` to a Jupyter server."""

    name = "cellucid_ext"
    static_paths = [str(Path(__file__).parents[1] / "static")]  # noqa: RUF012 - a trait

    max_upload_bytes = Int(
        MAX_UPLOAD_BYTES, min=1, help="Size in bytes of the largest session that a page may send."
    ).tag(config=True)

    part_bytes = Int(
        PART_BYTES,
        min=1,
        help="Size in bytes of the parts in which a page sends a larger session. Set it to what "
        "the proxies in front of this server take at once; many take no more than 1 MB.",
    ).tag(config=True)

    max_uploads_at_once = Int(
        MAX_UPLOADS_AT_ONCE,
        min=1,
        max=64,
        help="How many sessions may arrive at a time. Each has a thread that writes it.",
    ).tag(config=True)

    max_uploads_per_viewer = Int(
        MAX_UPLOADS_PER_VIEWER,
        min=1,
        help="How many sessions of the same viewer may arrive at a time.",
    ).tag(config=True)

    max_viewers_per_kernel = Int(
        MAX_VIEWERS_PER_KERNEL, min=1, help="How many viewers a kernel may have."
    ).tag(config=True)

    max_pending_requests = Int(
        MAX_PENDING_REQUESTS,
        min=1,
        help="How many sessions all kernels together may wait for at a time.",
    ).tag(config=True)

    min_ttl_seconds = Float(
        MIN_TTL_SECONDS,
        min=0.1,
        help="Shortest time in seconds that a kernel may wait for a session.",
    ).tag(config=True)

    max_ttl_seconds = Float(
        MAX_TTL_SECONDS,
        min=0.1,
        help="Longest time in seconds that a kernel may wait for a session.",
    ).tag(config=True)

    spool_folder = Unicode(
        "",
        help="Folder on a local disk where sessions are kept until their kernels have fetched "
        "them. The system's temporary folder if empty.",
    ).tag(config=True)

    @validate("min_ttl_seconds", "max_ttl_seconds")
    def _check_times(self, proposal: Any) -> float:
        low, high = self.min_ttl_seconds, self.max_ttl_seconds
        if not low <= high < float("inf"):
            raise TraitError(
                f"CellucidExtension.min_ttl_seconds is {low:g} and max_ttl_seconds is {high:g}; "
                "the first must not be above the second, and both must be finite"
            )
        return float(proposal.value)

    @validate("spool_folder")
    def _check_folder(self, proposal: Any) -> str:
        folder = Path(proposal.value).expanduser()
        if proposal.value and (not folder.is_absolute() or (folder.exists() != folder.is_dir())):
            raise TraitError(
                f"CellucidExtension.spool_folder is {proposal.value!r}; it must be the absolute "
                "path of a folder, which is made if it is not there"
            )
        return str(folder) if proposal.value else ""

    def initialize_settings(self) -> None:
        """Make the plain classes that do the work."""
        server: Any = self.serverapp
        clock = server.io_loop.time
        self.limits = limits = self._limits()
        self.journal = Journal(self.log, server.event_logger)
        self.spool = Spool(self.spool_folder, limits.max_uploads_at_once)
        self.registry = Registry(clock, limits)
        self.requests = Requests(clock, limits, self.spool.drop, self._request_ended)
        self.uploads = Uploads(self.spool, self.requests, limits, clock)
        events = StoredEvents(self.spool, clock)
        self.relay = Relay(self.registry, self.requests, events, self.journal, clock)
        self.kernels = Kernels(server.kernel_manager, self.relay.end_kernel)
        self._sweeper = PeriodicCallback(self._sweep, SWEEP_SECONDS * 1000)
        self._stopped = False
        self._url = ""
        self.settings.update(
            cellucid_registry=self.registry,
            cellucid_requests=self.requests,
            cellucid_uploads=self.uploads,
            cellucid_relay=self.relay,
            cellucid_spool=self.spool,
            cellucid_events=events,
            cellucid_kernels=self.kernels,
            cellucid_journal=self.journal,
            cellucid_proofs=ProofVerifier(self.kernels.key_of, time.time),
            cellucid_large_events=asyncio.Semaphore(LARGE_AT_ONCE),
            cellucid_limits=limits,
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
        self.relay.connections.close()
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
        self.uploads.sweep()
        self.requests.sweep()
        self.relay.sweep()

    def _request_ended(self, request: Request) -> None:
        self.journal.captured(request)
        if request.state != "expired":
            self.relay.uploaded(request)

    def _limits(self) -> Limits:
        return Limits(
            max_upload_bytes=self.max_upload_bytes,
            part_bytes=self.part_bytes,
            max_uploads_at_once=self.max_uploads_at_once,
            max_uploads_per_viewer=self.max_uploads_per_viewer,
            max_viewers_per_kernel=self.max_viewers_per_kernel,
            max_pending_requests=self.max_pending_requests,
            min_ttl_seconds=self.min_ttl_seconds,
            max_ttl_seconds=self.max_ttl_seconds,
        )
