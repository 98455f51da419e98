"""Flaws that a real HTTP server would mend on their way out, so they are written to the socket by hand."""

from collections.abc import Iterable
from types import EllipsisType

from reference_impl.caching import NOT_MODIFIED
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.wire import CLOSE, head, plain

Wire = Iterable[bytes | float | EllipsisType]


def _hit(asked: Asked, answer: Answer) -> bool:
    return answer.status == NOT_MODIFIED and asked.path == LIST


def _body_on_304(asked: Asked, answer: Answer) -> Wire:
    if _hit(asked, answer):
        yield head(answer) + b"null"
    else:
        yield from plain(asked, answer)


def _late_body_on_304(asked: Asked, answer: Answer) -> Wire:
    if _hit(asked, answer):
        yield head(answer)
        yield 0.03
        yield b"null"
    else:
        yield from plain(asked, answer)


def _closing_body_on_304(asked: Asked, answer: Answer) -> Wire:
    if _hit(asked, answer):
        body = b'{"detail":"Not Modified"}'
        fields = answer.having("content-length", str(len(body))).having("connection", "close")
        yield head(fields) + body
        yield CLOSE
    else:
        yield from plain(asked, answer)


def _chunked_304(asked: Asked, answer: Answer) -> Wire:
    if _hit(asked, answer):
        yield head(answer.having("transfer-encoding", "chunked")) + b"4\r\nnull\r\n0\r\n\r\n"
    else:
        yield from plain(asked, answer)


FLAWS = (
    Flaw("body-on-304", "a 304 has a body, in the same packet", render=_body_on_304, breaks=("LES07",)),
    Flaw(
        "late-body-on-304",
        "a 304 has a body that comes 30 ms later",
        render=_late_body_on_304,
        breaks=("LES07",),
    ),
    Flaw(
        "closing-body-on-304",
        "a 304 has a body of the length it announces, and the connection ends there",
        render=_closing_body_on_304,
        breaks=("LES07",),
    ),
    Flaw("chunked-body-on-304", "a 304 has a chunked body", render=_chunked_304, breaks=("LES07",)),
)
