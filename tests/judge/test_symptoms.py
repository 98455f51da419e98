"""conformance.judge.symptoms: each common mistake is recognised by what it looks like, nothing else is.

The findings are those of the matchers themselves, so that a symptom can't wait for what no matcher says. The
examples stand beside their kind: `test_answers.py`, `test_tags.py`, `test_kept.py`.
"""

from __future__ import annotations

import pytest
from helpers.looks import OK, Look, answer
from helpers.matching import Example
from helpers.records import check, run
from helpers.rules import none_of
from judge import test_answers, test_kept, test_tags
from matchers.test_matchers import EXAMPLES
from msgspec.structs import replace

from conformance.judge.sight import DECLARED
from conformance.judge.symptoms import SYMPTOMS, Symptom, recognise
from conformance.matchers import CODES, Case, Matcher, first_finding
from conformance.model import Finding, Json, StepRecord

KNOWN = {**test_answers.KNOWN, **test_tags.KNOWN, **test_kept.KNOWN}
LIKE = {**test_answers.LIKE, **test_tags.LIKE, **test_kept.LIKE}
named = pytest.mark.parametrize(("look", "says", "mend"), KNOWN.values(), ids=KNOWN)


@named
def test_a_common_mistake_is_named_with_what_to_do(look: Look, says: str, mend: str) -> None:
    symptom = look.symptom()
    assert symptom is not None
    assert symptom.says == says
    assert mend in symptom.mend
    assert not symptom.mend or symptom.mend.endswith(".")


@pytest.mark.parametrize("look", LIKE.values(), ids=LIKE)
def test_what_only_looks_like_a_mistake_is_not_named(look: Look) -> None:
    assert look.symptom() is None


@pytest.mark.parametrize("finding", [Finding("", "", "nowhere"), Finding("", "", "answer", 7)])
def test_what_no_exchange_shows_has_no_symptom(finding: Finding) -> None:
    look = Look(OK, (answer(500),))
    assert recognise(run(check()), finding, look.case) is None


def test_every_symptom_is_seen() -> None:
    """Each row of the table is the first to speak in some example."""
    seen = {look.symptom() for look, *_ in KNOWN.values()}
    unseen = []
    for row in SYMPTOMS:
        others = tuple(each for each in SYMPTOMS if each is not row)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("conformance.judge.symptoms.SYMPTOMS", others)
            if {look.symptom() for look, *_ in KNOWN.values()} == seen:
                unseen.append(row.look.__name__)
    none_of(unseen)


def test_a_symptom_looks_for_codes_that_some_form_declares() -> None:
    none_of(
        f"{row.look.__name__}: {code}" for row in SYMPTOMS for code in sorted(row.codes - CODES - {DECLARED})
    )


# ---- sentences are for people


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every matcher says something else."""
    match = Matcher.match

    def nonsense(self: Matcher, wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        found = match(self, wanted, step, case)
        return found and replace(found, expected="lorem ipsum", actual="dolor sit amet")

    monkeypatch.setattr(Matcher, "match", nonsense)


@named
@pytest.mark.usefixtures("reworded")
def test_a_mistake_is_named_whatever_the_matchers_say(look: Look, says: str, mend: str) -> None:
    symptom = look.symptom()
    assert look.code or look.finding().expected == "lorem ipsum"
    assert symptom is not None
    assert symptom.says == says
    assert mend in symptom.mend


def symptom_of(example: Example) -> tuple[bool, Symptom | None]:
    """Whether a matcher's example finds something, and what is recognised in it."""
    look = Look({example.matcher: example.wanted}, example.steps, on=example.on, workers=example.workers)
    found = first_finding(look.expected, example.steps[-1], look.case)
    return found is not None, None if found is None else recognise(run(check(), example.on), found, look.case)


def test_rewording_changes_no_symptom_of_any_example_of_a_matcher(request: pytest.FixtureRequest) -> None:
    before = [symptom_of(example) for example in EXAMPLES]
    request.getfixturevalue("reworded")
    assert [symptom_of(example) for example in EXAMPLES] == before
    assert len({symptom for _, symptom in before}) > 1
