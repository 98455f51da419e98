"""conformance.execute.diagnosis: a server that is there, and was asked in the wrong way."""

from __future__ import annotations

import ssl

import pytest
from helpers.hostile import answers, serve, unused_port
from helpers.wires import OK
from wire.test_tls import certificate, tls

from conformance.execute.diagnosis import way_out
from conformance.model import WireFault
from conformance.model.exchanges import FaultKind

__all__ = ["certificate", "tls"]  # fixtures

CLOSED, TLS = WireFault("closed", ""), WireFault("tls", "")


@pytest.mark.processes
def test_a_certificate_of_ones_own_is_trusted_by_an_option(tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        assert way_out(server.url, TLS, verify=True).startswith(
            "Trust its certificate, if it is your own: --ca FILE names it, or that of its CA"
        )


@pytest.mark.processes
def test_http_to_a_port_of_tls_is_told_with_the_url_to_give(tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        rest = server.url.partition("://")[2]
        says = way_out(f"http://{rest}", CLOSED, verify=True)
    assert says.startswith(f"It speaks TLS there: give https://{rest} as the URL, with --ca FILE")


def test_https_to_a_plain_port_is_told_with_the_url_to_give() -> None:
    with serve(answers(OK)) as server:
        rest = server.url.partition("://")[2]
        says = way_out(f"https://{rest}", TLS, verify=True)
    assert says == f"It speaks plain HTTP there: give http://{rest} as the URL."


@pytest.mark.parametrize("kind", ["refused", "dns", "timeout"])
def test_nobody_is_asked_again_where_it_would_tell_nothing(kind: FaultKind) -> None:
    with serve(answers(OK)) as server:
        assert way_out(server.url, WireFault(kind, ""), verify=True) == ""
        assert server.connections == 0


@pytest.mark.parametrize(("scheme", "fault"), [("http", CLOSED), ("https", TLS)])
def test_where_nothing_helps_nothing_is_said(scheme: str, fault: WireFault) -> None:
    assert way_out(f"{scheme}://127.0.0.1:{unused_port()}", fault, verify=True) == ""
