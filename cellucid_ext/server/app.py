"""The extension: what it is made of, how it starts and stops."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.services.contents.filemanager import FileContentsManager
from tornado.ioloop import PeriodicCallback
from traitlets import Float, Int, List, TraitError, Unicode, validate

from ..auth import ProofVerifier
from ..protocol import (
    AUTOSAVE_COUNT,
    AUTOSAVE_SECONDS,
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
from .autosave import Autosaves
from .framing import check_ancestors
from .handlers import ROUTES
from .handlers.events import LARGE_AT_ONCE
from .handlers.static import StaticHandler
from .journal import Journal
from .kernels import ACTIONS_SCHEMA, Kernels
from .limits import Limits
from .metrics import Metrics
from .open import OpenDatasets
from .relay import Relay
from .requests import Request, Requests
from .roots import Roots
from .sessions import SessionFiles
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

    autosave_folder = Unicode(
        "",
        help="Folder of the user's own where pages save unfinished work. The folder "
        "cellucid/autosaves of Jupyter's data folder if empty.",
    ).tag(config=True)

    autosave_count = Int(
        AUTOSAVE_COUNT,
        min=0,
        max=1000,
        help="How many autosaves are kept of each dataset; 0 switches autosaves off.",
    ).tag(config=True)

    autosave_seconds = Int(
        AUTOSAVE_SECONDS,
        min=1,
        max=3600,
        help="How often, in seconds, a page saves what has changed.",
    ).tag(config=True)

    frame_ancestors = Unicode(
        "",
        help="Who may put the viewer's own page into a frame: \"'self'\", \"'none'\", or origins "
        "such as https://host or https://*.example.org, with a space between each two. Jupyter's "
        "own policy if empty; on a Hub that is 'none'. 'self' is safe where each user has a domain "
        "of their own, as on a server for one person or a Hub with a subdomain for each user. It "
        "is not on a Hub where all users share one domain: there the page of another user could "
        "frame yours and act as you.",
    ).tag(config=True)

    @validate("frame_ancestors")
    def _check_ancestors(self, proposal: Any) -> str:
        try:
            return check_ancestors(proposal.value)
        except ValueError as error:
            raise TraitError(f"CellucidExtension.frame_ancestors: {error}") from None

    open_roots = List(
        Unicode(),
        help="Absolute paths of folders, besides the one that this server shows, whose datasets "
        "may be opened without a kernel; links may lead there too.",
    ).tag(config=True)

    @validate("open_roots")
    def _check_roots(self, proposal: Any) -> list[str]:
        folders = [Path(folder).expanduser() for folder in proposal.value]
        for given, folder in zip(proposal.value, folders, strict=True):
            if not folder.is_absolute():
                raise TraitError(
                    f"CellucidExtension.open_roots names {given!r}; it must be the absolute path "
                    "of a folder"
                )
        return [str(folder) for folder in folders]

    open_memory_bytes = Int(
        2**32,
        min=2**29,
        help="How much memory in bytes, more exactly how much address space, each process may have "
        "that reads an .h5ad file which is opened without a kernel. macOS does not limit it.",
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

    @validate("spool_folder", "autosave_folder")
    def _check_folder(self, proposal: Any) -> str:
        folder = Path(proposal.value).expanduser()
        if proposal.value and (not folder.is_absolute() or (folder.exists() != folder.is_dir())):
            raise TraitError(
                f"CellucidExtension.{proposal.trait.name} is {proposal.value!r}; it must be the "
                "absolute path of a folder, which is made if it is not there"
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
        self.autosaves = Autosaves(self.autosave_folder, limits, clock, self.journal.autosaved)
        events = StoredEvents(self.spool, clock)
        self.relay = Relay(self.registry, self.requests, events, self.journal, clock)
        self.metrics = Metrics(self.registry, self.relay.connections, self.requests)
        self.kernels = Kernels(server.kernel_manager, self.relay.end_kernel)
        roots = self._roots()
        self.open_datasets = OpenDatasets(roots, self.open_memory_bytes, clock)
        self._sweeper = PeriodicCallback(self._sweep, SWEEP_SECONDS * 1000)
        self._stopped = False
        self._url = ""
        self.settings.update(
            cellucid_registry=self.registry,
            cellucid_requests=self.requests,
            cellucid_uploads=self.uploads,
            cellucid_autosaves=self.autosaves,
            cellucid_relay=self.relay,
            cellucid_spool=self.spool,
            cellucid_events=events,
            cellucid_kernels=self.kernels,
            cellucid_journal=self.journal,
            cellucid_proofs=ProofVerifier(self.kernels.key_of, time.time),
            cellucid_large_events=asyncio.Semaphore(LARGE_AT_ONCE),
            cellucid_limits=limits,
            cellucid_open=self.open_datasets,
            cellucid_sessions=SessionFiles(roots, self.registry, self.relay),
            cellucid_frame_ancestors=self.frame_ancestors,
        )

    def initialize_handlers(self) -> None:
        """Add the routes, and begin when the server does."""
        self.handlers.extend(ROUTES)
        # Before the one of the same address that Jupyter adds.
        static = (rf"/static/{self.name}/(.*)", StaticHandler, {"path": self.static_paths})
        self.handlers.append(static)
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
        self.metrics.stop()
        await asyncio.to_thread(self.autosaves.close)
        await self.open_datasets.close()
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

    async def _sweep(self) -> None:
        self.uploads.sweep()
        self.autosaves.sweep()
        self.open_datasets.sweep()
        self.requests.sweep()
        self.relay.sweep()
        await self.kernels.sweep()

    def _request_ended(self, request: Request) -> None:
        self.journal.captured(request)
        self.metrics.captured(request)
        if request.state != "expired":
            self.relay.uploaded(request)

    def _roots(self) -> Roots:
        server: Any = self.serverapp
        contents = server.contents_manager
        # Others keep their files elsewhere than on this disk, whatever they call their root.
        own = Path(contents.root_dir) if isinstance(contents, FileContentsManager) else None
        others = [Path(folder) for folder in self.open_roots]
        return Roots(own, others, allow_hidden=contents.allow_hidden)

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
            autosave_count=self.autosave_count,
            autosave_seconds=self.autosave_seconds,
        )
