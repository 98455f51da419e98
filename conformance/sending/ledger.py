"""What the suite has changed on the server and still has to put back.

Whatever ends a run (its own end, Ctrl-C, SIGTERM, a deadline), what stands here is put back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model import Exchange, Headers, Hook, Json

SUCCESS: Final = (200, 201, 202, 204, 205, 303)
"""The statuses by which a write is done; after a form one is sent on by 303 (RFC 9110 15.4.4)."""


@dataclass(frozen=True, slots=True)
class Own:
    """An item that the suite has created, and may do with what it likes.

    Args:
        id: None where nobody has told it. mark: (field, value) by which it is found.
        key: under which the ledger owes its removal. item: what is known of it.
        life: which start of the server it was created in; in another one it may have gone.
    """

    id: Json
    key: str
    mark: tuple[str, Json] | None
    item: Mapping[str, Json]
    life: int = 0


@dataclass(frozen=True, slots=True)
class Undo:
    """One request that puts something back.

    Args:
        before: what was there, to be compared with what is there afterwards; None: nothing is compared.
        look: the path where it is to be seen. id: the item's, where that shows several.
        mark: (field, value) by which an item that we created is found, where its id is not known; then the
            path has "{id}" in it.
    """

    method: str
    path: str
    headers: Headers
    body: bytes
    says: str
    before: Mapping[str, Json] | None = None
    look: str = ""
    id: Json = None
    mark: tuple[str, Json] | None = None


class Ledger:
    """Thread-safe; keyed by what was changed, so that the first state of an item is what comes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owed: dict[str, Undo] = {}
        self._broken: dict[str, Hook] = {}
        self.problems: list[str] = []

    def owe(self, key: str, undo: Undo) -> bool:
        """Note how to put `key` back, unless that is known already; whether it was not."""
        with self._lock:
            return self._owed.setdefault(key, undo) is undo

    def settled(self, key: str) -> None:
        """It has been put back, or is gone for good."""
        with self._lock:
            self._owed.pop(key, None)

    def get(self, key: str) -> Undo | None:
        """What is owed for `key`."""
        with self._lock:
            return self._owed.get(key)

    @property
    def open(self) -> tuple[str, ...]:
        """The keys that are still owed, the latest first."""
        with self._lock:
            return tuple(reversed(self._owed))

    def owe_mend(self, resource: str, hook: Hook) -> None:
        """Note how what stands behind a resource is put right; before it is broken, which may half work."""
        with self._lock:
            self._broken[resource] = hook

    def mended(self, resource: str) -> None:
        """It has been put right, or nothing more can be done."""
        with self._lock:
            self._broken.pop(resource, None)

    @property
    def unmended(self) -> Mapping[str, Hook]:
        """Resource -> how what stands behind it is put right, where that is still owed."""
        with self._lock:
            return dict(self._broken)

    def put_back(
        self, keys: tuple[str, ...], send: Callable[[Undo], Exchange | None], *, final: bool = False
    ) -> None:
        """Put these back; what does not work is noted in `problems`, once.

        `send` gives None where there is nothing that it could be sent for.

        Where `send` raises, since the run is being cancelled, the rest is still owed; so is what got no
        answer, unless this try is the `final` one.
        """
        for key in keys:
            undo = self.get(key)
            if undo is None:
                continue
            exchange = send(undo)
            if exchange is None:
                if final:
                    self.settled(key)
                    self.regret(f"could not {undo.says}: its id is not to be seen")
                continue
            if exchange.status is None and not final:
                continue  # nobody answers just now; the end of the run tries once more
            self.settled(key)
            gone = undo.method == "DELETE" and exchange.status in (404, 410)
            if not gone and exchange.status not in SUCCESS:
                came = exchange.status or (exchange.fault.says if exchange.fault else "no answer")
                self.regret(f"could not {undo.says}: {undo.method} {undo.path} gave {came}")

    def regret(self, says: str) -> None:
        """Note what can't be put back; a second time changes nothing."""
        with self._lock:
            if says not in self.problems:
                self.problems.append(says)
