"""docs/language.md: every word that a spec may write, made of the rows that the loader reads.

Each word that a check uses leads to the first one that does. Pure. It must not know any word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from conformance.language.captures import CAPTURES
from conformance.language.doubts import DOUBTS
from conformance.language.durations import NAMES
from conformance.language.strategies import STRATEGIES
from conformance.language.values import Kind, Phrase, said
from conformance.matchers import MATCHERS
from conformance.model import Check, Json, Suite
from conformance.model.targets import CAPABILITIES
from conformance.verbs import VERBS, Verb
from tools.checks import plain

__all__ = ["PAGE", "made"]

PAGE: Final = Path(__file__).parent.parent / "docs" / "language.md"
_HEAD: Final = """\
# The language of the specs

<!-- Generated from the rows of the language by `make docs`. -->

Every word that a check may write, [ours](checks/README.md) or [one of your own](own-checks.md). Any other is
an error, with its file and line. `conformance schema spec` has the same for editors; how a check is written
stands under [Add a check](../CONTRIBUTING.md#add-a-check).
"""


class Uses:
    """Which check uses a word first, and what for."""

    def __init__(self, suite: Suite) -> None:
        self._topics = {check.id: Path(file.name).stem for file in suite.files for check in file.checks}
        self._first: dict[tuple[str, str], tuple[Check, Json]] = {}
        for file in suite.files:
            for check in file.checks:
                for word, value in _words(suite, check):
                    self._first.setdefault(word, (check, value))

    def by(self, word: str, part: str = "") -> str:
        """A link to that check, or nothing."""
        check, _ = self._first.get((word, part), (None, None))
        return "" if check is None else f"[{check.id}](checks/{self._topics[check.id]}.md#{check.id})"

    def says(self, word: str, part: str, phrase: Phrase, takes: Kind | None) -> str:
        """What a word says of any value, or else of the one that it is used with."""
        if phrase == "{}":  # it stands in the verb's own phrase
            return ""
        if isinstance(phrase, str):
            return plain(phrase).format(f"`{takes.called}`" if takes else "").strip(" ,;:")
        check, value = self._first.get((word, part), (None, None))
        return "" if check is None else f"such as: {plain(said(phrase, value)).strip(' ,;:')}"


def made(suite: Suite) -> str:
    """The page."""
    uses = Uses(suite)
    return "\n".join([_HEAD, *_verbs(uses), *_matchers(uses), *_others()])


def _verbs(uses: Uses) -> Iterator[str]:
    yield "## What is done: `do`"
    yield "A step does one thing. What an argument adds to that stands below.\n"
    yield from _table(("verb", "argument", "takes", "what", "used by"), _rows_of_verbs(uses))


def _rows_of_verbs(uses: Uses) -> Iterator[tuple[str, ...]]:
    for verb in VERBS.values():
        yield f"**`{verb.name}`**", "", "", _alone(verb), uses.by(verb.name)
        for each in verb.arguments:
            says = uses.says(verb.name, each.name, each.phrase, each.takes)
            needed = " (always)" if each.required else ""
            yield "", f"`{each.name}`{needed}", f"`{each.takes.called}`", says, uses.by(verb.name, each.name)


def _alone(verb: Verb) -> str:
    """What it does without an argument that may be left out."""
    words = {a.name: f"`{a.takes.called}`" if a.required else a.absent for a in verb.arguments}
    return " ".join(verb.phrase.format_map(words).split())


def _matchers(uses: Uses) -> Iterator[str]:
    yield "## What is looked at: `given`, `only-if`, `expect`, `when`"
    yield "A form in braces stands alone, unless it says that several may stand together.\n"
    yield from _table(("matcher", "form", "what", "used by"), _rows_of_matchers(uses))


def _rows_of_matchers(uses: Uses) -> Iterator[tuple[str, ...]]:
    for matcher in MATCHERS.values():
        together = "; several together" if matcher.together else ""
        yield f"**`{matcher.name}`**", "", f"{plain(matcher.noun)}{together}", ""
        for form in matcher.forms:
            word = f"{matcher.name}:", form.text
            yield "", f"`{form.written}`", uses.says(*word, form.phrase, form.takes), uses.by(*word)


def _others() -> Iterator[str]:
    yield "## What is taken from an answer: `{first.etag}`"
    yield "`{STEP.NAME}`, in a header field or in what is written; `{NAME}` is a value of `forall`.\n"
    yield from _pairs("name", {each.name: each.phrase.format("the step") for each in CAPTURES.values()})
    yield "## How long"
    yield "A sum of terms: a number, a name, or both (`2m`), which may be divided (`ttl / 2`).\n"
    yield from _pairs("name", NAMES)
    yield "## What a resource has to offer: `needs`, `without`"
    yield from ("",)
    yield from _pairs("name", {each.name: each.phrase for each in CAPABILITIES.values()})
    yield "## Causes that are not the server's fault: `doubts`"
    yield from ("",)
    yield from _pairs("name", {each.name: each.because for each in DOUBTS.values()})
    yield "## What is drawn: `forall`"
    yield "More of it: [Fuzzing](fuzzing.md#what-is-searched).\n"
    yield from _pairs("strategy", STRATEGIES)


def _pairs(head: str, rows: Mapping[str, str]) -> Iterator[str]:
    yield from _table((head, "what"), ((f"`{name}`", plain(says)) for name, says in rows.items()))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _words(suite: Suite, check: Check) -> Iterator[tuple[tuple[str, str], Json]]:
    """Each verb and argument that a check writes, and each form of a matcher, with a colon after its name."""
    steps = suite.timelines[check.on].steps if check.on else check.steps
    asked = [check.answers or {}, *check.only_if.values(), *(w for e in check.expects for w in e.values())]
    for step in steps:
        verb = VERBS[step.do]
        yield (verb.name, ""), None
        yield from (((verb.name, argument.name), value) for argument, value in verb.given(step.args))
        asked += [step.given, step.only_if, step.expect, *(w for case in step.when for w in case.values())]
    for name, wanted in (pair for each in asked for pair in each.items()):
        yield from (((f"{name}:", form.text), value) for form, value in MATCHERS[name].uses(wanted))
