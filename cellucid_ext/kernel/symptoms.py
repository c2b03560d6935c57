"""What is likely behind a failure, and what to do about it, in words for people."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping
from http.client import responses
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ..protocol import SERVER_URL_VARIABLE

_HUB_USER: Final = re.compile(r"/user/([^/]+)/")
_NO_ROUTE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH)
_EXAMPLE: Final = "http://localhost:8888/?token=…"


def why_unreachable(url: str, error: BaseException | None) -> str:
    """Say why there was no answer at all.

    Parameters
    ----------
    url
        Address of the server.
    error
        What the network said.

    Examples
    --------
    >>> why_unreachable("http://jupyter:8888/", ConnectionRefusedError())
    ... # doctest: +NORMALIZE_WHITESPACE
    'the Jupyter server at http://jupyter:8888/ does not answer: nothing listens there (connection
    refused); check that Jupyter still runs and that the address and its port are right'
    """
    # Tornado hides what broke a connection in the error that says it is closed.
    error = getattr(error, "real_error", None) or error
    says = f"the Jupyter server at {url} does not answer"
    parts = urlsplit(url)
    if isinstance(error, ConnectionRefusedError):
        return (
            f"{says}: nothing listens there (connection refused); check that Jupyter still runs "
            "and that the address and its port are right"
        )
    if isinstance(error, socket.gaierror):
        return (
            f"{says}: the name {parts.hostname!r} is not known here; check the address, or set "
            f"{SERVER_URL_VARIABLE} to one that this machine can reach"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"{says}: its certificate is not trusted here ({error.verify_message}); set the "
            "variable SSL_CERT_FILE to the file of the authority that signed it, and restart "
            "this kernel"
        )
    if isinstance(error, ssl.SSLError) and _is_tls(url):
        return f"{says} with TLS ({error.reason}): if it speaks plain HTTP, use http:// instead"
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return (
            f"{says}: no network leads from here to {parts.hostname!r}; set {SERVER_URL_VARIABLE} "
            "to an address that this machine can reach"
        )
    return says if error is None or not str(error) else f"{says}: {error}"


def why_silent(url: str, seconds: float) -> str:
    """Say that there was a connection and no answer over it in some seconds.

    Examples
    --------
    >>> why_silent("http://jupyter:8888/", 1)
    'the Jupyter server at http://jupyter:8888/ did not answer within 1 s'
    """
    says = f"the Jupyter server at {url} did not answer within {seconds:g} s"
    # Most servers wait for more of what they take for the beginning of a plain request.
    return f"{says}: if it speaks plain HTTP, use http:// instead" if _is_tls(url) else says


def why_unwritable(file: str, error: OSError) -> str:
    """Say why what arrives can't be kept in a temporary file.

    Parameters
    ----------
    file
        Its path.
    error
        What the operating system said.

    Examples
    --------
    >>> why_unwritable("/tmp/x/a", OSError(28, "No space left on device"))
    ... # doctest: +NORMALIZE_WHITESPACE
    "what the server sends can't be written into the folder /tmp/x (No space left on device): make
    room there, or set the variable TMPDIR to another folder and restart this kernel"
    """
    return (
        f"what the server sends can't be written into the folder {os.path.dirname(file)} "
        f"({error.strerror}): make room there, or set the variable TMPDIR to another folder and "
        "restart this kernel"
    )


def why_refused(url: str, status: int, answer: Mapping[str, Any] | None, token: bool) -> str:
    """Say why there was an answer, but not the one that was wanted.

    Parameters
    ----------
    url
        Address of the server.
    status
        The HTTP status.
    answer
        The JSON object answered; None where it was something else, as from a proxy.
    token
        Whether a token was sent, and not a kernel's proof.

    Examples
    --------
    >>> why_refused("http://localhost/", 507, {"message": "the disk is full"}, token=False)
    'the Jupyter server refused: the disk is full'
    """
    answered = f"{status} {responses.get(status, '')}".strip()
    words = (answer or {}).get("message") or answered
    code = (answer or {}).get("code")
    says = f"the Jupyter server refused: {words}"
    if token and (code == "not-authenticated" or (status in (401, 403) and not code)):
        return f"{says}. {_about_token(url)}"
    if code == "bad-proof":
        return f"{says}. Restart this kernel from the notebook, so that both know each other"
    if answer is not None:
        return says
    if status == 413:
        return (
            f"a proxy refused it before it came to the Jupyter server ({answered}): it takes "
            "smaller bodies only. Raise its limit (nginx calls it client_max_body_size); for what "
            "pages upload it also helps to set CellucidExtension.part_bytes below it"
        )
    if status in (502, 503, 504):
        return (
            f"a proxy refused it ({answered}), since it got no answer from the Jupyter server: "
            "check that Jupyter runs, and try again; if only large sessions fail, set "
            "CellucidExtension.part_bytes lower"
        )
    if 300 <= status < 400:
        return (
            f"{says}: {url} sends to another page, as to a login. Add ?token=… to the address, and "
            "check that the address is right"
        )
    return says


def _is_tls(url: str) -> bool:
    return urlsplit(url).scheme == "https"


def _about_token(url: str) -> str:
    user = _HUB_USER.search(urlsplit(url).path)
    if user is None:
        return (
            "Its token is not accepted: take the address that `jupyter server list` prints where "
            "Jupyter runs"
        )
    name = unquote(user.group(1))
    return (
        "The token is not accepted, or too weak: it needs the scope "
        f"access:servers!user={name}. JUPYTERHUB_API_TOKEN has it unless the Hub's administrator "
        "changed its scopes; make another with this scope on the Hub's page “Token”, and put it "
        f"into {SERVER_URL_VARIABLE} as …/user/{user.group(1)}/?token=…"
    )


def where_to_run(environ: Mapping[str, str]) -> str:
    """Say what to do where no server was found, by where this Python seems to run.

    Parameters
    ----------
    environ
        The environment's variables.

    Examples
    --------
    >>> where_to_run({"VSCODE_PID": "7"})[:44]
    'VS Code starts Python without a Jupyter serv'
    """
    gateway = sorted(name for name in environ if name.startswith(("KERNEL_", "EG_")))
    if gateway:
        return (
            f"This kernel seems to run behind a gateway ({gateway[0]} is set), often on another "
            f"machine: set {SERVER_URL_VARIABLE} to an address of your Jupyter server that this "
            "machine can reach, with ?token=…, and have it passed on: list it in "
            "GatewayClient.allowed_envs of the Jupyter server and in client_envs of the gateway"
        )
    if any(name.startswith("VSCODE_") for name in environ):
        return (
            "VS Code starts Python without a Jupyter server: run `jupyter lab` and use the "
            f"notebook there, or set {SERVER_URL_VARIABLE} to its address, such as {_EXAMPLE}, "
            "and open the address of the viewer in a browser"
        )
    return (
        "Run this in a notebook that JupyterLab or Jupyter Notebook opened (plain scripts start "
        f"without a Jupyter server), or set {SERVER_URL_VARIABLE} to the address of yours, such "
        f"as {_EXAMPLE}"
    )
