"""What runs in the notebook's kernel: the viewer's handle and the connection to its server."""

from __future__ import annotations

from .errors import ViewerError
from .viewer import Viewer, show_anndata

__all__ = ["Viewer", "ViewerError", "show_anndata"]
