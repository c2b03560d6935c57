"""Keys as they stand in file names, and names made distinct."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 200
"""Characters of a file name, without its suffixes: disks take 255 in all."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(key: str) -> str:
    """Make a key safe for a path.

    Runs of other characters than letters, digits, ``.``, ``_`` and ``-`` become ``_``, which is
    stripped with ``.`` at both ends; what is empty then becomes ``field``.

    Examples
    --------
    >>> safe_name("HLA-A/B (cells)"), safe_name("..")
    ('HLA-A_B_cells', 'field')
    """
    return _UNSAFE.sub("_", key).strip("._") or "field"


def file_names(keys: Iterable[str]) -> dict[str, str]:
    """Give each key a file name of its own; those that would collide get ``-2``, ``-3``, ….

    On some systems file names differ by more than case only, so keys that differ by case collide;
    so may those that are longer than a file name can be.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for key in keys:
        name = safe = safe_name(key)[:LONGEST]
        folded = safe.casefold()
        # Thousands of names without a safe letter are all `field`.
        number = numbers.get(folded, 2)
        while name.casefold() in taken:
            name = f"{safe}-{number}"
            number += 1
        numbers[folded] = number
        taken.add(name.casefold())
        names[key] = name
    return names


def distinct(names: Iterable[str]) -> list[str]:
    """Tell names that stand twice apart: the second gets ``-1``, the third ``-2``."""
    given = list(names)
    taken, counts, out = set(given), dict[str, int](), []
    for name in given:
        if name not in counts:
            counts[name] = 0
            out.append(name)
            continue
        new = name
        while new in taken:
            counts[name] += 1
            new = f"{name}-{counts[name]}"
        taken.add(new)
        out.append(new)
    return out


def renamed(files: dict[str, str]) -> dict[str, str]:
    """Give those of the keys whose file name is not just the key made safe."""
    return {key: name for key, name in files.items() if name != safe_name(key)}
