"""The demo: a synthetic dataset, and a folder with a notebook to open it in."""

from .dataset import make_dataset
from .folder import write_demo

__all__ = ["make_dataset", "write_demo"]
