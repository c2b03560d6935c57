"""Words of others, such as a page's, as they may stand in a report."""

from __future__ import annotations

import reprlib
from typing import Final

_MAX_LENGTH: Final = 400


def one_line(said: object) -> str:
    r"""Write something as one short line of characters that can be seen.

    So it can't look like lines of its own, nor change what a terminal shows.

    Examples
    --------
    >>> one_line("gone\nEverything works.")
    'gone Everything works.'
    >>> one_line({"text": [1, 2]})
    "{'text': [1, 2]}"
    """
    # In short: what came as JSON may be nested too deep for its repr.
    text = said if isinstance(said, str) else reprlib.repr(said)
    line = " ".join(text[: 2 * _MAX_LENGTH].split())
    if len(line) > _MAX_LENGTH:
        line = f"{line[:_MAX_LENGTH]}…"
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
