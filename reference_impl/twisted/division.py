"""Whole answers of an odd app, divided as the reference divides its own.

What changes an answer on its way out changes the whole, and a part is one of that.
"""

from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.ranges import PARTIAL_CONTENT, Part, select
from reference_impl.settings import Clock
from reference_impl.twisted.asgi import Answer, Asked, ask, tell, without_fields

Select = Callable[..., Part | None]
_OK = 200
_DESCRIBING = ("content-type", "content-encoding", "content-language", "last-modified")


class Divided:
    """The app, which never hears of a Range."""

    def __init__(self, app: ASGIApp, clock: Clock, select: Select = select) -> None:
        self.app = app
        self._clock, self._select = clock, select

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request: a part is one of what the app answers as a whole."""
        if scope["type"] != "http" or scope["method"] != "GET" or Asked.of(scope).get("range") is None:
            await self.app(scope, receive, send)
            return
        whole = await ask(self.app, without_fields(scope, "range", "if-range"), receive)
        await tell(_part(Asked.of(scope), whole, self._clock(), self._select), send)


def _part(asked: Asked, whole: Answer, clock: float, select: Select) -> Answer:
    """What is sent of a whole answer to this request."""
    if whole.status != _OK or whole.get("accept-ranges") is None:
        return whole
    found = select(asked.lines, whole.body, whole.get("content-type") or "", whole.validators(clock), clock)
    if found is None:
        return whole
    if found.status == PARTIAL_CONTENT:
        whole = whole.without("accept-ranges", *(() if found.described else _DESCRIBING))
    else:
        whole = Answer(found.status, (("content-type", "text/plain"),))
    for name, value in found.fields.items():
        whole = whole.having(name.lower(), value)
    return replace(whole, status=found.status).carrying(found.body)
