"""`jupyter cellucid`: the command line. It only translates; the work is in the rooms."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ._version import __version__
from .commands.apply import add_apply
from .commands.diff import add_diff
from .commands.inspect import add_inspect
from .commands.prepare import add_prepare
from .commands.redact import add_redact
from .commands.share import add_share
from .commands.validate import add_validate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jupyter cellucid` and return its exit code.

    Parameters
    ----------
    arguments
        The words after ``jupyter cellucid``; those of this process where not given.
    """
    parser = _parser()
    options, further = parser.parse_known_args(arguments)
    return int(options.run(options, [word for word in further if word != "--"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyter cellucid", description="An interactive viewer of single cells in Jupyter."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser(
        "demo",
        help="make a folder with a demo notebook and data, and open JupyterLab on it",
        epilog="Other arguments are passed on to `jupyter lab`.",
    )
    demo.add_argument(
        "--folder", type=Path, default=Path("cellucid-demo"), help="where (%(default)s)"
    )
    demo.set_defaults(run=_demo)

    check = commands.add_parser(
        "check",
        help="try the whole way on a server of its own, and print each step with its time",
        epilog="Other arguments are passed on to `jupyter server`, "
        "for example --ServerApp.base_url=/lab/.",
    )
    check.set_defaults(run=_check)

    add_sessions = (add_inspect, add_validate, add_diff, add_apply, add_redact)
    for add in (*add_sessions, add_prepare, add_share):
        add(commands)
    return parser


def _demo(options: argparse.Namespace, further: Sequence[str]) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        print(
            "jupyter cellucid demo: JupyterLab is not installed here; "
            "run: python -m pip install 'jupyterlab>=4.2'",
            file=sys.stderr,
        )
        return 1
    from .demo import write_demo

    notebook = write_demo(options.folder)
    print(f"The demo is in {options.folder}; opening {notebook.name} in JupyterLab.", flush=True)
    # Its address is what JupyterLab opens, and what it prints where no browser can be opened.
    lab = [f"--LabApp.default_url=/lab/tree/{notebook.name}", *further]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Containers run as root, where JupyterLab does not start unless told to.
        lab.append("--allow-root")
    os.chdir(options.folder)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(lab)
    return 0


def _check(options: argparse.Namespace, further: Sequence[str]) -> int:
    from .check.errors import CheckError
    from .check.steps import Steps

    del options
    try:
        asyncio.run(Steps(further, lambda line: print(line, flush=True)).run())
    except CheckError as error:
        print(f"FAILED  {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("FAILED  interrupted", file=sys.stderr)
        return 130
    print("everything works")
    return 0


if __name__ == "__main__":
    sys.exit(main())
