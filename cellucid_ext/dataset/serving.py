"""The process that reads one file for the server: ``python -m cellucid_ext.dataset.serving``.

A file that is damaged, or made for it, may end, stop or fill whoever reads it with HDF5; here that
is nobody else. It has limits, and answers over its pipes. It is no sandbox: what took it over could
do what the server's user may.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ..answers import Asked, answer
from ..messages import PIECE_BYTES, SIZES_BYTES, head_of, pack, sizes
from .source import DatasetError
from .stores.stored import version_of

if TYPE_CHECKING:
    from .source import Body, Source

READS_AT_ONCE: Final = 4

_CPU_SECONDS: Final = 3600
_OPEN_FILES: Final = 64
# Genes are put in order in a temporary file, and take more there than gzipped. A small file that
# is made to look like a huge one shall not fill the disk.
_WRITES: Final = 16
_MAX_TEXT: Final = 2000
_PR_SET_PDEATHSIG: Final = 1


class Serving:
    """Answers the server's requests from a source.

    Parameters
    ----------
    source
        The file.
    output
        Where answers go.
    """

    def __init__(self, source: Source, output: BinaryIO) -> None:
        self._source = source
        self._output = output
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._bodies: dict[int, Body | None] = {}
        self._threads = ThreadPoolExecutor(READS_AT_ONCE)

    def take(self, request: dict[str, Any]) -> None:
        """Begin to answer a request; the answer follows from a thread.

        Parameters
        ----------
        request
            ``{id, read, …}`` for a file, with what `Asked.of` reads, of which the answer has the
            first piece; ``{id, of, start}`` for another piece of what an earlier one read; or
            ``{forget}``, which ends one that read.
        """
        with self._lock:
            if "forget" in request:
                self._bodies.pop(request["forget"], None)
                return
            if "read" in request:
                self._bodies[request["id"]] = None
        self._threads.submit(self._answer, request)

    def _answer(self, request: dict[str, Any]) -> None:
        try:
            head, body = self._read(request) if "read" in request else self._piece(request)
            message = pack({"id": request["id"], **head}, body)
            with self._writing:
                self._output.write(message)
                self._output.flush()
        except BaseException as error:
            # Nobody would hear of it otherwise, and the server would wait.
            _say(error)
            os._exit(1)

    def _read(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if request["id"] not in self._bodies:
                # Whoever asked has left; but every request is answered.
                return {}, b""
        reply = answer(self._source, request["read"], Asked.of(request))
        with self._lock:
            if reply.body.nbytes > PIECE_BYTES and request["id"] in self._bodies:
                self._bodies[request["id"]] = reply.body
            else:
                self._bodies.pop(request["id"], None)
        head = {
            "status": reply.status,
            "headers": dict(reply.headers),
            "size": reply.body.nbytes,
        }
        return head, reply.body[:PIECE_BYTES].tobytes()

    def _piece(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            body = self._bodies.get(request["of"])
        start = request["start"]
        return {}, b"" if body is None else body[start : start + PIECE_BYTES].tobytes()


def main() -> None:
    """Open the file that the first message describes, say so, and answer until the pipe ends."""
    # What libraries print is no answer, and what they ask for is none of the server's messages.
    output, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    try:
        _serve(requests, output)
    except BaseException as error:
        _say(error)
    # At once: there is nothing to be put away, and the server waits for the end.
    os._exit(1)


def _serve(requests: BinaryIO, output: BinaryIO) -> None:
    wanted = _next(requests)
    _limit(wanted["memory"], _WRITES * wanted["size"])
    _end_with(wanted["server"])
    source, told = None, {}
    try:
        source = _open(wanted)
    except Exception as error:
        told = {"error": _refusal(error, wanted)}
    output.write(pack({"id": 0, **told}))
    output.flush()
    serving = None if source is None else Serving(source, output)
    while serving is not None:
        serving.take(_next(requests))


def _open(wanted: dict[str, Any]) -> Source:
    from .stores.h5ad import H5adSource

    source = H5adSource(wanted["path"], trusted=False, modality=wanted["modality"])
    # What the server looked at, and not what took its place meanwhile.
    if list(version_of(os.fstat(source.fileno()))) != wanted["version"]:
        raise DatasetError(f"{_name(wanted)} changed while it was opened: try again")
    return source


def _refusal(error: Exception, wanted: dict[str, Any]) -> str:
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return (
            f"{_name(wanted)} takes more memory to open than the {wanted['memory']:,} bytes that "
            "are allowed without a notebook: show it from a notebook with show(path)"
        )
    if isinstance(error, DatasetError):
        return str(error)[:_MAX_TEXT]
    return f"{_name(wanted)} can't be read: {type(error).__name__}: {error}"[:_MAX_TEXT]


def _name(wanted: dict[str, Any]) -> str:
    return os.path.basename(str(wanted["path"]))


def _next(requests: BinaryIO) -> dict[str, Any]:
    """Wait for the server's next message; without a server, there is nothing left to do."""
    begin = requests.read(SIZES_BYTES)
    if len(begin) < SIZES_BYTES:
        # Threads may be stuck in HDF5, and Python would wait for them.
        os._exit(0)
    head, _ = sizes(begin)
    return head_of(requests.read(head))


def _limit(memory: int, writes: int) -> None:
    import resource

    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: writes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CPU: _CPU_SECONDS,
    }
    if sys.platform != "darwin":  # which does not limit it, and refuses to be asked
        limits[resource.RLIMIT_AS] = memory
    for what, most in limits.items():
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, most))


def _end_with(server: int) -> None:
    """End when the server does, which Python alone sees: HDF5 may keep it from running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server:
            os._exit(0)


def _say(error: BaseException) -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace")[:_MAX_TEXT])


if __name__ == "__main__":
    main()
