"""What the kernel's part and the server's part agree on: names, limits, and numbered frames.

The page's half of the same agreement is ``labextension/viewer/src/channel``. Everything here is
standard library, since both ends, possibly in different environments, import it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final, Literal, NotRequired, TypedDict

PROTOCOL: Final = 1
"""Version of the websocket protocol, sent in ``hello``."""

NAMESPACE: Final = "_cellucid"
"""All routes stand under ``{base_url}_cellucid/``."""

SERVER_URL_VARIABLE: Final = "CELLUCID_SERVER_URL"
"""Environment variable by which the server tells its kernels where it listens. Never a secret."""

MIME_TYPE: Final = "application/vnd.cellucid.viewer.v1+json"
"""Type of the output that the labextension turns into a frame with the viewer."""

SESSION_MAGIC: Final = b"CELLUCID_SESSION\n"
"""First bytes of every session file that may be uploaded."""

MAX_UPLOAD_BYTES: Final = 512 * 2**20
PART_BYTES: Final = 1_000_000
"""Size of the parts that a larger session is sent in: many proxies take no more at once."""

MAX_PARTS: Final = 10_000
MAX_EVENTS_BYTES: Final = 64 * 2**20
MAX_FRAME_BYTES: Final = 2**20
MAX_UPLOADS_AT_ONCE: Final = 4
MAX_UPLOADS_PER_VIEWER: Final = 2
MAX_VIEWERS_PER_KERNEL: Final = 64
MAX_PENDING_REQUESTS: Final = 256
AUTOSAVE_COUNT: Final = 10
AUTOSAVE_SECONDS: Final = 30
MIN_TTL_SECONDS: Final = 1.0
MAX_TTL_SECONDS: Final = 3600.0
MAX_WAIT_SECONDS: Final = 25.0
PING_SECONDS: Final = 20.0
RESUME_SECONDS: Final = 60.0
"""How long either side keeps unacknowledged frames for a peer that lost its connection."""

CLOSE_UNAUTHENTICATED: Final = 4401
CLOSE_NO_SUCH_VIEWER: Final = 4404
CLOSE_REPLACED: Final = 4409
CLOSE_PROTOCOL: Final = 4426

RequestState = Literal["pending", "receiving", "ready", "failed", "expired"]


class Dataset(TypedDict):
    """Who the dataset of a viewer is: what the server shows in lists, never more."""

    id: str
    name: str
    nCells: int
    nVars: int


class Registration(TypedDict):
    """Body of ``POST viewers``."""

    viewerId: NotRequired[str]
    title: str
    height: int
    dataset: Dataset


class Frame(TypedDict):
    """A numbered message on either websocket; the rest of its keys depend on ``type``."""

    type: str
    seq: int


class FrameError(ValueError):
    """A websocket frame that is no JSON object with a ``type``, or can't be one."""


class FrameTooLarge(FrameError):  # noqa: N818 - of one family with the others
    """A frame above `MAX_FRAME_BYTES`: what can be large goes over HTTP."""


class BacklogFull(RuntimeError):  # noqa: N818 - it is a state of the link, reported as such
    """The peer has been away so long that no more frames are kept for it."""


def encode_frame(frame: object) -> str:
    """Write one frame as compact JSON text.

    Raises
    ------
    FrameTooLarge
        If the text would be above `MAX_FRAME_BYTES`.
    FrameError
        If JSON can't hold it: it has numbers that are none, or is nested too deeply.
    """
    try:
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"this can't be sent as JSON: {error}") from None
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        # Half of an emoji, as where JavaScript cut a text: UTF-8 can't hold it, an escape can.
        text = json.dumps(frame, separators=(",", ":"))
        size = len(text)
    if size > MAX_FRAME_BYTES:
        raise FrameTooLarge(
            f"a frame of {size:,} bytes is above {MAX_FRAME_BYTES:,}; send it over HTTP"
        )
    return text


def decode_frame(text: str | bytes) -> dict[str, Any]:
    """Read one frame.

    Raises
    ------
    FrameError
        If it is not text, not JSON, or not an object with a ``type`` of at most 64 characters.
    """
    if isinstance(text, bytes):
        raise FrameError("frames are text, this one is binary")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a frame is not JSON: {error}") from None
    kind = frame.get("type") if isinstance(frame, dict) else None
    if not isinstance(kind, str) or not 0 < len(kind) <= 64:
        raise FrameError("a frame must be a JSON object with a short text in 'type'")
    return frame  # type: ignore[no-any-return]


class Numbered:
    """One end of a websocket conversation that survives a lost connection.

    Every frame sent gets the next ``seq`` and is kept until the peer acknowledges it; every frame
    received is acknowledged, and one that was already received is recognised. After a reconnect
    `unacknowledged` says what to send again, so nothing is lost or done twice.

    Parameters
    ----------
    limit
        How many unacknowledged frames are kept before `add` refuses.

    Examples
    --------
    >>> here, there = Numbered(), Numbered()
    >>> frame = here.add({"type": "ping"})
    >>> there.is_new(frame), there.is_new(frame)
    (True, False)
    >>> here.acknowledge(there.received)
    >>> here.unacknowledged()
    []
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.received = 0
        self._sent = 0
        self._limit = limit
        self._kept: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def add(self, message: dict[str, Any]) -> dict[str, Any]:
        """Give a message the next number, and keep it until it is acknowledged."""
        if len(self._kept) >= self._limit:
            raise BacklogFull(f"{self._limit:,} frames wait for a peer that does not answer")
        self._sent += 1
        frame = {**message, "seq": self._sent}
        self._kept[self._sent] = frame
        return frame

    def acknowledge(self, seq: object) -> None:
        """Forget what the peer has: all frames up to `seq`."""
        if isinstance(seq, int):
            while self._kept and next(iter(self._kept)) <= seq:
                self._kept.popitem(last=False)

    def is_new(self, frame: dict[str, Any]) -> bool:
        """Say whether a received frame is to be handled; a repeated one is not."""
        seq = frame.get("seq")
        if not isinstance(seq, int) or seq <= self.received:
            return False
        self.received = seq
        return True

    def unacknowledged(self) -> list[dict[str, Any]]:
        """Frames to send again after a reconnect, in order."""
        return list(self._kept.values())

    def restart(self) -> list[dict[str, Any]]:
        """Begin anew with a peer that forgot this conversation; returns what to send again."""
        waiting: Iterable[dict[str, Any]] = list(self._kept.values())
        self._kept.clear()
        self._sent = self.received = 0
        return [self.add(frame) for frame in waiting]
