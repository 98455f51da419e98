"""What must not leave the run: credentials, wherever they stand. Pure.

Everything that any output shows has come through here, once, when the Report is made: values of
the fields that carry credentials, user names and passwords in URLs, and each place where the
server repeats a credential that it was sent. So writers of formats need not think of it.

What is left is plain, too: JSON values and text that UTF-8 can hold.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from conformance.fields import field_value
from conformance.model import (
    Body,
    Exchange,
    Headers,
    Json,
    Record,
    Resource,
    StepRecord,
    Target,
    Verdict,
    WireFault,
)

REDACTED: Final = "redacted"
_NAMES: Final = "authorization|cookie|api-?key|auth-?token|access-?token|secret|password|session-?id"
_SENSITIVE: Final = re.compile(rf"(?i)(?:{_NAMES})|^x-[a-z-]*token$")
_RAW_FIELD: Final = re.compile(
    rb"(?im)^([ \t]*[!#$%&'*+.^_`|~0-9a-z-]*(?:"
    + _NAMES.encode()
    + rb")[!#$%&'*+.^_`|~0-9a-z-]*[ \t]*:)[^\r\n]*"
)
# Without the scheme before it: a run of letters would be searched anew from each of its letters.
_USERINFO: Final = re.compile(r"://[^\s/?#\"'<>]*@")
_RAW_USERINFO: Final = re.compile(_USERINFO.pattern.encode())
# A short credential, or one that is a word such as "public", would be found where it has no business.
_TOO_COMMON: Final = re.compile(r".{0,5}|[a-z-]{1,11}", re.DOTALL)
_NOBODY: Final = f"://{REDACTED}@".encode()
_PAIR: Final = 2


def is_sensitive(name: str) -> bool:
    """Whether a field of that name carries a credential."""
    return _SENSITIVE.search(name) is not None


def without_userinfo(url: str) -> str:
    """A URL, or a text that holds URLs, without user names and passwords."""
    return _USERINFO.sub(f"://{REDACTED}@", url)


def credentials(headers: Headers) -> set[str]:
    """The secrets that header fields carry: the whole values, and their parts without the scheme."""
    found: set[str] = set()
    for name, value in headers:
        if is_sensitive(name):
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


class Redactor:
    """Takes credentials out of records.

    Args:
        secrets: what to take out wherever it stands, besides the fields that are known to carry some.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        ordered = sorted(set(secrets), key=len, reverse=True)
        raw = {each.encode(coding, "replace") for each in ordered for coding in ("utf-8", "latin-1")}
        self._text = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._raw = re.compile(b"|".join(map(re.escape, sorted(raw, key=len, reverse=True)))) if raw else None

    @classmethod
    def of(cls, target: Target | None, records: Iterable[Record | None]) -> Redactor:
        """One that knows the credentials that a run has sent."""
        secrets: set[str] = set()
        seen: set[Headers] = set()
        for resource in target.resources if target else ():
            secrets |= credentials(resource.headers)
        for record in records:
            for step in record.steps if record else ():
                for exchange in step.exchanges:
                    if exchange.request.headers not in seen:
                        seen.add(exchange.request.headers)
                        secrets |= credentials(exchange.request.headers)
        return cls(secrets)

    # ---------------------------------------------------------------- text and values

    def text(self, text: str) -> str:
        """Text without credentials, and without what UTF-8 can't hold."""
        if "://" in text:
            text = without_userinfo(text)
        if self._text is not None:
            text = self._text.sub(REDACTED, text)
        return text.encode("utf-8", "backslashreplace").decode()

    def raw(self, data: bytes) -> bytes:
        """Bytes without credentials, header lines among them included."""
        data = _RAW_USERINFO.sub(_NOBODY, _RAW_FIELD.sub(rb"\1 redacted", data))
        return data if self._raw is None else self._raw.sub(REDACTED.encode(), data)

    def headers(self, headers: Headers) -> Headers:
        """Fields with the values of those that carry credentials taken out."""
        return tuple((self.text(n), REDACTED if is_sensitive(n) else self.text(v)) for n, v in headers)

    def plain(self, value: object) -> Json:  # noqa: PLR0911 - one for each kind of value
        """Any value as JSON, without credentials; pairs that look like a header field count as one."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            if len(value) == _PAIR and all(isinstance(v, str) for v in value) and is_sensitive(value[0]):
                return [value[0], REDACTED]
            return [self.plain(each) for each in value]
        if isinstance(value, bytes):
            return self.text(self.raw(value).decode("latin-1"))
        return self.text(repr(value))

    # ---------------------------------------------------------------- records

    def verdict(self, verdict: Verdict) -> Verdict:
        """A verdict whose sentences hold no credentials."""
        return replace(
            verdict,
            message=self.text(verdict.message),
            expected=self.text(verdict.expected),
            actual=self.text(verdict.actual),
            cause=self.text(verdict.cause),
            mend=self.text(verdict.mend),
        )

    def record(self, record: Record) -> Record:
        """A record without credentials, in which every value is JSON."""
        return replace(
            record,
            steps=tuple(map(self._step, record.steps)),
            bound=self.plain(record.bound),
            error=self.text(record.error),
            log=self.text(record.log),
            remark=self.text(record.remark),
            crash=self.text(record.crash),
        )

    def resource(self, resource: Resource) -> Resource:
        """A resource whose header fields hold no credentials."""
        writes = {kind: replace(w, body=self.plain(w.body)) for kind, w in resource.writes.items()}
        return replace(resource, headers=self.headers(resource.headers), writes=writes)

    def target(self, target: Target) -> Target:
        """A target whose header fields hold no credentials."""
        return replace(target, resources=tuple(map(self.resource, target.resources)))

    def _step(self, step: StepRecord) -> StepRecord:
        return replace(
            step,
            says=self.text(step.says),
            exchanges=tuple(map(self._exchange, step.exchanges)),
            notes=self.plain(step.notes),
        )

    def _exchange(self, exchange: Exchange) -> Exchange:
        request = replace(
            exchange.request,
            url=self.text(exchange.request.url),
            headers=self.headers(exchange.request.headers),
            body=self._content(exchange.request.body),
        )
        response = exchange.response
        if response is not None:
            response = replace(
                response,
                reason=self.text(response.reason),
                headers=self.headers(response.headers),
                body=self._body(response.body, response.headers),
                stray=self.raw(response.stray),
            )
        fault = exchange.fault
        if fault is not None:
            fault = WireFault(fault.kind, self.text(fault.says), self.raw(fault.raw))
        return replace(
            exchange, request=request, response=response, fault=fault, facts=self.plain(exchange.facts)
        )

    def _content(self, content: bytes) -> bytes:
        content = _RAW_USERINFO.sub(_NOBODY, content)
        return content if self._raw is None else self._raw.sub(REDACTED.encode(), content)

    def _body(self, body: Body, headers: Headers) -> Body:
        if body.content is None:
            return body
        if self._raw is not None and field_value(headers, "content-encoding"):
            return replace(body, content=None)  # it may hold a credential that can't be seen in it
        return replace(body, content=self._content(body.content))
