"""The server of the PyPI package `cellucid` 0.9.5, and a gene read from it.

It hands out the bytes of an ``.h5ad`` file, into which it writes what it is given in memory; the
gene is put together by whoever asks, from ranges of that file. Its own page does that in
JavaScript, here HDF5 itself does, on one connection.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import h5py
import numpy as np
import numpy.typing as npt

from .peers import peer_python
from .serving import PIECE

CELLUCID_2: Final = ("cellucid==0.9.5", "anndata<0.13", "pandas<3")

_SECONDS = 1800
_SCANNED_AT_ONCE = 2**22

_SERVE = f"""
import json, socket, sys, time
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from benchmarks import synthetic
from cellucid import AnnDataServer, prepare
import anndata
def serve(data):
    # It takes no port 0.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.time()
    server = AnnDataServer(
        data, port=port, quiet=True, dataset_name="benchmark", dataset_id="benchmark",
        serve_web_ui=False)
    server.start_background()
    print(json.dumps([server.url, server.file_route, began]), flush=True)
    return server
for line in sys.stdin:
    server = serve(eval(json.loads(line)))
    sys.stdin.readline()
    server.stop()
    del server
"""


class _Remote(io.RawIOBase):
    """A file behind HTTP, read range by range."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path, self._at = parts.path, 0
        self._connection = http.client.HTTPConnection(
            parts.netloc, timeout=_SECONDS, blocksize=PIECE
        )
        self._connection.request("HEAD", self._path)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"HEAD {url}: {answer.status}")
        self._size = int(answer.headers["Content-Length"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        self._at = to + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, into: Any) -> int:
        stop = min(self._at + len(into), self._size)
        if stop <= self._at:
            return 0
        headers = {"Range": f"bytes={self._at}-{stop - 1}"}
        self._connection.request("GET", self._path, headers=headers)
        answer = self._connection.getresponse()
        if answer.status != 206:
            raise RuntimeError(f"GET {self._path} {headers}: {answer.status}")
        view, read = memoryview(into), 0
        while count := answer.readinto(view[read : stop - self._at]):
            read += count
        answer.read()
        self._at += read
        return read


class PeerPage:
    """Reads genes from the peer's server.

    Parameters
    ----------
    url
        Of the file it hands out.
    began
        When it was given the data, in seconds since the epoch.

    Attributes
    ----------
    by_gene
        Whether the matrix in the file is compressed by column; it is gone through otherwise.
    """

    def __init__(self, url: str, began: float) -> None:
        self._remote = _Remote(url)
        # Buffered, since HDF5 reads its own records a few bytes at a time.
        self._matrix = h5py.File(io.BufferedReader(self._remote, 2**16), "r")["X"]
        self._starts = self._matrix["indptr"][:]
        self._n_cells = int(self._matrix.attrs["shape"][0])
        self.by_gene = self._matrix.attrs["encoding-type"] == "csc_matrix"
        self.began = began

    def gene(self, number: int) -> tuple[npt.NDArray[np.float32], float]:
        """Read one gene: its values, and the seconds it took."""
        begin = time.perf_counter()
        values = self._column(number) if self.by_gene else self._scan(number)
        return values, time.perf_counter() - begin

    def _column(self, number: int) -> npt.NDArray[np.float32]:
        part = slice(*self._starts[number : number + 2])
        values = np.zeros(self._n_cells, np.float32)
        values[self._matrix["indices"][part]] = self._matrix["data"][part]
        return values

    def _scan(self, number: int) -> npt.NDArray[np.float32]:
        values = np.zeros(self._n_cells, np.float32)
        for start in range(0, int(self._starts[-1]), _SCANNED_AT_ONCE):
            part = slice(start, start + _SCANNED_AT_ONCE)
            places = np.flatnonzero(self._matrix["indices"][part] == number)
            if places.size:
                cells = np.searchsorted(self._starts, start + places, side="right") - 1
                values[cells] = self._matrix["data"][part][places]
        return values


class PeerServer:
    """The process that serves, in the environment of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @contextlib.contextmanager
    def serving(self, data: str) -> Iterator[PeerPage]:
        """Serve what a Python expression gives, until the end of the block."""
        self._send(json.dumps(data))
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"cellucid 0.9.5 does not serve {data}; its error is above")
        url, route, began = json.loads(line)
        yield PeerPage(f"{url.rstrip('/')}/{route}", began)
        self._send("")

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def peer_server() -> Iterator[PeerServer]:
    """Start the peer; end it with the block."""
    process = subprocess.Popen(
        [str(peer_python(CELLUCID_2)), "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield PeerServer(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
