"""What the viewer reads: datasets, played as a folder of small files. Knows no Jupyter."""

from .source import DatasetError, File, Source, open_source

__all__ = ["DatasetError", "File", "Source", "open_source"]
