"""`lints` of a spec file -> checks on all answers of a run. Pure.

Level and tier of a lint are those of the row that it judges.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.load.parts import Parts
from conformance.matchers import references
from conformance.model import Check, Requirement, Step, Tier, Timeline
from conformance.model.order import level_of
from conformance.model.specs import ANSWER, ANSWERS, PLAIN

__all__ = ["plain_read", "read_lints", "tier_of"]


def tier_of(row: Requirement) -> Tier:
    """The tier of a check that judges a row: what is worth recording only is recorded from full on."""
    return "full" if row.tier == "info" else row.tier


def read_lints(parts: Parts) -> Iterator[Check]:
    """The lints of a file.

    Raises:
        SpecError: one of them is wrong.
    """
    for index, data in enumerate(parts.file.data.get("lints", ())):
        path = ("lints", index)
        row = parts.requirement(data["requirement"], (*path, "requirement"))
        expects = data["expect"] if isinstance(data["expect"], list) else [data["expect"]]
        named = {n for wanted in (data.get("answers", {}), *expects) for n in references(wanted)}
        for name in sorted(named - {PLAIN}):
            raise parts.file.fail(f"a lint knows the step {PLAIN!r} only, and no {name!r}", path)
        yield Check(
            id=data["id"],
            title=data["title"],
            requirement=row,
            also=parts.also(data, path),
            ground=parts.ground(row.id),
            level=level_of(row),
            tier=tier_of(row),
            needs=tuple(data.get("needs", ("read",))),
            without=(),
            after=tuple(data.get("after", ())),
            on=ANSWERS,
            answers=data.get("answers", {}),
            steps=(),
            expects=tuple({ANSWER: each} for each in expects),
            only_if={},
            unseen="",
            forall=(),
            doubts=(),
            why=data["why"].strip(),
            hint=data["hint"].strip(),
            place=parts.place((*path, "id")),
        )


def plain_read(lint: Check) -> Timeline:
    """What is asked of a resource of which nothing else was."""
    step = Step("read", PLAIN, {}, {}, {}, {}, (), lint.place)
    return Timeline(ANSWERS, (), (), (step,), lint.place)
