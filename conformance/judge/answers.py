"""Symptoms of an answer as a whole: its status, its route, its redirect, its body. Pure.

The order in SYMPTOMS is that of `symptoms.py`; each looks at exchanges and codes only.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from conformance.content.codings import unread
from conformance.content.marks import HEADER
from conformance.content.tracebacks import raised
from conformance.fields import field_value, media_type
from conformance.judge.excuses import plain
from conformance.judge.sight import DECLARED, Row, Sight, Symptom, asked, row
from conformance.model import MISSING

__all__ = ["OF_ANY", "OF_BODIES"]

_FAILED: Final = 500
_MISSING: Final = 404
_MOVED: Final = (301, 302, 303, 307, 308)
_HERE: Final = ("127.0.0.1", "localhost", "::1")
_NO_ROUTE: Final = (404, 405, 501)
_LOGIN: Final = (401, 403)
_TOLD: Final = 2  # exceptions that are told, where several were printed meanwhile


def _crashed(sight: Sight) -> Symptom | None:
    """What the server has printed says more than the status: it stands first."""
    exchange = sight.exchange
    if (exchange.status or 0) < _FAILED:
        return None
    says = f"the server failed with {exchange.status} on {asked(exchange)}"
    found = raised(sight.case.log)[-_TOLD:]
    if sight.case.withheld:
        names = ", ".join(sight.case.withheld)
        options = " ".join(f"--env {name}" for name in sight.case.withheld)
        return Symptom(
            f"{' or '.join(found)}: {says}" if found else says,
            f"{names} was withheld from the app, as whatever may be a secret: pass it on with "
            f"{options} (in pytest: --conformance-env).",
        )
    if found:
        return Symptom(
            f"{' or '.join(found)}: {says}",
            "Mend the line that it names; the whole traceback is in the report (-v, or a .json).",
        )
    return Symptom(says, "Look at the server's own log: there is a traceback for this request.")


def _unasked(sight: Sight) -> Symptom | None:
    exchange = sight.exchange
    if exchange.status not in (304, 412) or not plain(exchange):
        return None
    return Symptom(
        f"a plain {exchange.request.method} was answered {exchange.status}, though it has no condition",
        "Look at the headers of this request alone: without If-None-Match there is nothing to compare, and "
        "the answer is the 200; see that the comparison is not the wrong way round.",
    )


def _login(sight: Sight) -> Symptom | None:
    exchange, resource = sight.exchange, sight.run.resource
    if exchange.status not in _LOGIN:
        return None
    says = f"{asked(exchange)} wants a login ({exchange.status})"
    if resource is not None and resource.headers:
        names = ", ".join(dict.fromkeys(name for name, _ in resource.headers))
        return Symptom(
            f"{says}, and does not take what the target file sends ({names})",
            "See that the token is whole, has not expired, and may read this; try it with curl.",
        )
    return Symptom(
        says,
        "Send one along, with TOKEN in the environment: -H 'Authorization: Bearer ${TOKEN}' (in pytest: "
        "--conformance-header), or 'Cookie: ...'; in a target file of yours it is headers.",
    )


def _not_found_with_a_condition(sight: Sight) -> Symptom | None:
    exchange = sight.exchange
    if exchange.status != _MISSING or exchange.request.method != "GET" or plain(exchange):
        return None
    return Symptom(
        f"{asked(exchange)} is answered 404",
        "A tag that does not match means: send the whole answer, 200 with its body. 404 is for what is not "
        "there.",
    )


def _route_missing(sight: Sight) -> Symptom | None:
    """Only the first plain read tells: what was there a moment ago is not missing."""
    exchange, resource = sight.exchange, sight.run.resource
    if exchange.status != _MISSING or exchange.request.method != "GET" or resource is None:
        return None
    where = exchange.request.target
    reads = [e for e in sight.all if e.request.target == exchange.request.target and plain(e)]
    if any(e.status != _MISSING for e in reads if e.sent_at < exchange.sent_at):
        return Symptom(
            f"GET {where} was there a moment ago, and is answered 404 now",
            "Look at what happened in between, such as a write or a clear, and what this route answers 404 "
            "for.",
        )
    if exchange.facts.redirected:
        return Symptom(
            f"GET {resource.read} redirects to {exchange.facts.redirected}, and that is answered 404",
            f'Register the route as it is asked for: @app.get("{resource.read}").',
        )
    if sight.case.elsewhere:
        prefix = sight.case.elsewhere
        return Symptom(
            f"the route GET {where} is missing",
            f"Your OpenAPI lists it below the prefix {prefix}: judge it there with --base-path {prefix} (in "
            f"pytest: --conformance-base-path; in a target file: base: {prefix}).",
        )
    return Symptom(
        f"the route GET {where} is missing",
        f"Add the route GET {resource.read}; the path has to be the same to the slash. If it is there below "
        "a prefix, such as /api, name that: --base-path /api.",
    )


def _stores_nothing(sight: Sight) -> Symptom | None:
    """The answer to the write has the old value, and so has everything after it."""
    for step in sight.case.steps.values():
        if step.effect is not None and step.effect.ignored and step.exchanges:
            write = step.exchanges[-1]
            return Symptom(
                f"{write.request.method} is answered {write.status} and stores nothing",
                "Store what the request carries before you answer it, and answer with what is stored; a "
                "write that can't be done is answered 4xx.",
            )
    return None


def _declared_and_refused(sight: Sight) -> Symptom | None:
    """What the target declares, and the server does not do for us."""
    exchange = sight.exchange
    if exchange.status in _NO_ROUTE:
        return Symptom(
            f"{asked(exchange)} is declared, and is not there ({exchange.status})",
            "Add the route; or take it out of the target file, if your server has none.",
        )
    return Symptom(
        f"{asked(exchange)} is declared, and is refused ({exchange.status})",
        "Read what the server says of it. Where it wants more than we send, say so at this write of the "
        "target file: its `body`, or the field to `edit`; else mend the server.",
    )


# ------------------------------------------------------------------ redirects and bodies


def _redirected(sight: Sight) -> Symptom | None:
    resource = sight.run.resource
    if resource is None:
        return None
    return Symptom(
        f"{resource.read} redirects to {sight.exchange.facts.redirected}",
        f'Register the route as it is asked for: @app.get("{resource.read}").',
    )


def _sent_elsewhere(sight: Sight) -> Symptom | None:
    exchange = sight.exchange
    if exchange.status not in _MOVED:
        return None
    location = field_value(exchange.headers, "location") or ""
    there = urlsplit(location)
    says = f"{asked(exchange)} redirects to {location or 'nowhere'} ({exchange.status})"
    if not location:
        return Symptom(says, "Answer the request itself with 200; a redirect needs a Location.")
    if any(word in there.path.lower() for word in ("login", "signin", "auth")):
        return Symptom(
            says,
            "It wants a login: give one in a target file, as headers: "
            '{Cookie: "session=${SESSION}"} or {Authorization: "Bearer ${TOKEN}"}, from the environment.',
        )
    local = there.hostname in _HERE
    # To a place on this machine: another scheme or port, where it is the same path.
    if there.netloc and (not local or there.path == exchange.request.path):
        mend = (
            f"Judge the server that answers: give {there.scheme or 'http'}://{there.netloc} as the base URL"
        )
        if local and there.scheme == "https":
            mend += "; started here, it has no TLS, so switch the redirect to https off for tests"
        return Symptom(says, f"{mend}.")
    return Symptom(
        says, "Answer at this path itself: redirects are not followed, and clients pay them twice."
    )


def _no_number(sight: Sight) -> Symptom | None:
    constant = sight.exchange.facts.constant
    if not constant:
        return None
    return Symptom(
        f"the body holds {constant}, which JSON does not have",
        "Send null (None), or leave the member out; json.dumps(..., allow_nan=False) shows where.",
    )


def _not_json(sight: Sight) -> Symptom | None:
    if media_type(sight.exchange.headers) != "text/html":
        return None
    if sight.exchange.facts.json != "none":
        return Symptom(
            "the JSON is sent as HTML",
            "Return the data itself or a JSONResponse; a plain text or HTMLResponse is sent as text/html.",
        )
    return Symptom(
        "HTML came where JSON was due",
        "Return the data itself (FastAPI makes JSON of it), not a page; check that this is your API's port.",
    )


def _broken_json(sight: Sight) -> Symptom | None:
    """It is said to be JSON, and can't be read."""
    exchange = sight.exchange
    if exchange.facts.json != "none" or "json" not in media_type(exchange.headers):
        return None
    if exchange.response is None or not exchange.response.body.length:
        return None
    coded = unread(exchange.facts.decoded)
    if coded:
        return Symptom(
            f"the body is coded, and can't be read: {coded}",
            "Send it as it is to whoever asks for no coding; else let one place compress it, and say so in "
            "Content-Encoding.",
        )
    return Symptom(
        "the body is said to be JSON, and can't be read as JSON",
        "Look at it with curl -i. Where its end is missing, the Content-Length is too small: it counts "
        "bytes, not characters, and is best left to the framework; else make it by json.dumps, not by str.",
    )


def _other_shape(sight: Sight) -> Symptom | None:
    """JSON, and of another kind than the target has it."""
    found, resource = sight.exchange.facts.json, sight.run.resource
    due = "object" if resource is None or resource.members else resource.json
    if found in ("none", due) or due not in ("array", "object") or resource is None:
        return None
    if found == "string":
        return Symptom(
            "the body is one JSON string",
            "Return the data itself, no text and not json.dumps(data): the framework makes JSON of it.",
        )
    shape = "list" if due == "array" else due
    return Symptom(
        f"the body is a JSON {'list' if found == 'array' else found}, and not the {shape} that is due",
        f"Return the {shape} itself, without anything around it; where that is meant, say so in a target "
        f"file (json: {found}, of {resource.name}).",
    )


def _lies_elsewhere(sight: Sight) -> Symptom | None:
    """The answer is there, and has nothing where the target points to."""
    exchange, resource = sight.exchange, sight.run.resource
    key = sight.finding.code.partition(".")[0]
    if resource is None or exchange.status != 200:  # noqa: PLR2004
        return None
    pointer = resource.value if key == "value" else resource.hit
    if pointer is None or (exchange.facts.value if key == "value" else exchange.facts.hit) is not MISSING:
        return None
    there = _there(sight)
    place = f"{resource.place.file}:{resource.place.line}"
    shown = f"the field {pointer.removeprefix(HEADER)}" if pointer.startswith(HEADER) else pointer
    return Symptom(
        f"{resource.name} has no {'flag' if key == 'hit' else key} at {shown}, where {place} points to"
        f"{f'; it has {there}' if there else ''}",
        f"Answer with it there; or point to where it is: {key}: in {resource.place.file}, or --set "
        f"{resource.name}.{key}=/NAME (in pytest: --conformance-set).",
    )


def _there(sight: Sight) -> str:
    """What the answer has in its place."""
    facts = sight.exchange.facts
    if facts.members is None:
        return "" if facts.json == "none" else f"a JSON {facts.json}"
    return ", ".join(f"/{name}" for name in facts.members) or "no members"


OF_ANY: Final[tuple[Row, ...]] = (
    row(_crashed),
    row(_unasked),
    row(_login),
    row(_not_found_with_a_condition),
    row(_route_missing),
    row(_sent_elsewhere),
    row(_stores_nothing, "shows.of"),
    row(_declared_and_refused, DECLARED),
)
OF_BODIES: Final[tuple[Row, ...]] = (
    row(_redirected, "redirect.none"),
    row(_no_number, "json.declared"),
    row(_not_json, "json.declared"),
    row(_broken_json, "json.declared"),
    row(_other_shape, "json.declared", "members.declared"),
    row(_lies_elsewhere, "value.present", "hit.present"),
)
