"""Writing a file so that whatever fails, what was there before is still there."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file beside `target`, which takes its place when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not of `tempfile`, whose files are private: this one gets the mode of what a person saves.
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            yield file
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
