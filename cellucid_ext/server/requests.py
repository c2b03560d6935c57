"""One expected session file, from the moment it is asked for until it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..protocol import RequestState
from .errors import Refused


@dataclass
class Request:
    """One session file that a kernel expects.

    Attributes
    ----------
    state
        ``pending`` → ``receiving`` → ``ready`` or ``failed``; ``expired`` from any of them.
    bytes, sha256
        What has arrived so far, and its digest once it is ready.
    path
        The file, while there is one.
    error
        Why it failed or expired.
    expires
        When that happens, or happened, by the registry's clock.
    """

    viewer_id: str
    request_id: str
    kernel_id: str
    expires: float
    state: RequestState = "pending"
    bytes: int = 0
    sha256: str | None = None
    path: Path | None = None
    error: Refused | None = None
    watchers: set[Callable[[], None]] = field(default_factory=set)

    @property
    def finished(self) -> bool:
        """Whether nothing more will arrive."""
        return self.state not in ("pending", "receiving")

    def describe(self) -> dict[str, Any]:
        """Say what the kernel and the page are told."""
        told: dict[str, Any] = {"state": self.state, "bytes": self.bytes}
        if self.error is not None:
            told["error"] = {"message": str(self.error), "code": self.error.code}
        if self.sha256 is not None:
            told["sha256"] = self.sha256
        return told
