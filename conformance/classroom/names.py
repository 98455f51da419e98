"""What a student is called: in the name of a folder, in a cell of a spreadsheet, and on a page, or not. Pure.

A name may be anything that a file system allows: a path, a formula, several lines, bytes that are no text.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from conformance.report.safe import safe

__all__ = ["cell", "pseudonyms", "shown", "slugs"]

_ODD: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST: Final = 48
_SHOWN: Final = 80
_RESERVED: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001


def shown(name: str) -> str:
    """A name on one line, nothing of which is obeyed."""
    return safe(name, _SHOWN)


def cell(value: object) -> str:
    """What a spreadsheet shows, and does not take for a formula. Numbers stay as they are."""
    if isinstance(value, int | float):
        return str(value)
    text = safe(str(value), 2000)
    return f"'{text}" if text.startswith(_FORMULA) else text


def slugs(students: Iterable[str]) -> Mapping[str, str]:
    """For each name that of a folder, another for each on any file system; the same in every run."""
    plain = {name: _plain(name) for name in students}
    taken: dict[str, int] = {}
    for slug in plain.values():
        taken[slug.lower()] = taken.get(slug.lower(), 0) + 1
    return {
        name: slug if slug == name and taken[slug.lower()] == 1 else f"{slug}-{_mark(name)}"
        for name, slug in plain.items()
    }


def _plain(name: str) -> str:
    slug = _ODD.sub("-", name)[:_LONGEST].strip(".-")
    return "student" if not slug or _RESERVED.match(slug) else slug


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def pseudonyms(students: Iterable[str], known: Mapping[str, str]) -> Mapping[str, str]:
    """A name for each that tells nothing, drawn by chance; those that are known stay."""
    made = {name: known[name] for name in students if name in known}
    taken = set(known.values())
    for name in students:
        while name not in made:
            drawn = f"S{secrets.randbelow(9000) + 1000 if len(taken) < 4000 else secrets.randbelow(10**8)}"  # noqa: PLR2004
            if drawn not in taken:
                made[name] = drawn
                taken.add(drawn)
    return made
