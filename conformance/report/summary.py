"""A whole run in a screenful: its result, what to mend first, the score by topic, what did not pass. Pure.

It is written for somebody who has never read an RFC. Whatever a server sent passes through `safe`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from conformance.model import TIERS, Entry, Fuzzing, Report, Tally, VerdictName
from conformance.report.graded import grade_lines
from conformance.report.leftover import leftover
from conformance.report.mending import REASONS, Mend, advice, first, first_to_mend, reasons
from conformance.report.result import PASSED, Result, checks, not_asked, result, root_of
from conformance.report.safe import safe, shell

LINE: Final = 500  # characters of one verdict's sentence
_DEATHS: Final = 3  # of a server in a search, of which nothing could be blamed
_MOST: Final = 40  # checks of one list
_IN_FULL: Final = "the same command with -v"
_NOTHING: Final[tuple[VerdictName, ...]] = ("deselected", "not-applicable", "untestable", "info")
"""Verdicts that give a topic nothing to count."""
_SHARING: Final = 4  # checks that are named where several share a sentence


def summary_lines(
    report: Report, *, strict: bool = False, in_full: str = _IN_FULL, says: str = ""
) -> list[str]:
    """The section for the terminal, without its heading; its first line is the result.

    Args:
        report: of the run.
        strict: whether a warning fails.
        in_full: how all of a failure is to be seen; "" where it has been.
        says: the first line, where the result is not that of the report alone.
    """
    end = result(report, strict=strict)
    if end.nobody and report.grade is None:
        return [end.says, *_why_nobody(report)]
    lines = [says or end.says, *_heading(report), ""]
    parts = (
        grade_lines(report.grade) if report.grade is not None else (),
        _first(report, strict=strict),
        _unjudged(report, end),
        _score(report),
        _lists(report, strict=strict),
        _folded(report),
        _problems(report),
    )
    for part in parts:
        block = list(part)
        if block:
            lines += [*block, ""]
    return [*lines, *_closing(report, in_full)]


def brief_lines(report: Report, *, strict: bool = False) -> list[str]:
    """The least that has to be told: what kept the run from passing, and each warning with what to do."""
    end = result(report, strict=strict)
    lines = [] if end.code == PASSED else [end.says]
    for entry in report.judged:
        if entry.verdict.verdict == "warn":
            lines += [f"warning: {safe(entry.nodeid)}", *_said(report, entry, "  ")]
    return lines


def warning(report: Report, entry: Entry) -> str:
    """A warning in one line, with what to do about it."""
    return " ".join(_said(report, entry, ""))


def by_the_clock(report: Report) -> str:
    """How time passed in a run."""
    told = {"real": "in real time", "virtual": "with the server's clock moved"}
    return told.get(report.clock, f"by the clock {report.clock}")


def _heading(report: Report) -> Iterator[str]:
    clock = safe(by_the_clock(report), LINE)
    how = isolated(report)
    where = safe(report.base_url, LINE) or "A server that did not start"
    yield (
        f"{where}, judged as {safe(report.target.name)!r}, tier {report.tier}, "
        f"in {report.seconds:.1f} s, {clock}; seed {report.seed}{f'; {how}' if how else ''}"
    )
    for name, why in report.why_real.items():
        yield f"  {safe(name)} in real time: {safe(why, LINE)}"
    if report.fuzzing is not None:
        yield from searched(report.fuzzing, report.seed)
    if report.stopped:
        yield f"The run ended early: {safe(report.stopped, LINE)}. What was not reached is not judged."
    if report.partial:
        left = report.counts["deselected"]
        yield f"A part of the tier: {len(report.judged)} of {len(report.entries)} checks, {left} left out."


def searched(fuzzing: Fuzzing, seed: int) -> Iterator[str]:
    """How counterexamples were searched for, so that it can be done again; and where that came to an end."""
    yield (
        f"Searched {checks(fuzzing.searches)} for counterexamples, {fuzzing.attempts} attempts in "
        f"{fuzzing.seconds:.1f} s, with {safe(fuzzing.by)} and the seed {seed}"
    )
    if fuzzing.cut:
        why = safe(fuzzing.ended, LINE) or "time was up (--fuzz-time)"
        yield f"  {checks(len(fuzzing.cut))} not searched, or not to the end: {why}"
    yield from (f"  {safe(each, LINE)}: the suite's fault, not the server's" for each in fuzzing.broken)
    yield from (f"  {safe(each, LINE)}" for each in fuzzing.died[:_DEATHS])
    if fuzzing.died[_DEATHS:]:
        yield f"  and {len(fuzzing.died) - _DEATHS} more such ends"
    yield from (f"  saved: {safe(each, LINE)}" for each in fuzzing.saved)
    for each in fuzzing.unsaved:
        yield f"  {safe(each, LINE)}; name another by --save-failing"


def isolated(report: Report) -> str:
    """By which level the server was kept from all else; "" where the suite has not started it."""
    if report.server == "url" or not report.isolation:
        return ""
    return "not isolated" if report.isolation == "none" else f"isolated by {safe(report.isolation)}"


# ------------------------------------------------------------------ what to mend first


def _first(report: Report, *, strict: bool) -> Iterator[str]:
    mend = first(report, strict=strict)
    if mend is None:
        return
    entry = mend.entry
    where = f" (of {safe(entry.resource)})" if entry and entry.resource else ""
    yield f"First thing to mend: {safe(mend.title)}{where}"
    for message, count in mend.says:
        yield f"  {_untitled(message, mend.title)}" + (f" ({checks(count)})" if count else "")
    if mend.more:
        yield f"  ... and {mend.more} more"
    if mend.left:
        yield f"  After that no more was asked of what had not answered ({checks(mend.left)})"
    if mend.then:
        yield f"  Next: {safe(mend.then, LINE)}"
    if mend.waiting:
        yield f"  {waiting(mend.waiting)}"
    if entry:
        yield f"  {safe(entry.nodeid)}"
    if mend.output:
        yield ""
        yield "What the server printed:"
        yield from (f"  | {safe(line, LINE)}" for line in mend.output)


def _why_nobody(report: Report) -> Iterator[str]:
    """A run in which nobody answered: why, and what to do; there is nothing else to be told."""
    mend = first(report)
    if mend is None:
        return
    yield from (f"  {safe(message, LINE)}" for message, _ in mend.says)
    if mend.then:
        yield f"  Next: {safe(mend.then, LINE)}"
    if mend.output:
        yield "What the server printed:"
        yield from (f"  | {safe(line, LINE)}" for line in mend.output)


def _untitled(message: str, title: str) -> str:
    """A sentence, without the title that stands before it."""
    return safe(message.removesuffix(f" ({title})"), LINE)


def waiting(count: int) -> str:
    """How many checks wait for one that has failed, as a sentence."""
    return f"{checks(count)} {'waits' if count == 1 else 'wait'} for this one and can't be judged before."


def _said(report: Report, entry: Entry, indent: str) -> Iterator[str]:
    """The sentence of a verdict, and what to do about it."""
    yield f"{indent}{safe(entry.verdict.message, LINE)}"
    mend = advice(report, entry)
    if mend:
        yield f"{indent}Next: {safe(mend, LINE)}"


def _unjudged(report: Report, end: Result) -> Iterator[str]:
    """Why a run that has not failed has not passed, either: each reason once."""
    found = reasons(report, end)
    if found:
        yield "What keeps it from being judged:"
    for message, mend, count in found[:REASONS]:
        yield f"  {safe(message, LINE)} ({checks(count)})"
        if mend:
            yield f"  Next: {safe(mend, LINE)}"
    if len(found) > REASONS:
        yield f"  ... and {len(found) - REASONS} more"


# ------------------------------------------------------------------ the score


def _score(report: Report) -> Iterator[str]:
    score = report.score
    if all(e.verdict.outcome == "unreachable" for e in report.judged):
        return
    width = max(len(t.title) for t in score.topics)
    yield f"{'Passed (MUST: has to hold, SHOULD: is advised)':<{width}}"
    yield f"{'':<{width}}    MUST   SHOULD"
    for topic in score.topics:
        if not any(count for name, count in topic.tally.counts.items() if name not in _NOTHING):
            continue  # it was left out, or nothing of it applies
        yield f"{safe(topic.title):<{width}} {_numbers(topic.tally)}"
    yield f"{'all':<{width}} {_numbers(score.total)}"
    if score.withheld and report.grade is None:
        yield f"This is no grade: {safe(score.withheld, LINE)}."


def _numbers(tally: Tally) -> str:
    must, should = f"{tally.must_passed}/{tally.must_of}", f"{tally.should_passed}/{tally.should_of}"
    rest = others(tally)
    return f"{must if tally.must_of else '-':>7} {should if tally.should_of else '-':>8}   {rest}".rstrip()


def others(tally: Tally) -> str:
    """What has not passed, in words, or ""."""
    words: tuple[tuple[VerdictName, str], ...] = (
        ("fail", "failed"),
        ("warn", "warned"),
        ("blocked", "blocked"),
        ("unreachable", "without an answer"),
        ("inconclusive", "not to be judged"),
        ("error", "errors"),
        ("deselected", "left out"),
    )
    return ", ".join(f"{tally.counts[name]} {word}" for name, word in words if tally.counts.get(name))


# ------------------------------------------------------------------ what did not pass


def _lists(report: Report, *, strict: bool) -> Iterator[str]:
    headings = (
        ("error", "Errors of the suite itself (not the server's fault; please report them)"),
        ("fail", "Failed"),
        ("warn", "Warnings (a SHOULD that does not hold)"),
        ("inconclusive", "Could not be judged"),
    )
    blocks = [
        (heading, [e for e in report.judged if e.verdict.verdict == name]) for name, heading in headings
    ]
    for number, (heading, entries) in enumerate(b for b in blocks if b[1]):
        if number:
            yield ""
        yield f"{heading}: {len(entries)}"
        yield from _grouped(report, entries, first(report, strict=strict))


def _grouped(report: Report, entries: list[Entry], told: Mend | None) -> Iterator[str]:
    """Each check with its sentence, a warning also with what to do; what several share stands once.

    What was told as the first thing to mend is not told again.
    """
    above = {message for message, _ in told.says} if told is not None and told.entry in entries else set()
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.verdict.message, []).append(entry)
    for message, those in list(groups.items())[:_MOST]:
        for entry in those[:_SHARING]:
            yield f"  {safe(entry.nodeid)}"
        if len(those) > _SHARING:
            yield f"  and {checks(len(those) - _SHARING)} more"
        if message in above:
            yield "      (see the first thing to mend)"
        elif those[0].verdict.verdict == "warn":
            yield from _said(report, those[0], "      ")
        else:
            yield f"      {safe(message, LINE)}"
    if len(groups) > _MOST:
        yield f"  ... and {len(groups) - _MOST} more"


def _folded(report: Report) -> Iterator[str]:
    """What needs no line for each check: counts, with the reasons grouped."""
    for outcome, heading in (
        ("blocked", "Blocked, to be judged once what they build on passes"),
        ("not-applicable", "Not applicable to this server"),
        ("untestable", "Not testable this way"),
    ):
        entries = [e for e in report.judged if e.verdict.outcome == outcome]
        if entries:
            yield f"{heading}: {checks(len(entries))}"
            if outcome == "not-applicable":
                brief = report.tier == TIERS[0]
                yield from (f"  {line}" for line in leftover(entries, brief=brief))
            else:
                yield from _reasons(entries, report)


def _reasons(entries: Iterable[Entry], report: Report) -> Iterator[str]:
    reasons: Counter[str] = Counter()
    by_id = {e.nodeid: e for e in report.judged}
    for entry in entries:
        verdict = entry.verdict
        if verdict.outcome == "blocked":
            root = root_of(entry, by_id)
            reasons[f"by {verdict.cause if root is entry else root.nodeid}"] += 1
        else:
            reasons[verdict.message.removeprefix(f"{verdict.outcome.replace('-', ' ')}: ")] += 1
    told = reasons.most_common()
    for reason, count in told[:REASONS]:
        yield f"  {count} x {safe(reason, LINE)}"
    if len(told) > REASONS:
        yield f"  {sum(count for _, count in told[REASONS:])} x for {len(told) - REASONS} other reasons"


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        yield "Not put back as it was (please look at your data):"
        yield from (f"  {safe(problem, LINE)}" for problem in report.problems)


def _closing(report: Report, in_full: str) -> Iterator[str]:
    entry = first_to_mend(report, strict=True)
    if entry is not None:
        yield f"What a check is about: {explaining(entry)}"
        if in_full:
            yield f"What was sent and what came: {in_full}"
    counts = report.counts
    told = [f"{counts[name]} {name}" for name in counts if counts[name]]
    if report.problems:
        told.append(f"{len(report.problems)} not put back as it was (see above)")
    yield ", ".join([*told, *_held_back(report)]) or "no checks"


def explaining(entry: Entry) -> str:
    """The command that tells what a check is about, also one of the user's own."""
    own = "" if entry.file.startswith("specs/") else f" --specs {shell(entry.file)}"
    return f"conformance explain {safe(entry.id)}{own}"


def _held_back(report: Report) -> Iterator[str]:
    held = not_asked(report)
    if held:
        yield f"of which {sum(held.values())} not asked for ({'; '.join(safe(why, LINE) for why in held)})"
