"""Whether the server still knows us: a login that ends in mid-run looks like routes that want one.

Thread-safe. It knows nothing of what is concluded from that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from conformance.model import Headers

_REFUSED: Final = (401, 403)
_As = tuple[str, str]  # a user of the target's, or "" for none of them, and a path


class Logins:
    """What was answered 2xx, and what was refused since.

    Attributes:
        asked: how many requests the run has sent.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._lock = threading.Lock()
        self._known: dict[_As, Headers] = {}  # a read that was answered 2xx -> what it was sent with
        self._ended: dict[_As, int] = {}  # -> the request at which it was not any more
        self._tried: set[tuple[str, _As]] = set()

    def ended(  # noqa: PLR0913, PLR0917 - a request, and its answer
        self,
        method: str,
        user: str,
        path: str,
        headers: Headers,
        status: int,
        again: Callable[[str, Headers], int | None],
    ) -> int:
        """The number of the first request at which the server did not know us any more, or 0.

        What was never asked before may want a login of its own: then `again` asks for a path that was
        answered 2xx once more, and gives the status.
        """
        of = user, path
        with self._lock:
            self.asked += 1
            number = self.asked
            if method in ("GET", "HEAD") and status // 100 == 2:  # noqa: PLR2004
                self._known[of] = headers
                self._ended.pop(of, None)
            if status not in _REFUSED:
                return 0
            if of in self._known and method in ("GET", "HEAD"):
                self._ended.setdefault(of, number)
            ended = [at for each, at in self._ended.items() if each[0] == user]
            known = [each for each in self._known if each[0] == user]
            if ended or not known or (method, of) in self._tried:
                return min(ended, default=0)
            self._tried.add((method, of))
            witness, sent = known[0], self._known[known[0]]
        refused = again(witness[1], sent) in _REFUSED
        with self._lock:
            return self._ended.setdefault(witness, number) if refused else 0
