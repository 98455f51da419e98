"""An answer to /openapi.json -> the routes that it lists. Pure.

What is no OpenAPI is told in one sentence, with what to do instead; what is broken in a part loses that part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from conformance.content import openapi
from conformance.content.facts import load_json
from conformance.content.openapi import Routes
from conformance.errors import UsageError
from conformance.fields import field_value
from conformance.language.values import PATH
from conformance.model import Exchange, Json
from conformance.report.safe import safe

__all__ = ["Get", "Listed", "by_hand", "listed", "login"]

_OTHERWISE: Final = (
    "name the paths to judge (--path /items/ --path /users), or where its OpenAPI is (--openapi PATH)"
)
_LOGIN: Final = "give what it wants with -H, such as -H 'Authorization: Bearer ${TOKEN}'"
_READ: Final = re.compile(r"[23](\.\d+)*")
_SHOWN: Final = 120
_OK: Final = 200
_STREAM: Final = "text/event-stream"
# A GET should do nothing, and these say that they do.
_DOES: Final = frozenset(
    {
        *("logout", "signout", "logoff", "delete", "remove", "destroy", "reset", "clear", "purge", "flush"),
        *("shutdown", "restart", "stop", "unsubscribe", "send", "trigger", "webhook", "callback"),
    }
)


@dataclass(frozen=True, slots=True)
class Get:
    """A route that can be read.

    Args:
        route: below the base, such as "/items/{id}".
        query: what has to follow it, such as "?q=a", or "".
        fills: parameter of the path -> a value that the document gives.
        lacks: why it can't be asked for, or "".
    """

    route: str
    query: str = ""
    fills: Mapping[str, Json] | None = None
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a server lists of itself.

    Args:
        title: what it calls itself, or "".
        base: the prefix of all paths, as the document has it.
        routes: shape of a path -> its methods; empty where nobody has said.
        spelled: shape of a path -> it as it is listed.
    """

    title: str
    base: str
    gets: tuple[Get, ...]
    routes: Routes
    spelled: Mapping[str, str] = field(default_factory=dict)


def by_hand(paths: tuple[str, ...]) -> Listed:
    """Paths that the user names.

    Raises:
        UsageError: one is no path.
    """
    for path in paths:
        if "#" in path or not re.fullmatch(PATH, path):
            raise UsageError(f"{path!r} is no path; accepted is what follows the base URL, such as /items/")
    gets = [Get(route, f"?{query}" if query else "") for route, _, query in (p.partition("?") for p in paths)]
    return Listed("", "", tuple(dict.fromkeys(gets)), {})


def listed(sent: Exchange, url: str, prefix: str) -> Listed:
    """What the document lists.

    Args:
        sent: the request for it, and its answer.
        url: where it was asked for.
        prefix: the path of the base URL.

    Raises:
        UsageError: there is none, with what to do.
    """
    document = _document(sent, url)
    version = str(document.get("openapi", document.get("swagger", "3")))
    if not _READ.fullmatch(version):
        says = f"the OpenAPI at {url} is of version {safe(version, 20)}; read are 2.0, 3.0 and 3.1"
        raise UsageError(f"{says}: {_OTHERWISE}")
    given = document.get("paths")
    if not isinstance(given, dict):
        has = ", ".join(safe(str(name), 40) for name in list(document)[:5])
        says = f"what {url} answers is JSON, and no OpenAPI: it lacks a mapping of 'paths'"
        raise UsageError(f"{says} (it has {has or 'nothing'}); {_OTHERWISE}")
    whole = {p: item for p, item in given.items() if p.startswith("/") and isinstance(item, dict)}
    inside = {p: item for p, item in whole.items() if prefix and p.startswith(f"{prefix}/")}
    whole = inside or whole  # what lies beside the base URL is not asked for
    document = {**document, "paths": whole}
    routes = openapi.routes(document, prefix) or {}
    paths = [path for path, operations in whole.items() if "get" in operations]
    if not paths:
        raise UsageError(f"the OpenAPI at {url} lists no GET, so there is nothing to read: {_OTHERWISE}")
    base = openapi.base_of(document)
    info = document.get("info")
    title = info.get("title") if isinstance(info, Mapping) else None
    return Listed(
        title if isinstance(title, str) else "",
        "" if prefix.endswith(base) else base,
        tuple(_get(document, path, prefix) for path in paths),
        routes,
        {openapi.shape(route): route for path in whole if (route := _below(path, prefix))},
    )


def login(sent: Exchange) -> str:
    """That a login is wanted, and how to give it."""
    asks = field_value(sent.headers, "www-authenticate")
    return f"it wants a login ({sent.status}{f', {safe(asks, _SHOWN)}' if asks else ''}): {_LOGIN}"


def _document(sent: Exchange, url: str) -> dict[Any, Any]:
    status, kind = sent.status, (field_value(sent.headers, "content-type") or "").lower()
    if status is not None and 300 <= status < 400:  # noqa: PLR2004
        to = safe(field_value(sent.headers, "location") or "nowhere", _SHOWN)
        says = f"{url} is answered with a redirect to {to} ({status}), which is not followed"
        raise UsageError(f"{says}: give the base URL that it leads to")
    if status in (401, 403):
        raise UsageError(f"{url}: {login(sent)}")
    if status != _OK:
        raise UsageError(f"there is no OpenAPI at {url} (it is answered {status}): {_OTHERWISE}")
    content = (sent.response.body.content if sent.response else None) or b""
    document = load_json(sent.headers, content)
    if isinstance(document, dict):
        return document
    what = f"JSON, and no object but {type(document).__name__}"
    if document is None:
        what = "no JSON that can be read"
        if "html" in kind or content.lstrip()[:1] == b"<":
            what = "a page of HTML, and no OpenAPI in JSON"
        elif re.match(rb"\s*(?:openapi|swagger)\s*:", content):
            what = "OpenAPI in YAML; JSON is read"
    raise UsageError(f"what {url} answers is {what}: {_OTHERWISE}")


def _get(document: Any, path: str, prefix: str) -> Get:
    route = _below(path, prefix)
    taken = openapi.parameters(document, "get", path)
    needed = [each for each in taken if each.required and each.where in ("query", "header", "cookie")]
    fills = {each.name: each.value for each in taken if each.where == "path" and each.value is not None}
    query = "&".join(_pair(each.name, each.value) for each in needed if each.where == "query")
    words = [re.split(r"[^a-z]+", segment.lower())[0] for segment in route.split("/")]
    lacking = ", ".join(
        f"{e.where} {safe(e.name, 40)}" for e in needed if e.value is None or e.where != "query"
    )
    lacks = f"it needs {lacking}, and OpenAPI gives no value to take" if lacking else ""
    if _DOES.intersection(words):
        lacks = "its name says that it does something, which no GET should"
    elif _streams(document["paths"][path]["get"]):
        lacks = f"it is a stream ({_STREAM})"
    elif re.search(r"[\s#]", route):
        lacks = "it is no path"
    return Get(route, f"?{query}" if query else "", fills, lacks)


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path


def _pair(name: str, value: Json) -> str:
    return f"{quote(name, safe='')}={quote(value if isinstance(value, str) else str(value).lower(), safe='')}"


def _streams(operation: Any) -> bool:
    try:
        contents = [each.get("content", {}) for each in operation["responses"].values()]
        return any(contents) and all(set(each) <= {_STREAM} for each in contents if each)
    except (LookupError, AttributeError, TypeError):
        return False
