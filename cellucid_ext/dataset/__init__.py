"""What the viewer reads: datasets, played as a folder of small files. Knows no Jupyter."""

from .opening import open_source
from .options import Options
from .source import DatasetError, File, Source

__all__ = ["DatasetError", "File", "Options", "Source", "open_source"]
