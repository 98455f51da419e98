"""The thinking part of an `Answer`: h11 reads what the shortcut does not take.

Rules of this file: h11 has the last word on what is HTTP; this file only keeps the field lines as
they came (h11 folds two equal Content-Lengths into one) and says in a student's words what h11
refused. It is imported when it is first needed.
"""

from __future__ import annotations

import re

import h11

from conformance.model import Headers
from conformance.wire.answer import Answer, Broken, field_pairs

__all__ = ["Parser"]

_STATUS_LINE = re.compile(r"HTTP/[0-9]\.[0-9] [0-9]{3}(?: [^\0\v\f\r]*)?\Z")
_SHOWN = 80  # characters of a bad line are enough for a sentence
_LINE_END = r"\r\n"  # as repr has it
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


class Parser:
    """Feeds one h11 connection and fills in the Answer."""

    __slots__ = ("_answer", "_before", "_h11", "_head")

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._head = bytearray()  # what came after the last head, until the final head is in
        self._before = 0  # bytes of the interim answers
        # h11 frames by the request's method; what else the request says is nothing to it.
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=answer.limits.header)
        self._h11.send(h11.Request(method=answer.method, target="/", headers=[("Host", "a")]))
        self._h11.send(h11.EndOfMessage())

    def feed(self, data: bytes) -> bool:
        """Take more bytes; whether the answer is complete.

        Raises:
            Broken: it is no HTTP, or past a limit.
        """
        answer = self._answer
        if not answer.status:
            self._head += data
            if not answer.looks_like_http():  # needs no blank line to be seen
                raise Broken("malformed", _no_http(answer.first))
        try:
            self._h11.receive_data(data)
            return self._read()
        except h11.RemoteProtocolError as error:
            raise self._refused(error) from None

    def end(self) -> bool:
        """The connection is closed: whether that completes the answer (RFC 9112 6.3, rule 8)."""
        try:
            self._h11.receive_data(b"")
            return self._read()
        except h11.RemoteProtocolError:
            return False

    def _read(self) -> bool:
        """Take every event that is there."""
        answer = self._answer
        while not answer.complete:
            event = self._h11.next_event()
            if isinstance(event, h11.Data):
                answer.body += event.data
                answer.length += len(event.data)
                answer.cap_body(answer.length)
            elif isinstance(event, h11.EndOfMessage):
                self._complete()
            elif isinstance(event, h11.InformationalResponse):
                self._interim(event)
            elif isinstance(event, h11.Response):
                self._final(event)
            else:  # NEED_DATA, or PAUSED and ConnectionClosed at the end
                break
        return answer.complete

    def _take_head(self) -> bytes:
        """The bytes of the head that h11 has just read."""
        length = len(self._head) - len(self._h11.trailing_data[0])
        head = bytes(self._head[:length])
        del self._head[:length]
        self._answer.cap_head(length)
        return head

    def _interim(self, event: h11.InformationalResponse) -> None:
        answer = self._answer
        self._before += len(self._take_head())
        answer.interim += (event.status_code,)
        if len(answer.interim) > answer.limits.interim:
            says = f"more than {answer.limits.interim} interim answers (1xx) came, and no final one"
            raise Broken("malformed", says)

    def _final(self, event: h11.Response) -> None:
        answer = self._answer
        lines = self._take_head().decode("latin-1").split("\n")
        answer.headers = field_pairs([line.removesuffix("\r") for line in lines[1:]])
        answer.status = event.status_code
        answer.reason = bytes(event.reason).decode("latin-1")
        answer.version = f"HTTP/{bytes(event.http_version).decode('ascii')}"
        answer.bodiless = answer.has_no_body(event.status_code)
        fields = dict(event.headers)
        if answer.bodiless:
            answer.expected = 0
        elif b"transfer-encoding" not in fields and b"content-length" in fields:
            answer.expected = int(fields[b"content-length"])
            answer.cap_body(answer.expected)

    def _complete(self) -> None:
        answer = self._answer
        answer.leftover = self._h11.trailing_data[0]
        answer.wire_bytes = answer.received - self._before - len(answer.leftover)
        answer.content = bytes(answer.body)
        answer.reusable = self._h11.their_state is h11.DONE
        answer.complete = True

    # ------------------------------------------------------------------ what h11 refused, in words

    def _refused(self, error: h11.RemoteProtocolError) -> Broken:
        answer = self._answer
        if error.error_status_hint == 431:  # noqa: PLR2004 (h11's word for "longer than the limit")
            if answer.status:
                says = f"a chunk header or a trailer is longer than {answer.limits.header} bytes"
                return Broken("too-large", says)
            return Broken("too-large", f"the head of the answer is longer than {answer.limits.header} bytes")
        if answer.status:
            return Broken("malformed", _body_sentence(str(error)))
        lines = bytes(self._head).decode("latin-1").split("\n")
        return Broken("malformed", _head_sentence([line.removesuffix("\r") for line in lines], str(error)))


def _no_http(raw: bytes) -> str:
    """A sentence about bytes that don't begin with "HTTP/"."""
    if raw[:1] in {b"\x15", b"\x16"} and raw[1:2] == b"\x03":  # a TLS record: alert or handshake
        return "the server speaks TLS on this port: use https://"
    return f"the answer is no HTTP: it begins with {_show(raw)} instead of a status line"


def _body_sentence(error: str) -> str:
    """What is wrong with a chunked body (RFC 9112 7.1)."""
    found = re.search(r"b['\"](.*?)['\"]\)?(?: \(|$)", error)
    bytes_found = f"'{found[1].removesuffix(_LINE_END)[:_SHOWN]}'" if found else "other bytes"
    says = error
    if "chunk header" in error:
        says = f"{bytes_found} stands where the size of a chunk should (RFC 9112 7.1)"
    elif "chunk footer" in error:
        says = f"a chunk is followed by {bytes_found}, not by a line end (RFC 9112 7.1)"
    return f"the chunked body is broken: {says}"


def _head_sentence(lines: list[str], error: str) -> str:
    """What is wrong with a head, by its first bad line."""
    if not lines[0]:
        return "the answer begins with an empty line instead of a status line (RFC 9112 4)"
    if not _STATUS_LINE.match(lines[0]):
        return f"{_show(lines[0])} is no status line such as 'HTTP/1.1 200 OK' (RFC 9112 4)"
    fields: list[str] = []
    for line in lines[1:]:
        if not line:
            break
        fields.append(line)
        if (wrong := _wrong_line(line)) and not (line[0] in " \t" and len(fields) > 1):
            return f"the header line {_show(line)} {wrong}"
    return _framing_sentence(field_pairs(fields), error)


def _framing_sentence(pairs: Headers, error: str) -> str:
    """What is wrong with a head whose lines are right, one by one."""
    lengths = [value for name, value in pairs if name.lower() == "content-length"]
    if error.startswith(("conflicting Content-Length", "bad Content-Length")):
        values = list(dict.fromkeys(each.strip() for value in lengths for each in value.split(",")))
        if len(values) > 1:
            return (
                f"Content-Length is given as {' and as '.join(_show(each) for each in values)} (RFC 9112 6.3)"
            )
        return f"the Content-Length {_show(values[0])} is no number of bytes (RFC 9112 6.3)"
    if "Transfer-Encoding" in error:
        codings = ", ".join(value for name, value in pairs if name.lower() == "transfer-encoding")
        return f"the Transfer-Encoding is {_show(codings)}; nothing but 'chunked' was to be expected"
    if "pending proposal" in error:
        return "the server switches to another protocol (101), which nobody asked for (RFC 9110 15.2.2)"
    return f"the head of the answer is no HTTP: {error}"


def _wrong_line(line: str) -> str:
    """What is wrong with one field line, or ""."""
    name, colon, value = line.partition(":")
    if not colon:
        return "has no colon"
    if name != name.rstrip(" \t"):
        return "has a space before its colon (RFC 9112 5.1)"
    if not _NAME.match(name):
        return "has a name with characters that a field name can't have (RFC 9110 5.1)"
    if any(char in value for char in "\0\v\f\r"):
        return "has a control character in its value (RFC 9110 5.5)"
    return ""


def _show(found: str | bytes) -> str:
    """The first line of what was found, short, and safe to print."""
    text = found if isinstance(found, str) else found.decode("latin-1")
    line = text.split("\n", 1)[0].removesuffix("\r")
    return ascii(line if len(line) <= _SHOWN else line[:_SHOWN] + "...")
