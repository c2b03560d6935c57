"""The kernel's proof: what it accepts, and each way in which it must fail."""

from __future__ import annotations

import pytest

from cellucid_ext.auth import (
    KERNEL_HEADER,
    NONCE_HEADER,
    PROOF_HEADER,
    TIME_HEADER,
    TOLERANCE_SECONDS,
    ProofError,
    ProofVerifier,
    sign,
)

KEYS = {"k1": b"first key", "k2": b"second key", "unsigned": b""}
NOW = 1_700_000_000.0
TARGET = "/a%20b/_cellucid/viewers?x=1"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(clock: Clock) -> ProofVerifier:
    return ProofVerifier(KEYS.get, clock)


@pytest.mark.parametrize("body", [b"", b'{"a": 1}', None], ids=["empty", "body", "stream"])
def test_a_true_proof_names_its_kernel(verifier: ProofVerifier, body: bytes | None) -> None:
    headers = sign(KEYS["k1"], "k1", "post", TARGET, body, NOW)
    assert verifier.verify(headers, "POST", TARGET, body) == "k1"


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PUT", TARGET, b"body"),
        ("POST", TARGET + "&y=2", b"body"),
        ("POST", TARGET, b"another body"),
        ("POST", TARGET, None),
    ],
    ids=["method", "target", "body", "stream instead of body"],
)
def test_a_proof_is_for_one_request(
    verifier: ProofVerifier, method: str, target: str, body: bytes | None
) -> None:
    headers = sign(KEYS["k1"], "k1", "POST", TARGET, b"body", NOW)
    with pytest.raises(ProofError, match="does not fit"):
        verifier.verify(headers, method, target, body)


def test_another_kernels_key_does_not_fit(verifier: ProofVerifier) -> None:
    headers = sign(KEYS["k2"], "k1", "GET", TARGET, b"", NOW)
    with pytest.raises(ProofError, match="does not fit"):
        verifier.verify(headers, "GET", TARGET, b"")


@pytest.mark.parametrize("kernel_id", ["gone", "unsigned"])
def test_a_kernel_without_a_key_proves_nothing(verifier: ProofVerifier, kernel_id: str) -> None:
    for guess in (b"\0", b"guess"):
        headers = sign(guess, kernel_id, "GET", TARGET, b"", NOW)
        with pytest.raises(ProofError, match="does not fit"):
            verifier.verify(headers, "GET", TARGET, b"")


def test_an_empty_key_signs_nothing() -> None:
    with pytest.raises(ProofError, match="empty key"):
        sign(b"", "unsigned", "GET", TARGET, b"", NOW)


@pytest.mark.parametrize("header", [KERNEL_HEADER, TIME_HEADER, NONCE_HEADER, PROOF_HEADER])
@pytest.mark.parametrize("value", [None, "", "\u0660", "é" * 40, "-1"])
def test_a_malformed_proof(verifier: ProofVerifier, header: str, value: str | None) -> None:
    headers = sign(KEYS["k1"], "k1", "GET", TARGET, b"", NOW)
    headers.pop(header)
    if value is not None:
        headers[header] = value
    with pytest.raises(ProofError):
        verifier.verify(headers, "GET", TARGET, b"")


def test_a_proof_is_good_once(verifier: ProofVerifier) -> None:
    headers = sign(KEYS["k1"], "k1", "GET", TARGET, b"", NOW)
    verifier.verify(headers, "GET", TARGET, b"")
    with pytest.raises(ProofError, match="used before"):
        verifier.verify(headers, "GET", TARGET, b"")


@pytest.mark.parametrize("skew", [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1])
def test_a_proof_is_good_for_a_minute(verifier: ProofVerifier, skew: int) -> None:
    headers = sign(KEYS["k1"], "k1", "GET", TARGET, b"", NOW + skew)
    with pytest.raises(ProofError, match="61 s off"):
        verifier.verify(headers, "GET", TARGET, b"")


def test_a_nonce_is_remembered_as_long_as_its_time_is_good(
    verifier: ProofVerifier, clock: Clock
) -> None:
    headers = sign(KEYS["k1"], "k1", "GET", TARGET, b"", NOW + TOLERANCE_SECONDS)
    verifier.verify(headers, "GET", TARGET, b"")
    clock.now = NOW + 2 * TOLERANCE_SECONDS
    with pytest.raises(ProofError, match="used before"):
        verifier.verify(headers, "GET", TARGET, b"")
