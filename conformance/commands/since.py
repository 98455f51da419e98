"""What has changed since the last run, check by check and as it comes. Pure.

It must not know how a run goes on, nor who is told. What waits, or does not apply, is a number and no line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.model import Run, Verdict, VerdictName
from conformance.report.result import checks
from conformance.report.safe import safe

__all__ = ["Since", "failing"]

_HOLDS: Final[tuple[VerdictName, ...]] = ("pass", "info")
_NOT_OFFERED: Final = "not-applicable"  # what waited before need not apply
_TELLING: Final[Mapping[VerdictName, str]] = {
    "fail": "fails",
    "warn": "warns",
    "unreachable": "no answer",
    "inconclusive": "open",
    "error": "our error",
}
"""What is told with its sentence -> in a word."""
_COUNTED: Final[Mapping[VerdictName, str]] = {
    "fail": "fail",
    "warn": "warn",
    "unreachable": "without an answer",
    "inconclusive": "not to be judged",
    "blocked": "blocked",
    "error": "errors of the suite",
}
_FIXED: Final = "holds now"
_WIDTH: Final = max(map(len, (*_TELLING.values(), _FIXED)))
_LINE: Final = 400


def failing(verdicts: Mapping[str, Verdict]) -> frozenset[str]:
    """The runs that are to be done first: those that were told last time."""
    return frozenset(id_ for id_, verdict in verdicts.items() if verdict.verdict in _TELLING)


@dataclass(slots=True)
class Since:
    """What one run tells of another.

    Args:
        before: the verdicts of the last run that came to an end, by run; empty at first.
        now: those of this one so far.
    """

    before: Mapping[str, Verdict]
    now: dict[str, Verdict] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _silent: Counter[str] = field(default_factory=Counter)

    def tell(self, run: Run, verdict: Verdict) -> Iterator[str]:
        """The lines on a verdict that has come, if it is news."""
        old, new = self.before.get(run.id), verdict.verdict
        self.now[run.id] = verdict
        if old is not None and old.verdict == new and (new not in _TELLING or old.message == verdict.message):
            return
        if new in _TELLING:
            yield from self._told(run, verdict)
        elif new in _HOLDS and old is not None and old.verdict in _TELLING:
            yield f"  {_FIXED:<{_WIDTH}}  {_name(run)}"
        elif old is not None and not (new in _HOLDS and old.verdict in _HOLDS) and new != _NOT_OFFERED:
            self._silent[_silently(new)] += 1

    def _told(self, run: Run, verdict: Verdict) -> Iterator[str]:
        """One sentence stands once, however many checks share it."""
        if verdict.message in self._said:
            self._silent[f"more {_TELLING[verdict.verdict]} for the same reason"] += 1
            return
        self._said.add(verdict.message)
        yield f"  {_TELLING[verdict.verdict]:<{_WIDTH}}  {_name(run)}"
        indent = " " * (_WIDTH + 4)
        yield f"{indent}{safe(verdict.message.removesuffix(f' ({run.check.title})'), _LINE)}"
        if mend := verdict.mend or (run.check.hint if verdict.outcome == "fail" else ""):
            yield f"{indent}Next: {safe(mend, _LINE)}"

    def rest(self) -> Iterator[str]:
        """What has changed without a line of its own, in one."""
        if self._silent:
            yield "  " + ", ".join(f"{count} {what}" for what, count in self._silent.items())

    def counted(self) -> str:
        """What the run comes to, in a few words."""
        found = Counter(verdict.verdict for verdict in self.now.values())
        said = [f"{found[name]} {word}" for name, word in _COUNTED.items() if found[name]]
        held = sum(found[name] for name in _HOLDS)
        return ", ".join([f"{checks(held)} hold{'s' if held == 1 else ''}", *said])


def _silently(new: VerdictName) -> str:
    if new in _HOLDS:
        return "more hold that could not be judged before"
    return {"blocked": "wait for another now", "not-applicable": "do not apply any more"}.get(new, new)


def _name(run: Run) -> str:
    where = f" ({safe(run.resource.name)})" if run.resource is not None else ""
    return f"{safe(run.check.title)}{where}"
