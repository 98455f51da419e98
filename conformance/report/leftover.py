"""What did not apply to a server, in a few lines: what a target would have to declare, or it to answer. Pure.

It goes by codes and by what was looked for, never by sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from conformance.model import CAPABILITIES, NOT_DECLARED, Entry
from conformance.report.safe import safe

__all__ = ["leftover"]

_NAMES: Final = 8  # in one line
_SAYS: Final = 5  # sentences with a line of their own
_LONG: Final = 70  # characters of what was looked for
_SENTENCE: Final = 200


def leftover(entries: Collection[Entry]) -> Iterator[str]:
    """Lines on the entries that did not apply, without their heading."""
    declare, looked_for, said = Counter[str](), Counter[str](), Counter[str]()
    for entry in entries:
        verdict = entry.verdict
        if verdict.code == NOT_DECLARED:
            declare.update(map(_as_declared, verdict.cause.split(", ")))
        elif verdict.expected:
            looked_for[verdict.expected] += 1
        else:
            said[verdict.cause or verdict.message] += 1
    if declare:
        yield f"not declared by the target (docs/targets.md): {_listed(declare)}"
    for sentence, count in said.most_common(_SAYS):
        yield f"{safe(sentence, _SENTENCE)}: {count}"
    if len(said) > _SAYS:
        left = said.most_common()[_SAYS:]
        yield f"for {len(left)} reasons more: {sum(count for _, count in left)}"
    if looked_for:
        yield f"not met in its answers: {_listed(looked_for)}"


def _as_declared(name: str) -> str:
    """A capability as a target file says it."""
    known = CAPABILITIES.get(name)
    return f"hooks ({name})" if known is not None and known.declared else name


def _listed(counted: Counter[str]) -> str:
    """The names that most checks have to do with, each with how many those are."""
    told = [f"{safe(name, _LONG)} {count}" for name, count in counted.most_common(_NAMES)]
    more = len(counted) - len(told)
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)
