"""What differs between two sessions, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import format2
from .bundle import CellucidSessionBundle
from .changes import json_changes
from .inventory import CELLS, CODES, META, NAMES, OVERLAYS, Field, Group
from .matching import CellMatch, match_cells
from .places import places_of
from .shown import shown

_BINARY: Final = "binary"


@dataclass(frozen=True)
class Difference:
    """Something in which two sessions differ.

    Attributes
    ----------
    where
        Such as ``"group highlight_1"``.
    what
        How they differ there.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class _Pair(NamedTuple):
    bundles: tuple[CellucidSessionBundle, CellucidSessionBundle]
    chunks: tuple[set[str], set[str]]
    match: CellMatch

    def have(self, chunk_id: str) -> list[bool]:
        return [chunk_id in chunks for chunks in self.chunks]


def find_differences(
    old: CellucidSessionBundle, new: CellucidSessionBundle
) -> Iterator[Difference]:
    r"""Compare two sessions by what they hold, not by their bytes.

    Cells are compared by name where both sessions name them, else by position.

    Parameters
    ----------
    old, new
        The sessions.

    Yields
    ------
    Difference
        None where both hold the same.

    Raises
    ------
    SessionFormatError
        If one of them is damaged.

    Examples
    --------
    >>> a, b = CellucidSessionBundle("a"), CellucidSessionBundle("b")   # doctest: +SKIP
    >>> print(*find_differences(a, b), sep="\n")                        # doctest: +SKIP
    group highlight_1: label: "B" → "B cells"
    group highlight_1: 3 cells more, 1 fewer
    """
    chunks = set(old.list_chunk_ids()), set(new.list_chunk_ids())
    pair = _Pair((old, new), chunks, match_cells(old, new))
    if old.format != new.format:
        yield Difference("file", f"format {old.format} → {new.format}")
    heads = [_without(bundle.manifest, "chunks") for bundle in (old, new)]
    yield from _at("manifest", json_changes(*heads))
    yield from _at("cells", pair.match.told)
    yield from _in_pages(pair)
    yield from _in_groups(pair)
    yield from _in_fields(pair)
    rest = [_without(_json(bundle, META), "pages") for bundle in (old, new)]
    yield from _at(META, json_changes(*rest))
    rest = [_without(_json(bundle, OVERLAYS), "userDefinedFields") for bundle in (old, new)]
    yield from _at(OVERLAYS, json_changes(*rest))
    yield from _in_chunks(pair)


def _at(where: str, lines: Iterable[str]) -> Iterator[Difference]:
    return (Difference(where, line) for line in lines)


def _without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


def _json(bundle: CellucidSessionBundle, chunk_id: str) -> dict[str, Any]:
    value = bundle.decode_chunk(chunk_id) if chunk_id in bundle.list_chunk_ids() else {}
    return value if isinstance(value, dict) else {}


def _in_pages(pair: _Pair) -> Iterator[Difference]:
    olds, news = ({page.id: page for page in bundle.pages} for bundle in pair.bundles)
    for page_id in [*olds, *(page_id for page_id in news if page_id not in olds)]:
        a, b = olds.get(page_id), news.get(page_id)
        if a is None or b is None:
            what = (
                f"removed, was {shown(a.name)!r}" if a else f"added, {shown(b.name if b else '')!r}"
            )
            yield Difference(f"page {page_id}", what)
            continue
        said = [{"name": page.name, "color": page.color} for page in (a, b)]
        yield from _at(f"page {page_id}", json_changes(*said))


def _in_groups(pair: _Pair) -> Iterator[Difference]:
    olds, news = ({group.id: group for group in bundle.groups} for bundle in pair.bundles)
    on = [
        {group.id: page.id for page in bundle.pages for group in page.groups}
        for bundle in pair.bundles
    ]
    for group_id in [*olds, *(group_id for group_id in news if group_id not in olds)]:
        where, a, b = f"group {group_id}", olds.get(group_id), news.get(group_id)
        if a is not None and b is not None:
            said = [
                {"page": pages[group_id], **_without(group.raw, "id", "cellCount")}
                for pages, group in zip(on, (a, b), strict=True)
            ]
            yield from _at(where, json_changes(*said))
            yield from _at(where, _cells_changes(pair, a, b))
        elif a is not None:
            yield Difference(where, f"removed, was {_group(a)}")
        elif b is not None:
            yield Difference(where, f"added, {_group(b)}")


def _group(group: Group) -> str:
    return f"{shown(group.label)!r} of {group.cell_count:,} cells"


def _cells_changes(pair: _Pair, a: Group, b: Group) -> Iterator[str]:
    chunk_id = f"{CELLS}{a.id}"
    payloads = [
        bundle.read_payload(chunk_id) if there else b""
        for bundle, there in zip(pair.bundles, pair.have(chunk_id), strict=True)
    ]
    if payloads[0] == payloads[1] and pair.match.numbers is None:
        return
    if any(
        bundle.format == 2 and format2.needs_reference(payload)
        for bundle, payload in zip(pair.bundles, payloads, strict=True)
    ):
        yield "stored in another way, relative to a category of the data: not compared"
        return
    before, now = a.cells, pair.match.number(b.cells)
    more = int(np.isin(now, before, invert=True).sum())
    fewer = int(np.isin(before, now, invert=True).sum())
    if more or fewer:
        yield f"{more:,} cells more, {fewer:,} fewer"


def _in_fields(pair: _Pair) -> Iterator[Difference]:
    olds, news = ({field.id: field for field in bundle.fields} for bundle in pair.bundles)
    for field_id in [*olds, *(field_id for field_id in news if field_id not in olds)]:
        where, a, b = f"field {field_id}", olds.get(field_id), news.get(field_id)
        if a is not None and b is not None:
            yield from _at(where, json_changes(a.raw, b.raw))
            yield from _at(where, _codes_changes(pair, a, b))
        elif a is not None:
            yield Difference(where, f"removed, was {shown(a.key)!r}")
        elif b is not None:
            yield Difference(where, f"added, {shown(b.key)!r}")


def _codes_changes(pair: _Pair, a: Field, b: Field) -> Iterator[str]:
    chunk_id = f"{CODES}{a.id}"
    there = pair.have(chunk_id)
    if there != [True, True]:
        if any(there):
            yield "codes removed" if there[0] else "codes added"
        return
    numbers: dict[Any, int] = {}
    before, now = (_labels(field, numbers) for field in (a, b))
    if pair.match.fits(before, now):
        before, now = pair.match.both(before, now)
        what = "cells"
    else:
        if len(before) != len(now):
            yield f"{len(before):,} codes → {len(now):,} codes"
        common = min(len(before), len(now))
        before, now = before[:common], now[:common]
        what = "cells" if a.source == "obs" else "codes"
    other = int((before != now).sum())
    if other:
        yield f"{other:,} {what} with other labels"


def _labels(field: Field, numbers: dict[Any, int]) -> npt.NDArray[np.int64]:
    """Give a number for each cell's label, the same for the same label of another session."""
    table = [
        # True equals 1 in Python, and is another category.
        numbers.setdefault((isinstance(label, bool), label), len(numbers))
        for label in field.categories
    ]
    labels: npt.NDArray[np.int64] = np.array([*table, -1])[places_of(field, field.codes)]
    return labels


def _in_chunks(pair: _Pair) -> Iterator[Difference]:
    told = {META, OVERLAYS}
    for bundle in pair.bundles:
        told |= {f"{CELLS}{group.id}" for group in bundle.groups}
        told |= {f"{CODES}{field.id}" for field in bundle.fields}
    olds, news = (chunks - told for chunks in pair.chunks)
    for chunk_id in sorted(olds | news):
        where = f"chunk {chunk_id}"
        if chunk_id not in news:
            yield Difference(where, "removed")
        elif chunk_id not in olds:
            yield Difference(where, "added")
        # The names of the cells are compared as cells.
        elif chunk_id != NAMES:
            yield from _at(where, _chunk_changes(pair, chunk_id))


def _chunk_changes(pair: _Pair, chunk_id: str) -> Iterator[str]:
    a, b = (bundle.read_payload(chunk_id) for bundle in pair.bundles)
    if a == b:
        return
    kinds = [bundle.get_chunk_meta(chunk_id).get("kind", _BINARY) for bundle in pair.bundles]
    if kinds == ["json", "json"]:
        yield from json_changes(*(bundle.decode_chunk(chunk_id) for bundle in pair.bundles))
    else:
        yield f"other content, {len(a):,} bytes → {len(b):,} bytes"
