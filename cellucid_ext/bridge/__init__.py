"""The way between a session file and an AnnData. Knows both, and no Jupyter."""

from .apply import apply_cellucid_session_to_anndata
from .build import build_session
from .record import session_records
from .summary import ApplySummary

__all__ = [
    "ApplySummary",
    "apply_cellucid_session_to_anndata",
    "build_session",
    "session_records",
]
