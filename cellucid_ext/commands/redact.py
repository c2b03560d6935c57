"""`jupyter cellucid redact`: a copy of a session file that reveals less."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import add_command, refuse_existing
from .terminal import say


def add_redact(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    text = "copy a session file without names, labels and paths"
    parser = add_command(commands, "redact", _run, text)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")


def _run(options: argparse.Namespace) -> int:
    from ..session import CellucidSessionBundle
    from ..session.redact import redact

    refuse_existing(options.output, options.overwrite)
    for what in redact(CellucidSessionBundle(options.file), options.output):
        say(f"left out: {what}")
    return 0
