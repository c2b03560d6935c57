"""Session files damaged on purpose: bytes anywhere, or what is inside a chunk that stays whole."""

from __future__ import annotations

import copy
import gzip
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

_U32 = struct.Struct("<I")
_MOST_PAYLOAD = 2**16
_MOST_BYTES = 2**15
_HEADED = "analysis/"
_NUMBERS = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**28, 2**31 - 1, 2**31, 2**32 - 1]
_VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 3, 255, 65536, 2**28, 2**31, 2**32, 2**53, 2**64, 10**400,
    -0.0, 0.5, 1e300, float("nan"), "", "x", "none", "gzip", "json", "binary", "é\0\x1b[2J",
    "\ud800", "y" * 20_000, [], {}, [[]], [None], {"": None}, [[[[[[[[]]]]]]]],
]  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """A chunk of a file taken apart; `payload` is None where it could not be inflated."""

    meta: dict[str, Any]
    stored: bytes
    payload: bytes | None


@dataclass(frozen=True)
class Seed:
    """A file to be damaged, and its parts where it has any."""

    data: bytes
    magic: bytes = b""
    manifest: bytes = b""
    chunks: tuple[Chunk, ...] = ()


def take_apart(data: bytes) -> Seed:
    """Find the parts of a file; one that is damaged already has none."""
    try:
        magic, rest = data[: data.index(b"\n") + 1], data[data.index(b"\n") + 1 :]
        (size,) = _U32.unpack(rest[:4])
        manifest, rest = rest[4 : 4 + size], rest[4 + size :]
        chunks = []
        for meta in json.loads(manifest)["chunks"]:
            (size,) = _U32.unpack(rest[:4])
            stored, rest = rest[4 : 4 + size], rest[4 + size :]
            chunks.append(Chunk(meta, stored, _payload(meta, stored)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        return Seed(data)
    return Seed(data, magic, manifest, tuple(chunks))


def _payload(meta: dict[str, Any], stored: bytes) -> bytes | None:
    if meta.get("codec") == "none":
        return stored
    try:
        payload = zlib.decompressobj(wbits=31).decompress(stored, _MOST_PAYLOAD)
    except zlib.error:
        return None
    return payload if len(payload) < _MOST_PAYLOAD else None


def put_together(magic: bytes, manifest: bytes, stored: list[bytes]) -> bytes:
    """Write a file."""
    frames = b"".join(_U32.pack(len(one)) + one for one in stored)
    return magic + _U32.pack(len(manifest)) + manifest + frames


def mutant(seeds: list[Seed], random: Random) -> bytes:
    """Make a damaged file out of one of the seeds."""
    seed = random.choice(seeds)
    if not seed.magic or random.random() < 0.25:
        return _damaged(seed.data, random, seeds)
    manifest = json.loads(seed.manifest)
    stored = [chunk.stored for chunk in seed.chunks]
    if stored and random.random() < 0.85:
        for _ in range(random.choice((1, 1, 1, 2))):
            place = random.randrange(len(stored))
            _damage_chunk(place, seed.chunks, manifest, stored, random, seeds)
    if stored == [chunk.stored for chunk in seed.chunks] or random.random() < 0.1:
        _damage_manifest(manifest, random)
    return put_together(seed.magic, _json(manifest), stored)


def _damage_chunk(
    place: int,
    chunks: tuple[Chunk, ...],
    manifest: dict[str, Any],
    stored: list[bytes],
    random: Random,
    seeds: list[Seed],
) -> None:
    """Damage what a chunk holds, and wrap it again with its true sizes."""
    chunk, meta = chunks[place], manifest["chunks"][place]
    payload = chunk.payload
    if payload is None:
        stored[place] = _damaged(chunk.stored, random, seeds)
        return
    other = random.choice(chunks).payload
    if other is not None and random.random() < 0.03:
        payload = other
    else:
        payload = _damaged_payload(chunk.meta, payload, random, seeds)
    packed = random.random() < 0.7
    stored[place] = gzip.compress(payload, 1, mtime=0) if packed else payload
    sizes = {"storedBytes": len(stored[place]), "uncompressedBytes": len(payload)}
    meta.update(sizes, codec="gzip" if packed else "none")


def _damaged_payload(
    meta: dict[str, Any], payload: bytes, random: Random, seeds: list[Seed]
) -> bytes:
    try:
        if meta.get("kind") == "json" and random.random() < 0.9:
            return _damaged_json(payload, random)
        if str(meta.get("id")).startswith(_HEADED) and random.random() < 0.5:
            return _damaged_header(payload, random)
    except (ValueError, RecursionError, struct.error):
        pass
    return _damaged(payload, random, seeds)


def _damage_manifest(manifest: dict[str, Any], random: Random) -> None:
    chunks = manifest["chunks"]
    if len(chunks) > 1 and random.random() < 0.2:
        one, other = random.sample(chunks, 2)
        one["id"], other["id"] = other.get("id"), one.get("id")
    else:
        _damage_json(manifest, random)


def _damaged_json(data: bytes, random: Random) -> bytes:
    value = json.loads(data)
    if random.random() < 0.02:
        value = copy.deepcopy(random.choice(_VALUES))
    for _ in range(random.choice((1, 1, 2, 3))):
        _damage_json(value, random)
    return _json(value)


def _damaged_header(data: bytes, random: Random) -> bytes:
    """Damage the JSON at the head of a table or of typed JSON, with its true length."""
    (size,) = _U32.unpack(data[:4])
    header = _damaged_json(data[4 : 4 + size], random)
    return _U32.pack(len(header)) + header + data[4 + size :]


def _damage_json(value: Any, random: Random) -> None:
    """Change one value somewhere inside, or take it away, or put it elsewhere."""
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = random.choice(keys)
        inner = value[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.8:
            value = inner
            continue
        kind = random.random()
        if kind < 0.6:
            value[key] = copy.deepcopy(random.choice(_VALUES))
        elif kind < 0.75:
            del value[key]
        elif kind < 0.85 and isinstance(value, list):
            value.insert(random.randrange(len(value) + 1), inner)
        elif kind < 0.95:
            value[key] = value[random.choice(keys)]
        elif isinstance(inner, int):
            value[key] = inner + random.choice((-1, 1))
        return


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _damaged(data: bytes, random: Random, seeds: list[Seed]) -> bytes:
    octets = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        random.choice(_DAMAGES)(octets, random, seeds)
    return bytes(octets[:_MOST_BYTES])


def _place(octets: bytearray, random: Random) -> int:
    """Somewhere, more often where lengths and counts stand: at the beginning."""
    return random.randrange(min(len(octets), random.choice((4, 64, 2**30))) + 1)


def _flip(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place = _place(octets, random)
    octets[place : place + 1] = bytes(
        octet ^ 1 << random.randrange(8) for octet in octets[place : place + 1]
    )


def _set(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place = _place(octets, random)
    octets[place : place + 1] = bytes([random.choice((0, 1, 0x7F, 0x80, 0xFF))])


def _cut(octets: bytearray, random: Random, _: list[Seed]) -> None:
    del octets[_place(octets, random) :]


def _delete(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place = _place(octets, random)
    del octets[place : place + random.randrange(1, 9)]


def _insert(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place = _place(octets, random)
    octets[place:place] = random.randbytes(random.randrange(1, 9))


def _repeat(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place = _place(octets, random)
    octets[place:place] = octets[place : place + random.randrange(1, 300)]


def _splice(octets: bytearray, random: Random, seeds: list[Seed]) -> None:
    other = random.choice(seeds).data
    begin = random.randrange(len(other) + 1)
    octets[_place(octets, random) :] = other[begin : begin + 2000]


def _fixed_number(octets: bytearray, random: Random, _: list[Seed]) -> None:
    place, width = _place(octets, random), random.choice((1, 2, 4, 8))
    number = random.choice((*_NUMBERS, 2**63, 2**64 - 1)) % 2 ** (8 * width)
    octets[place : place + width] = number.to_bytes(width, "little")


def _varied_number(octets: bytearray, random: Random, _: list[Seed]) -> None:
    number = random.choice((*_NUMBERS, 2**63, 2**64 - 1, 2**64, 2**70 - 1))
    place, out = _place(octets, random), bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    octets[place : place + random.choice((0, 1, len(out)))] = out


_DAMAGES: list[Callable[[bytearray, Random, list[Seed]], None]] = [
    _flip, _flip, _set, _cut, _delete, _insert, _repeat, _splice, _fixed_number, _varied_number,
]  # fmt: skip
