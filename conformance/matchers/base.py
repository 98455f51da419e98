"""What every matcher is made of: a name and its forms, each form a row with all its faces.

`etag: present`, `etag: {same-as: first}` and `status: 304` are three forms. A form is a function
that finds what does not hold, a phrase for `explain`, the kind of value that it takes, and the
codes of its findings; nothing else in the suite knows the word. A matcher never raises for what
a server sent: an answer that is missing, or nonsense, is a finding. It raises only where the
suite is at fault.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from conformance.fields import field_value
from conformance.language.values import Kind, Phrase, said
from conformance.model import Exchange, Finding, Json, Resource, StepRecord, Target

ANSWER: Final = "answer"
"""The code of a finding of any form: there is no answer to judge."""
COMPARISON: Final = "comparison"
"""The code of a finding of any form: there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Case:
    """The surroundings of a judgement.

    Args:
        steps: what has been done so far, by name.
        remote: whether the server is somewhere else than on this machine's loopback.
        workers: how many of the server's workers the suite has started; None: it has not.
        moved: whether time is moved, so that waiting costs nothing.
        log, withheld, elsewhere: see `Record`.
        kept: whether one entry of the server's cache was to answer all reads.
    """

    steps: Mapping[str, StepRecord]
    resource: Resource | None
    target: Target
    remote: bool = False
    workers: int | None = None
    moved: bool = False
    log: str = ""
    withheld: tuple[str, ...] = ()
    elsewhere: str = ""
    kept: bool = False

    def first(self, name: str) -> Exchange | None:
        """The first exchange of a step, or None where it made none."""
        step = self.steps.get(name)
        return step.exchanges[0] if step and step.exchanges else None

    def last(self, name: str) -> Exchange | None:
        """The last exchange of a step, or None where it made none."""
        step = self.steps.get(name)
        return step.exchanges[-1] if step and step.exchanges else None


_MOST_USED: Final = 4096  # arguments of a matcher that are known by identity

Find = Callable[[Json, StepRecord, Case], Finding | None]
"""What does not hold of a step, given what the form takes; or None."""
Found = tuple[str, str] | Finding | None
"""What is expected and what is there instead; a Finding where there is more to say of it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to use a matcher.

    Args:
        word: `present`, `true` or `same-as`; "" where what it takes stands alone, as in `status: 304`.
        phrase: it in English, of the answer that it is asked of; `{}` is what it takes.
        takes: the kind of value that follows the word, or None where the word stands by itself.
        codes: of findings that are to be told apart from the usual one, whose code is the word's.
        among: whether it holds several answers against each other, though it names no step of theirs.
        beforehand: what it comes to for a step with such arguments, or ""; where the phrase names but a rule.
    """

    word: str | bool
    find: Find
    phrase: Phrase
    takes: Kind | None = None
    codes: tuple[str, ...] = ()
    among: bool = False
    beforehand: Callable[[Mapping[str, Json]], str] | None = None

    @property
    def text(self) -> str:
        """The word as text."""
        return str(self.word).lower() if isinstance(self.word, bool) else self.word

    @property
    def written(self) -> str:
        """As it is written in a spec."""
        if self.takes is None:
            return self.text
        return f"{{{self.text}: {self.takes.called}}}" if self.text else self.takes.called


@dataclass(frozen=True, slots=True)
class Matcher:
    """One word of the language for what is to be seen.

    Args:
        noun: what it looks at.
        ours: whether it is about our own timing, and not about what the server did.
        together: whether several of its forms may be asked at once.
        kept: whether it looks at what tells of the server's cache.
    """

    name: str
    noun: str
    forms: tuple[Form, ...]
    ours: bool = False
    together: bool = False
    kept: bool = False
    used: dict[int, tuple[Json, list[tuple[Form, Json]]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def code(self, form: Form) -> str:
        """The code of a form's usual finding: `status`, `etag.same-as`, `hit.true`."""
        return f"{self.name}.{form.text}" if form.text else self.name

    def uses(self, wanted: Json) -> list[tuple[Form, Json]]:
        """The forms that stand in an argument, each with what it takes.

        Raises:
            ValueError: it is none of them, which would hold of everything.
        """
        known = self.used.get(id(wanted))  # what a spec wants is asked of many answers
        if known is None:
            if len(self.used) >= _MOST_USED:
                self.used.clear()
            known = self.used[id(wanted)] = wanted, self._uses(wanted)
        return known[1]

    def _uses(self, wanted: Json) -> list[tuple[Form, Json]]:
        if isinstance(wanted, Mapping):
            found = [(form, wanted[form.word]) for form in self.forms if form.takes and form.word in wanted]
        else:
            bare = [
                form for form in self.forms if form.word == "" or (not form.takes and form.word == wanted)
            ]
            found = [(form, wanted) for form in bare]
        if not found:
            raise ValueError(f"{self.name}: {wanted!r} is none of its forms")
        return found

    def match(self, wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        """The first that does not hold of what is wanted of a step, or None."""
        for form, argument in self.uses(wanted):
            finding = form.find(argument, step, case)
            if finding is not None:
                return finding if finding.code else replace(finding, code=self.code(form))
        return None

    def said(self, wanted: Json) -> str:
        """What is wanted, in English."""
        return ", ".join(said(form.phrase, argument) for form, argument in self.uses(wanted))

    def told(self, wanted: Json, args: Mapping[str, Json]) -> str:
        """What is wanted of a step with these arguments, in English, as far as that is known beforehand."""
        return ", ".join(
            (form.beforehand(args) if form.beforehand else "") or said(form.phrase, argument)
            for form, argument in self.uses(wanted)
        )

    def references(self, wanted: Json) -> Iterator[str]:
        """The names of other steps that an argument refers to."""
        for form, argument in self.uses(wanted):
            yield from form.takes.names(argument) if form.takes else ()

    def compares(self, wanted: Json) -> bool:
        """Whether what is wanted of an answer goes by another one, which has to be of the same state."""
        return any(form.among for form, _ in self.uses(wanted)) or any(True for _ in self.references(wanted))

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its argument."""
        words = [form.word for form in self.forms if form.takes is None]
        keyed = {form.text: dict(form.takes.schema) for form in self.forms if form.takes and form.text}
        ways: list[dict[str, Any]] = [{"enum": words}] if words else []
        ways += [dict(form.takes.schema) for form in self.forms if form.takes and not form.text]
        if keyed:
            mapping: dict[str, Any] = {
                "type": "object",
                "properties": keyed,
                "minProperties": 1,
                "additionalProperties": False,
            }
            ways.append(mapping if self.together else mapping | {"maxProperties": 1})
        says = f"{self.noun}: {', '.join(form.written for form in self.forms)}"
        return {**(ways[0] if len(ways) == 1 else {"anyOf": ways}), "description": says}


def no_answer(step: StepRecord, index: int = 0) -> Finding:
    """The finding that a step made no exchange, or one that was not answered."""
    if not step.exchanges:
        return Finding("an answer", step.says or "none: nothing was asked", step.name, code=ANSWER)
    fault = step.exchanges[index].fault
    return Finding("an answer", fault.says if fault else "no answer", step.name, index, code=ANSWER)


def each_answer(judge: Callable[[Json, Exchange, Case], Found]) -> Find:
    """A form that must hold of every answer to a step; a step without exchanges holds nothing."""

    @functools.wraps(judge)
    def find(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges:
            return no_answer(step)
        for index, exchange in enumerate(step.exchanges):
            if exchange.response is None:
                return no_answer(step, index)
            found = judge(wanted, exchange, case)
            if isinstance(found, Finding):
                return replace(found, step=step.name, index=index)
            if found is not None:
                return Finding(*found, step.name, index)
        return None

    return find


def shown(exchange: Exchange, name: str) -> str:
    """A field of the answer as it is to be shown, or "none"."""
    value = field_value(exchange.headers, name)
    return "none" if value is None else value


def seconds(number: float, case: Case, places: int = 1) -> str:
    """A span of time; moved time is called so, since nobody has waited for it."""
    return f"{number:.{places}f} s{' of moved time' if case.moved else ''}"
