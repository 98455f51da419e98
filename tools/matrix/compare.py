"""What a flaw is there to break fails, exactly; of what else falls with it, what is recorded is a bound.

A run may show less by-catch than that, never more; on which resource a check falls is no matter there, since
where two share an entry that is a race. Luck is no verdict: a flaw that differs is run again, and counts as
different only where all of its runs differ in the same way. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.model import Suite
from reference_impl.twisted.flaws import FLAWS
from tools.matrix.data import Data, check_of
from tools.matrix.runs import Shown, Task
from tools.matrix.which import aimed, of_lesson

__all__ = ["TRIES", "Trial"]

TRIES: Final = 3


@dataclass(frozen=True)
class Trial:
    """A flaw, what is recorded of it, and what each of its runs has shown."""

    task: Task
    data: Data
    suite: Suite
    tries: Sequence[Shown]

    @property
    def wrong(self) -> list[str]:
        """What may not be, whatever is recorded: as sentences."""
        name = self.task.flaw
        amiss = frozenset.intersection(*(each.amiss for each in self.tries))
        said = [f"{name}: {_place(each)} could not be judged" for each in sorted(amiss)]
        everything = self.task.checks is None
        caught = any(check_of(failed) in self._targets for failed in self._ever)
        if everything and not caught and of_lesson(FLAWS[name]):
            said.append(f"{name} is caught by no check of what it breaks: {', '.join(FLAWS[name].breaks)}")
        return said

    @property
    def changed(self) -> list[str]:
        """What is otherwise than recorded: as sentences that name flaw, check and resource."""
        return list(self._changed()) if self.task.flaw in self.data.flaws else []

    @property
    def settled(self) -> frozenset[str]:
        """What to record: what is recorded, where it holds; else all that has failed in any of the runs."""
        new = frozenset(each for each in self._ever if check_of(each) not in self.data.ground.checks)
        known = self.task.flaw in self.data.flaws and not self.wrong and not self.changed
        return self._recorded | new if known else self._ever

    def _changed(self) -> Iterator[str]:
        name = self.task.flaw
        for each in sorted(self._recorded - self._ever):
            if check_of(each) in self._targets:
                yield f"{name} is there to fail {_place(each)}, and does so no more"
        always = frozenset.intersection(*(shown.fails for shown in self.tries))
        fallen = set(map(check_of, self._recorded))
        for each in sorted(always - self._recorded):
            check = check_of(each)
            if check not in self.data.ground.checks:  # of a new check nothing is recorded
                continue
            if check in self._targets:
                yield f"{name} fails {_place(each)}, which is aimed at it, and is not recorded to"
            elif check not in fallen:
                yield f"{name} fails {_place(each)}, as by-catch, and is not recorded to"

    @property
    def _recorded(self) -> frozenset[str]:
        line = self.data.flaws.get(self.task.flaw)
        fails = line.fails if line else frozenset[str]()
        return frozenset(e for e in fails if self.task.checks is None or check_of(e) in self.task.checks)

    @property
    def _ever(self) -> frozenset[str]:
        return frozenset[str]().union(*(shown.fails for shown in self.tries))

    @property
    def _targets(self) -> frozenset[str]:
        return frozenset(aimed(FLAWS[self.task.flaw], self.suite))


def _place(failed: str) -> str:
    check, _, resource = failed.partition("@")
    return f"{check} on {resource}"
