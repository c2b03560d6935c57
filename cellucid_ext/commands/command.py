"""What all commands for session files have in common: their errors are one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .terminal import complain

Run = Callable[[argparse.Namespace], int]


class CommandError(Exception):
    """Why a command can't be done, for the one who typed it."""


def add_command(
    commands: argparse._SubParsersAction[Any], name: str, run: Run, text: str, *, trouble: int = 1
) -> argparse.ArgumentParser:
    """Add a command to the parser.

    Parameters
    ----------
    commands
        What `argparse.ArgumentParser.add_subparsers` gives.
    name
        How it is called.
    run
        What it does, given the options; returns the exit code.
    text
        What it does, in the help.
    trouble
        The exit code where it can't be done.

    Returns
    -------
    argparse.ArgumentParser
        To add arguments to.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text[:1].upper()}{text[1:]}."
    )

    def guarded(options: argparse.Namespace, further: Sequence[str]) -> int:
        if further:
            parser.error(f"unrecognized arguments: {' '.join(further)}")
        try:
            return run(options)
        except BrokenPipeError:
            # Whoever read the lines, such as `head`, has enough; Python must not flush again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            complain(f"{parser.prog}: interrupted")
            return 130
        # Damaged files are ValueErrors, too.
        except (CommandError, OSError, ValueError) as error:
            complain(f"{parser.prog}: {_one_line(error)}")
            return trouble

    parser.set_defaults(run=guarded)
    return parser


def refuse_existing(output: Path, overwrite: bool) -> None:
    """Raise a `CommandError` if the output is there and must not be replaced."""
    if not overwrite and os.path.lexists(output):
        raise CommandError(f"{output} exists; --overwrite replaces it")


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f"{error.filename}: " if error.filename else ""
        return f"{name}{error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__
