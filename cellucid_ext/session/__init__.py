"""The `.cellucid-session` file: read, checked, written. Knows no Jupyter and no AnnData."""

from .bundle import CellucidSessionBundle
from .errors import SessionFormatError
from .writer import SessionWriter

__all__ = ["CellucidSessionBundle", "SessionFormatError", "SessionWriter"]
