"""What a target has done besides what is judged: before and after a run, and on its own test bench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model.words import Frozen, Json, Safe


class Hook(Frozen, frozen=True):
    """Something to be done: a request, or a command on this machine.

    Args:
        method, path, body: of the request; the body is sent as JSON, None is none.
        command: split as a shell would, run in `folder`; "" where it is a request.
        within: seconds until it has to have ended.
    """

    method: Safe = ""
    path: str = ""
    body: Json = None
    command: str = ""
    folder: str = ""
    within: float = 30.0

    @property
    def said(self) -> str:
        """It as people know it."""
        return self.command or f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Bench:
    """Something that the test bench of a resource may do to what stands behind it, past every cache.

    Args:
        name: its key under `hooks`.
        does: what it does, as in "to let the source fail".
        verb: the word for it in a spec, and of the capability; "" where no check asks for it.
        owed: whether `mend` has to follow it, whatever ends the run.
    """

    name: str
    does: str
    verb: str = ""
    owed: bool = False

    @property
    def declared(self) -> str:
        """How a target file says that it has one."""
        more = f", {MEND}: POST /test/{MEND}" if self.owed else ""
        return f"hooks: {{{self.name}: POST /test/{self.name}{more}}}"


MEND: Final = "mend"
BENCHES: Final[Mapping[str, Bench]] = {
    bench.name: bench
    for bench in (
        Bench("change", "change what the source has, without any cache being told", "change-behind"),
        Bench("break", "let the source fail, so that a cache in front of it gets errors", "break", owed=True),
        Bench("postdate", "let the source say that it was changed a day from now", "postdate", owed=True),
        Bench(MEND, "let the source answer again, and truly"),
    )
}
"""What `hooks` of a resource may name."""
