"""Records <-> JSON, without loss. Pure.

A body stands once, under its digest; `Bodies` collects them on the way out and gives them back
on the way in. What JSON has no word for is tagged: bytes that are no text, and the floats that
are no numbers.
"""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.model import (
    Body,
    Exchange,
    Headers,
    Json,
    Place,
    Record,
    Request,
    Resource,
    Response,
    StepRecord,
    Target,
    WireFault,
    Write,
)

Bodies = dict[str, Any]
_FLOAT: Final = "$float"


def content_out(data: bytes) -> dict[str, str]:
    """Bytes as text where they are UTF-8, else in base64."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def content_in(data: Mapping[str, str]) -> bytes:
    """The bytes that `content_out` was given."""
    return data["text"].encode() if "text" in data else base64.b64decode(data["base64"])


def value_out(value: Json) -> Json:
    """A JSON value with NaN and the infinities tagged."""
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: repr(value)}
    if isinstance(value, Mapping):
        return {key: value_out(each) for key, each in value.items()}
    if isinstance(value, list):
        return [value_out(each) for each in value]
    return value


def value_in(value: Json) -> Json:
    """The value that `value_out` was given."""
    if isinstance(value, Mapping):
        if set(value) == {_FLOAT} and value[_FLOAT] in ("nan", "inf", "-inf"):
            return float(value[_FLOAT])
        return {key: value_in(each) for key, each in value.items()}
    if isinstance(value, list):
        return [value_in(each) for each in value]
    return value


# ------------------------------------------------------------------ exchanges and records


def exchange_out(step: str, exchange: Exchange, bodies: Bodies) -> dict[str, Any]:
    """One exchange of a step; the body's content goes to `bodies`."""
    request, response, fault = exchange.request, exchange.response, exchange.fault
    if response is not None and response.body.content is not None:
        bodies.setdefault(response.body.digest, content_out(response.body.content))
    return {
        "step": step,
        "method": request.method,
        "url": request.url,
        "request_headers": _pairs_out(request.headers),
        "request_body": content_out(request.body),
        "status": response.status if response else None,
        "reason": response.reason if response else "",
        "version": response.version if response else "",
        "headers": _pairs_out(response.headers) if response else [],
        "body": {"length": response.body.length, "digest": response.body.digest} if response else None,
        "wire_bytes": response.wire_bytes if response else 0,
        "interim": list(response.interim) if response else [],
        "stray": content_out(response.stray if response else b""),
        "fault": {"kind": fault.kind, "says": fault.says, "raw": content_out(fault.raw)} if fault else None,
        "facts": value_out(exchange.facts),
        "sent_at": exchange.sent_at,
        "received_at": exchange.received_at,
        "connection": exchange.connection,
        "through": exchange.through,
        "contact": exchange.contact,
    }


def exchange_in(data: Mapping[str, Any], bodies: Mapping[str, Any]) -> Exchange:
    """The exchange that `exchange_out` was given."""
    response = None
    if data["status"] is not None:
        held = bodies.get(data["body"]["digest"])
        content = None if held is None else content_in(held)
        response = Response(
            data["status"],
            data["reason"],
            data["version"],
            _pairs_in(data["headers"]),
            Body(data["body"]["length"], data["body"]["digest"], content),
            data["wire_bytes"],
            tuple(data["interim"]),
            content_in(data["stray"]),
        )
    fault = data["fault"]
    return Exchange(
        Request(
            data["method"],
            data["url"],
            _pairs_in(data["request_headers"]),
            content_in(data["request_body"]),
        ),
        response,
        WireFault(fault["kind"], fault["says"], content_in(fault["raw"])) if fault else None,
        data["sent_at"],
        data["received_at"],
        data["connection"],
        value_in(data["facts"]),
        data["through"],
        data["contact"],
    )


def record_out(record: Record | None, bodies: Bodies) -> dict[str, Any]:
    """The keys of a check that tell what was done for it; `attempts` is 0 where nothing was."""
    if record is None:
        empty = {"work": "", "attempts": 0, "clock": "", "started_at": 0.0, "ended_at": 0.0, "duration": 0.0}
        texts = {"suite_error": "", "log": "", "remark": "", "crash": ""}
        return {**empty, **texts, "bound": {}, "steps": [], "exchanges": []}
    return {
        "work": record.work,
        "attempts": record.attempts,
        "clock": record.clock,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "duration": record.ended_at - record.started_at,
        "suite_error": record.error,
        "log": record.log,
        "remark": record.remark,
        "crash": record.crash,
        "bound": value_out(record.bound),
        "steps": [
            {"name": s.name, "do": s.do, "status": s.status, "says": s.says, "notes": value_out(s.notes)}
            for s in record.steps
        ],
        "exchanges": [exchange_out(s.name, e, bodies) for s in record.steps for e in s.exchanges],
    }


def record_in(data: Mapping[str, Any], bodies: Mapping[str, Any]) -> Record | None:
    """The record that `record_out` was given."""
    if not data["attempts"]:
        return None
    made: dict[str, list[Exchange]] = {s["name"]: [] for s in data["steps"]}
    for each in data["exchanges"]:
        made[each["step"]].append(exchange_in(each, bodies))
    steps = tuple(
        StepRecord(s["name"], s["do"], s["status"], s["says"], tuple(made[s["name"]]), value_in(s["notes"]))
        for s in data["steps"]
    )
    return Record(
        data["work"],
        steps,
        value_in(data["bound"]),
        data["started_at"],
        data["ended_at"],
        data["clock"],
        data["attempts"],
        data["suite_error"],
        data["log"],
        data["remark"],
        data["crash"],
    )


def _pairs_out(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _pairs_in(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)


# ------------------------------------------------------------------ the target


def target_out(target: Target) -> dict[str, Any]:
    """A target with all that judging looks at."""
    resources = []
    for resource in target.resources:
        data = dict(_fields(resource))
        data["members"] = dict(resource.members)
        data["distinct_from"] = list(resource.distinct_from)
        data["writes"] = {k: value_out(dataclasses.asdict(w)) for k, w in resource.writes.items()}
        data["headers"] = _pairs_out(resource.headers)
        data["place"] = {"file": resource.place.file, "line": resource.place.line}
        resources.append(data)
    return {"name": target.name, "sha256": target.sha256, "consent": target.consent, "resources": resources}


def target_in(data: Mapping[str, Any]) -> Target:
    """The target that `target_out` was given."""
    resources = []
    for each in data["resources"]:
        known = dict(each)
        known["distinct_from"] = tuple(each["distinct_from"])
        known["writes"] = {k: Write(**value_in(w)) for k, w in each["writes"].items()}
        known["headers"] = _pairs_in(each["headers"])
        known["place"] = Place(**each["place"])
        resources.append(Resource(**known))
    return Target(data["name"], tuple(resources), data["consent"], data["sha256"])


def _fields(resource: Resource) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(resource):
        yield field.name, getattr(resource, field.name)
