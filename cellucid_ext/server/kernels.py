"""The kernels of this server: their keys, and when one of them ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from jupyter_core.utils import ensure_async
from traitlets.log import get_logger

from .relay import Reason

ACTIONS_SCHEMA: Final = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"

_LOOK_SECONDS: Final = 5.0
_ENDS: Final[dict[str, Reason]] = {"restart": "restarted", "shutdown": "shutdown"}


class Kernels:
    """What the kernel manager knows.

    Parameters
    ----------
    manager
        Jupyter Server's kernel manager.
    ended
        Called with a kernel's id and why, when it was restarted, shut down, or died.
    """

    def __init__(self, manager: Any, ended: Callable[[str, Reason], None]) -> None:
        self._manager = manager
        self._ended = ended
        self._watched: set[str] = set()

    def key_of(self, kernel_id: str) -> bytes | None:
        """Key that a running kernel signs its messages with; None if there is none."""
        if kernel_id not in self._manager:
            return None
        session = getattr(self._manager.get_kernel(kernel_id), "session", None)
        key = getattr(session, "key", None)
        return key if isinstance(key, bytes) and key else None

    def watch(self, kernel_id: str) -> None:
        """Look whether a kernel dies. One that another server started can't be watched."""
        if kernel_id in self._watched or kernel_id not in self._manager:
            return
        self._watched.add(kernel_id)
        with contextlib.suppress(AttributeError):  # kernels behind a gateway have no restarter
            for event in ("restart", "dead"):
                died = partial(self._ended, kernel_id, "died")
                self._manager.add_restart_callback(kernel_id, died, event)

    async def on_action(self, logger: object, schema_id: str, data: dict[str, Any]) -> None:
        """Listen to what was done to a kernel through Jupyter."""
        reason = _ENDS.get(data.get("action", ""))
        if reason is not None and data.get("status") == "success":
            self._ended(data.get("kernel_id", ""), reason)

    async def sweep(self) -> None:
        """Notice kernels that went without a word."""
        for kernel_id in list(self._watched):
            if kernel_id not in self._manager:
                self._watched.discard(kernel_id)
                self._ended(kernel_id, "shutdown")
            elif await self._lies_dead(kernel_id):
                self._watched.discard(kernel_id)
                self._ended(kernel_id, "died")

    async def _lies_dead(self, kernel_id: str) -> bool:
        kernel = self._manager.get_kernel(kernel_id)
        # Where Jupyter starts dead kernels again, it looks itself, and tells us.
        if getattr(kernel, "autorestart", True) or getattr(kernel, "shutting_down", False):
            return False
        try:
            alive = await asyncio.wait_for(ensure_async(kernel.is_alive()), _LOOK_SECONDS)
        except TimeoutError:  # a provisioner that is far away; it is asked again
            return False
        except Exception as error:  # whatever a provisioner raises; the others are looked at too
            get_logger().debug("Whether kernel %s lives can't be told: %r", kernel_id, error)
            return False
        return not alive
