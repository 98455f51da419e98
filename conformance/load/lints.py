"""`lints` of a spec file -> checks on all answers of a run. Pure.

Level and tier of a lint are those of the row that it judges.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.load.parts import Parts
from conformance.matchers import references
from conformance.model import Check, Step, Timeline
from conformance.model.specs import ANSWER, ANSWERS, PLAIN

__all__ = ["plain_read", "read_lints"]


def read_lints(parts: Parts) -> Iterator[Check]:
    """The lints of a file.

    Raises:
        SpecError: one of them is wrong.
    """
    for index, data in enumerate(parts.file.data.get("lints", ())):
        path = ("lints", index)
        expects = data["expect"] if isinstance(data["expect"], list) else [data["expect"]]
        named = {n for wanted in (data.get("answers", {}), *expects) for n in references(wanted)}
        for name in sorted(named - {PLAIN}):
            raise parts.file.fail(f"a lint knows the step {PLAIN!r} only, and no {name!r}", path)
        yield parts.judging(
            data,
            path,
            title=data["title"],
            on=ANSWERS,
            expects=tuple({ANSWER: each} for each in expects),
            answers=data.get("answers", {}),
            needs=tuple(data.get("needs", ("read",))),
            after=tuple(data.get("after", ())),
            why=data.get("why", ""),
            hint=data.get("hint", ""),
        )


def plain_read(lint: Check) -> Timeline:
    """What is asked of a resource of which nothing else was."""
    step = Step("read", PLAIN, {}, {}, {}, {}, (), lint.place)
    return Timeline(ANSWERS, (), (), (step,), lint.place)
