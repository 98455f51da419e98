"""What every verb is made of: a row for the verb and one for each argument, with all their faces.

A verb sends and observes; it never sees an expectation. It reads no clock but the run's and
opens no socket: both come to it in the Context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from conformance.language.values import Kind, Known, Offence, Phrase, said
from conformance.model import Exchange, Json, Phase, Step, StepRecord, StepStatus
from conformance.model.runs import before_of

if TYPE_CHECKING:  # the context is built by the engine, which reads the table of verbs
    from conformance.sending.context import Context

DEMANDING: Final[tuple[Phase, ...]] = ("read", "wait", "joint", "write", "sweep", "keys", "end")
"""When steps may run, the less demanding first: any time; side by side while time passes; side by side, with
what touches others done at one moment; alone before the clock of any timeline starts; alone at the end; alone
just before time passes, since they find out which resources may be read side by side; and when the first
process of the server may end."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a verb.

    Args:
        takes: the kind of its value.
        phrase: it in English, to stand in the verb's own phrase under its name.
        absent: what stands there where a step does not give it.
        phase: what a step with it asks for, or "".
        manner: whether it is about how often and by which way, and the question stays the same.
        for_next: whether a step with it is there for the sake of the one after it alone.
    """

    name: str
    takes: Kind
    phrase: Phrase
    absent: str = ""
    required: bool = False
    phase: Callable[[Json], Phase | Literal[""]] | Phase | Literal[""] = ""
    manner: bool = False
    for_next: bool = False

    def asked(self, value: Json) -> Phase | Literal[""]:
        """The phase that a step with this value asks for, or ""."""
        return self.phase(value) if callable(self.phase) else self.phase


@dataclass(frozen=True, slots=True)
class Verb:
    """One word of the language for something to do.

    Args:
        phrase: it in English; holds the names of its arguments in braces.
        phase: when a check that uses it may run.
        needs: the capability without which it makes no sense, or "".
        tried: whether a step with a `when` is only tried, as evidence: that it can't be is no finding.
        asks: the name of the verb that asks the same question, where it is another's.
        subject: whether it is about an item: one of ours, where one can be made before the work.
        makes: whether it makes what others are about, so that its checks come first.
        joint: whether it touches every resource at one moment, so that timelines may do it in step.
        lives: whether it begins or ends entries of the server's cache, or a whole process.
        started: whether only a server that the suite has started can show it.
        beyond: whether it asks for what no target declares, so that a server may refuse it.
        turns: whether all that comes after it on a timeline rests on it, though nothing names it.
        searched: whether only searches and what they have found use it.
        lasts: how many seconds it takes on purpose, given a step, the quantities, and whether time is moved.
    """

    name: str
    run: Callable[[Step, Context], StepRecord]
    phrase: str
    arguments: tuple[Argument, ...] = ()
    phase: Phase = "read"
    needs: str = ""
    tried: bool = False
    asks: str = ""
    subject: bool = False
    makes: bool = False
    joint: bool = False
    lives: bool = False
    started: bool = False
    beyond: bool = False
    turns: bool = False
    searched: bool = False
    lasts: Callable[[Step, Mapping[str, float], bool], float] = lambda *_: 0.0

    def given(self, args: Mapping[str, Json]) -> Iterator[tuple[Argument, Json]]:
        """The arguments that a step gives, each with its value."""
        for argument in self.arguments:
            if argument.name in args:
                yield argument, args[argument.name]

    def said(self, args: Mapping[str, Json]) -> str:
        """A step in English."""
        words = {each.name: each.absent for each in self.arguments}
        words |= {each.name: said(each.phrase, value) for each, value in self.given(args)}
        return self.phrase.format_map(words)

    def is_for_next(self, args: Mapping[str, Json]) -> bool:
        """Whether a step is there for the sake of the one after it alone."""
        return any(argument.for_next for argument, _ in self.given(args))

    def references(self, args: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
        """The other steps that a step refers to: (argument, name)."""
        for argument, value in self.given(args):
            for name in argument.takes.names(value):
                yield argument.name, name

    def wrong(self, args: Mapping[str, Json], known: Known) -> Iterator[Offence]:
        """What is wrong with a step's arguments that no schema can say, and where."""
        for argument, value in self.given(args):
            for says, path in argument.takes.wrong(value, known):
                yield says, (argument.name, *path)

    def question(self, args: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """What a step asks: the same of two that ask the same, each in its way."""
        return self.asks or self.name, {a.name: value for a, value in self.given(args) if not a.manner}

    def phases(self, args: Mapping[str, Json]) -> Iterator[Phase]:
        """The phases that the arguments of a step ask for, whatever the verb's own."""
        for argument, value in self.given(args):
            phase = argument.asked(value)
            if phase:
                yield phase

    @property
    def schemas(self) -> dict[str, Mapping[str, Any]]:
        """The JSON Schemas of its arguments."""
        return {each.name: each.takes.schema for each in self.arguments}

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments that it can't do without."""
        return tuple(each.name for each in self.arguments if each.required)


def done(step: Step, exchanges: Iterable[Exchange], **more: Any) -> StepRecord:
    """The record of a step that did what it is for; `more` are fields of StepRecord."""
    return StepRecord(step.name, step.do, exchanges=tuple(exchanges), **more)


def before(step: Step, context: Context, exchanges: Iterable[Exchange]) -> None:
    """Keep what had to be asked before what a step is about: a record of its own, for all who read any.

    Its name is one that no spec can write, so that it is nobody's step.
    """
    name = before_of(step.name)
    context.steps[name] = StepRecord(name, exchanges=tuple(exchanges))


def not_offered(
    step: Step, says: str, exchanges: Iterable[Exchange] = (), *, declared: bool = False, **more: Any
) -> StepRecord:
    """The record of a step that the server does not offer; `declared` makes that a failure."""
    status: StepStatus = "missing" if declared else "not-offered"
    return StepRecord(step.name, step.do, status, says, tuple(exchanges), **more)


def out_of_reach(step: Step, says: str) -> StepRecord:
    """The record of a step that only a server can show that the suite has started."""
    return StepRecord(step.name, step.do, "out-of-reach", says)


def not_asked(step: Step, says: str) -> StepRecord:
    """The record of a step that the user held back."""
    return StepRecord(step.name, step.do, "not-asked", says)


def refused(step: Step, says: str, exchanges: Iterable[Exchange] = ()) -> StepRecord:
    """The record of a step that the server offers, and refuses to us."""
    return StepRecord(step.name, step.do, "refused", says, tuple(exchanges))


def untestable(step: Step, says: str) -> StepRecord:
    """The record of a step for which a means of ours is missing."""
    return StepRecord(step.name, step.do, "untestable", says)
