"""Common mistakes, recognised by what they look like from outside. Pure.

A symptom names the likely cause of a finding and says what to do; it never changes an outcome. It
goes by the code of the finding and by the exchanges, never by a sentence, which may be worded anew,
nor by the check or the names of its steps. To add one, write a function and a row beside its kind
(`answers.py`, `tags.py`, `kept.py`), with the codes of the findings that it may be behind; the first that
recognises something speaks.
"""

from __future__ import annotations

from typing import Final

from conformance.judge.answers import OF_ANY, OF_BODIES
from conformance.judge.kept import OF_LIVES
from conformance.judge.sight import Row, Sight, Symptom
from conformance.judge.tags import OF_FIELDS, OF_FLAGS, OF_TAGS
from conformance.matchers.base import Case
from conformance.model import Finding, Run

__all__ = ["SYMPTOMS", "Symptom", "recognise"]

SYMPTOMS: Final[tuple[Row, ...]] = (*OF_ANY, *OF_BODIES, *OF_TAGS, *OF_LIVES, *OF_FLAGS, *OF_FIELDS)


def recognise(run: Run, finding: Finding, case: Case) -> Symptom | None:
    """The first symptom that fits, or None."""
    step = case.steps.get(finding.step)
    if step is None or finding.index >= len(step.exchanges):
        return None
    sight = Sight(run, finding, case, step.exchanges[finding.index])
    for row in SYMPTOMS:
        if not row.codes or finding.code in row.codes:
            symptom = row.look(sight)
            if symptom is not None:
                return symptom
    return None
