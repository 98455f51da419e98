"""Which route is asked next, and with which ids: those that the lists before it have shown. Pure.

An id is never made up: a route whose parameter nothing tells is left out, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final
from urllib.parse import quote

from conformance.content.openapi import shape
from conformance.model import Exchange, Json
from conformance.proposing.listed import Get
from conformance.proposing.recognising import Seen, seen, unfit

__all__ = ["Found", "Walk", "walk"]

_TRIED: Final = 25  # routes for each resource that there is to be: a document may list any number
_PARAMETER: Final = re.compile(r"\{([^}]*)\}")
Ask = Callable[[str], tuple[str, tuple[Exchange, ...]]]
"""A path -> the path that was asked for at last, and the answers of two reads."""


@dataclass(frozen=True, slots=True)
class Found:
    """A route that answers.

    Args:
        get: as it is listed. path: what was asked for.
        route: the path, but for a parameter at its end, which is "{id}"; "" where there is none.
        shown: whether a list has shown its ids; else OpenAPI gives them.
    """

    get: Get
    path: str
    route: str
    seen: Seen
    shown: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """What came of it.

    Args:
        left: route -> why it is left out, in the order of the list.
    """

    found: tuple[Found, ...]
    left: Mapping[str, str]


def walk(gets: tuple[Get, ...], ask: Ask, most: int) -> Walk:
    """Ask for one route after another, lists before their items, until so many have answered.

    Or until so many have been asked for in vain that no more is to be hoped for.
    """
    tried = 0
    found: list[Found] = []
    left: dict[str, str] = {}
    ids: dict[str, Json] = {}
    parents = {
        shape(each.route).rpartition("/{}")[0] or "/" for each in gets if shape(each.route).endswith("/{}")
    }
    for get in sorted(gets, key=lambda g: _rank(g, parents)):
        path, lacks = _filled(get, ids)
        if lacks := get.lacks or lacks:
            left[get.route] = lacks
        elif len(found) >= most:
            left[get.route] = f"not asked: {most} are enough, and --most takes more"
        elif tried >= most * _TRIED:
            left[get.route] = f"not asked: {tried} were tried; --most tries more, and --path names one"
        else:
            tried += 1
            asked, answers = ask(path)
            if why := next((why for each in answers if (why := unfit(each))), "" if answers else "not asked"):
                left[get.route] = why
                continue
            one = Found(get, asked, _item_route(get, asked), seen(answers), _shown(get, ids))
            found.append(one)
            ids[shape(get.route)] = one.seen.first
    order = {each.route: number for number, each in enumerate(gets)}
    return Walk(
        tuple(sorted(found, key=lambda one: order[one.get.route])),
        {route: left[route] for route in order if route in left},
    )


def _rank(get: Get, parents: set[str]) -> tuple[int, bool]:
    """Fewer parameters first; of those first what has items, since most checks apply there."""
    own = shape(get.route)
    return own.count("{}"), own not in parents


def _filled(get: Get, ids: Mapping[str, Json]) -> tuple[str, str]:
    """The path to ask for, and what it lacks, or ""."""
    path, rest = "", 0
    for found in _PARAMETER.finditer(get.route):
        before = get.route[rest : found.start()]
        list_ = shape(get.route[: found.start()])
        value = ids.get(list_)
        value = (get.fills or {}).get(found[1]) if value is None else value
        if value is None:
            return "", f"no {found[0]} is known: {list_} shows no list with ids that was read"
        path += before + quote(str(value), safe="")
        rest = found.end()
    return path + get.route[rest:] + get.query, ""


def _shown(get: Get, ids: Mapping[str, Json]) -> bool:
    lists = [shape(get.route[: each.start()]) for each in _PARAMETER.finditer(get.route)]
    return all(ids.get(each) is not None for each in lists)


def _item_route(get: Get, asked: str) -> str:
    """`/users/7/posts/{id}`, by `/users/{user}/posts/{post}` and what was asked for."""
    last = list(_PARAMETER.finditer(get.route))[-1:]
    if not last or get.route[last[0].end() :].strip("/"):
        return ""
    path = asked.partition("?")[0].rstrip("/")
    return path.rpartition("/")[0] + "/{id}" + ("/" if asked.partition("?")[0].endswith("/") else "")


def names(found: tuple[Found, ...]) -> Iterator[str]:
    """A name for each: the words of its path, without what is left out anyway, or begins all of them."""
    paths = [[part for part in each.get.route.split("/") if part and "{" not in part] for each in found]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*paths, strict=False))
    common = min([len(list(shared)), *(len(path) - 1 for path in paths)])
    taken: set[str] = set()
    for each, path in zip(found, paths, strict=True):
        words = [word for part in path[max(common, 0) :] for word in re.findall(r"[A-Za-z0-9]+", part)]
        name = "-".join(words).lower() or "root"
        name = f"{name}-one" if each.route else name
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}-{number}"
        taken.add(unique)
        yield unique
