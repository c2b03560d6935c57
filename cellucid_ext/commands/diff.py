"""`jupyter cellucid diff`: what differs between two session files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import add_command
from .terminal import say


def add_diff(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "diff", _run, "tell what differs between two session files", trouble=2
    )
    parser.epilog = "Exit code: 0 if they hold the same, 1 if they differ, 2 for trouble."
    parser.add_argument("old", type=Path, metavar="A")
    parser.add_argument("new", type=Path, metavar="B")


def _run(options: argparse.Namespace) -> int:
    from ..session import CellucidSessionBundle
    from ..session.diff import find_differences

    old, new = (CellucidSessionBundle(path) for path in (options.old, options.new))
    code = 0
    for difference in find_differences(old, new):
        say(str(difference))
        code = 1
    return code
