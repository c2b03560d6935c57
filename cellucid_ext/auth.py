"""The kernel's proof: who a request comes from, shown with a key both sides already have.

A kernel and the server that started it share the key of the kernel's connection file, which signs
Jupyter's own messages (Jupyter messaging specification, "Wire protocol"). A request from a kernel
carries an HMAC-SHA256 of what it asks, made with that key. So no token has to reach the kernel, it
works however people log in, it is good for these endpoints only, and it ends with the kernel.

Standard library only: kernels import it in environments that have no Jupyter Server.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

KERNEL_HEADER: Final = "X-Cellucid-Kernel"
TIME_HEADER: Final = "X-Cellucid-Time"
NONCE_HEADER: Final = "X-Cellucid-Nonce"
PROOF_HEADER: Final = "X-Cellucid-Proof"

STREAM: Final = "stream"
"""Stands for the digest of a body that is streamed, which nobody has before it is sent."""

TOLERANCE_SECONDS: Final = 60
MAX_NONCES: Final = 100_000

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIME = re.compile(r"[0-9]{1,12}")


class ProofError(ValueError):
    """A kernel's proof that is missing, malformed, wrong, too old, or used before."""


def body_digest(body: bytes | None) -> str:
    """SHA-256 of a body in hex; ``None`` means that the body is streamed."""
    return STREAM if body is None else hashlib.sha256(body).hexdigest()


def _proof(key: bytes, method: str, target: str, time: str, nonce: str, digest: str) -> str:
    text = "\n".join(("cellucid/1", method.upper(), target, time, nonce, digest))
    return hmac.new(key, text.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def sign(
    key: bytes, kernel_id: str, method: str, target: str, body: bytes | None, now: float
) -> dict[str, str]:
    """Headers by which a kernel proves itself for one request.

    Parameters
    ----------
    key
        The key of the kernel's connection file. An empty one (message signing switched off) proves
        nothing and is refused.
    kernel_id
        The id under which the server knows the kernel.
    method, target
        The request's method, and its path with query as sent, percent-encoded.
    body
        The whole body, ``b""`` where there is none, or ``None`` where it is streamed.
    now
        Unix time in seconds.

    Examples
    --------
    >>> headers = sign(b"key", "k1", "GET", "/_cellucid/info", b"", now=1_700_000_000)
    >>> headers["X-Cellucid-Kernel"], len(headers["X-Cellucid-Proof"])
    ('k1', 64)
    """
    if not key:
        raise ProofError("this kernel signs no messages (empty key), so it can't prove itself")
    time, nonce = str(int(now)), secrets.token_urlsafe(18)
    return {
        KERNEL_HEADER: kernel_id,
        TIME_HEADER: time,
        NONCE_HEADER: nonce,
        PROOF_HEADER: _proof(key, method, target, time, nonce, body_digest(body)),
    }


class ProofVerifier:
    """Checks proofs, and remembers nonces for as long as their time would still be accepted.

    Parameters
    ----------
    key_of
        Gives the key of a running kernel, or ``None`` for one that is not there.
    clock
        Gives Unix time in seconds.
    """

    def __init__(self, key_of: Callable[[str], bytes | None], clock: Callable[[], float]) -> None:
        self._key_of = key_of
        self._clock = clock
        self._nonces: OrderedDict[tuple[str, str], float] = OrderedDict()

    def verify(
        self, headers: Mapping[str, str], method: str, target: str, body: bytes | None
    ) -> str:
        """Return the id of the kernel that a request comes from.

        Raises
        ------
        ProofError
            Saying in one sentence what is wrong with the proof.
        """
        kernel_id, time = headers.get(KERNEL_HEADER, ""), headers.get(TIME_HEADER, "")
        nonce, proof = headers.get(NONCE_HEADER, ""), headers.get(PROOF_HEADER, "")
        if not (kernel_id and _TIME.fullmatch(time) and _NONCE.fullmatch(nonce) and proof):
            raise ProofError("the kernel's proof is missing or malformed")
        key = self._key_of(kernel_id)
        expected = _proof(key or b"\0", method, target, time, nonce, body_digest(body))
        if not key or not hmac.compare_digest(expected.encode(), proof.encode("utf-8", "replace")):
            raise ProofError("the kernel's proof does not fit: wrong key, or an unknown kernel")
        now = self._clock()
        if abs(now - int(time)) > TOLERANCE_SECONDS:
            raise ProofError(
                f"the kernel's proof is {abs(now - int(time)):.0f} s off this server's clock; "
                f"{TOLERANCE_SECONDS} s are allowed"
            )
        self._remember(kernel_id, nonce, now)
        return kernel_id

    def _remember(self, kernel_id: str, nonce: str, now: float) -> None:
        # A proof may come from a clock that is ahead, so it is good for twice the tolerance.
        while self._nonces and next(iter(self._nonces.values())) < now - 2 * TOLERANCE_SECONDS:
            self._nonces.popitem(last=False)
        if (kernel_id, nonce) in self._nonces:
            raise ProofError("the kernel's proof was used before")
        if len(self._nonces) >= MAX_NONCES:
            raise ProofError("too many requests from kernels in a minute")
        self._nonces[kernel_id, nonce] = now
