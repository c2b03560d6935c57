"""What a person reads when something is wrong: the cause, and the next step."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import os
import signal
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.errors import NoServer, SessionTimeout, UploadLost, ViewerTimeout
from tests.real_server import RealServer, free_port

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource
from .real import SHOW, kernel_of, logged_in, ok, open_page, runs, shown, until, viewers_of
from .test_viewer import asked, upload
from .test_waiting import SESSION


def refusal(url: str | None = None) -> str:
    """Say what a person reads who makes a viewer."""
    try:
        with pytest.raises(NoServer) as caught:
            Viewer(MemorySource(), server=url)
    finally:
        disconnect()
    assert "hush" not in str(caught.value)
    return str(caught.value)


# No way to the server.


def test_nothing_listens() -> None:
    text = refusal(f"http://127.0.0.1:{free_port()}/?token=hush")
    assert "nothing listens there (connection refused)" in text
    assert "check that Jupyter still runs" in text


def test_a_name_that_is_not_known() -> None:
    text = refusal("http://no-such-host.invalid:8888/?token=hush")
    assert "the name 'no-such-host.invalid' is not known here" in text
    assert "CELLUCID_SERVER_URL" in text


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    """Listen with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "server.pem"
    private = key.private_bytes(*form, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with answering(200, context) as port:
        yield port


@contextmanager
def answering(status: int, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer everything with a page of HTML, as proxies do; gives the port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><body><h1>nginx</h1></body></html>"
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", f"{len(body)}")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:
            # Who does not trust the certificate hangs up, which is what is tested.
            pass

    server = Server(("127.0.0.1", 0), Answer)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        serving.join(SECONDS)


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        # The same machine under a name for which certificates count.
        text = refusal(f"https://127.1:{port}/?token=hush")
    assert "its certificate is not trusted here" in text
    assert "SSL_CERT_FILE" in text


def test_tls_where_there_is_none(server: FakeServer) -> None:
    with answering(200) as answers_at_once:
        # A Jupyter server is another that waits for more of what it takes for a request.
        for port in (answers_at_once, server.port):
            text = refusal(f"https://127.0.0.1:{port}/?token=hush")
            assert "if it speaks plain HTTP, use http:// instead" in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (413, ["a proxy refused it", "client_max_body_size", "CellucidExtension.part_bytes"]),
        (502, ["a proxy refused it", "check that Jupyter runs", "CellucidExtension.part_bytes"]),
        (503, ["a proxy refused it", "check that Jupyter runs", "CellucidExtension.part_bytes"]),
        (302, ["as to a login", "?token="]),
        (403, ["access:servers!user=jo", "JUPYTERHUB_API_TOKEN"]),
    ],
)
def test_a_proxy_that_answers(status: int, words: list[str]) -> None:
    with answering(status) as port:
        text = refusal(f"http://127.0.0.1:{port}/user/jo/?token=hush")
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("/user/jo%40x/", ["access:servers!user=jo@x", "JUPYTERHUB_API_TOKEN", "/user/jo%40x/?"]),
        ("/", ["token is not accepted", "jupyter server list"]),
    ],
)
def test_a_token_that_is_too_weak(base_url: str, words: list[str], tmp_path: Path) -> None:
    with RealServer(tmp_path, base_url=base_url) as server:
        text = refusal(f"{server.url}?token=hush")
    for word in words:
        assert word in text


# Where this runs.


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("EG_RESPONSE_ADDRESS", ["behind a gateway (EG_RESPONSE_ADDRESS is set)", "allowed_envs"]),
        ("KERNEL_GATEWAY", ["behind a gateway (KERNEL_GATEWAY is set)", "CELLUCID_SERVER_URL"]),
        ("VSCODE_PID", ["VS Code starts Python without a Jupyter server", "CELLUCID_SERVER_URL"]),
        ("NOTHING", ["Run this in a notebook that JupyterLab", "CELLUCID_SERVER_URL"]),
    ],
)
def test_where_no_server_is(
    variable: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_others = ("KERNEL_", "EG_", "VSCODE_", "JPY_", "JUPYTERHUB_", "CELLUCID_")
    for name in list(os.environ):
        if name.startswith(of_others):
            monkeypatch.delenv(name)
    monkeypatch.setenv(variable, "hush")
    text = refusal()
    for word in [*words, "JPY_PARENT_PID: is not set"]:
        assert word in text


# While a session is waited for.


def test_a_server_that_hangs_lets_the_cell_end(tmp_path: Path) -> None:
    with RealServer(tmp_path) as server:
        try:
            with Viewer(MemorySource(), server=server.url_with_token) as viewer:

                @runs
                async def use() -> None:
                    page = await open_page(await logged_in(server), viewer.viewer_id)
                    await asyncio.to_thread(viewer.wait_for_ready, timeout=SECONDS)
                    os.kill(server.pid, signal.SIGSTOP)
                    try:
                        with pytest.raises(SessionTimeout, match="did not answer within 1 s"):
                            await asyncio.to_thread(viewer.get_session_bundle, timeout=1)
                    finally:
                        os.kill(server.pid, signal.SIGCONT)
                    await page.close()

                use()
        finally:
            disconnect()


def test_a_request_that_the_server_forgot(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    told = "No pending session bundle request (viewerId/requestId)"
    said = {"type": "session_bundle", "status": "error"}
    error = {"message": told, "code": "no-pending-request"}
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        first, second = "", ""
        for _ in range(2):
            first, second = second, asked(server)
            server.event(viewer.viewer_id, **said, requestId=second, error=error)
        with pytest.raises(UploadLost, match="no longer expected it, as after a restart") as caught:
            waiting.result(SECONDS)
    assert first != second
    assert told in str(caught.value)
    assert "try again" in str(caught.value)


def test_a_page_of_an_older_viewer_has_no_say(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        request_id = asked(server)
        said = {"type": "session_bundle", "status": "error", "requestId": request_id}
        server.event("a-viewer-of-before", **said, error={"message": "I am old", "code": ""})
        upload(server, viewer, request_id, SESSION.read_bytes())
        assert waiting.result(SECONDS).list_chunk_ids()


def test_a_page_of_another_viewer(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    with (
        Viewer(MemorySource(), server=server.url_with_token) as second,
        pytest.raises(
            ViewerTimeout, match=r"Another viewer of this kernel is open: .*run `viewer`"
        ),
    ):
        second.wait_for_ready(timeout=0.1)


def test_a_page_from_before_the_kernel_was_restarted(tmp_path: Path) -> None:
    @runs
    async def use(server: RealServer) -> None:
        async with kernel_of(server) as (browser, notebook):
            (old,) = shown(ok(await notebook.run(SHOW)))
            await open_page(browser, old)
            await notebook.restart()
            await until(lambda: old not in viewers_of(server), "the server to forget the viewer")
            output = await notebook.run(f"{SHOW}viewer.get_session_bundle(timeout=1)")
            assert (output.error or "").startswith("SessionTimeout")
            assert "from before the kernel was restarted is another viewer" in (output.error or "")
            assert "run `viewer` in a cell" in (output.error or "")

    with RealServer(tmp_path) as server:
        use(server=server)
