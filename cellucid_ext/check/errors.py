"""The exception of `jupyter cellucid check`."""

from __future__ import annotations


class CheckError(RuntimeError):
    """A step of the check that did not do what it should; the text is the one line to print."""
