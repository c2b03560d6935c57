"""Which server a kernel belongs to, and how we know.

`candidates` looks at names only and asks nobody; `Wire.probe` then asks them in order. The list of
running servers that Jupyter offers (``list_running_servers``) is not used: it deletes the records
of servers on other machines that share the home folder.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from ..protocol import SERVER_URL_VARIABLE

_CONNECTION_FILE = re.compile(r"kernel-([A-Za-z0-9-]{1,64})\.json")
_FRONT_ENDS = re.compile(r"(.*?/)(?:lab|tree|notebooks|nbclassic|doc)(?:/.*)?")
_NO_SCHEME = re.compile(r"[\w.-]+(:\d+)?(/[^/].*|/?)")
_SECRETS = re.compile(r"(?s)((?:[A-Za-z]+:?//)?)(?:[^?#]*@)?([^?#]*).*")
_ANY_ADDRESS = {"": "localhost", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
_TLS_VARIABLES = {
    "certfile": "JUPYTERHUB_SSL_CERTFILE",
    "keyfile": "JUPYTERHUB_SSL_KEYFILE",
    "cafile": "JUPYTERHUB_SSL_CLIENT_CA",
}


@dataclass(frozen=True)
class Kernel:
    """What the server knows this process by.

    Attributes
    ----------
    id
        The kernel's id; a made-up one outside a kernel.
    key
        The key that signs this kernel's messages, ``b""`` where there is none.
    """

    id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Candidate:
    """A server this process may belong to, or the reason why a source named none.

    Attributes
    ----------
    how
        Where it was looked for, as an error message names it.
    url
        Its address with a slash at the end; empty where there is a `problem`.
    token
        A Jupyter token for it; empty where the kernel's own proof is to be used.
    tls
        Files of the Hub's internal TLS: ``certfile``, ``keyfile``, ``cafile``.
    problem
        Why there is nothing to ask.
    """

    how: str
    url: str = ""
    token: str = field(default="", repr=False)
    tls: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """A place where a server was looked for, and what came of it.

    Attributes
    ----------
    how
        The place, as `Candidate` has it.
    verdict
        Why it named no server, or what was there.
    """

    how: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.how}: {self.verdict}"


@cache
def _outside_id() -> str:
    return f"outside-{secrets.token_urlsafe(12)}"


def this_kernel() -> Kernel:
    """Id and key of the kernel this runs in; outside of one, a random id and no key."""
    try:
        from ipykernel.connect import get_connection_file
        from IPython import get_ipython

        named = _CONNECTION_FILE.fullmatch(Path(get_connection_file()).name)
        key = get_ipython().kernel.session.key
    except (ImportError, RuntimeError, OSError, AttributeError):
        return Kernel(_outside_id(), b"")
    return Kernel(named.group(1) if named else _outside_id(), key if named else b"")


def candidates(
    argument: str | None, environ: Mapping[str, str], runtime: Path, kernel: Kernel
) -> list[Candidate]:
    """List where this kernel's server may be, likeliest first.

    Parameters
    ----------
    argument
        The address a person gave, perhaps with ``?token=…``; then nothing else is looked at.
    environ
        The environment's variables.
    runtime
        Jupyter's runtime folder, where servers leave their records; only read.
    kernel
        Who asks. Without a key it can't prove itself, so only servers with a token are listed.

    Examples
    --------
    >>> kernel = Kernel("k1", b"key")
    >>> here = {"CELLUCID_SERVER_URL": "http://127.0.0.1:8888/"}
    >>> [c.url for c in candidates(None, here, Path("/nowhere"), kernel) if not c.problem]
    ['http://127.0.0.1:8888/']
    """
    if argument is not None:
        return [_check(_from_url("the argument server", argument), kernel)]
    found = [
        _from_variable(environ),
        _from_hub(environ),
        _from_record(environ, runtime, kernel),
    ]
    return [_check(candidate, kernel) for candidate in found]


def _check(candidate: Candidate, kernel: Kernel) -> Candidate:
    if candidate.problem or candidate.token or kernel.key:
        return candidate
    return Candidate(
        candidate.how,
        problem=f"names {candidate.url}, but this process is no kernel of it and has no token; "
        "add ?token=… to the address",
    )


def _from_url(how: str, text: str) -> Candidate:
    text = text.strip()
    # Errors are shown to others: no token, user or password in them.
    address = _SECRETS.sub(r"\1\2", text, count=1)
    if _NO_SCHEME.fullmatch(address):
        return Candidate(how, problem=f"is {address!r}: write http:// before it")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        # Its words would name user and password.
        return Candidate(how, problem=f"is {address!r}, whose host is no name or number")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return Candidate(
            how, problem=f"is {address!r}, not an address such as http://localhost:8888/"
        )
    try:
        port = parts.port
    except ValueError:
        return Candidate(how, problem=f"is {address!r}, whose port is no number up to 65535")
    host = _ANY_ADDRESS.get(host, f"[{host}]" if ":" in host else host)
    # People paste what Jupyter printed: http://localhost:8888/lab?token=…
    front_end = _FRONT_ENDS.fullmatch(parts.path) if parts.query else None
    path = (front_end.group(1) if front_end else parts.path).rstrip("/") + "/"
    url = urlunsplit((parts.scheme, host if port is None else f"{host}:{port}", path, "", ""))
    return Candidate(how, url, parse_qs(parts.query).get("token", [""])[0])


def _from_variable(environ: Mapping[str, str]) -> Candidate:
    text = environ.get(SERVER_URL_VARIABLE)
    if not text:
        return Candidate(SERVER_URL_VARIABLE, problem="is not set")
    return _from_url(SERVER_URL_VARIABLE, text)


def _from_hub(environ: Mapping[str, str]) -> Candidate:
    how = "JUPYTERHUB_SERVICE_URL"
    url, prefix = environ.get(how), environ.get("JUPYTERHUB_SERVICE_PREFIX")
    token = environ.get("JUPYTERHUB_API_TOKEN", "")
    if not url or not prefix:
        return Candidate(how, problem="is not set")
    try:
        url = urlunsplit((*urlsplit(url)[:2], prefix, "", ""))
    except ValueError:
        return _from_url(how, url)
    found = _from_url(how, url)
    tls = tuple(
        (name, environ[variable])
        for name, variable in _TLS_VARIABLES.items()
        if environ.get(variable)
    )
    return Candidate(how, found.url, token, tls, found.problem)


def _from_record(environ: Mapping[str, str], runtime: Path, kernel: Kernel) -> Candidate:
    pid = environ.get("JPY_PARENT_PID", "")
    if not pid.isascii() or not pid.isdigit():
        return Candidate("JPY_PARENT_PID", problem="is not set")
    how = f"jpserver-{pid}.json"
    try:
        record = json.loads((runtime / how).read_text("utf-8"))
        url, token = str(record["url"]), str(record.get("token") or "")
    except FileNotFoundError:
        return Candidate(how, problem=f"is not in {runtime}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Candidate(how, problem=f"can't be read: {error}")
    if url.startswith("http+unix:"):
        return Candidate(how, problem="is of a server on a Unix socket, which can't be reached")
    found = _from_url(how, url)
    # The record's token opens everything, the proof our own endpoints only: so the proof, if any.
    return found if found.problem else Candidate(how, found.url, "" if kernel.key else token)
