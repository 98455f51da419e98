"""Which runs of a plan count for an assignment, and why the others do not. Pure.

What counts is settled by the assignment, the target and the specs, before any server was seen. So a check
that a server can leave, by not offering what nobody requires of it, does not count unless its author says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from conformance.grading.assignment import Wanted
from conformance.guesses import guess
from conformance.language.captures import CAPTURES
from conformance.language.captures import named as captured
from conformance.language.doubts import DOUBTS
from conformance.model import TIERS, Json, Run, Suite
from conformance.model.order import level_at, needed_by
from conformance.plan.lanes import plan
from conformance.verbs import VERBS

__all__ = ["REASONS", "Left", "Reason", "named", "select", "told", "topic_of"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a check does not count.

    Args:
        name: how it is called. says: it in words, after the name of a check.
        hint: what to write so that it counts, or can be judged.
        listed: whether what is wanting is told of each check in a list of many.
    """

    name: str
    says: str
    hint: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A run that was asked for, and does not count.

    Args:
        what: what is wanting, by name, where the reason has such; or "".
    """

    run: Run
    reason: Reason
    what: str = ""


_NOWHERE: Final = Reason(
    "no-resource", "the target has no resource with what it needs", "declare it in the target file"
)
_MAY: Final = Reason("may", "it binds nobody, so nothing that a server does is wrong", "it never counts")
_WORKERS: Final = Reason(
    "workers",
    "it needs two workers, and a graded run starts one",
    "judge it in a run of its own: --app main:app --workers 2",
)
_STARTED: Final = Reason(
    "started", "only an app that the suite starts can show it", "write server: app, and grade with --app"
)
_OPTIONAL: Final = Reason(
    "optional", "it needs what the server may lack", "name that under require", listed=True
)
_OFFERED: Final = Reason(
    "where-offered",
    "it applies only where a server chooses to offer what it is about",
    "name it by its id under checks: in, or write where-offered: true; then who does not offer that earns 0",
)
REASONS: Final = (_NOWHERE, _MAY, _WORKERS, _STARTED, _OPTIONAL, _OFFERED)
_BY_CHOICE: Final = (_OFFERED,)
"""What whoever names a check by its id has chosen."""


def select(wanted: Wanted, suite: Suite) -> tuple[tuple[Run, ...], tuple[Left, ...]]:
    """The runs that count, in the order of the specs, and those that do not although they were meant.

    Raises:
        AssignmentError: a selector fits nothing, a check that was named can't count, or nothing is left.
    """
    runs = plan(suite, wanted.target, wanted.tier).runs
    _check_selectors(wanted, suite, runs)
    counted: list[Run] = []
    left: list[Left] = []
    for run in runs:
        place = _place(run, wanted.included)
        if (wanted.included and place is None) or _place(run, wanted.excluded) is not None:
            continue
        found = _why_not(run, wanted, suite)
        explicit = place is not None and _is_named(run, wanted.included[place])
        if found is None or (found.reason in _BY_CHOICE and (explicit or wanted.where_offered)):
            counted.append(run)
        else:
            left.append(found)
    _refuse_named(wanted, counted, left)
    if not counted:
        reasons = dict.fromkeys(each.reason.says for each in left)
        why = f": {'; '.join(reasons)}" if reasons else ", or all that is in it was taken out"
        raise wanted.file.fail(f"nothing of the tier {wanted.tier} counts{why}", ("checks",))
    return tuple(counted), tuple(left)


def named(selector: str, runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs that a selector fits."""
    return tuple(run for run in runs if any(fnmatchcase(name, selector) for name in _names(run)))


# ------------------------------------------------------------------ selectors


def _names(run: Run) -> Iterator[str]:
    """What a run may be called: its check, its node id, its topic, its rows."""
    yield run.check.id
    yield run.id
    yield topic_of(run)
    yield from (row.id for row in (run.check.requirement, *run.check.also))


def topic_of(run: Run) -> str:
    """The topic of a run, as it is written: "server-cache"."""
    return run.id.partition("::")[0].rpartition("/")[2].removesuffix(".yaml")


def _is_named(run: Run, selector: str) -> bool:
    """Whether it is that one check that was meant, and not whatever fits."""
    return selector in (run.check.id, run.id)


def _place(run: Run, selectors: Sequence[str]) -> int | None:
    """Which selector fits a run: the one that names it, else the first."""
    fitting = [i for i, each in enumerate(selectors) if named(each, [run])]
    return next((i for i in fitting if _is_named(run, selectors[i])), fitting[0] if fitting else None)


def _check_selectors(wanted: Wanted, suite: Suite, runs: Sequence[Run]) -> None:
    places: tuple[tuple[tuple[str, ...], Sequence[str]], ...] = (
        (("checks", "in"), wanted.included),
        (("checks", "out"), wanted.excluded),
        (("hidden", "checks"), wanted.hidden),
    )
    for path, selectors in places:
        for number, selector in enumerate(selectors):
            if not named(selector, runs):
                raise wanted.file.fail(_unknown(selector, wanted, suite, runs), (*path, number))


def _unknown(selector: str, wanted: Wanted, suite: Suite, runs: Sequence[Run]) -> str:
    """Why a selector fits nothing, and what may have been meant."""
    further = named(selector, plan(suite, wanted.target, TIERS[-1]).runs)
    if further:
        tier = min((run.check.tier for run in further), key=TIERS.index)
        says = f"{selector!r} is of the tier {tier}, and this assignment goes up to {wanted.tier}"
        return f"{says}: write tier: {tier}"
    near = guess(selector, {name for run in runs for name in _names(run)}, most=3)
    says = f"{selector!r} is no check, topic, row or node id of the tier {wanted.tier}, nor a pattern of one"
    return f"{says}; {near or 'conformance list shows all'}"


def _refuse_named(wanted: Wanted, counted: Sequence[Run], left: Sequence[Left]) -> None:
    """Who names a check wants it to count: where it can't on any resource, that is an error."""
    for number, selector in enumerate(wanted.included):
        those = [each for each in left if _is_named(each.run, selector)]
        if those and not any(_is_named(run, selector) for run in counted):
            raise wanted.file.fail(told(those[0]), ("checks", "in", number))


def told(left: Left) -> str:
    """Why a check does not count, as a sentence with what to do."""
    what = f" ({left.what})" if left.what else ""
    return f"{left.run.check.id} can't count: {left.reason.says}{what}; {left.reason.hint}"


# ------------------------------------------------------------------ why it does not count


def _why_not(run: Run, wanted: Wanted, suite: Suite) -> Left | None:
    check, resource = run.check, run.resource
    if resource is None:
        return Left(run, _NOWHERE, needed_by(check, wanted.target))
    if level_at(check, wanted.target, wanted.tier) == "MAY":
        return Left(run, _MAY)
    if any(doubt.outside == "workers" and doubt.told_by == check.id for doubt in DOUBTS.values()):
        return Left(run, _WORKERS)
    steps = suite.timelines[check.on].steps if check.on else check.steps
    if not wanted.started and any(VERBS[step.do].started for step in steps):
        return Left(run, _STARTED)
    lacking = resource.name if resource.ask else _may_lack(run, suite)
    if lacking:
        return Left(run, _OPTIONAL, lacking)
    return Left(run, _OFFERED) if _by_choice(run, suite) else None


def _may_lack(run: Run, suite: Suite) -> str:
    """The writes that a run needs and that the server may lack, or ""."""
    assert run.resource is not None  # noqa: S101 - asked of such runs only
    needs = {*run.check.needs, *(suite.timelines[run.check.on].needs if run.check.on else ())}
    writes = run.resource.writes
    return ", ".join(f"{run.resource.name}.{name}" for name in writes if name in needs and writes[name].ask)


def _by_choice(run: Run, suite: Suite) -> bool:
    """Whether a server that offers all that is required may still be one that a check does not apply to."""
    check, resource = run.check, run.resource
    steps = suite.timelines[check.on].steps if check.on else check.steps
    if check.answers is not None or check.alone or any(VERBS[step.do].beyond for step in steps):
        return True
    judged = {name for way in check.expects for name in way}
    looked_at = [step for step in steps if check.on is None or step.name in judged]
    taken = {CAPTURES[what].field for step in looked_at for _, what in captured(step.args) if what}
    if not taken <= set(_TAKEN):
        return True
    conditions = [*check.only_if.values(), *(step.only_if for step in looked_at)]
    stands = resource is not None and resource.ttl is None
    return not all(
        _met(name, wanted, check.needs, stands=stands) for each in conditions for name, wanted in each.items()
    )


def _met(name: str, wanted: Json, needs: Sequence[str], *, stands: bool) -> bool:
    """Whether a condition holds for each server that offers what it declares, and stands still meanwhile.

    What is kept for a TTL is computed anew again and again, and may be another each time.
    """
    if name == "body" and wanted != "present" and not stands:
        return False
    return name in _HELD and _HELD[name](wanted, needs)


_TAKEN: Final = ("ETag", "content")
"""What a check may take from an answer that has what the check needs."""
_HELD: Final[Mapping[str, Callable[[Any, Sequence[str]], bool]]] = {
    "status": lambda wanted, _: 200 in (wanted if isinstance(wanted, list) else [wanted]),  # noqa: PLR2004
    "body": lambda wanted, _: wanted in ("repeats", "present") or set(wanted) == {"same-as"},
    "value": lambda wanted, _: wanted == "present",
    "hit": lambda wanted, _: wanted == "present",
    "cache-control": lambda _, needs: any(each.startswith("policy-") for each in needs),
}
"""By matcher: whether all servers meet it that offer what the check needs."""
