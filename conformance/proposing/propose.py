"""A server -> the text of a target file that it can be judged by: the door of the room. Shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.content.facts import facts, is_hit
from conformance.errors import HarnessError, TargetError, UsageError
from conformance.language.yamlfile import parse
from conformance.load.headers import VARIABLE, typed_headers
from conformance.load.schema import check_file
from conformance.load.targetfile import schema
from conformance.model import Exchange, Headers, Place, Resource
from conformance.model.targets import BASE, OPENAPI
from conformance.proposing.asking import Asker, wire_to
from conformance.proposing.drafting import drafts
from conformance.proposing.listed import Listed, by_hand, listed
from conformance.proposing.measuring import measured
from conformance.proposing.recognising import unfit
from conformance.proposing.walking import Found, Walk, walk
from conformance.proposing.writing import slug, text
from conformance.report.redact import is_sensitive
from conformance.wire import Wire

__all__ = ["Proposal", "Wanted", "propose", "sent_headers", "write"]

_TRIED: Final = 3  # routes, to find out below which prefix they are
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Args:
        openapi: where its OpenAPI is. paths: asked in its place.
        headers: `Name: value`, in which ${VARIABLE} stands for one of the environment.
        base: the prefix of all paths, or "", which leaves it to OpenAPI.
        most: how many resources there are to be.
        verify: as the wire has it.
        move: sets the server's clock forward, where it is in our hands.
        command: how a run by it is begun.
        about: what the server is called, where its address says nothing.
    """

    openapi: str = OPENAPI
    paths: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    base: str = ""
    most: int = 8
    verify: bool | str = True
    move: Callable[[float], None] | None = None
    command: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The target file, and what is to be said of how it came about.

    Args:
        resources: their names.
        left: how many routes were left out.
        asked: how many requests that took.
        unset: variables that have to be set before a run.
    """

    text: str
    resources: tuple[str, ...]
    left: int
    asked: int
    unset: tuple[str, ...]


def propose(url: str, wanted: Wanted) -> Proposal:
    """Ask the server at a base URL, and draw up a target file.

    Raises:
        UsageError: it can't be asked, lists nothing, or nothing of it can be read; in a sentence.
    """
    sent, written, unset = sent_headers(wanted.headers)
    if wanted.base and not re.match(BASE, wanted.base):
        raise UsageError(f"the base path {wanted.base!r} is none; accepted is a path such as /api")
    if not wanted.openapi.startswith("/") or re.search(r"\s", wanted.openapi):
        raise UsageError(f"{wanted.openapi!r} is no path; accepted is one such as /v3/api-docs")
    with wire_to(url, wanted.verify) as wire:
        asker = Asker(wire, sent, verify=wanted.verify)
        found, where = by_hand(wanted.paths) if wanted.paths else None, ""
        if found is None:
            document, where = _document(asker, wire, sent, wanted)
            found = listed(document, where, wire.prefix)
        else:
            asker.first((wanted.base or "") + found.gets[0].route.partition("{")[0])
        base = wanted.base.rstrip("/") or _base(asker, found)
        walked = walk(found.gets, lambda path: _asked(asker, base, path), wanted.most)
        if not walked.found and where.startswith(wire.origin + wanted.openapi) and wire.prefix:
            says = f"nothing that the OpenAPI at {where} lists can be read below {wire.prefix}"
            raise UsageError(f"{says}: give {wire.origin} as the URL")
        if not walked.found:
            raise UsageError(_nothing(walked))
        ttls = {one.path: ttl for one in walked.found if (ttl := _ttl(asker, base, one, wanted.move))}
        host = wanted.about or wire.base.authority
    made = drafts(walked.found, found, ttls)
    about = f"{found.title} ({host})" if found.title else host
    target = text(
        name=slug(found.title or host),
        about=about,
        command=wanted.command or f"conformance run {url} --tier full",
        base=base,
        openapi="" if wanted.openapi == OPENAPI or wanted.paths else wanted.openapi,
        headers=written,
        drafts=made,
        left=walked.left,
    )
    _hold(target)
    return Proposal(target, tuple(each.name for each in made), len(walked.left), asker.asked, unset)


def write(path: Path, target: str, *, force: bool) -> None:
    """Write it, whole or not at all, and never over a file that is there.

    Raises:
        UsageError: it can't be written.
    """
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(target)
    except FileExistsError:
        raise UsageError(
            f"{str(path)!r} is there already: --force writes over it, --out names another"
        ) from None
    except OSError as problem:
        raise UsageError(f"{str(path)!r} can't be written: {problem.strerror}") from None


def sent_headers(given: tuple[str, ...]) -> tuple[Headers, Headers, tuple[str, ...]]:
    """What is sent, what the file says of it, and which variables it then needs that are not set.

    A credential that was typed is not written down: a variable stands for it.

    Raises:
        UsageError: one is no header, or names a variable that is not set.
    """
    sent, written, unset = [], [], []
    for each in typed_headers(given):
        sent.append((each.name, each.value))
        said = each.written
        if is_sensitive(each.name) and not VARIABLE.search(said):
            variable = re.sub(r"[^A-Z0-9]+", "_", each.name.upper())
            unset.append(variable)
            said = f"${{{variable}}}"
        written.append((each.name, said))
    return tuple(sent), tuple(written), tuple(unset)


# ------------------------------------------------------------------ asking


def _document(asker: Asker, wire: Wire, headers: Headers, wanted: Wanted) -> tuple[Exchange, str]:
    """The answer where the OpenAPI should be, and where that was: below the base URL, else at its root."""
    document = asker.first(wanted.openapi)
    if document.status != _NOT_FOUND or not wire.prefix:
        return document, wire.url(wanted.openapi)
    with wire_to(wire.origin, wanted.verify) as root:
        there = Asker(root, headers, verify=wanted.verify).get(wanted.openapi)
        found = there.fault is None and there.status != _NOT_FOUND
        return (there, root.url(wanted.openapi)) if found else (document, wire.url(wanted.openapi))


def _base(asker: Asker, found: Listed) -> str:
    """The prefix that OpenAPI names, where routes are found below it, and not without it."""
    tried = [get for get in found.gets if not get.lacks and "{" not in get.route][:_TRIED]
    for get in tried if found.base else ():
        if asker.get(found.base + get.route + get.query).status not in (None, _NOT_FOUND):
            return found.base
        if asker.get(get.route + get.query).status not in (None, _NOT_FOUND):
            return ""
    return found.base


def _asked(asker: Asker, base: str, path: str) -> tuple[str, tuple[Exchange, ...]]:
    if asker.given_up:
        return path, ()
    first = asker.get(base + path)
    path = asker.path(first)
    answers = (first,) if unfit(first) else (first, asker.get(path))
    return path.removeprefix(base) or "/", answers


def _ttl(asker: Asker, base: str, one: Found, move: Callable[[float], None] | None) -> float | None:
    kept = one.seen.kept
    if kept is None or move is None:
        return None
    resource = Resource(one.path, one.path, Place("", 0), hit=kept.hit)

    def hit() -> bool | None:
        sent = asker.get(base + one.path)
        content = (sent.response.body.content if sent.response else None) or b""
        return is_hit(facts(resource, sent.headers, content, None).hit)

    return measured(hit, move)


def _nothing(walked: Walk) -> str:
    """That no route can be judged, and why; most have the same reason."""
    reasons: dict[str, list[str]] = {}
    for route, why in walked.left.items():
        reasons.setdefault(why, []).append(route)
    told = [
        f"GET {routes[0]}{f' and {len(routes) - 1} more' if routes[1:] else ''}: {why}"
        for why, routes in reasons.items()
    ]
    return f"no route can be read, so there is nothing to judge. {'; '.join(told[:3])}"


def _hold(target: str) -> None:
    """A file that the suite itself would not read is a fault of ours, told before anything is written."""
    try:
        check_file(parse(target, "the proposed target", TargetError), schema())
    except TargetError as problem:
        raise HarnessError(f"what was proposed is no target file: {problem}") from None
