"""What the steps of a suite ask of whoever lays them out, by the rows of their verbs. Pure.

It is found out once, when specs are read: so planning needs no verb, and who only collects imports none.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from conformance.model import Asks, Phase, Step, Suite
from conformance.verbs import VERBS
from conformance.verbs.base import DEMANDING

__all__ = ["asked", "laid_out"]


def laid_out(suite: Suite) -> Suite:
    """The suite with what each timeline and each check's own steps ask."""
    timelines = {id_: asked(each.steps, timeline=True) for id_, each in suite.timelines.items()}
    checks = [check for file in suite.files for check in file.checks if check.steps]
    return replace(suite, asks=timelines | {check.id: asked(check.steps, timeline=False) for check in checks})


def asked(steps: Sequence[Step], *, timeline: bool) -> Asks:
    """What steps ask.

    On a timeline only the verbs have a say in the phase: it passes time, and is alone with its resource as it
    is. What all timelines do at one moment, such as a clear, none has to do alone.
    """
    return Asks(
        phase=_most_demanding(steps, timeline=timeline),
        lives=any(VERBS[step.do].lives for step in steps if not step.when),
        keys=any("keys" in VERBS[step.do].phases(step.args) for step in steps),
        makes=any(VERBS[step.do].makes for step in steps),
    )


def _most_demanding(steps: Sequence[Step], *, timeline: bool) -> Phase:
    phases: set[Phase] = {_phase(step) for step in steps}
    if not timeline:
        phases |= {phase for step in steps for phase in VERBS[step.do].phases(step.args)}
    found: Phase = max(phases, key=DEMANDING.index, default="read")
    in_step = all(VERBS[step.do].joint for step in steps if _phase(step) == found)
    return "joint" if timeline and found == "sweep" and in_step else found


def _phase(step: Step) -> Phase:
    """A clear that is only tried as evidence may stand among the writes: nothing has a life yet."""
    verb = VERBS[step.do]
    return "write" if verb.tried and step.when else verb.phase
