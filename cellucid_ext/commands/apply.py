"""`jupyter cellucid apply`: a session's highlights and fields as columns of a data file."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .command import CommandError, add_command, refuse_existing
from .terminal import complain, say, step

if TYPE_CHECKING:
    from anndata import AnnData

_SUFFIXES: Final = (".h5ad", ".zarr")
_ZARR_MARKS: Final = (".zgroup", "zarr.json")
_MIB: Final = 2**20
_REMOVALS: Final = 20
_BETWEEN_SECONDS: Final = 0.05


def add_apply(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    text = "add a session's highlights and fields to an .h5ad or .zarr file, as columns"
    parser = add_command(commands, "apply", _run, text)
    parser.add_argument("file", type=Path, metavar="FILE", help="the session")
    parser.add_argument("data", type=Path, metavar="DATA", help="the .h5ad or .zarr file")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", type=Path, metavar="OUT", help="where to write")
    where.add_argument(
        "--dry-run", action="store_true", help="tell what would be done, and write nothing"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")
    parser.add_argument(
        "--dataset-mismatch",
        choices=("error", "warn_skip", "skip"),
        default="warn_skip",
        help="if the data are others: fail, or add no columns, with a warning or without "
        "(%(default)s)",
    )
    parser.add_argument(
        "--expected-dataset-id", metavar="ID", help="the dataset id the session must have"
    )
    parser.add_argument("--no-highlights", action="store_true", help="add no highlight groups")
    parser.add_argument(
        "--highlights-prefix",
        default="cellucid_highlight__",
        metavar="TEXT",
        help="what the columns of highlights begin with (%(default)s)",
    )
    parser.add_argument("--no-fields", action="store_true", help="add no user-defined fields")
    parser.add_argument(
        "--fields-prefix",
        default="",
        metavar="TEXT",
        help="what the columns of fields begin with (nothing)",
    )
    parser.add_argument(
        "--include-deleted", action="store_true", help="add fields deleted in the viewer, too"
    )
    parser.add_argument(
        "--no-uns", action="store_true", help="keep no record of the session in uns['cellucid']"
    )
    parser.add_argument(
        "--column-conflict",
        choices=("error", "overwrite", "suffix"),
        default="suffix",
        help="if a column exists: fail, replace it, or add __2 to the new name (%(default)s)",
    )
    parser.add_argument(
        "--align",
        choices=("auto", "position", "names"),
        default="auto",
        help="how the session's rows are found (%(default)s)",
    )
    parser.add_argument(
        "--highlight-names",
        choices=("id", "label"),
        default="id",
        help="what columns of highlights are named after (%(default)s)",
    )


def _run(options: argparse.Namespace) -> int:
    for path in filter(None, (options.data, options.output)):
        if path.suffix.lower() not in _SUFFIXES:
            raise CommandError(f"{path}: the name must end in {' or '.join(_SUFFIXES)}")
    if options.output is not None:
        refuse_existing(options.output, options.overwrite)
        _refuse_strange(options.output)
    from ..bridge import apply_cellucid_session_to_anndata
    from ..session import CellucidSessionBundle

    bundle = CellucidSessionBundle(options.file)
    with _plain_warnings():
        adata = _read(options.data)
        with step("applying the session"):
            # In place, since nobody else has what was read: no second copy in memory.
            applied = apply_cellucid_session_to_anndata(
                bundle,
                adata,
                inplace=True,
                dataset_mismatch=options.dataset_mismatch,
                expected_dataset_id=options.expected_dataset_id,
                add_highlights=not options.no_highlights,
                highlights_prefix=options.highlights_prefix,
                add_user_defined_fields=not options.no_fields,
                user_defined_prefix=options.fields_prefix,
                include_deleted_user_defined_fields=options.include_deleted,
                store_uns=not options.no_uns,
                column_conflict=options.column_conflict,
                return_summary=True,
                align=options.align,
                highlight_names=options.highlight_names,
                dry_run=options.dry_run,
            )
    summary = applied if options.dry_run else applied[1]
    if options.output is not None:
        _write(adata, options.output)
    for line in str(summary).splitlines():
        say(line)
    return 0


def _refuse_strange(target: Path) -> None:
    """Keep what --overwrite replaces to files of the kind that is written."""
    if target.suffix.lower() == ".zarr":
        strange = not any((target / name).is_file() for name in _ZARR_MARKS)
    else:
        strange = not target.is_file()
    if strange and os.path.lexists(target):
        raise CommandError(f"{target} is no {target.suffix} file, and is not replaced")


@contextmanager
def _plain_warnings() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore", FutureWarning)
        try:
            yield
        finally:
            for text in dict.fromkeys(str(warning.message) for warning in caught):
                complain(f"jupyter cellucid apply: warning: {' '.join(text.split())}")


def _read(path: Path) -> AnnData:
    import anndata

    if not path.exists():
        raise CommandError(f"{path}: No such file or directory")
    read = anndata.read_zarr if path.suffix.lower() == ".zarr" else anndata.read_h5ad
    with step(f"reading {path} ({_size(path)})"):
        try:
            return read(path)
        # Of damaged files it raises whatever it stumbles over.
        except Exception as error:
            raise CommandError(f"{path} can't be read: {error}") from error


def _write(adata: AnnData, target: Path) -> None:
    """Write beside `target` and rename, so that a failure leaves what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # The same suffix, by which the file is known to be what it is.
    beside = target.with_name(f".{secrets.token_hex(8)}.part{target.suffix}")
    try:
        with step(f"writing {target}"), warnings.catch_warnings():
            # How files will be written in future is nothing to whoever types a command.
            warnings.simplefilter("ignore")
            try:
                if target.suffix.lower() == ".zarr":
                    adata.write_zarr(beside)
                else:
                    adata.write_h5ad(beside)
            except Exception as error:
                raise CommandError(f"{target} can't be written: {error}") from error
        size = _size(beside)
        _replace(beside, target)
    except BaseException:
        _remove(beside)
        raise
    say(f"written: {target} ({size})")


def _replace(beside: Path, target: Path) -> None:
    if not target.is_dir() or target.is_symlink():
        os.replace(beside, target)
        return
    # A folder can't be replaced by another; the old one goes when the new one is there.
    old = target.with_name(f".{secrets.token_hex(8)}.old")
    os.rename(target, old)
    try:
        os.rename(beside, target)
    except BaseException:
        os.rename(old, target)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        # What failed in one thread may still be written by others.
        for _ in range(_REMOVALS):
            shutil.rmtree(path, ignore_errors=True)
            if not path.exists():
                break
            time.sleep(_BETWEEN_SECONDS)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _size(path: Path) -> str:
    files = path.rglob("*") if path.is_dir() else [path]
    total = sum(file.stat().st_size for file in files if file.is_file())
    return f"{total / _MIB:,.1f} MiB"
