"""`jupyter cellucid prepare`: a data file as a dataset folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from .command import CommandError, add_command, refuse_existing
from .terminal import say

_MIB: Final = 2**20


def add_prepare(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    text = "write a data file as a folder that can be shown, copied and served by anything"
    parser = add_command(commands, "prepare", _run, text)
    parser.add_argument("data", type=Path, metavar="DATA", help="such as an .h5ad file")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument("--overwrite", action="store_true", help="replace a dataset folder")
    parser.add_argument(
        "--compression", type=int, metavar="LEVEL", help="gzip the files, 1 to 9 (not gzipped)"
    )
    parser.add_argument(
        "--quantization",
        type=int,
        choices=(8, 16),
        help="bits of a number in continuous columns and genes (float32)",
    )
    parser.add_argument(
        "--session",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="a session to copy into the folder, which opens with the last one; may be repeated",
    )
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what is said of the data, each with the name it has in `Options`; see `given_options`."""
    group = parser.add_argument_group("what is written", argument_default=argparse.SUPPRESS)
    group.add_argument("--name", metavar="NAME", help="what the dataset is called (the file's)")
    group.add_argument(
        "--dataset-id", metavar="ID", help="what sessions know it by (made of the names in it)"
    )
    group.add_argument(
        "--embedding",
        dest="embeddings",
        action="append",
        type=_embedding,
        metavar="D=KEY",
        help="the key of obsm for 1, 2 or 3 dimensions, such as 2=X_umap (the usual ones)",
    )
    group.add_argument("--expression", metavar="WHERE", help="X, raw or layer:NAME (X)")
    group.add_argument(
        "--gene-id-column", metavar="COLUMN", help="column of var with the names of genes (index)"
    )
    group.add_argument(
        "--obs-key",
        dest="obs_keys",
        action="append",
        metavar="COLUMN",
        help="a column of obs; may be repeated (all)",
    )
    genes = group.add_mutually_exclusive_group()
    genes.add_argument(
        "--gene", dest="genes", action="append", metavar="GENE", help="may be repeated (all)"
    )
    genes.add_argument(
        "--genes-file",
        dest="genes",
        type=_lines,
        metavar="FILE",
        help="a text file with a gene a line",
    )
    graph = group.add_mutually_exclusive_group()
    graph.add_argument("--graph", metavar="KEY", help="key of obsp (connectivities)")
    graph.add_argument("--no-graph", dest="graph", action="store_const", const=None)
    group.add_argument(
        "--vectors", action="append", metavar="FIELD", help="a vector field; may be repeated (all)"
    )
    group.add_argument(
        "--latent", metavar="KEY", help="key of obsm in which outliers of categories are found"
    )
    group.add_argument("--modality", metavar="NAME", help="which modality of a MuData")


def _embedding(text: str) -> tuple[int, str]:
    dimension, _, key = text.partition("=")
    if not dimension.isdecimal() or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not such as 2=X_umap")
    return int(dimension), key


def _lines(path: str) -> list[str]:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{path} can't be read: {error}") from None
    return [line.strip() for line in lines if line.strip()]


def given_options(options: argparse.Namespace) -> dict[str, Any]:
    """Give what was said of the data, as `Options` has it."""
    from ..dataset import Options

    given = {key: value for key, value in vars(options).items() if key in Options.__annotations__}
    if "embeddings" in given:
        given["embeddings"] = dict(given["embeddings"])
    return given


def _run(options: argparse.Namespace) -> int:
    from ..dataset import open_source
    from ..dataset.prepare.prepare import prepare
    from ..dataset.report import report

    if not options.data.exists():
        raise CommandError(f"{options.data}: No such file or directory")
    refuse_existing(options.folder, options.overwrite)
    folder = prepare(
        options.data,
        options.folder,
        compression=options.compression,
        quantization=options.quantization,
        sessions=options.session,
        overwrite=options.overwrite,
        progress=sys.stderr.isatty(),
        **given_options(options),
    )
    for line in repr(report(open_source(folder))).splitlines():
        say(line)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    say(f"written: {options.folder} ({size / _MIB:,.1f} MiB)")
    return 0
