"""`mixtures` of a table -> the requests that mix its classes of values, and one check for each mixture. Pure.

Each class that it names of a field is mixed with each of the others, and is sent alone as well: what is
answered wrongly alone is no matter of the mixture (`judge/mixtures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

from conformance.language.doubts import DOUBTS
from conformance.language.yamlfile import Path_
from conformance.load.classes import WRITES, needs_of, value_of
from conformance.load.parts import Parts
from conformance.load.schema import ARGUMENTS, JUDGED
from conformance.model import Check, Json
from conformance.model.specs import PLAIN

__all__ = ["mixtures"]

_DUE: Final[Mapping[str, Json]] = {"due": {"after": PLAIN}}
_DUE_OF_WRITES: Final[Mapping[str, Json]] = dict.fromkeys(JUDGED, "due")
_READ: Final = "GET"
_OWN: Final = "change"  # the target's own way to change an item
_Sent = tuple[tuple[str, str], ...]  # (field, class)


def mixtures(
    parts: Parts, table: str, data: Mapping[str, Any], path: Path_
) -> tuple[list[Check], list[dict[str, Any]]]:
    """The checks of a table's mixtures, and the steps that they judge, as they would be written.

    Raises:
        SpecError: a mixture names a field or a class that the table's values have not.
    """
    checks: list[Check] = []
    steps: dict[str, dict[str, Any]] = {}
    for index, mixture in enumerate(data.get("mixtures", ())):
        here = (*path, "mixtures", index)
        beside = tuple(mixture.get("beside", {}).items())
        alone: dict[str, tuple[str, ...]] = {}
        for method in mixture.get("methods", [_OWN if WRITES in data else _READ]):
            for classes in product(*([(f, each) for each in mix] for f, mix in mixture["mix"].items())):
                how = method, mixture.get("item")
                whole = _step(parts, data, how, (*classes, *beside), here)
                single = [_step(parts, data, how, (each, *beside), here) for each in classes]
                steps |= {each["as"]: each for each in (*single, whole)}
                alone[whole["as"]] = tuple(each["as"] for each in single)
        checks.append(_check(parts, table, data, here, alone))
    return checks, list(steps.values())


def _step(
    parts: Parts, table: Mapping[str, Any], how: tuple[str, str | None], sent: _Sent, path: Path_
) -> dict[str, Any]:
    method, item = how
    name = "-".join((method, *filter(None, [item]), *(f"{field}-{class_}" for field, class_ in sent))).lower()
    headers = {field: value_of(parts, table, field, class_, path) for field, class_ in sent}
    step = {"do": "write" if WRITES in table else "read", "as": name, "headers": headers}
    named = zip(ARGUMENTS, (None if method in (_READ, _OWN) else method, item), strict=False)
    return {**step, **{key: value for key, value in named if value is not None}}


def _check(
    parts: Parts,
    table: str,
    data: Mapping[str, Any],
    path: Path_,
    alone: Mapping[str, tuple[str, ...]],
) -> Check:
    mixture = data["mixtures"][path[-1]]
    return parts.judging(
        mixture,
        path,
        title=mixture["title"],
        on=table,
        expects=(dict.fromkeys(alone, _DUE_OF_WRITES if WRITES in data else _DUE),),
        only_if=data.get("only-if"),
        needs=needs_of(data),
        after=(*data.get("after", ()), *mixture.get("after", ())),
        doubts=() if WRITES in data else (DOUBTS["others-write"],),  # nobody else knows an item of ours
        why=mixture.get("why", data["why"]),
        hint=mixture.get("hint", data["hint"]),
        alone=alone,
    )
