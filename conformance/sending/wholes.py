"""The whole answers that a work has read last, which the parts of a 206 to the same request are held against.

It keeps their bodies for as long as the work lasts, also those that the run does not keep, and two at most.
"""

from __future__ import annotations

from typing import Final

from conformance.content.slices import slices
from conformance.model import Headers, Request, Response, Slices

_OK: Final = 200
_PARTIAL: Final = 206
_MOST: Final = 2  # bodies: the plain one, and one in another form


class Wholes:
    """What was answered 200 to a GET without a condition and a range, by the rest of the request."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[str, Headers], bytes] = {}

    def held(self, request: Request, response: Response) -> Slices | None:
        """What a 206 holds, or None of another answer; a whole one is kept for the parts that may follow."""
        content = response.body.content or b""
        asked = request.representation
        if response.status == _PARTIAL:
            return slices(response.headers, content, self._bodies.get(asked))
        if request.method == "GET" and response.status == _OK and len(asked[1]) == len(request.headers):
            self._bodies.pop(asked, None)
            self._bodies[asked] = content
            if len(self._bodies) > _MOST:
                del self._bodies[next(iter(self._bodies))]
        return None
