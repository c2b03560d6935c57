"""`jupyter cellucid validate`: what is wrong with session files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import add_command
from .terminal import complain, say


def add_validate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "validate", _run, "read session files to their end and tell each fault"
    )
    parser.epilog = "Exit code: 0 without a fault, 1 with one, 2 if a file can't be read."
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")


def _run(options: argparse.Namespace) -> int:
    from ..session.validate import find_faults

    code = 0
    for file in options.files:
        try:
            for fault in find_faults(file):
                say(f"{file}: {fault}")
                code = max(code, 1)
        except OSError as error:
            complain(f"jupyter cellucid validate: {file}: {error.strerror or error}")
            code = 2
    return code
