"""TLS over a connected socket; the only file that imports ssl, and only for an https base URL.

Rules of this file: one context for the whole run, the usual verification, and a handshake that
keeps to the deadline of the exchange.
"""

from __future__ import annotations

import selectors
import socket
import ssl

import certifi

from conformance.errors import UsageError
from conformance.wire.address import Base
from conformance.wire.answer import Broken
from conformance.wire.connection import Alarm, Connection

__all__ = ["Secured", "context", "secure"]

# What OpenSSL says, by version, when the other side does not speak TLS at all.
_PLAIN = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"}


def context(verify: bool | str) -> ssl.SSLContext:
    """The context of a run.

    Args:
        verify: True: the system's certificate authorities and certifi's (which Python on a Mac needs);
            a path: those of that file, too; False: anything goes.

    Raises:
        UsageError: the file can't be read.
    """
    made = ssl.create_default_context()
    made.set_alpn_protocols(["http/1.1"])
    if verify is False:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        return made
    made.load_verify_locations(certifi.where())
    if verify is not True:
        try:
            made.load_verify_locations(verify)
        except OSError as error:  # ssl.SSLError is one
            reason = error.strerror or str(error)
            says = (
                f"the CA bundle {verify!r} can't be read ({reason}); accepted is a file of PEM certificates"
            )
            raise UsageError(says) from None
    return made


class Secured:
    """A TLS socket that blocks as a plain one does: with a BlockingIOError."""

    __slots__ = ("_sock",)

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        """For the selector."""
        return self._sock.fileno()

    def recv(self, size: int, /) -> bytes:
        """As of a socket; a connection that ends without TLS's own farewell ends all the same."""
        try:
            return self._sock.recv(size)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except ssl.SSLError as error:
            raise _broke(error) from None

    def send(self, data: memoryview, /) -> int:
        """As of a socket."""
        try:
            return self._sock.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except ssl.SSLError as error:
            raise _broke(error) from None

    def close(self) -> None:
        """Close the socket, without a farewell."""
        self._sock.close()


def secure(sock: socket.socket, base: Base, using: ssl.SSLContext, alarm: Alarm, until: float) -> Secured:
    """Shake hands.

    Raises:
        Broken: tls, timeout or cancelled; the socket is closed then.
    """
    wrapped = using.wrap_socket(sock, server_hostname=base.host, do_handshake_on_connect=False)
    waiting = Connection(wrapped, alarm)
    try:
        while True:
            try:
                wrapped.do_handshake()
            except ssl.SSLWantReadError:
                waiting.wait(selectors.EVENT_READ, until)
            except ssl.SSLWantWriteError:
                waiting.wait(selectors.EVENT_WRITE, until)
            else:
                return Secured(wrapped)
    except TimeoutError:
        wrapped.close()
        raise Broken("timeout", f"{base.peer} did not finish the TLS handshake in time") from None
    except OSError as error:
        wrapped.close()
        raise Broken("tls", f"no TLS connection to {base.peer}: {_reason(error)}") from None
    except BaseException:
        wrapped.close()
        raise
    finally:
        waiting.detach()


def _broke(error: ssl.SSLError) -> Broken:
    return Broken("tls", f"the TLS connection broke: {_reason(error)}")


def _reason(error: OSError) -> str:
    """Why a handshake failed, for a person."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate can't be verified ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        if error.reason in _PLAIN:
            return "what answers there is no TLS"
        if not isinstance(error, ssl.SSLEOFError) and error.reason:
            return error.reason.replace("_", " ").lower()
    return "the server closed the connection"
