"""An interactive viewer of single cells in Jupyter, whose selections come back into AnnData.

The public names below are loaded when they are first used, so that ``import cellucid_ext``
stays fast and needs neither AnnData nor Tornado: Jupyter Server imports this package at every
start, kernels import it in cells.

Examples
--------
>>> from cellucid_ext import show_anndata
>>> viewer = show_anndata(adata)                                # doctest: +SKIP
>>> bundle = viewer.get_session_bundle(timeout=60)              # doctest: +SKIP
>>> adata = bundle.apply_to_anndata(adata)                      # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .bridge import (
        ApplySummary,
        apply_cellucid_session_to_anndata,
        build_session,
        session_records,
    )
    from .dataset.prepare.prepare import prepare
    from .kernel import (
        Viewer,
        ViewerError,
        ViewerState,
        cleanup_all,
        show,
        show_anndata,
        viewers,
    )
    from .session import CellucidSessionBundle, SessionFormatError, SessionWriter

__all__ = [
    "ApplySummary",
    "CellucidSessionBundle",
    "SessionFormatError",
    "SessionWriter",
    "Viewer",
    "ViewerError",
    "ViewerState",
    "__version__",
    "apply_cellucid_session_to_anndata",
    "build_session",
    "cleanup_all",
    "prepare",
    "session_records",
    "show",
    "show_anndata",
    "viewers",
]

_ROOMS = {
    "ApplySummary": "bridge",
    "CellucidSessionBundle": "session",
    "SessionFormatError": "session",
    "SessionWriter": "session",
    "Viewer": "kernel",
    "ViewerError": "kernel",
    "ViewerState": "kernel",
    "apply_cellucid_session_to_anndata": "bridge",
    "build_session": "bridge",
    "cleanup_all": "kernel",
    "prepare": "dataset.prepare",
    "session_records": "bridge",
    "show": "kernel",
    "show_anndata": "kernel",
    "viewers": "kernel",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_ROOMS[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.app import CellucidExtension

    return [{"module": "cellucid_ext", "app": CellucidExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "cellucid-ext"}]
