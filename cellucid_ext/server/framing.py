"""Who may put the viewer's own page into a frame."""

from __future__ import annotations

import re
from typing import Final

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"https://(?:\*\.(?=[^:]*\.))?{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?"
)


def check_ancestors(text: str) -> str:
    """Let through what may stand behind ``frame-ancestors``, and nothing else.

    Parameters
    ----------
    text
        Empty, ``'self'``, ``'none'``, or origins with a space between each two.

    Raises
    ------
    ValueError
        Naming what is none of these.

    Examples
    --------
    >>> check_ancestors("https://*.lab.example.org:8443")
    'https://*.lab.example.org:8443'
    """
    if text in ("", "'self'", "'none'"):
        return text
    for origin in text.split(" "):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is no origin; give \"'self'\", \"'none'\", or origins such as "
                "https://host, https://host:8443 or https://*.example.org, with one space "
                "between each two"
            )
    return text


def with_ancestors(policy: str, ancestors: str) -> str:
    """Say in a policy who may frame a page, whatever it said of that before.

    Examples
    --------
    >>> with_ancestors("frame-ancestors 'none'; report-uri /r", "'self'")
    "frame-ancestors 'self'; report-uri /r"
    """
    rest = [one.strip() for one in policy.split(";")]
    kept = [one for one in rest if one and one.split()[0].lower() != "frame-ancestors"]
    return "; ".join([f"frame-ancestors {ancestors}", *kept])
