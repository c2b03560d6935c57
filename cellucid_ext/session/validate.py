"""All that is wrong with a session file, not the first thing only."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

import numpy as np

from . import format2
from .bundle import CellucidSessionBundle
from .codecs import MAX_CELLS
from .errors import SessionFormatError
from .inventory import CELLS, CODES, META, NAMES, OVERLAYS, Field, Group
from .reference import reference_of
from .rows import row_identity

_LARGEST: Final = {"Uint8Array": 0xFF, "Uint16Array": 0xFFFF, "Uint32Array": 0xFFFF_FFFF}


@dataclass(frozen=True)
class Fault:
    """Something in a session file that is not as the format says.

    Attributes
    ----------
    chunk
        Id of the chunk, ``"manifest"``, or ``"file"`` where the whole can't be opened.
    what
        What is wrong, with the value.
    """

    chunk: str
    what: str

    def __str__(self) -> str:
        return f"{self.chunk}: {self.what}"


def find_faults(session: CellucidSessionBundle | str | os.PathLike[str]) -> Iterator[Fault]:
    """Read a session file to its end, and give all that is wrong with it.

    Each chunk is read and decoded, one in memory at a time. In format 2 cells may be stored
    relative to a category of the data, which is not here; such cells are not counted.

    Parameters
    ----------
    session
        The session, or its path.

    Yields
    ------
    Fault
        In the order they are found; none where the file is as the format says.

    Raises
    ------
    OSError
        If the file can't be read.

    Examples
    --------
    >>> for fault in find_faults("my.cellucid-session"):            # doctest: +SKIP
    ...     print(fault)
    highlights/cells/highlight_1: 9 cells; highlights/meta says 10
    """
    if not isinstance(session, CellucidSessionBundle):
        try:
            session = CellucidSessionBundle(session)
        except SessionFormatError as error:
            yield Fault("file", str(error))
            return
    for what in _in_manifest(session):
        yield Fault("manifest", what)
    owners = _Owners.of(session)
    lazy = False
    for chunk_id in session.list_chunk_ids():
        priority = session.get_chunk_meta(chunk_id).get("priority")
        if lazy and priority == "eager":
            yield Fault(chunk_id, "an eager chunk after a lazy one")
        lazy = lazy or priority == "lazy"
        for what in chain(
            _in_meta(session, chunk_id, owners.chunks), _in_chunk(session, chunk_id, owners)
        ):
            # The chunk's id stands before what is wrong with it already.
            plain = what.removeprefix(f"{chunk_id}: ").removeprefix(f"chunk {chunk_id!r}: ")
            yield Fault(chunk_id, plain)
    yield from owners.without_chunk()


@dataclass
class _Owners:
    """Groups and category fields by the ids of their chunks; None where the JSON is damaged."""

    chunks: set[str]
    groups: Mapping[str, Group] | None = None
    fields: Mapping[str, Field] | None = None

    @classmethod
    def of(cls, session: CellucidSessionBundle) -> _Owners:
        owners = cls(set(session.list_chunk_ids()))
        # The damage itself is told when their own chunk is looked at.
        with contextlib.suppress(SessionFormatError):
            owners.groups = {f"{CELLS}{group.id}": group for group in session.groups}
        with contextlib.suppress(SessionFormatError):
            owners.fields = {
                f"{CODES}{field.id}": field for field in session.fields if field.kind == "category"
            }
        return owners

    def without_chunk(self) -> Iterator[Fault]:
        for chunk_id, group in (self.groups or {}).items():
            if group.cell_count and chunk_id not in self.chunks:
                yield Fault(META, f"no chunk {chunk_id!r} with the {group.cell_count:,} cells")
        for chunk_id, owner in (self.fields or {}).items():
            if chunk_id not in self.chunks and not owner.purged:
                yield Fault(OVERLAYS, f"no chunk {chunk_id!r} with the codes of {owner.key!r}")


def _in_manifest(session: CellucidSessionBundle) -> Iterator[str]:
    manifest = session.manifest
    created = manifest.get("createdAt")
    try:
        datetime.fromisoformat(created if isinstance(created, str) else "")
    except ValueError:
        yield f"createdAt: expected a time such as '2026-01-02T03:04:05.678Z', got {created!r}"
    if session.format == 2:
        try:
            format2.check_manifest(manifest)
        except SessionFormatError as error:
            yield str(error).removeprefix("manifest.")
    for key in ("datasetFingerprint", "dataSource", "cellucidExt"):
        value = manifest.get(key)
        if value is not None and not isinstance(value, dict):
            yield f"{key}: expected an object, got {type(value).__name__}"
    for key in ("cellCount", "varCount"):
        count = (session.dataset_fingerprint or {}).get(key)
        if count is not None and (type(count) is not int or not 0 <= count <= MAX_CELLS):
            yield f"datasetFingerprint.{key}: expected 0 to {MAX_CELLS:,}, got {count!r}"
    ours = manifest.get("cellucidExt")
    if isinstance(ours, dict) and ours.get("rows") is not None:
        rows = session.row_identity
        if rows is None:
            yield "cellucidExt.rows: expected an object with count and orderSha256"
        elif rows["count"] != session.n_cells:
            yield f"cellucidExt.rows.count: {rows['count']:,}, cellCount is {session.n_cells:,}"


def _in_meta(session: CellucidSessionBundle, chunk_id: str, there: set[str]) -> Iterator[str]:
    meta = session.get_chunk_meta(chunk_id)
    if meta.get("priority") not in ("eager", "lazy"):
        yield f"priority: expected 'eager' or 'lazy', got {meta.get('priority')!r}"
    kind, expected = meta.get("kind", "binary"), _kind(chunk_id)
    if expected is not None and kind != expected:
        yield f"kind: expected {expected!r}, got {kind!r}"
    stored = session.stored_bytes(chunk_id)
    if meta.get("storedBytes", stored) != stored:
        yield f"storedBytes: {meta['storedBytes']!r}, there are {stored:,}"
    depends = meta.get("dependsOn")
    if depends is not None and not isinstance(depends, list):
        yield f"dependsOn: expected a list, got {type(depends).__name__}"
    for other in depends if isinstance(depends, list) else []:
        if not isinstance(other, str) or other not in there:
            yield f"dependsOn: there is no chunk {other!r}"


def _kind(chunk_id: str) -> str | None:
    if chunk_id in (META, OVERLAYS):
        return "json"
    return "binary" if chunk_id == NAMES or chunk_id.startswith((CELLS, CODES)) else None


def _in_chunk(session: CellucidSessionBundle, chunk_id: str, owners: _Owners) -> Iterator[str]:
    try:
        payload = session.read_payload(chunk_id)
        size, relative = len(payload), session.format == 2 and format2.needs_reference(payload)
        del payload
        declared = session.get_chunk_meta(chunk_id).get("uncompressedBytes", size)
        if declared != size:
            yield f"uncompressedBytes: {declared!r}, there are {size:,}"
        if chunk_id == META:
            yield from _in_pages(session)
        elif chunk_id == OVERLAYS:
            yield from _in_fields(session)
        elif chunk_id == NAMES:
            yield from _in_names(session)
        elif chunk_id.startswith(CELLS):
            yield from _in_cells(session, chunk_id, owners.groups, relative)
        elif chunk_id.startswith(CODES):
            yield from _in_codes(session, chunk_id, owners.fields)
        else:
            session.decode_chunk(chunk_id)
    except SessionFormatError as error:
        yield str(error)


def _in_pages(session: CellucidSessionBundle) -> Iterator[str]:
    ids = Counter(page.id for page in session.pages)
    for page_id, times in ids.items():
        if times > 1:
            yield f"the page {page_id!r} stands {times} times"
    active = session.decode_chunk(META).get("activePageId")
    if active is not None and (not isinstance(active, str) or active not in ids):
        yield f"activePageId: there is no page {active!r}"


def _in_fields(session: CellucidSessionBundle) -> Iterator[str]:
    for owner in session.fields:
        if owner.kind == "continuous" and owner.source_key is None:
            yield f"the field {owner.id!r} does not say what it is a copy of"
        if owner.kind == "category" and owner.codes_type not in (None, *_LARGEST):
            yield f"the field {owner.id!r} has codes of an unknown type: {owner.codes_type!r}"
    _ = session.renames


def _in_names(session: CellucidSessionBundle) -> Iterator[str]:
    rows = session.row_identity
    if rows is None:
        yield "names, and no hash of them in the manifest"
    names = session.decode_chunk(NAMES)
    if session.n_cells is not None and len(names) != session.n_cells:
        yield f"{len(names):,} names for {session.n_cells:,} cells"
    true = row_identity(names).to_json()
    for key in ("orderSha256", "setSha256", "unique"):
        if rows is not None and key in rows and rows[key] != true[key]:
            yield f"the manifest's {key} is {rows[key]!r}, that of the names is {true[key]!r}"


def _in_cells(
    session: CellucidSessionBundle,
    chunk_id: str,
    groups: Mapping[str, Group] | None,
    relative: bool,
) -> Iterator[str]:
    group = None if groups is None else groups.get(chunk_id)
    if groups is not None and group is None:
        yield f"no group of {META} has these cells"
    if relative:
        if group is not None:
            reference_of(group.raw)
        return
    cells = session.decode_cells(chunk_id.removeprefix(CELLS))
    if group is not None and len(cells) != group.cell_count:
        yield f"{len(cells):,} cells; {META} says {group.cell_count:,}"
    again = np.flatnonzero(cells[1:] == cells[:-1])
    if len(again):
        yield f"cell {int(cells[again[0]]):,} stands twice"


def _in_codes(
    session: CellucidSessionBundle, chunk_id: str, fields: Mapping[str, Field] | None
) -> Iterator[str]:
    owner = None if fields is None else fields.get(chunk_id)
    if fields is None and session.format == 2:
        return
    if fields is not None and owner is None:
        yield f"no category field of {OVERLAYS} has these codes"
        return
    codes = session.decode_codes(chunk_id.removeprefix(CODES))
    if owner is None:
        return
    wanted = {"cells": session.n_cells}
    if owner.source == "var":
        wanted["genes"] = session.n_vars
    if None not in wanted.values() and len(codes) not in wanted.values():
        yield f"{len(codes):,} codes for {' or '.join(f'{n:,} {of}' for of, n in wanted.items())}"
    said = owner.raw.get("codesLength")
    if said is not None and said != len(codes):
        yield f"{len(codes):,} codes; {OVERLAYS} says {said!r}"
    most = _LARGEST.get(owner.codes_type or "")
    if most is not None and len(codes) and int(codes.max()) > most:
        yield f"code {int(codes.max()):,} is above what {owner.codes_type} holds"
