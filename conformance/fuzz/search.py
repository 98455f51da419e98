"""`search`: look for values of a check's `forall` that a server fails at, and shrink them. Shell.

Hypothesis draws, the engine's `attempt` sends and judges; this file decides what counts as a
counterexample and when to stop. The same seed makes the same search. Nothing is printed, and no
file is read or written. It runs in any thread, beside other searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.claims import busy
from conformance.execute.options import Attempt, BrokenOffError
from conformance.fields import field_value, field_values, tags_match_weakly
from conformance.fuzz.driving import BY, Counterexample, Ended, drive
from conformance.fuzz.strategies import build, corners
from conformance.judge.unjudged import STOPPED, ours
from conformance.language import captures
from conformance.model import Exchange, ForAll, Json, Record, Run, StepRecord, Verdict

__all__ = ["BY", "MAX_EXAMPLES", "Found", "search"]

MAX_EXAMPLES: Final = 50
_PATIENCE: Final = 10  # attempts in a row that say nothing about the server
_MOST_SHRINKING: Final = 150  # attempts after the first counterexample
_SERVER_ERROR: Final = 500

Found = tuple[Verdict, Record]


def search(
    run: Run,
    seed: int,
    attempt: Attempt,
    /,
    *,
    max_examples: int = MAX_EXAMPLES,
    over: Callable[[], bool] = bool,
) -> Found | None:
    """The smallest counterexample found, as the verdict and record of its attempt.

    Args:
        run: its check's `forall` says what to draw.
        seed: of the whole run; each run of a check makes a search of its own from it.
        attempt: executes the steps with the values given and judges them.
        max_examples: how many values to draw until one is found, after the strategies' corners.
        over: whether to end: what has been found by then is told, the smallest of it.

    Returns:
        A verdict `fail`, whose message ends with the values; None where nothing was found or the
        run is being stopped. `unreachable` and `error` end the search and are returned as they
        come: a server that has died would make a counterexample of every value, and a fault of
        ours, whatever raises it, must not pass for a pass.

    Raises:
        BrokenOffError: a fault of ours has ended it; what was found by then comes with it.
    """
    hunt = _Hunt(run, attempt, over)

    try:
        for bound in _corners(run.check.forall):
            hunt.trap(bound)
        hunt.drawing = True
        values = st.fixed_dictionaries({each.name: build(each) for each in run.check.forall})
        hunt.flaky = drive(values, hunt.follow, f"{seed}/{run.id}", max_examples=max_examples)
    except (Counterexample, Ended):
        pass
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
        hunt.fail({}, problem)
    return hunt.result()


@dataclass(slots=True)
class _Hunt:
    """One search as far as it has come."""

    run: Run
    attempt: Attempt
    over: Callable[[], bool]
    smallest: tuple[Mapping[str, Json], Verdict, Record] | None = None
    fatal: tuple[Mapping[str, Json], Verdict, Record] | None = None
    drawing: bool = False
    flaky: bool = False
    again: Record | None = None
    mute: int = 0
    shrinking: int = 0
    tried: int = 0
    last: Mapping[str, Json] = field(default_factory=dict)

    def trap(self, bound: Mapping[str, Json]) -> None:
        """Try what is known to be a trap; one that fails is shown again before it is told.

        Raises:
            Counterexample: the server has failed at it.
            Ended: there is no use in going on.
        """
        try:
            self.follow(bound)
        except Counterexample:
            self.follow(bound)  # which raises it again, where it does not come and go
            self.flaky = True
            raise

    def follow(self, bound: Mapping[str, Json]) -> None:
        """Try these values.

        Raises:
            Counterexample: the server fails at them.
            Ended: there is no use in going on.
        """
        self.shrinking += self.smallest is not None
        if self.shrinking > _MOST_SHRINKING or self.over():
            raise Ended
        self.tried, self.last = self.tried + 1, bound
        try:
            verdict, record = self.attempt(bound)
            fails = _is_counterexample(verdict, record)
        except Exception as problem:  # ours: Hypothesis would take it for what it looks for
            self.fail(bound, problem)
            raise Ended from problem
        if verdict.outcome in ("unreachable", "error"):
            self.fatal = bound, verdict, record
            raise Ended
        if fails:
            # Hypothesis only tries what is smaller than what it has, and the smallest last of all.
            self.smallest = bound, verdict, record
            self.mute = 0
            raise Counterexample
        if self.smallest is not None and bound == self.smallest[0]:
            self.again = record
        self.mute = 0 if verdict.outcome == "pass" else self.mute + 1
        if self.mute >= _PATIENCE or verdict.code == STOPPED or not _asked(record):
            raise Ended

    def fail(self, bound: Mapping[str, Json], problem: Exception) -> None:
        """A fault of ours: the search is over."""
        record = Record(self.run.work, (), bound, error=f"{type(problem).__name__}: {problem}")
        self.fatal = bound, ours(record.error), record

    def result(self) -> Found | None:
        """What is to be reported: what has been found stands, whatever ended the search.

        Raises:
            BrokenOffError: a fault of ours has ended it, after that was found.
        """
        found = self._told()
        if self.smallest is not None and found is not None and self.fatal is not None:
            _, verdict, _ = self.fatal
            if verdict.outcome == "error":
                raise BrokenOffError(verdict.message, found)
        return found

    def _between(self, record: Record) -> str:
        """Where it has ended, if not in an attempt."""
        if not self.tried:
            return "before anything was asked"
        values = "1 value" if self.tried == 1 else f"{self.tried} values"
        return f"{values} had been tried, the last {_shown(self.last, record)}"

    def _told(self) -> Found | None:
        if self.smallest is not None:
            bound, verdict, record = self.smallest
            where = f"{'smallest ' if self.drawing else ''}counterexample: {_shown(bound, record)}"
            if self.flaky:
                where += f", but not again when it was repeated{_both(verdict, record, self.again)}"
        elif self.fatal is not None:
            bound, verdict, record = self.fatal
            where = f"asked with {_shown(bound, record)}" if bound else self._between(record)
        else:
            return None
        return replace(verdict, message=f"{verdict.message}; {where}"), replace(record, remark=where)


def _both(verdict: Verdict, record: Record, again: Record | None) -> str:
    """How the request that decides was answered at first, and how when it was repeated."""
    first, second = (
        step.exchanges[verdict.index] if step and verdict.index < len(step.exchanges) else None
        for step in (each.step(verdict.step) if each is not None else None for each in (record, again))
    )
    if first is None or second is None:
        return ""
    request = f"{first.request.method} {first.request.target}"
    return f": {request} was answered {_answer(first)}, and the second time {_answer(second)}"


def _answer(exchange: Exchange) -> str:
    if exchange.response is None:
        return "nothing"
    tag = field_value(exchange.headers, "etag")
    return f"{exchange.status}" + (f" with the ETag {tag}" if tag else "")


def _corners(forall: tuple[ForAll, ...]) -> Iterator[Mapping[str, Json]]:
    """The known traps of all variables side by side, the shorter lists repeated."""
    known = {each.name: corners(each) for each in forall}
    if all(known.values()):
        for index in range(max(map(len, known.values()), default=0)):
            yield {name: values[index % len(values)] for name, values in known.items()}


def _asked(record: Record) -> bool:
    """Whether anything was sent at all; not so once the run is being stopped."""
    return any(step.exchanges for step in record.steps)


def _is_counterexample(verdict: Verdict, record: Record) -> bool:
    """Whether a failure is the server's, and no matter of the value that we have made up.

    A server may refuse a text that we like and it does not (the examples have shown that it takes
    others), it may ask for patience, and a tag drawn at random may be its current one. Another 5xx to a
    write is a failure.
    """
    if verdict.outcome != "fail" or any(busy(each) for step in record.steps for each in step.exchanges):
        return False
    if any(_refuses(step) for step in record.steps):
        return False
    return not any(_asks_for_itself(record, exchange) for step in record.steps for exchange in step.exchanges)


def _refuses(step: StepRecord) -> bool:
    if step.status not in ("not-offered", "missing", "failed"):
        return False
    answered = step.exchanges[-1].status if step.exchanges else None
    return answered is None or answered < _SERVER_ERROR


def _asks_for_itself(record: Record, exchange: Exchange) -> bool:
    """Whether a drawn tag, sent alone, is one that this server has just issued."""
    drawn = [
        each for each in record.bound.values() if isinstance(each, str) and not tuple(captures.named(each))
    ]
    sent = [tag for tag in field_values(exchange.request.headers, "if-none-match") if tag in drawn]
    issued = [
        tag for step in record.steps for each in step.exchanges for tag in field_values(each.headers, "etag")
    ]
    return any(tags_match_weakly(tag, other) for tag in sent for other in issued)


def _shown(bound: Mapping[str, Json], record: Record) -> str:
    """The values as they were sent, each with what it was drawn as where that says more."""

    def last(name: str) -> Exchange | None:
        step = record.step(name)
        return step.exchanges[-1] if step and step.exchanges else None

    said = []
    for name, value in bound.items():
        try:
            filled = captures.fill(value, last, {})
        except captures.MissingError:
            filled = value
        said.append(f"{name}={filled!r}" + (f" (that is {value})" if filled != value else ""))
    return ", ".join(said)
