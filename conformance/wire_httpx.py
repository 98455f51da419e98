"""The same wire as an httpx transport, so that a client cache can stand on top of it.

Rules of this file: nothing but translation. The lane stays its owner's; closing the transport
leaves it open. Call it with bare `httpx.Request` objects: an `httpx.Client` adds headers of its own.
"""

from __future__ import annotations

import httpx

from conformance.errors import HarnessError
from conformance.model import FaultKind, WireFault
from conformance.wire import Lane, Sent

__all__ = ["ConformanceTransport", "fault_of"]

_ERRORS: dict[FaultKind, type[httpx.TransportError]] = {
    "refused": httpx.ConnectError,
    "dns": httpx.ConnectError,
    "tls": httpx.ConnectError,
    "timeout": httpx.ReadTimeout,
    "reset": httpx.RemoteProtocolError,
    "closed": httpx.RemoteProtocolError,
    "too-large": httpx.RemoteProtocolError,
    "malformed": httpx.RemoteProtocolError,
    "cancelled": httpx.ReadError,
}


class ConformanceTransport(httpx.BaseTransport):
    """Carries httpx requests on a lane.

    Args:
        lane: used by one thread at a time, like the transport.
        keep: as of `Lane.exchange`.
    """

    def __init__(self, lane: Lane, *, keep: int = 65536) -> None:
        self._lane = lane
        self._keep = keep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request; `extensions["conformance"]` of the answer is its `Sent`.

        Raises:
            httpx.TransportError: there is a fault; `fault_of` has it, and the request's
                `extensions["conformance"]` the whole `Sent`.
            HarnessError: the request is for another server.
        """
        origin = self._lane.wire.origin
        asked = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
        if asked != origin:
            raise HarnessError(f"a request for {asked} reached the transport of {origin}")
        sent = self._lane.send(
            request.method,
            request.url.raw_path.decode("ascii"),
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw),
            request.read(),
            keep=self._keep,
        )
        if sent.response is None:
            raise _error(request, sent)
        answer = sent.response
        return httpx.Response(
            answer.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers],
            stream=httpx.ByteStream(sent.content),
            extensions={
                "http_version": answer.version.encode("ascii"),
                "reason_phrase": answer.reason.encode("latin-1"),
                "conformance": sent,
            },
            request=request,
        )


def fault_of(error: httpx.TransportError) -> WireFault | None:
    """The fault behind an error that a `ConformanceTransport` raised."""
    fault = getattr(error, "fault", None)
    return fault if isinstance(fault, WireFault) else None


def _error(request: httpx.Request, sent: Sent) -> httpx.TransportError:
    fault = sent.fault or WireFault("closed", "no answer came")
    error = _ERRORS[fault.kind](fault.says, request=request)
    error.fault = fault  # type: ignore[attr-defined]
    request.extensions["conformance"] = sent
    return error
