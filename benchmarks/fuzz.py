"""Damaged session files, opened and read: what comes out, how long it takes, how much memory.

Each file follows from the seed of the run and its number: `damaged(seed, number)` makes it again.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import resource
import secrets
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

import numpy as np

from cellucid_ext.session import CellucidSessionBundle, SessionFormatError
from cellucid_ext.session.inventory import CELLS

from .mutate import mutant
from .seeds import REFERENCE, find_seeds
from .table import Table

_FILES, _QUICK = 200_000, 3_000
_WORKERS = 2
_PATIENCE = 20.0
_ROOM = 2 * 2**30
_TOLD = 20


@dataclass
class Result:
    """What one worker found."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    growth: float = 0.0


def damaged(seed: int, number: int) -> bytes:
    """Make the file of this number in the run of this seed."""
    return mutant(find_seeds(), Random(seed << 32 | number))


def read_all(data: bytes) -> str:
    """Read all that a session holds, and tell how far that went."""
    try:
        bundle = CellucidSessionBundle(io.BytesIO(data))
    except SessionFormatError:
        return "refused when opened"
    refused = 0
    for read in _readers(bundle):
        try:
            read()
        except SessionFormatError:
            refused += 1
    for shown in (repr(bundle), bundle._repr_html_()):
        assert isinstance(shown, str)
    return "refused when read" if refused else "read to the end"


def _readers(bundle: CellucidSessionBundle) -> Iterator[Callable[[], object]]:
    """Go through the chunks, then through the session's own lists, as applying it does."""
    for chunk_id in bundle.list_chunk_ids():
        bundle.get_chunk_meta(chunk_id)
        yield partial(bundle.decode_chunk, chunk_id)
    for name in ("dataset_fingerprint", "row_identity", "n_cells", "n_vars", "renames"):
        yield partial(getattr, bundle, name)
    for name in ("groups", "fields"):
        yield partial(getattr, bundle, name)
    with contextlib.suppress(SessionFormatError):
        for group in bundle.groups:
            yield partial(getattr, group, "cells")
            if f"{CELLS}{group.id}" in bundle.list_chunk_ids():
                category = partial(np.arange, REFERENCE)
                yield partial(bundle.decode_cells, group.id, reference=category)
    with contextlib.suppress(SessionFormatError):
        for one in bundle.fields:
            if one.kind == "category":
                yield partial(getattr, one, "codes")


class TooSlowError(Exception):
    """A file took longer than anyone would wait."""


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {_PATIENCE:g} s")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _work(seed: int, numbers: range) -> Result:
    for one in find_seeds():
        read_all(one.data)
    result, before = Result(), _peak()
    signal.signal(signal.SIGALRM, _too_slow)
    # So that what takes all memory there is fails here, and not the machine.
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _ROOM, used + _ROOM))
    for number in numbers:
        data = damaged(seed, number)
        begin = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        try:
            outcome = read_all(data)
        except Exception as error:
            outcome = "undocumented exception"
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {str(error)[:200]} ({where.name}, line {where.lineno})"
            result.faults.append(f"seed {seed}, file {number}, {len(data):,} bytes: {told}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        result.outcomes[outcome] += 1
        result.slowest = max(result.slowest, (time.perf_counter() - begin, number))
    result.growth = _peak() - before
    return result


def run(quick: bool) -> Table:
    """Read many damaged files; what should not come out of one is printed with its number."""
    seed, count = secrets.randbits(32), _QUICK if quick else _FILES
    begin = time.perf_counter()
    parts = [range(i, count, _WORKERS) for i in range(_WORKERS)]
    with multiprocessing.get_context("spawn").Pool(_WORKERS) as pool:
        results = pool.starmap(_work, [(seed, part) for part in parts])
    took = time.perf_counter() - begin
    faults = [fault for result in results for fault in result.faults]
    print(*faults[:_TOLD], sep="\n", end="\n" if faults else "")
    outcomes = sum((result.outcomes for result in results), Counter[str]())
    slowest, number = max(result.slowest for result in results)
    table = Table(f"Damaged session files, seed {seed}; the slowest is file {number}")
    table.add("files tried", outcomes.total(), "files", at_least=count)
    for outcome in ("read to the end", "refused when read", "refused when opened"):
        table.add(f"  {outcome}", outcomes[outcome], "files")
    table.add("undocumented exceptions", len(faults), "files", 0)
    table.add("slowest file", slowest, "s", 2)
    table.add("memory taken, at most", max(result.growth for result in results), "MiB", 256)
    table.add("all files", took, "s", 240)
    return table
