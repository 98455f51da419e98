"""assignment.yaml -> what its author says, each word looked at, every error with its line. Shell: it reads.

It knows the words; which checks they come to is the business of `selecting.py`, and what those are worth that
of `freezing.py`. Both blame the place in the file that they are given along.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from conformance.errors import AssignmentError
from conformance.guesses import did_you_mean
from conformance.language.values import closed
from conformance.language.yamlfile import YamlFile, read
from conformance.load.schema import check_file
from conformance.load.target import DEFAULT, built_in_targets, load_target
from conformance.model import TIERS, Budget, Target, Tier

__all__ = ["Wanted", "as_wanted", "read_assignment", "schema"]

_WRITES: Final = ("create", "change", "remove", "clear")
_TEXT: Final = {"type": "string", "minLength": 1}
_NAMES: Final = {"type": "array", "minItems": 1, "uniqueItems": True}
_OFFER: Final = {
    "type": "string",
    "pattern": r"^\S+$",
    "description": "a resource, or a resource and a write of it, such as items.create",
}
_SELECTOR: Final = {
    "type": "string",
    "minLength": 1,
    "description": "a check, a topic, a row of the register, a node id, or a pattern such as 'etag-*'",
}
_POINTS: Final = {
    "type": "integer",
    "minimum": 1,
    "maximum": 100_000,
    "description": "a whole number of points from 1 to 100000",
}
_PER: Final = {"type": "object", "minProperties": 1, "additionalProperties": _POINTS}
_A_SHARE: Final = {"description": "a share from 0 to 1, such as 1/2 or 0.5"}
_SHARE: Final = {
    "if": {"type": "string"},
    "then": {"type": "string", "pattern": "^(0|[1-9][0-9]?)/[1-9][0-9]?$", **_A_SHARE},
    "else": {"type": "number", "minimum": 0, "maximum": 1, **_A_SHARE},
}
_UNITS: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SIZE: Final = {
    "type": "string",
    "pattern": f"^[1-9][0-9]{{0,5}} ({'|'.join(_UNITS)})$",
    "description": f"a number and one of {', '.join(_UNITS)}, such as 256 MiB",
}
_SIZED: Final = re.compile(r"(\d+) (\w+)")
_LEAST_MEMORY: Final = 64 << 20
_UNTIL: Final = ("due", "published")
_MOST_RETRIES: Final = 3
_SERVERS: Final = ("app", "url")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an assignment file."""
    selectors = {**_NAMES, "items": _SELECTOR}
    offers = {**_NAMES, "items": _OFFER}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An assignment file of cache-conformance",
        **closed(
            {
                "name": _TEXT,
                "target": _TEXT,
                "tier": {"enum": list(TIERS)},
                "server": {"enum": list(_SERVERS)},
                "require": offers,
                "optional": offers,
                "checks": closed(
                    {"in": selectors, "out": selectors, "where-offered": {"type": "boolean"}}, minProperties=1
                ),
                "points": closed(
                    {"total": _POINTS, "by": {"enum": ["check", "topic"]}, "topics": _PER, "checks": _PER},
                    minProperties=1,
                ),
                "warnings": _SHARE,
                "hidden": closed(
                    {
                        "until": {**_TEXT, "description": "due, published, or a date such as 2027-01-31"},
                        "checks": selectors,
                    },
                    ("until", "checks"),
                ),
                "retries": {"type": "integer", "minimum": 0, "maximum": _MOST_RETRIES},
                "budget": closed(
                    {
                        "seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
                        "memory": _SIZE,
                        "processes": {"type": "integer", "minimum": 1, "maximum": 4096},
                        "disk": _SIZE,
                    },
                    minProperties=1,
                ),
                "audit": {"type": "number", "minimum": 0, "maximum": 1},
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**53},
            },
            ("name",),
        ),
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an assignment file says, and the target that it is about.

    Args:
        file: for who finds more in it that is wrong.
        target: as it is asked of a submission: what is required may not be lacking, what is optional may.
        included, excluded, hidden: selectors, in the order of the file; no `included`: all that counts.
        where_offered: whether what only applies to who offers it counts, too.
        by_topic: whether each topic is worth the same, and not each check.
        total: in all, or None where it is not said. topics, checks: selector -> points.
        hidden_until: when what is hidden may be seen.
        seed: or None.
    """

    file: YamlFile
    target_name: str
    target: Target
    tier: Tier
    started: bool
    require: tuple[str, ...]
    optional: tuple[str, ...]
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    where_offered: bool
    by_topic: bool
    total: int | None
    topics: Mapping[str, int]
    checks: Mapping[str, int]
    share: Fraction
    hidden: tuple[str, ...]
    hidden_until: str
    retries: int
    budget: Budget
    audit: float
    seed: int | None


def read_assignment(path: str | Path) -> Wanted:
    """Read an assignment file.

    Raises:
        AssignmentError: something in it is wrong. TargetError: something in its target file is.
    """
    path = Path(path)
    return as_wanted(read(path, str(path), AssignmentError), path.parent)


def as_wanted(file: YamlFile, folder: Path) -> Wanted:
    """What a file says that has been read; its target file is looked for in the folder."""
    check_file(file, schema())
    data = file.data
    name = data.get("target", DEFAULT)
    require, optional = tuple(data.get("require", ())), tuple(data.get("optional", ()))
    for each in sorted(set(require) & set(optional)):
        raise file.fail(f"{each} is both required and optional", ("optional", optional.index(each)))
    where = name if name in built_in_targets() else str(folder / name)
    if name not in built_in_targets() and not Path(where).is_file():
        says = f"target: found {name!r}; accepted: a target file beside this one, or one of"
        raise file.fail(f"{says} {', '.join(built_in_targets())}", ("target",))
    _check_offers(file, load_target(where), {"require": require, "optional": optional})
    target = load_target(where, [f"{each}.ask=true" for each in optional], require)
    checks, points, hidden = data.get("checks", {}), data.get("points", {}), data.get("hidden", {})
    return Wanted(
        file=file,
        target_name=name,
        target=target,
        tier=data.get("tier", TIERS[0]),
        started=data.get("server", _SERVERS[0]) == _SERVERS[0],
        require=require,
        optional=optional,
        included=tuple(checks.get("in", ())),
        excluded=tuple(checks.get("out", ())),
        where_offered=checks.get("where-offered", False),
        by_topic=points.get("by") == "topic",
        total=points.get("total"),
        topics=points.get("topics", {}),
        checks=points.get("checks", {}),
        share=_share(file, data.get("warnings", "1/2")),
        hidden=tuple(hidden.get("checks", ())),
        hidden_until=_until(file, hidden.get("until", "")),
        retries=data.get("retries", _MOST_RETRIES),
        budget=_budget(file, data.get("budget", {})),
        audit=data.get("audit", 0.0),
        seed=data.get("seed"),
    )


def _check_offers(file: YamlFile, target: Target, named: Mapping[str, Iterable[str]]) -> None:
    """Each resource has to be one of the target's, and each write one that the target says how to do."""
    resources = {each.name: each for each in target.resources}
    for key, offers in named.items():
        for place, each in enumerate(offers):
            name, dot, write = each.partition(".")
            if name not in resources:
                near = did_you_mean(name, resources)
                raise file.fail(
                    f"{each!r}: the target {target.name} has no resource {name!r}; {near}", (key, place)
                )
            if dot and write not in resources[name].writes:
                there = [w for w in _WRITES if w in resources[name].writes]
                near = did_you_mean(write, there) if there else "it has none"
                raise file.fail(
                    f"{each!r}: {name} has no write {write!r} in the target {target.name}; {near}",
                    (key, place),
                )


def _share(file: YamlFile, given: str | float) -> Fraction:
    share = Fraction(str(given))
    if share > 1:
        raise file.fail(f"warnings: found {given}; accepted: a share from 0 to 1, such as 1/2", ("warnings",))
    return share


def _until(file: YamlFile, given: str) -> str:
    if given in ("", *_UNTIL):
        return given
    try:
        dt.datetime.fromisoformat(given)
    except ValueError:
        says = (
            f"until: found {given!r}; accepted: {', '.join(_UNTIL)}, a date such as 2027-01-31, or an instant"
        )
        raise file.fail(f"{says} such as 2027-01-31T18:00:00Z", ("hidden", "until")) from None
    return given


def _budget(file: YamlFile, given: Mapping[str, Any]) -> Budget:
    standard = Budget()
    if "memory" in given and _bytes(given["memory"]) < _LEAST_MEMORY:
        says = (
            f"memory: found {given['memory']!r}; accepted: 64 MiB or more, since Python with FastAPI takes 50"
        )
        raise file.fail(says, ("budget", "memory"))
    return Budget(
        given.get("seconds"),
        _bytes(given["memory"]) if "memory" in given else standard.memory,
        given.get("processes", standard.processes),
        _bytes(given["disk"]) if "disk" in given else standard.disk,
    )


def _bytes(size: str) -> int:
    found = _SIZED.fullmatch(size)
    assert found is not None  # noqa: S101 - the schema says so
    return int(found[1]) * _UNITS[found[2]]
