"""What runs in the notebook's kernel: the viewer's handle and the connection to its server."""

from __future__ import annotations

from .errors import ViewerError
from .state import ViewerState
from .viewer import Viewer, cleanup_all, show, show_anndata, viewers

__all__ = ["Viewer", "ViewerError", "ViewerState", "cleanup_all", "show", "show_anndata", "viewers"]
