"""Variants on the wire: status lines, whitespace, capitals and connections that no common server writes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import EllipsisType

from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.twists import Twist
from reference_impl.twisted.wire import CLOSE, content, head, plain

Wire = Iterable[bytes | float | EllipsisType]


def _named(rename: Callable[[str], str]) -> Callable[[Asked, Answer], Wire]:
    def render(asked: Asked, answer: Answer) -> Wire:
        fields = tuple((rename(name), value) for name, value in answer.fields)
        yield head(replace(answer, fields=fields)) + content(asked, answer)

    return render


def _http10(asked: Asked, answer: Answer) -> Wire:
    yield head(answer, version="1.0") + content(asked, answer)
    yield CLOSE


def _empty_reason(asked: Asked, answer: Answer) -> Wire:
    yield head(answer, reason="") + content(asked, answer)


def _own_reason(asked: Asked, answer: Answer) -> Wire:
    yield head(answer, reason="As You Like It") + content(asked, answer)


def _spaced(asked: Asked, answer: Answer) -> Wire:
    fields = tuple((name, f" \t{value} \t ") for name, value in answer.fields)
    yield head(replace(answer, fields=fields)) + content(asked, answer)


def _tight(asked: Asked, answer: Answer) -> Wire:
    yield head(answer).replace(b": ", b":") + content(asked, answer)


def _early_hints(asked: Asked, answer: Answer) -> Wire:
    yield b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
    yield from plain(asked, answer)


def _in_drops(asked: Asked, answer: Answer) -> Wire:
    message = head(answer) + content(asked, answer)
    for at in range(0, len(message), 40):
        yield message[at : at + 40]
        yield 0.001


VARIANTS = (
    Twist("lowercase-fields", "field names in small letters", render=_named(str.lower)),
    Twist("uppercase-fields", "field names in capitals", render=_named(str.upper)),
    Twist("http10", "answers in HTTP/1.0, each on its own connection", render=_http10),
    Twist("empty-reason", "no reason phrase", render=_empty_reason),
    Twist("own-reason", "a reason phrase of its own", render=_own_reason),
    Twist("extra-whitespace", "blanks and tabs around the values of fields", render=_spaced),
    Twist("no-whitespace", "no blank after the colon", render=_tight),
    Twist("early-hints", "103 Early Hints before each answer", render=_early_hints),
    Twist("in-drops", "answers come in many small packets", render=_in_drops),
    Twist("single-connection", "one connection at a time; others wait", render=plain, one_at_a_time=True),
)
