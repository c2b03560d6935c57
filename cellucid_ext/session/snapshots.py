"""`state-snapshots.json`: which sessions stand beside a dataset, and which of them it opens with.

Its entries are URLs relative to the file: `sub/my%20session.cellucid-session?v=2`. They come from
strangers, and never lead out of the folder.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from .container import read_json
from .errors import SessionFormatError
from .files import replacing

FILE_NAME: Final = "state-snapshots.json"
MAX_BYTES: Final = 2**20

_SUFFIX: Final = ".cellucid-session"
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def read_snapshots(path: str | os.PathLike[str]) -> list[str]:
    """Read which sessions a dataset has.

    Parameters
    ----------
    path
        The dataset's folder, or the file itself.

    Returns
    -------
    list
        The entries as they stand in the file, the latest last; none where there is no file.
        What is no text is left out.

    Raises
    ------
    SessionFormatError
        If the file is damaged, too large, or neither a list nor an object with the list `states`.

    Examples
    --------
    >>> read_snapshots("exports/pbmc3k")                            # doctest: +SKIP
    ['first.cellucid-session', 'annotated.cellucid-session']
    """
    path = Path(path)
    value = _read(path / FILE_NAME if path.is_dir() else path)
    return [] if value is None else [entry for entry in _states(value) if isinstance(entry, str)]


def latest_snapshot(folder: str | os.PathLike[str]) -> Path | None:
    """Find the session that a dataset opens with.

    Parameters
    ----------
    folder
        The dataset's folder.

    Returns
    -------
    pathlib.Path or None
        Of the last entry that ends in `.cellucid-session`, in any case, and lies in the folder.
        Whether there is such a file is not looked at.

    Raises
    ------
    SessionFormatError
        As of `read_snapshots`.
    """
    for entry in reversed(read_snapshots(Path(folder) / FILE_NAME)):
        path = _path_of(entry, Path(folder))
        if path is not None:
            return path
    return None


def add_snapshot(folder: str | os.PathLike[str], name: str) -> Path:
    """Let a dataset open with a session.

    The file keeps its shape and what else stands in it; an entry of the same session is replaced.

    Parameters
    ----------
    folder
        The dataset's folder.
    name
        The session's path in the folder, with `/` between its parts.

    Returns
    -------
    pathlib.Path
        The `state-snapshots.json` that was written.

    Raises
    ------
    ValueError
        If the name does not end in `.cellucid-session`, leads out of the folder, or there is no
        room left.
    SessionFormatError
        If there is a file and it is damaged. It is left as it was.
    """
    folder = Path(folder)
    target = folder / FILE_NAME
    entry = quote(name)
    path = _path_of(entry, folder)
    if path is None:
        raise ValueError(f"{name!r} is no path of a {_SUFFIX} file in {str(folder)!r}")
    value = _read(target)
    if value is None:
        value = {"states": []}
    states = _states(value)
    states[:] = [old for old in states if not isinstance(old, str) or _path_of(old, folder) != path]
    states.append(entry)
    data = json.dumps(value, indent=2).encode() + b"\n"
    if len(data) > MAX_BYTES:
        raise ValueError(f"{FILE_NAME} would be {len(data):,} bytes; {MAX_BYTES:,} are allowed")
    with replacing(target) as file:
        file.write(data)
    return target


def _read(file: Path) -> Any:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    if len(data) > MAX_BYTES:
        raise SessionFormatError(f"{file.name} is above {MAX_BYTES:,} bytes")
    value = read_json(data, file.name)
    _states(value)
    return value


def _states(value: Any) -> list[Any]:
    states = value.get("states") if isinstance(value, dict) else value
    if not isinstance(states, list):
        raise SessionFormatError(
            f"{FILE_NAME}: expected a list, or an object with the list 'states', "
            f"got {type(value).__name__}"
        )
    return states


def _path_of(entry: str, folder: Path) -> Path | None:
    """Give the path that an entry means; None where it is no session in the folder."""
    try:
        name = unquote(re.split("[?#]", entry, maxsplit=1)[0], errors="strict")
        # A browser takes a backslash for a slash, and what is before a colon for a protocol.
        if _SCHEME.match(entry) or "\\" in name or not name.lower().endswith(_SUFFIX):
            return None
        name = posixpath.normpath(name)
        path = folder / name
        if name.startswith("../") or not path.resolve().is_relative_to(folder.resolve()):
            return None
    except (ValueError, RuntimeError):
        # Text that is no UTF-8 or has a NUL in it; links that go round.
        return None
    return path
