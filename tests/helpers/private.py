"""The reference behind a private CA, a login and a prefix."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.app import build
from reference_impl.serve import Running, UvicornEngine, dated, listen
from reference_impl.settings import Settings

__all__ = ["certify", "serve"]


def certify(certificate: Path, key: Path) -> None:
    """Write a self-signed certificate for this machine, and its key."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


class Secure(UvicornEngine):
    """By TLS."""

    def __init__(self, app: ASGIApp, certificate: Path, key: Path) -> None:
        super().__init__(app)
        self._server.config.ssl_certfile, self._server.config.ssl_keyfile = str(certificate), str(key)


def behind(app: ASGIApp, prefix: str, token: str) -> ASGIApp:
    """The app below that prefix, for who knows the token."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if not scope["path"].startswith(prefix):
                return await PlainTextResponse("not found", 404)(scope, receive, send)
            if (b"authorization", f"Bearer {token}".encode()) not in scope["headers"]:
                challenge = {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"}
                return await PlainTextResponse("who?", 401, challenge)(scope, receive, send)
            scope = {**scope, "path": scope["path"].removeprefix(prefix)}
        return await app(scope, receive, send)

    return outer


@contextmanager
def serve(certificate: Path, *, token: str, prefix: str) -> Iterator[int]:
    """Its port, while it is served; its certificate is written there."""
    key = certificate.with_suffix(".key")
    certify(certificate, key)
    settings = Settings()

    def make() -> Secure:
        return Secure(dated(behind(build(settings), prefix, token), settings.clock), certificate, key)

    with Running(make, listen("127.0.0.1", 0)) as running:
        yield running.port
