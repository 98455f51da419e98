"""Run x Record -> Verdict: the outcome table of the design. Pure.

It sees records, never a socket, a file or a clock, so that a saved run can be judged again and
gets the same verdicts.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from conformance.judge.before import DROPPED
from conformance.judge.codes import (
    ANSWERED,
    BROKEN,
    LACKING,
    LATE,
    LIMITED,
    LOGGED_OUT,
    NOT_REACHED,
    STOPPED,
    of_doubt,
)
from conformance.judge.court import Court, made, unclear
from conformance.judge.excuses import ENDED, crashed, doubted, entry_ended, login_ended, speaks_for_itself
from conformance.judge.histories import of_history
from conformance.judge.lints import judge_answers
from conformance.judge.mixtures import of_mixtures
from conformance.judge.offered import not_there
from conformance.judge.owners import has_seen, owner
from conformance.judge.remarks import remarked
from conformance.judge.scope import ended_by, relevant
from conformance.judge.sight import DECLARED, asked
from conformance.judge.silence import ended, mend_of
from conformance.judge.symptoms import recognise
from conformance.judge.unjudged import ours, stopped
from conformance.matchers import MATCHERS, Case, first_finding
from conformance.model import (
    OUT_OF_REACH,
    Check,
    Doubt,
    Exchange,
    Finding,
    Record,
    Run,
    Step,
    StepRecord,
    Suite,
    Verdict,
)
from conformance.model.order import Runs

_MALFORMED: Final = "answer.malformed"
REFUSED: Final = "write.refused"
"""The code of the verdict on what the server offers, and has refused to do for us."""
_ACCEPTED: Final = (
    "Mend the server where the refusal is wrong; else say in a target file what the write wants: its `body`, "
    "the field to `edit`, or `headers` with a login."
)
_OF_A_CACHE: Final = tuple(name for name, matcher in MATCHERS.items() if matcher.kept)
_TOO_MANY: Final = 429
_STUCK: Final = ("lacking", "broken", "stopped")
_NOBODY: Final = ("refused", "dns", "tls", "timeout", "closed", "reset")


def judge(run: Run, record: Record, court: Court) -> Verdict:
    """The verdict on a run whose work has been done."""
    steps = {s.name: s for s in record.steps}
    case = Case(
        steps,
        run.resource,
        court.target,
        court.remote,
        court.workers,
        record.moved,
        record.log,
        record.withheld,
        record.elsewhere,
        record.kept,
    )
    return remarked(_judge(run, record, case, court), record, case)


def _judge(run: Run, record: Record, case: Case, court: Court) -> Verdict:
    if record.error:
        return ours(record.error)
    if record.crash:
        says, mend = ended(record)
        return replace(made(run, court, "unreachable", says), mend=mend)
    if run.check.answers is not None or run.check.claim:
        failed, undone = lambda f: _failed(run, f, case, court), lambda s: _half_done(run, s, case, court)
        lint = judge_answers(run, record, case, court) if run.check.answers is not None else None
        return lint or of_history(run, record, court, failed, undone)
    plan = _steps_of(run, court.suite)
    doubt = doubted(run.check, case, told=True)
    verdict = _told_by(run, court, doubt) if doubt else None
    verdict = verdict or _conditions(run, plan, case, court)
    if verdict is not None:
        return verdict
    if run.check.alone:
        counted, finding = of_mixtures(run.check, case)
        if not counted:
            return _not_applicable(
                run, court, "one of its conditions is answered otherwise already when alone"
            )
    else:
        finding = _expectations(run.check, case)
    return _complete(run, plan, case, court) if finding is None else _failed(run, finding, case, court)


def _steps_of(run: Run, suite: Suite) -> tuple[Step, ...]:
    return suite.timelines[run.check.on].steps if run.check.on else run.check.steps


# ------------------------------------------------------------------ what keeps a run from being judged


def _faults(run: Run, step: StepRecord, case: Case, court: Court) -> Verdict | None:
    """No answer, or none that is HTTP: the server's, in a way that only this check may have met."""
    for index, exchange in enumerate(step.exchanges):
        fault = exchange.fault
        if fault is None:
            continue
        where = asked(exchange)
        if fault.kind == "cancelled":
            return stopped(run, court)
        if fault.kind in _NOBODY:
            says = f"{where} was not answered: {fault.says}"
            code = DROPPED if fault.kind in ("closed", "reset") else ""
            silent = replace(made(run, court, "unreachable", says), step=step.name, index=index, code=code)
            return replace(silent, mend=mend_of(fault))
        finding = Finding("an answer in HTTP", fault.says, step.name, index, code=_MALFORMED)
        return _failed(run, finding, case, court)
    return None


def _half_done(run: Run, step: StepRecord, case: Case, court: Court) -> Verdict | None:
    """A move that was not played to its end, whoever's doing that is."""
    return _faults(run, step, case, court) or (_stuck(run, step, court) if step.status in _STUCK else None)


def _logged_out(run: Run, step: StepRecord, court: Court) -> Verdict | None:
    """What answered us before, and does not know us any more: one diagnosis for all that comes after."""
    request = login_ended(step)
    if not request:
        return None
    cause = f"the login ended at request {request}"
    mend = "let it last for the whole run: a token that does not expire meanwhile, in the target's headers"
    says = f"could not be judged: {cause}"
    return replace(unclear(run, court, says, LOGGED_OUT, cause), mend=mend)


def _conditions(run: Run, plan: tuple[Step, ...], case: Case, court: Court) -> Verdict | None:
    """Not offered, untestable, a `given` unmet, an `expect` that does not hold: which came first."""
    for name, wanted in run.check.only_if.items():
        record = case.steps.get(name)
        done = record is not None and record.status == "done"
        finding = first_finding(wanted, record, case) if record and done else None
        if record and finding is not None:
            return _logged_out(run, record, court) or _needs(run, court, finding)
    apart = run.check.on is not None and court.suite.timelines[run.check.on].apart
    looked_at = relevant(run.check, plan, case, apart=apart)
    for step in plan:
        record = case.steps.get(step.name)
        if record is None or step.name not in looked_at or record.status == "skipped":
            continue
        verdict = (
            _faults(run, record, case, court)
            or _logged_out(run, record, court)
            or _undone(run, step, record, case, court)
        )
        verdict = verdict or _givens(run, step, record, case, court)
        if verdict is not None:
            return verdict
        crash = crashed(record)
        if crash is not None:
            return _failed(run, crash, case, court, excusable=False)
        own = run.check.on is None and record.status == "done"
        finding = first_finding(step.expect, record, case) if own else None
        if finding is not None:
            return _failed(run, finding, case, court)
    return None


def _not_tested(run: Run, step: Step, record: StepRecord, court: Court) -> Verdict:
    """A means of ours is missing, or the server refuses it to us."""
    if record.status != "refused":
        code = OUT_OF_REACH if record.status == "out-of-reach" else ""
        missing = made(run, court, "untestable", f"untestable: {record.says}", cause=record.says)
        return replace(missing, code=code)
    says = f"not judged, since the server refuses it: {record.says}"
    refusal = made(run, court, "untestable", says, cause=record.says)
    return replace(refusal, code=REFUSED, mend=_ACCEPTED, step=step.name)


def _undone(run: Run, step: Step, record: StepRecord, case: Case, court: Court) -> Verdict | None:
    if record.status == "missing":
        expected = f"the {step.do} that the target declares"
        finding = Finding(expected, record.says, step.name, code=DECLARED)
        return _failed(run, finding, case, court)
    if record.status in ("not-offered", "not-asked"):
        return not_there(run, court, record)
    if record.status in ("refused", "untestable", "out-of-reach"):
        return _not_tested(run, step, record, court)
    last = record.exchanges[-1] if record.exchanges else None
    if record.status == "failed" and last is not None and (last.status or 0) < 500:  # noqa: PLR2004
        cause, code = f"{last.request.method} {last.request.target} was answered {last.status}", ANSWERED
        if last.status == _TOO_MANY:
            cause, code = "a rate limit", LIMITED
        return unclear(run, court, f"could not be judged: {cause}", code, cause)
    if record.status in _STUCK:
        return _stuck(run, record, court)
    return None


def _givens(run: Run, step: Step, record: StepRecord, case: Case, court: Court) -> Verdict | None:
    if record.status != "done":
        return None
    unmet = first_finding(step.only_if, record, case) if step.only_if else None
    if unmet is not None:
        says = f"could not be judged: {step.name} needed {unmet.expected}, and there was {unmet.actual}"
        return _by_two_entries(run, court, says, unmet, case) or _needs(run, court, unmet)
    for about_us in (True, False):
        given = {name: wanted for name, wanted in step.given.items() if MATCHERS[name].ours is about_us}
        # What the check itself expects of a step of a timeline is judged there, not as a `given`.
        mine = run.check.on is not None and any(step.name in each for each in run.check.expects)
        unmet = first_finding(given, record, case) if about_us or not mine else None
        if unmet is not None:
            return _unmet(run, step, unmet, case, court)
    return None


def _unmet(run: Run, step: Step, unmet: Finding, case: Case, court: Court) -> Verdict:
    says = f"could not be judged: {step.name} needed {unmet.expected}, and there was {unmet.actual}"
    if first_finding({n: w for n, w in step.given.items() if MATCHERS[n].ours}, case.steps[step.name], case):
        cause = "the answers came too late to tell on which side of the TTL they were"
        return unclear(run, court, f"{says} ({cause})", LATE, cause)
    doubt = doubted(run.check, case)
    if doubt is not None:
        return _excused(run, court, doubt, f"{says} ({doubt.because})")
    word = unmet.code.partition(".")[0]
    record = case.steps[step.name]
    blocked = _owner(run, record, (word,) if word in step.given else step.given, court)
    if blocked is not None:
        return blocked
    if speaks_for_itself(record, unmet):
        return _failed(run, unmet, case, court)
    symptom = recognise(run, unmet, case)
    if symptom is not None:
        says = f"could not be judged: {symptom.says} ({step.name} needed {unmet.expected})"
    doubtful = replace(unclear(run, court, says, unmet.code), step=step.name, index=unmet.index)
    return doubtful if symptom is None else replace(doubtful, mend=symptom.mend)


def _excused(run: Run, court: Court, doubt: Doubt, says: str) -> Verdict:
    """Inconclusive; or blocked by the check that tells of the doubt, since what repeats is no noise."""
    return _told_by(run, court, doubt) or unclear(run, court, says, of_doubt(doubt.name), doubt.because)


def _by_two_entries(run: Run, court: Court, says: str, finding: Finding, case: Case) -> Verdict | None:
    """Blocked by the check that tells it of the cache, or else noise; None where one entry has answered."""
    if run.resource is None or not entry_ended(finding, case):
        return None
    found = owner(run.resource.name, _OF_A_CACHE, court.runs, court.verdicts)
    if found is None or found[1].verdict == "info":  # nobody has to mend it: it is tried again
        return unclear(run, court, says, of_doubt(ENDED.name), ENDED.because)
    return _after(run, court, *found)


def _told_by(run: Run, court: Court, doubt: Doubt) -> Verdict | None:
    """Blocked by the check that tells of a doubt, whatever this one has met by luck."""
    name = run.resource.name if run.resource else ""
    teller = next((each for _, each in Runs.of(court.runs).by_check.get((name, doubt.told_by), ())), None)
    if teller is None or run.check.id in teller.check.after:
        return None
    blocked = f"blocked by {teller.check.id}: {doubt.because}"
    return replace(made(run, court, "blocked", blocked, cause=teller.id), mend=teller.check.hint)


def _owner(run: Run, record: StepRecord, facts: Collection[str], court: Court) -> Verdict | None:
    """Blocked by the check that owns one of the facts: one on the same resource that has failed for it."""
    assert run.resource is not None  # noqa: S101 - it was executed
    found = owner(record.other or run.resource.name, facts, court.runs, court.verdicts)
    return None if found is None else _after(run, court, *found)


def _after(run: Run, court: Court, other: Run, verdict: Verdict) -> Verdict:
    says = f"blocked by {other.check.id}: {verdict.message}"
    return replace(made(run, court, "blocked", says, cause=other.id), mend=verdict.mend)


def _stuck(run: Run, record: StepRecord, court: Court) -> Verdict:
    """It could not be done; where an answer lacks a field, is that another check's business, or nobody's?"""
    if record.status == "stopped":
        return stopped(run, court)
    says, fact = record.says, record.lacks.lower()
    if fact and run.resource is not None:
        blocked = _owner(run, record, (fact,), court)
        seen = has_seen(run.resource.name, fact, court.runs, court.verdicts)
        if blocked is not None or not seen:
            none = _not_applicable(run, court, says)
            return blocked or replace(none, expected=f"a field {record.lacks}", actual="none")
        says = f"{says}, and {seen} has seen one"
    code = LACKING if record.status == "lacking" else BROKEN
    return unclear(run, court, f"could not be judged: {says}", code, says)


def _needs(run: Run, court: Court, unmet: Finding) -> Verdict:
    """An `only-if` that does not hold."""
    says = f"it needs {unmet.expected}, and there is {unmet.actual}"
    found = _not_applicable(run, court, says)
    return replace(found, code=unmet.code, expected=unmet.expected, actual=unmet.actual)


def _not_applicable(run: Run, court: Court, says: str) -> Verdict:
    return made(run, court, "not-applicable", f"not applicable: {says}", cause=says)


# ------------------------------------------------------------------ what was expected


def _expectations(check: Check, case: Case) -> Finding | None:
    """Why none of the alternatives holds: the first finding of the last that was observed."""
    last: Finding | None = None
    for alternative in check.expects:
        if any(n not in case.steps or case.steps[n].status == "skipped" for n in alternative):
            continue
        found = [f for n, wanted in alternative.items() if (f := first_finding(wanted, case.steps[n], case))]
        if not found:
            return None
        last = found[0]
    return last


def _complete(run: Run, plan: tuple[Step, ...], case: Case, court: Court) -> Verdict:
    """Nothing failed: a pass, if what was to be seen was seen."""
    check = run.check
    seen = {n for n, s in case.steps.items() if s.status == "done"}
    expecting = [s for s in plan if s.expect and (not s.when or s.name in seen)] if check.on is None else []
    missing = [s.name for s in expecting if s.name not in seen]
    # Without expecting steps, what was to be looked at was left out: an empty set never passes.
    unseen = not any(set(each) <= seen for each in check.expects) if check.expects else not expecting
    if check.unseen and (missing or unseen):
        hidden = made(run, court, "untestable", f"untestable: {check.unseen}", cause=check.unseen)
        return replace(hidden, code=OUT_OF_REACH)
    if missing or unseen:
        if (ended := ended_by(check, plan, case)) is not None:
            return _unmet(run, *ended, case, court)
        looked_at = {n for each in check.expects for n in each} | {s.name for s in plan if s.expect}
        names = ", ".join(missing or sorted(looked_at - seen)) or "what is to be judged"
        return unclear(run, court, f"could not be judged: {names} was not reached", NOT_REACHED)
    return made(run, court, "pass", check.title)


def _failed(run: Run, finding: Finding, case: Case, court: Court, *, excusable: bool = True) -> Verdict:
    """A fail, unless one of the check's doubts holds; a crash has no excuse."""
    exchange = _shown(finding, case)
    if exchange is not None and exchange.status == 429:  # noqa: PLR2004
        says = "could not be judged: the server's rate limit (429)"
        return unclear(run, court, says, LIMITED, "a rate limit")
    doubt = doubted(run.check, case) if excusable else None
    if doubt is not None:
        says = f"could not be judged: {doubt.because} (expected {finding.expected}, found {finding.actual})"
        return _excused(run, court, doubt, says)
    says = f"could not be judged: {ENDED.because} (expected {finding.expected}, found {finding.actual})"
    by_two = _by_two_entries(run, court, says, finding, case)
    if by_two is not None:
        return by_two
    symptom = recognise(run, finding, case)
    # What was found stands first: pytest's summary shows as much of it as the line is wide.
    core = f"expected {finding.expected}, found {finding.actual}"
    message = f"{symptom.says}: {core}" if symptom else core
    verdict = made(run, court, "fail", f"{message} ({run.check.title})", at_most=finding.at_most)
    return replace(
        verdict,
        expected=finding.expected,
        actual=finding.actual,
        cause=symptom.says if symptom else "",
        mend=(symptom.mend if symptom else "") or run.check.hint,
        step=finding.step,
        index=finding.index,
        code=finding.code,
    )


def retryable(verdict: Verdict, run: Run) -> bool:
    """Whether running the work again may clear an inconclusive verdict up."""
    if verdict.outcome != "inconclusive" or verdict.code in (STOPPED, LOGGED_OUT):
        return False
    named = [d for d in run.check.doubts if d.because == verdict.cause]
    return all(d.retry for d in named)


def _shown(finding: Finding, case: Case) -> Exchange | None:
    step = case.steps.get(finding.step)
    return step.exchanges[finding.index] if step and finding.index < len(step.exchanges) else None
