"""Checks for Schemathesis; importing this module registers them, for `st run` and for pytest alike.

`conformance_etag_revalidation` asks again for whatever a GET was answered 200 with an ETag.
`ConformanceEtagCoverage` fails a run in which that never came to pass, since silence is no success.

What is sent again is what was sent at first, as the answer's own request shows it: a check is not
told the headers that `call_and_validate(headers=...)` was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import schemathesis
from schemathesis import Case, CheckContext, Response

from conformance.fields import parse_cache_control, parse_entity_tag, parse_vary, tags_match_weakly

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_SKIPPED: Final = True  # what Schemathesis takes for "does not apply"

# With one of these the first request was conditional or partial itself.
_CONDITIONS: Final = (
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
)
_OF_THE_TRANSPORT: Final = frozenset({"connection", "content-length", "transfer-encoding"})
_NOISE: Final = frozenset({"accept", "accept-encoding", "user-agent", "x-schemathesis-testcaseid"})


@schemathesis.check
def conformance_etag_revalidation(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """A GET answered 200 with an ETag is answered 304 when it is sent again with that ETag."""
    etag = _etag_to_ask_with(response, case)
    if etag is None:
        return _SKIPPED
    again = _resend(ctx, response, case, {"If-None-Match": etag})
    problem = _problem(etag, again)
    if problem is None:
        return None
    if again.status_code != _NOT_MODIFIED and not _is_still(etag, _resend(ctx, response, case, {})):
        return _SKIPPED  # the resource has moved under us, or does not answer us any more
    raise AssertionError(
        f"Revalidation fails: {problem}\n\n"
        f"The first is answered 200 with ETag: {etag}, and the second asks whether that is current:\n\n"
        f"    {_curl(response, case, {})}\n"
        f"    {_curl(response, case, {'If-None-Match': etag})}\n\n"
        "RFC 9110, 13.1.2: a recipient must not perform the requested method where a listed tag matches; "
        "for GET it answers 304 (Not Modified), with the ETag of the 200 (15.4.5) and without its body."
    )


@schemathesis.check
class ConformanceEtagCoverage:
    """Fails where nothing was revalidated, or not one of the operations that had to be.

    Args:
        require: labels of operations, such as "GET /items/", of each of which an ETag has to be
            seen; without it, an ETag anywhere is enough. Set under `[checks.ConformanceEtagCoverage]`.
    """

    def __init__(self, *, require: Iterable[str] | None = None) -> None:
        self._required = frozenset(require or ())
        self._asked: set[str] = set()
        self._seen: set[str] = set()

    def after_response(self, ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG002
        """Note what the check above has had to do with."""
        if case.method == "GET":
            self._asked.add(case.operation.label)
            if _etag_to_ask_with(response, case) is not None:
                self._seen.add(case.operation.label)
        return None

    def after_run(self, ctx: CheckContext) -> None:  # noqa: ARG002
        """Fail an empty run."""
        missing = sorted(self._required - self._seen)
        if missing:
            raise AssertionError(f"never answered 200 with an ETag, so not revalidated: {', '.join(missing)}")
        if self._asked and not self._seen:
            raise AssertionError(
                "no GET was answered 200 with an ETag that may be kept, so nothing was revalidated; "
                f"asked were: {', '.join(sorted(self._asked))}"
            )


def _etag_to_ask_with(response: Response, case: Case[Any]) -> str | None:
    """The ETag of an answer that a cache could revalidate, or None."""
    if case.method != "GET" or response.status_code != _OK or response.request.body:
        return None
    etags = response.headers.get("etag", [])
    if len(etags) != 1 or not etags[0]:
        return None
    if any(name.lower() in _CONDITIONS for name in response.request.headers):
        return None
    if "no-store" in parse_cache_control(response.headers.get("cache-control", [])):
        return None  # there is no copy to ask about
    if parse_vary(response.headers.get("vary", [])) == "*":
        return None  # what was chosen depends on more than the request, RFC 9110 12.5.5
    return etags[0]


def _problem(etag: str, again: Response) -> str | None:
    """What is wrong with the answer to If-None-Match, or None."""
    asked = f"sent If-None-Match: {etag}, expected 304"
    if again.status_code != _NOT_MODIFIED:
        unquoted = " (the ETag is not in double quotes, as RFC 9110 8.8.3 has it)"
        return f"{asked}, got {again.status_code}" + (unquoted if parse_entity_tag(etag) is None else "")
    if again.content:
        return f"{asked} without a body, got a body of {len(again.content)} bytes"
    tags = again.headers.get("etag", [])
    if not tags:
        return f"{asked} with the ETag, got a 304 without one"
    if not tags_match_weakly(tags[0], etag):
        return f"{asked} with that ETag, got a 304 with ETag: {tags[0]}"
    return None


def _is_still(etag: str, plain: Response) -> bool:
    """Whether a plain read shows that nothing has changed (A-B-A)."""
    tags = plain.headers.get("etag", [])
    return plain.status_code == _OK and len(tags) == 1 and tags_match_weakly(tags[0], etag)


def _resend(ctx: CheckContext, response: Response, case: Case[Any], more: dict[str, str]) -> Response:
    """The same request once more; session, TLS and base URL as Schemathesis keeps them for its checks."""
    internals = getattr(ctx, "internals", None)
    kept = dict(getattr(internals, "transport_kwargs", None) or {})
    kept.pop("headers", None)
    return case.derive(keep_auth=True).call(headers=_sent(response) | more, **kept)


def _sent(response: Response) -> dict[str, str]:
    sent = response.request.headers.items()
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in sent
        if name.lower() not in _OF_THE_TRANSPORT
    }


def _curl(response: Response, case: Case[Any], more: dict[str, str]) -> str:
    """A line to try by hand; Schemathesis leaves out of it what is secret."""
    headers = {name: value for name, value in _sent(response).items() if name.lower() not in _NOISE}
    command = case.as_curl_command(headers=headers | more, verify=response.verify)
    return re.sub(r"^curl -X GET", "curl -i", command)
