"""TLS, with good certificates and others."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from helpers.hostile import BOUND, Peer, Script, answers, serve
from helpers.wires import NOT_MODIFIED, OK, SHORT, Ticks, Wires, content, fault

from conformance.errors import UsageError
from conformance.model import Exchange
from conformance.wire import Wire


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


@pytest.fixture(scope="module")
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_https_with_a_private_authority(wires: Wires, tls: ssl.SSLContext, certificate: Path) -> None:
    body = b"s" * 300_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body
    with serve(answers(answer), tls=tls) as server:
        lane = wires(server.url, verify=str(certificate)).lane()
        assert [lane.exchange("GET", "/").connection for _ in range(2)] == [1, 1]
        assert content(lane.exchange("POST", "/", body=b"t" * 16_000_000)) == body
        assert server.requests[0].startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")


def test_https_on_request_without_verification(wires: Wires, tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        assert content(wires(server.url, verify=False).lane().exchange("GET", "/")) == b"ok"


def test_stray_bytes_over_tls(wires: Wires, tls: ssl.SSLContext) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(NOT_MODIFIED)
        peer.request()
        peer.send(b"null")
        peer.send(OK)

    with serve(script, tls=tls) as server:
        sent = wires(server.url, verify=False).lane().exchange("GET", "/", stray=True)
        assert sent.response is not None
        assert sent.response.stray == b"null"


def test_a_self_signed_certificate_is_named(wires: Wires, tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        found = fault(wires(server.url).lane().exchange("GET", "/"))
        assert found.kind == "tls"
        assert "certificate can't be verified (self" in found.says


def test_https_to_a_plain_server(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.hold()

    with serve(script) as server:
        found = fault(wires(server.url.replace("http", "https")).lane().exchange("GET", "/"))
        assert found.kind == "tls"
        assert "what answers there is no TLS" in found.says


def recv_and_reset(peer: Peer) -> None:
    peer.sock.recv(1000)
    peer.reset()


@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        (lambda peer: peer.hold(), "timeout", "did not finish the TLS handshake in time"),
        (lambda peer: peer.sock.recv(1000), "tls", "the server closed the connection"),
        (recv_and_reset, "tls", "the server closed the connection"),
    ],
    ids=["silence", "closed", "reset"],
)
def test_a_handshake_that_does_not_end_well(wires: Wires, script: Script, kind: str, says: str) -> None:
    limits = SHORT if kind == "timeout" else None
    with serve(script) as server:
        found = fault(wires(server.url.replace("http", "https"), limits).lane().exchange("GET", "/"))
        assert found.kind == kind
        assert says in found.says


def test_cancel_ends_a_handshake(wires: Wires) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        begun.set()
        peer.hold()

    with serve(script) as server:
        wire = wires(server.url.replace("http", "https"))
        got: list[Exchange] = []
        thread = threading.Thread(target=lambda: got.append(wire.lane().exchange("GET", "/")))
        thread.start()
        assert begun.wait(BOUND)
        wire.cancel()
        thread.join(BOUND)
        assert fault(got[0]).kind == "cancelled"


def test_a_server_that_wants_a_certificate_of_ours(wires: Wires, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with serve(answers(OK), tls=context) as server:
        found = fault(wires(server.url, verify=False).lane().exchange("GET", "/"))
        assert found.kind in {"tls", "reset"}  # the alert may be lost with the connection
        assert found.says


def test_a_bundle_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        Wire("https://localhost", Ticks(), verify=str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(UsageError, match="PEM"):
        Wire("https://localhost", Ticks(), verify=str(tmp_path / "bad.pem"))
