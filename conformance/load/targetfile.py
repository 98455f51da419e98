"""specs/targets/*.yaml, or a file of the user's -> Target. Shell: it reads one file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from conformance.content.facts import no_json
from conformance.content.marks import HEADER
from conformance.errors import TargetError
from conformance.guesses import did_you_mean
from conformance.language.values import FIELD_NAME, PATH, closed
from conformance.language.yamlfile import YamlFile, read
from conformance.load.audience import KEYS, USERS, check_users, read_variants
from conformance.load.headers import VARIABLE
from conformance.load.hooks import AROUND, BENCH, bench, hooks
from conformance.load.schema import check_file
from conformance.model import NOWHERE, Headers, Place, Resource, Target, Write, as_user
from conformance.model.targets import BASE, OPENAPI

_WRITES: Final = ("create", "change", "remove", "clear")
_STAND_INS: Final = ("absent", "redirecting", "protected")
_METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
_TEXT: Final = {"type": "string", "minLength": 1}
_REQUEST: Final = {
    "type": "string",
    "pattern": f"^({'|'.join(_METHODS)}) {PATH}$",
    "description": "a method and a path, such as 'PUT /items/{id}'",
}
_POINTER: Final = {"type": "string", "pattern": "^/", "description": "a JSON Pointer, such as /time"}
_FIELD: Final = {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "description": "a field name"}
_STATUS: Final = {
    "type": "string",
    "pattern": "^[1-5]([0-9][0-9]|xx)$",
    "description": "a status such as 404, or a class such as 4xx",
}
_OK: Final = ("200", "2xx")
_GET: Final = {
    "type": "string",
    "pattern": f"^GET {PATH}$",
    "description": "'GET' and a path, such as GET /items/",
}
_NAME: Final = {
    "type": "string",
    "pattern": f"^(?!{NOWHERE}$)[A-Za-z0-9][A-Za-z0-9._-]*$",
    "description": "a name of letters, digits, '-', '_' and '.', since node ids have it in them, "
    f"where {NOWHERE!r} means that no resource fits",
}
_SECONDS: Final = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 2**31,  # RFC 9111 1.2.2: what a cache takes for infinity
    "description": "seconds, above 0 and at most 2147483648",
}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a target file."""
    write = {
        "if": {"type": "string"},
        "then": _REQUEST,
        "else": closed(
            {
                "request": _REQUEST,
                "from": {"enum": ["list", "self"]},
                "edit": _TEXT,
                "body": {},
                "ask": {"type": "boolean"},
            },
            ("request",),
        ),
    }
    resource = closed(
        {
            "read": _GET,
            "json": {"enum": ["array", "object", "any"]},
            "members": {
                "type": "object",
                "additionalProperties": {
                    "enum": ["string", "number", "boolean", "object", "array", "null", "any"]
                },
            },
            "etag": {"type": "boolean"},
            "ttl": {
                "if": {"type": "array"},
                "then": {"type": "array", "items": _SECONDS, "minItems": 2, "maxItems": 2},
                "else": _SECONDS,
            },
            "stale": _SECONDS,
            "value": {
                "if": {"type": "object"},
                "then": closed({"header": _FIELD}, ("header",)),
                "else": {
                    "type": "string",
                    "pattern": "^(/.*|body)$",
                    "description": "a JSON Pointer, such as /time; body; or {header: NAME}",
                },
            },
            "hit": {
                "if": {"type": "object"},
                "then": closed({"header": _FIELD, "is": _TEXT}, ("header",)),
                "else": _POINTER,
            },
            "resolution": _SECONDS,
            "http-cache": {"type": "boolean"},
            "repeats": {"type": "boolean"},
            "policy": {
                "if": {"type": "object"},
                "then": {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": _STATUS,
                    "additionalProperties": _TEXT,
                },
                "else": _TEXT,
            },
            "version": {"type": "boolean"},
            "distinct-from": {"type": "array", "items": _TEXT, "minItems": 1},
            "ask": {"type": "boolean"},
            "keys": {**_GET, "pattern": rf"^(?=GET /\S*\{{key\}})GET {PATH}$"},
            **dict.fromkeys((*_STAND_INS, "item"), _GET),
            **dict.fromkeys(_WRITES, write),
            "hooks": BENCH,
            **KEYS,
        },
        ("read",),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A target file of cache-conformance",
        **closed(
            {
                "name": _TEXT,
                "contract": {"enum": ["lesson"]},
                "base": {
                    "type": "string",
                    "pattern": BASE,
                    "description": "a prefix of all paths, such as /api",
                },
                "headers": {
                    "type": "object",
                    "propertyNames": FIELD_NAME,
                    "additionalProperties": {"type": "string", "pattern": r"^[^\r\n\0]*$"},
                },
                "users": USERS,
                **AROUND,
                "openapi": {
                    "type": "string",
                    "pattern": f"^{PATH}$",
                    "description": "a path, such as /openapi.json",
                },
                "require": {
                    "type": "array",
                    "items": {"type": "string", "description": "a resource, or a resource and a write of it"},
                    "minItems": 1,
                },
                "resources": {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": _NAME,
                    "additionalProperties": resource,
                },
            },
            ("name", "resources"),
        ),
    }


def read_target(
    path: str | Path,
    overrides: Sequence[str] = (),
    require: Sequence[str] = (),
    *,
    built_in: bool = False,
) -> Target:
    """Read one target file.

    Args:
        path: as the user has it, or of a built-in target.
        overrides: such as "cached-time.ttl=5"; see `--conformance-set`.
        require: what may not be lacking besides what the file requires.
        built_in: whether it is one of ours.

    Raises:
        TargetError: something in it is wrong, or an override does not fit.
    """
    name = f"specs/targets/{Path(path).name}" if built_in else str(path)
    file = read(Path(path), name, TargetError)
    check_file(file, schema())
    if overrides:
        _override(file.data["resources"], overrides, file.name)
        try:
            check_file(file, schema())
        except TargetError as problem:
            says = f"{problem.says} (as overridden by {', '.join(overrides)})"
            raise TargetError(says, problem.file, problem.line) from None
    required = [*file.data.get("require", ()), *(each for text in require for each in text.split(","))]
    _require(file.data["resources"], [each.strip() for each in required if each.strip()], file.name)
    headers = _fields(file, file.data.get("headers", {}), "headers")
    given = file.data.get("users", {})
    users = {each: _fields(file, fields, "users", each) for each, fields in given.items()}
    check_users(file, users)
    resources = tuple(
        _resource(file, each, data, headers, users) for each, data in file.data["resources"].items()
    )
    names = [r.name for r in resources]
    for resource in resources:
        for other in resource.distinct_from:
            if other not in names or other == resource.name:
                why = "that is itself" if other in names else "no resource is called that"
                says = f"{resource.name} is distinct-from {other!r}, and {why}"
                raise file.fail(says, ("resources", resource.name, "distinct-from"))
    digest = hashlib.sha256(json.dumps(file.data, sort_keys=True).encode()).hexdigest()
    base = file.data.get("base", "").rstrip("/")
    around = {when: tuple(hooks(file.data.get(when, []), str(Path(path).parent))) for when in AROUND}
    return Target(
        file.data["name"],
        resources,
        digest,
        file.data.get("contract", ""),
        base,
        around["before"],
        around["after"],
        file.data.get("openapi", OPENAPI),
    )


def _fields(file: YamlFile, given: Mapping[str, str], *path: str) -> Headers:
    """Fields of requests, as they stand at that place of the file."""
    return tuple((name, _filled(file, (*path, name), text)) for name, text in given.items())


def _filled(file: YamlFile, path: tuple[str, ...], text: str) -> str:
    """A field with the variables of the environment that it names, such as "Bearer ${TOKEN}"."""

    def value(found: re.Match[str]) -> str:
        variable = found[1]
        if variable not in os.environ:
            says = f"{path[-1]} needs the variable {variable} of the environment, which is not set"
            raise file.fail(f"{says}: export {variable}=... before the run", path)
        return os.environ[variable]

    return VARIABLE.sub(value, text)


def _override(resources: dict[str, dict[str, Any]], overrides: Sequence[str], name: str) -> None:
    """Replace values of the target: "RESOURCE.KEY=VALUE"; RESOURCE may be * for all that have the key.

    KEY may be a key of a write: "items.create.ask=false".
    """
    for text in overrides:
        where, equals, value = text.partition("=")
        resource, dot, key = (part.strip() for part in where.partition("."))
        key, _, inner = key.partition(".")
        if not (equals and dot and key):
            raise TargetError(
                f"{text!r} overrides nothing; write RESOURCE.KEY=VALUE, as in cached-time.ttl=5", name
            )
        names = [each for each in resources if key in resources[each]] if resource == "*" else [resource]
        if not names:
            raise TargetError(f"{text!r} overrides nothing: no resource has a {key!r}", name)
        for each in names:
            if each not in resources:
                says = f"{text!r}: no resource is called {each!r}; {did_you_mean(each, resources)}"
                raise TargetError(says, name)
            into, name_ = (_mapping(resources[each], key, name), inner) if inner else (resources[each], key)
            try:
                into[name_] = json.loads(value, parse_constant=no_json)
            except (ValueError, RecursionError):
                into[name_] = value


def _mapping(resource: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    """A write of a resource as a mapping, in place of its request alone."""
    if key not in resource:
        raise TargetError(
            f"the target does not say how {key!r} is done; write for instance {key}: POST /...", name
        )
    given = resource[key]
    if not isinstance(given, dict):
        given = resource[key] = {"request": given}
    return given


def _require(resources: dict[str, dict[str, Any]], required: Sequence[str], name: str) -> None:
    """Declare what the server may not lack: "items" or "items.create"."""
    for text in required:
        resource, dot, write = text.partition(".")
        if resource not in resources:
            near = did_you_mean(resource, resources)
            says = f"{text!r} is required: no resource is called {resource!r}; {near}"
            raise TargetError(says, name)
        if dot and write not in _WRITES:
            raise TargetError(f"{text!r} is required: {did_you_mean(write, _WRITES)}", name)
        resources[resource]["ask"] = False
        if dot:
            _mapping(resources[resource], write, name)["ask"] = False


def _resource(
    file: YamlFile, name: str, data: Mapping[str, Any], headers: Headers, users: Mapping[str, Headers]
) -> Resource:
    path = ("resources", name)
    per_user = data.get("per-user", False)
    if per_user and not users:
        says = f"{name} is per-user, and the file names no users: write two of them under `users`"
        raise file.fail(says, (*path, "per-user"))
    for key, needs in (("ttl", "value"), ("value", "ttl"), ("hit", "ttl"), ("stale", "ttl")):
        if key in data and needs not in data and not (key == "hit" and data.get("http-cache")):
            raise file.fail(
                f"{name} has a {key} and no {needs}; a value that is kept needs both", (*path, key)
            )
    shortest, longest = _spread(file, data.get("ttl"), (*path, "ttl"))
    writes = {kind: _write(kind, data[kind]) for kind in _WRITES if kind in data}
    return Resource(
        name=name,
        read=data["read"].partition(" ")[2],
        json=data.get("json"),
        members=data.get("members", {}),
        etag=data.get("etag", False),
        ttl=shortest,
        ttl_most=longest,
        stale=data.get("stale", 0.0),
        value=_place(data.get("value")),
        hit=_place(data.get("hit")),
        hit_is=data["hit"].get("is", "") if isinstance(data.get("hit"), dict) else "",
        resolution=data.get("resolution", 1.0),
        repeats=data.get("repeats", False),
        policy=_policy(data.get("policy")),
        version=data.get("version", False),
        http_cache=data.get("http-cache", False),
        distinct_from=tuple(data.get("distinct-from", ())),
        writes=writes,
        ask=data.get("ask", False),
        headers=as_user(headers, users, 0) if per_user else headers,
        users=users,
        per_user=per_user,
        variants=read_variants(file, name, data),
        place=Place(file.name, file.line(path) or 1),
        **{kind: data[kind].partition(" ")[2] for kind in ("item", "keys", *_STAND_INS) if kind in data},
        policies=data["policy"] if isinstance(data.get("policy"), dict) else {},
        hooks=bench(file, name, data.get("hooks", {})),
    )


def _policy(given: str | Mapping[str, str] | None) -> str | None:
    """The Cache-Control of the ordinary answer, where it is said by status, too."""
    if given is None or isinstance(given, str):
        return given
    return next((given[status] for status in _OK if status in given), None)


def _spread(file: YamlFile, ttl: Any, path: tuple[str, ...]) -> tuple[float | None, float | None]:
    """The TTL, and the longest that it may be, where it is spread on purpose."""
    if not isinstance(ttl, list):
        return ttl, None
    shortest, longest = ttl
    if longest < shortest:
        raise file.fail(f"a range of {shortest:g} to {longest:g} s is none; the shorter stands first", path)
    return shortest, longest


def _place(given: Any) -> str | None:
    """Where something is found in an answer; see `model.Resource`."""
    return f"{HEADER}{given['header']}" if isinstance(given, dict) else given


def _write(kind: str, data: Any) -> Write:
    given: dict[str, Any] = {"request": data} if isinstance(data, str) else dict(data)
    method, _, path = given["request"].partition(" ")
    own: Literal["list", "self"] = "list" if "{id}" in path or kind == "create" else "self"
    source = given.get("from") or own
    return Write(method, path, source, given.get("edit", "auto"), given.get("body"), given.get("ask", False))
