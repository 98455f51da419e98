"""What must not leave the run: credentials, wherever they stand. Pure.

Everything that any output shows has come through here, once, when the Report is composed: values of
the fields that carry credentials, user names and passwords in URLs, and each place where the server
repeats a credential that it was sent. So writers of formats need not think of it.

It walks over records by their types. A text is redacted unless its field is declared `Safe`, and a type
that this file does not know is refused, so a new field can't leak. What is left is plain, too: JSON
values, and text that UTF-8 can hold.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, quote_plus

from msgspec import inspect
from msgspec.structs import replace

from conformance.fields import field_value
from conformance.model import (
    MISSING,
    Body,
    Facts,
    Frozen,
    Headers,
    Json,
    Record,
    Request,
    Response,
    Target,
)

__all__ = ["REDACTED", "Redactor", "credentials", "is_sensitive", "without_userinfo"]

REDACTED: Final = "redacted"
_NAMES: Final = "authorization|cookie|api-?key|auth-?token|access-?token|secret|password|session-?id"
_SENSITIVE: Final = re.compile(rf"(?i)(?:{_NAMES})|^x-[a-z-]*token$")
_HARMLESS: Final = re.compile(
    r"(?i)(?:accept(?:-[a-z]+)?|cache-control|connection|content-[a-z]+|dnt|expect|forwarded|from|host|if-[a-z-]+"
    r"|origin|pragma|prefer|range|referer|te|user-agent|x-requested-with)"
)
_NAME: Final = rb"[!#$%&'*+.^_`|~0-9a-z-]*"
# Without the scheme before it: a run of letters would be searched anew from each of its letters.
_USERINFO: Final = re.compile(r"://[^\s/?#\"'<>]*@")
_RAW_USERINFO: Final = re.compile(_USERINFO.pattern.encode())
# A short credential, or one that is a word such as "public", would be found where it has no business.
_TOO_COMMON: Final = re.compile(r".{0,5}|[a-z-]{1,11}", re.DOTALL)
_NOBODY: Final = f"://{REDACTED}@".encode()
_PAIR: Final = 2

F = TypeVar("F", bound=Frozen)
Walk = Callable[["Redactor", Any], Any]


def is_sensitive(name: str) -> bool:
    """Whether a field of that name carries a credential."""
    return _SENSITIVE.search(name) is not None


def without_userinfo(url: str) -> str:
    """A URL, or a text that holds URLs, without user names and passwords."""
    return _USERINFO.sub(f"://{REDACTED}@", url)


def credentials(headers: Headers, names: Collection[str] = ()) -> set[str]:
    """The secrets that header fields carry: the whole values, and their parts without the scheme.

    Args:
        headers: as they were sent.
        names: of fields that carry some, in lower case, besides those that are known to.
    """
    found: set[str] = set()
    for name, value in headers:
        if is_sensitive(name) or name.lower() in names:
            whole = value.strip()
            found |= {whole, *whole.split()[1:], *(part.partition("=")[2] for part in whole.split(";"))}
            found |= _basic(whole)
    return {each for each in found if not _TOO_COMMON.fullmatch(each) and each != REDACTED}


def _basic(value: str) -> set[str]:
    """User name and password of Basic authentication (RFC 7617 2)."""
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "basic":
        return set()
    try:
        pair = base64.b64decode(token, validate=True).decode("utf-8", "replace")
    except ValueError:
        return set()
    return {pair, pair.partition(":")[2]}


def _forms(secret: str) -> Iterator[str]:
    """A secret as texts of several kinds write it: plain, JSON, URL, HTML."""
    for text in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield text
        yield text.replace("/", r"\/")
    octets = secret.encode("utf-8", "surrogatepass")
    yield from (quote(octets), quote(octets, safe=""), quote_plus(octets), html.escape(secret))


@functools.cache
def _raw_field(names: frozenset[str]) -> re.Pattern[bytes]:
    """A header line that carries a credential, in bytes that may be no HTTP."""
    exact = b"".join(b"|" + re.escape(name.encode()) for name in sorted(names))
    return re.compile(
        rb"(?im)^([ \t]*(?:%b(?:%b)%b%b)[ \t]*:)[^\r\n]*" % (_NAME, _NAMES.encode(), _NAME, exact)
    )


class Redactor:
    """Takes credentials out of records.

    Args:
        secrets: what to take out wherever it stands, besides the fields that are known to carry some.
        names: of more fields that carry some, in lower case.
    """

    def __init__(self, secrets: Iterable[str] = (), names: Collection[str] = ()) -> None:
        ordered = sorted({form for each in secrets for form in _forms(each)}, key=len, reverse=True)
        raw = {each.encode(coding, "replace") for each in ordered for coding in ("utf-8", "latin-1")}
        self._text = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._names = frozenset(names)
        self._raw_field = _raw_field(self._names)
        self._headers: dict[Headers, Headers] = {}  # the same ones are sent and received again and again
        self.known: dict[int, tuple[Frozen, Frozen]] = {}  # by identity: what stands in many exchanges
        self._raw = re.compile(b"|".join(map(re.escape, sorted(raw, key=len, reverse=True)))) if raw else None

    @classmethod
    def of(cls, target: Target | None, records: Iterable[Record], secrets: Collection[str] = ()) -> Redactor:
        """One that knows the credentials that a run has sent.

        What a target file adds to requests is one, whatever it is called, unless its name says that
        it is not; and so are the `secrets` that the server was given, which it may print.
        """
        resources = target.resources if target else ()
        sent = {fields for each in resources for fields in (each.headers, *each.users.values())}
        names = {name.lower() for headers in sent for name, _ in headers if not _HARMLESS.fullmatch(name)}
        sent |= {e.request.headers for record in records for step in record.steps for e in step.exchanges}
        known = {each for headers in sent for each in credentials(headers, names)}
        return cls(known | {each for each in secrets if not _TOO_COMMON.fullmatch(each)}, names)

    def record(self, record: F) -> F:
        """Any record without credentials; the very same where there were none."""
        redacted: F = _root(type(record))(self, record)
        return redacted

    def text(self, text: str) -> str:
        """Text without credentials, and without what UTF-8 can't hold."""
        if "://" in text:
            text = without_userinfo(text)
        if self._text is not None:
            text = self._text.sub(REDACTED, text)
        return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()

    def raw(self, data: bytes) -> bytes:
        """Bytes without credentials, header lines among them included."""
        data = self._raw_field.sub(rb"\1 redacted", data) if b":" in data else data
        if b"://" in data:
            data = _RAW_USERINFO.sub(_NOBODY, data)
        return data if self._raw is None else self._raw.sub(REDACTED.encode(), data)

    def headers(self, headers: Headers) -> Headers:
        """Fields with the values of those that carry credentials taken out."""
        known = self._headers.get(headers)
        if known is None:
            known = tuple((self.text(n), self._value(n, v)) for n, v in headers)
            self._headers[headers] = known
        return known

    def _value(self, name: str, value: str) -> str:
        return REDACTED if is_sensitive(name) or name.lower() in self._names else self.text(value)

    def plain(self, value: Json) -> Json:
        """A JSON value without credentials."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(each) for each in value]
        return value

    def seen_through(self, response: Response) -> Response:
        """An answer without a packed body, where a credential can't be seen in it."""
        body = response.body
        if self._raw is not None and body.content and field_value(response.headers, "content-encoding"):
            return replace(response, body=replace(body, content=None))
        return response


# ------------------------------------------------------------------ by type


@functools.cache
def _root(kind: type[Any]) -> Walk:
    """What to do with a record of a type."""
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)  # noqa: S101 - a Frozen is one
    return _struct(told)


def _struct(told: inspect.StructType) -> Walk:
    """What to do with a record, by what is told of its type."""
    fields = _fields(told)
    if told.cls is Response:
        return lambda redactor, response: fields(redactor, redactor.seen_through(response))
    return _once(fields) if told.cls in _SHARED else fields


def _once(fields: Walk) -> Walk:
    """The same, done once for each object: what is sent and received again and again is one."""

    def looked_up(redactor: Redactor, record: Any) -> Any:
        known = redactor.known.get(id(record))
        if known is None:
            known = redactor.known[id(record)] = record, fields(redactor, record)
        return known[1]

    return looked_up


def _fields(told: inspect.StructType) -> Walk:
    """The fields that need it, one by one."""
    walks = [(field.name, walk) for field in told.fields if (walk := _walk(field.type)) is not None]

    def all_fields(redactor: Redactor, record: Any) -> Any:
        changed = {}
        for name, walk in walks:
            before = getattr(record, name)
            after = walk(redactor, before)
            if after is not before and after != before:
                changed[name] = after
        return replace(record, **changed) if changed else record

    return all_fields


def _walk(kind: inspect.Type) -> Walk | None:
    """What to do with a value of a type; None: nothing, such a value can hold no credential."""
    if isinstance(kind, inspect.Metadata):
        return None if (kind.extra or {}).get("safe") else _walk(kind.type)
    if isinstance(kind, inspect.StructType):
        return _struct(kind)
    if isinstance(kind, _PLAIN):
        return None
    return _SCALARS.get(type(kind)) or _container(kind)


def _container(kind: inspect.Type) -> Walk | None:
    match kind:
        case inspect.VarTupleType(item_type=inspect.TupleType(item_types=pair)) if _is_field(pair):
            return Redactor.headers
        case inspect.VarTupleType(item_type=item):
            return _each(_walk(item))
        case inspect.DictType(key_type=key, value_type=value):
            return _mapping(_walk(key), _walk(value))
        case inspect.UnionType(types=types):
            walks = [walk for each in types if (walk := _walk(each)) is not None]
            if not walks:
                return None
            if len(walks) == 1 and all(isinstance(each, inspect.NoneType) or _walk(each) for each in types):
                return _optional(walks[0])
    raise TypeError(f"nobody has said how {kind} is redacted: add it to redact.py, or use another type")


def _is_field(pair: tuple[inspect.Type, ...]) -> bool:
    """Whether pairs of that kind are header fields, which carry credentials by their names."""
    return len(pair) == _PAIR and all(isinstance(each, inspect.StrType) for each in pair)


def _json(redactor: Redactor, value: Json) -> Json:
    return value if value is MISSING else redactor.plain(value)


_SHARED: Final = (Request, Body, Facts)
_PLAIN: Final = (
    inspect.IntType,
    inspect.FloatType,
    inspect.BoolType,
    inspect.NoneType,
    inspect.LiteralType,
    inspect.EnumType,
)
_SCALARS: Final[Mapping[type[inspect.Type], Walk]] = {
    inspect.StrType: Redactor.text,
    inspect.BytesType: Redactor.raw,
    inspect.AnyType: _json,
}


def _each(walk: Walk | None) -> Walk | None:
    return walk and (lambda redactor, values: tuple(walk(redactor, each) for each in values))


def _optional(walk: Walk) -> Walk:
    return lambda redactor, value: value if value is None else walk(redactor, value)


def _mapping(key: Walk | None, value: Walk | None) -> Walk | None:
    if key is None and value is None:
        return None
    on_key, on_value = key or _same, value or _same
    return lambda redactor, values: {on_key(redactor, k): on_value(redactor, v) for k, v in values.items()}


def _same(_redactor: Redactor, value: Any) -> Any:
    return value
