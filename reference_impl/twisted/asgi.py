"""Whole answers on their way out of an ASGI app, to be looked at, changed, or written to a socket by hand."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_impl.caching import Validators, parse_date
from reference_impl.representations import to_json


@dataclass(frozen=True)
class Asked:
    """The head of a request."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """The request of an ASGI scope."""
        fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        return cls(scope["method"], scope["path"], fields)

    def get(self, name: str) -> str | None:
        """A field's lines as one value, or None."""
        return ", ".join(self.lines[name]) if name in self.lines else None

    @property
    def lines(self) -> Mapping[str, Sequence[str]]:
        """All fields by their names, each with its lines in order."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found

    @property
    def conditional(self) -> bool:
        """Whether it asks whether a copy is still current."""
        return self.get("if-none-match") is not None or self.get("if-modified-since") is not None


@dataclass(frozen=True)
class Answer:
    """A whole answer, its fields in order, names in lower case."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def of_json(cls, status: int, data: Any, *fields: tuple[str, str]) -> Self:
        """An answer with this JSON."""
        return cls(status, (("content-type", "application/json"), *fields)).carrying(to_json(data))

    def get(self, name: str) -> str | None:
        """A field's first value, or None."""
        return next((value for key, value in self.fields if key == name), None)

    def without(self, *names: str) -> Self:
        """The same without some fields."""
        return replace(self, fields=tuple((key, value) for key, value in self.fields if key not in names))

    def having(self, name: str, *values: str) -> Self:
        """The same with these lines of a field, in place of those that it has."""
        kept = self.without(name)
        return replace(kept, fields=(*kept.fields, *((name, value) for value in values)))

    def carrying(self, body: bytes) -> Self:
        """The same with another body, and the length of that."""
        return replace(self.having("content-length", str(len(body))), body=body)

    def validators(self, clock: float) -> Validators:
        """What preconditions are compared with."""
        return Validators(self.get("etag"), parse_date(self.get("last-modified"), clock))

    def data(self) -> Any:
        """The JSON in the body."""
        return json.loads(self.body)


Edit = Callable[[Asked, Answer], Answer | Awaitable[Answer]]
Handle = Callable[[ASGIApp, Scope, Receive], Awaitable[Answer]]
"""Answers a request in place of the app, which it may ask."""


async def ask(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """The app's whole answer."""
    status, body = 0, b""
    fields: tuple[tuple[str, str], ...] = ()

    async def send(message: Message) -> None:
        nonlocal status, fields, body
        if message["type"] == "http.response.start":
            status, fields = message["status"], _decoded(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            body += message.get("body", b"")

    await app(scope, receive, send)
    return Answer(status, fields, body)


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def with_body(body: bytes) -> Receive:
    """What a request with this body is received by."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def tell(answer: Answer, send: Send) -> None:
    """Send a whole answer."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.fields]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def around(app: ASGIApp, handle: Handle) -> ASGIApp:
    """The app behind a function that answers in its place, and may ask it."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await tell(await handle(app, scope, receive), send)
        else:
            await app(scope, receive, send)

    return outer


def edited(app: ASGIApp, edit: Edit) -> ASGIApp:
    """The app with each of its answers changed by `edit`."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        answer = edit(Asked.of(scope), await ask(app, scope, receive))
        return answer if isinstance(answer, Answer) else await answer

    return around(app, handle)


def asked_as(app: ASGIApp, change: Callable[[Scope], Scope]) -> ASGIApp:
    """The app, which is asked something else than was sent."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        await app(change(scope) if scope["type"] == "http" else scope, receive, send)

    return outer


def without_fields(scope: Scope, *names: str) -> Scope:
    """The scope of the same request without some fields."""
    dropped = {name.encode() for name in names}
    return {**scope, "headers": [line for line in scope["headers"] if line[0] not in dropped]}


def unconditional(scope: Scope) -> dict[str, Any]:
    """The scope of the same request without its preconditions."""
    return {**scope, "headers": [line for line in scope["headers"] if not line[0].startswith(b"if-")]}


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
