"""What did not apply to a server, in a few lines: what a target would have to declare, or it to answer. Pure.

It goes by codes and by what was looked for, never by sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from conformance.model import CAPABILITIES, NOT_DECLARED, NOT_OFFERED, Entry
from conformance.report.safe import safe

__all__ = ["leftover"]

_NAMES: Final = 8  # in one line
_SAYS: Final = 5  # sentences with a line of their own
_SIBLINGS: Final = 3  # below one path, which are told as one
_LONG: Final = 70  # characters of what was looked for
_SENTENCE: Final = 200


def leftover(entries: Collection[Entry], *, brief: bool = False) -> Iterator[str]:
    """Lines on the entries that did not apply, without their heading.

    Args:
        entries: that did not apply.
        brief: which routes are not offered, and nothing that an answer or a request would have to have.
    """
    lacking = [entry for entry in entries if entry.verdict.code == NOT_OFFERED]
    gone = {entry.resource for entry in lacking if entry.verdict.expected.startswith("GET ")}
    routes = {e.verdict.expected: None for e in lacking if _is_lacking(e, gone)}
    if routes:
        yield f"not offered: {_routes(routes)}"
    declare, looked_for, said = Counter[str](), Counter[str](), Counter[str]()
    for entry in entries:
        verdict = entry.verdict
        if verdict.code == NOT_OFFERED and (verdict.expected or brief or entry.resource in gone):
            continue
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
    if looked_for and not brief:
        yield f"not met in its answers: {_listed(looked_for)}"


def _is_lacking(entry: Entry, gone: Collection[str]) -> bool:
    """Whether its route is one to be told: what is written to a resource that is not there is not, either."""
    route = entry.verdict.expected
    return bool(route) and (route.startswith("GET ") or entry.resource not in gone)


def _as_declared(name: str) -> str:
    """A capability as a target file says it."""
    known = CAPABILITIES.get(name)
    return f"hooks ({name})" if known is not None and known.declared else name


def _listed(counted: Counter[str]) -> str:
    """The names that most checks have to do with, each with how many those are."""
    told = [f"{safe(name, _LONG)} {count}" for name, count in counted.most_common(_NAMES)]
    more = len(counted) - len(told)
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)


def _routes(routes: Collection[str]) -> str:
    """Routes in a line: what is read by its path alone, siblings as one, a write with its methods."""
    methods: dict[str, list[str]] = {}
    for route in routes:
        method, _, path = route.partition(" ")
        methods.setdefault(path, []).append(method)
    reads = [path for path, those in methods.items() if "GET" in those]
    siblings = Counter(_parent(path) for path in reads)
    told: dict[str, None] = {}
    for path, those in sorted(methods.items(), key=lambda each: "GET" not in each[1]):
        if "GET" in those:  # then nothing else is there, either
            many = siblings[_parent(path)] >= _SIBLINGS and _parent(path) != "/"
            told[f"{_parent(path)}*" if many else path] = None
        else:
            told[f"{' and '.join(those)} {path}"] = None
    return ", ".join(safe(each, _LONG) for each in told)


def _parent(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"
