"""`jupyter cellucid share`: data and a session of them as one zip, to be opened elsewhere."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .command import CommandError, add_command, refuse_existing
from .prepare import add_options, given_options
from .terminal import say

if TYPE_CHECKING:
    from ..session import CellucidSessionBundle

_MIB: Final = 2**20
_TOLD: Final = 10


def add_share(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    text = "write data and a session of them as one zip, which opens anywhere as it was left"
    parser = add_command(commands, "share", _run, text)
    parser.add_argument(
        "data", type=Path, metavar="DATA", help="a dataset folder, or a data file to make it of"
    )
    parser.add_argument("session", type=Path, metavar="SESSION", help="made on these data")
    parser.add_argument("output", type=Path, metavar="OUT.zip")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT.zip if it exists")
    parser.add_argument(
        "--without-names", action="store_true", help="leave out what the cells are called"
    )
    add_options(parser)


def _run(options: argparse.Namespace) -> int:
    from ..dataset.share import share
    from ..session import CellucidSessionBundle

    refuse_existing(options.output, options.overwrite)
    names = not options.without_names
    with _folder(options) as folder:
        shared = share(folder, options.session, options.output, names=names)
    for path in shared.left_out[:_TOLD]:
        say(f"left out: {path}")
    if len(shared.left_out) > _TOLD:
        say(f"left out: {len(shared.left_out) - _TOLD:,} more")
    say(f"reveals: {_revealed(CellucidSessionBundle(options.session), names)}")
    size = options.output.stat().st_size / _MIB
    say(f"written: {options.output} ({shared.n_files:,} files, {size:,.1f} MiB)")
    return 0


@contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    """Give the dataset folder, made of the data for a while where they are none."""
    from ..dataset.prepare.prepare import prepare
    from ..dataset.stores.folder import IDENTITY

    data, given = options.data, given_options(options)
    if not data.exists():
        raise CommandError(f"{data}: No such file or directory")
    if (data / IDENTITY).is_file():
        if given:
            raise CommandError(f"{data} is a dataset folder: it is shared as it was made")
        yield data
        return
    place = options.output.parent
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".sharing", dir=place) as scratch:
        folder = Path(scratch) / data.stem
        yield prepare(data, folder, progress=sys.stderr.isatty(), **given)


def _revealed(bundle: CellucidSessionBundle, names: bool) -> str:
    from ..session.inventory import NAMES

    fields = [field for field in bundle.fields if not field.purged]
    counts = {
        "page": len(bundle.pages),
        "group": len(bundle.groups),
        "field": len(fields),
        "category": sum(len(field.categories) for field in fields),
    }
    told = [f"{n:,} {what if n == 1 else _plural(what)}" for what, n in counts.items() if n]
    parts = ["the data in the folder, with the names of their columns, categories and genes"]
    if names:
        listed = " (in the session too)" if bundle.has_chunk(NAMES) else ""
        parts.append(f"the names of the cells{listed}")
    if told:
        parts.append(f"what was made and named in the viewer: {', '.join(told)}")
    return "; ".join(parts)


def _plural(what: str) -> str:
    return "categories" if what == "category" else f"{what}s"
