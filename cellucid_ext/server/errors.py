"""Why a request is refused: an HTTP status, a short stable code, and a sentence for people."""

from __future__ import annotations

from typing import Any, ClassVar


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the server
    """Base of all refusals.

    Attributes
    ----------
    status
        The HTTP status.
    code
        What programs tell refusals apart by; it never changes.

    Examples
    --------
    >>> refusal = NoBrowser("no page of this viewer is open")
    >>> refusal.status, refusal.code
    (409, 'no-browser')
    """

    status: ClassVar[int]
    code: ClassVar[str]

    @property
    def details(self) -> dict[str, Any]:
        """What else programs are told."""
        return {}


class BadRequest(Refused):
    """The request itself is malformed."""

    status, code = 400, "bad-request"


class NotAuthenticated(Refused):
    """Nobody known to Jupyter."""

    status, code = 403, "not-authenticated"


class Forbidden(Refused):
    """Known, but not allowed to."""

    status, code = 403, "forbidden"


class BadProof(Refused):
    """A kernel that can't prove itself."""

    status, code = 403, "bad-proof"


class NotFound(Refused):
    """Nothing stands at this address."""

    status, code = 404, "not-found"


class NoSuchViewer(Refused):
    """No viewer of this id, or it belongs to another kernel."""

    status, code = 404, "no-such-viewer"


class NoPendingRequest(Refused):
    """Nobody asked for this session."""

    status, code = 404, "no-pending-request"


class NoAutosaves(Refused):
    """Autosaves are switched off, or their folder can't be used."""

    status, code = 403, "no-autosaves"


class NoSuchAutosave(Refused):
    """No autosave of this name."""

    status, code = 404, "no-such-autosave"


class NoSuchReply(Refused):
    """No page waits for this answer, or it waits for another kernel's."""

    status, code = 404, "no-such-reply"


class NoSuchEvent(Refused):
    """No event is kept under this id."""

    status, code = 404, "no-such-event"


class NoBrowser(Refused):
    """A command for pages while there are none."""

    status, code = 409, "no-browser"


class AlreadyClaimed(Refused):
    """Somebody was first."""

    status, code = 409, "already-claimed"


class OutOfOrder(Refused):
    """Another part is to come first.

    Parameters
    ----------
    number, of
        Which part of how many came.
    expected
        Which one was to come.
    """

    status, code = 409, "out-of-order"

    def __init__(self, number: int, of: int, expected: int) -> None:
        super().__init__(f"part {number} of {of} came, but part {expected} is to come next")
        self.expected = expected

    @property
    def details(self) -> dict[str, Any]:
        """Say where to go on."""
        return {"expectedPart": self.expected}


class NotReady(Refused):
    """The session is still on its way."""

    status, code = 409, "not-ready"


class Expired(Refused):
    """It was there, and its time is over."""

    status, code = 410, "expired"


class PageGone(Refused):
    """The page that asked has left."""

    status, code = 410, "page-gone"


class NoLength(Refused):
    """An upload that doesn't say how long it is."""

    status, code = 411, "no-length"


class TooLarge(Refused):
    """More bytes than are taken."""

    status, code = 413, "too-large"


class NotASession(Refused):
    """The first bytes are not those of a session file."""

    status, code = 415, "not-a-session"


class BadSession(Refused):
    """It begins like a session file but isn't a whole one."""

    status, code = 422, "not-a-session"


class CutShort(Refused):
    """Fewer bytes than were announced."""

    status, code = 422, "cut-short"


class BadDataset(Refused):
    """What should be a dataset is none, or a damaged one."""

    status, code = 422, "bad-dataset"


class TooMany(Refused):
    """A limit on how many there may be at once."""

    status, code = 429, "too-many"


class KernelGone(Refused):
    """The kernel that has the data is not connected."""

    status, code = 502, "kernel-gone"


class KernelTimeout(Refused):
    """The kernel did not answer in time."""

    status, code = 504, "kernel-timeout"


class DiskFailed(Refused):
    """An upload can't be kept on disk."""

    status, code = 507, "disk-failed"


class DiskFull(Refused):
    """No room for an upload."""

    status, code = 507, "disk-full"
