"""What can be wrong with a session file."""

from __future__ import annotations


class SessionFormatError(ValueError):
    """A `.cellucid-session` file that is damaged, hostile, or not one at all.

    The message names the part of the file and what was expected there.
    """
