"""The wire: one request out, one answer in, as bytes and times, over sockets of our own.

Rules of this room: it must not know what a request is for. No check, no target, no expectation
reaches it, and nothing is decoded, followed, retried or sent unasked beyond what its modules say.
A server is hostile until shown otherwise: every exchange has one deadline and caps, and whatever
the server did wrong comes back as a `WireFault`, never as an exception.

    address.py      a base URL -> whom to connect to, what to put before each path
    answer.py       one answer as far as it has come
    framing.py      bytes -> one answer (no socket, no clock); parser.py what needs h11
    connection.py   one connection: connect, TLS, send, receive, each until a deadline
    tls.py          TLS over a connection, for https
    trust.py        which certificates are taken there
    outgoing.py     one request -> bytes
    trip.py         one request and its answer -> Exchange
    transport.py    Wire and Lane, which the rest of the program uses

Importing this costs no ssl, no httpx and no h11.
"""

from __future__ import annotations

from conformance.wire.answer import Limits
from conformance.wire.transport import Lane, Wire
from conformance.wire.trip import Clock

__all__ = ["Clock", "Lane", "Limits", "Wire"]
