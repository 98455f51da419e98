"""Symptoms of entity tags, of the comparison with them, and of a header field that was dropped. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from conformance.content.marks import HEADER
from conformance.fields import field_value, parse_entity_tag
from conformance.judge.sight import Row, Sight, Symptom, condition, row
from conformance.matchers.etag import is_weak, tag_of
from conformance.model import MISSING

__all__ = ["OF_FIELDS", "OF_FLAGS", "OF_TAGS"]


def _quotes_stripped(sight: Sight) -> Symptom | None:
    """The tag as it came is not found, and without its quotes it is."""
    asked = parse_entity_tag(condition(sight.exchange) or "")
    if asked is None or sight.exchange.status != 200:  # noqa: PLR2004
        return None
    bare = asked.opaque.strip('"')
    if not any(e.status == 304 and condition(e) == bare for e in sight.all):  # noqa: PLR2004
        return None
    return Symptom(
        "the ETag is compared with its quotes stripped",
        "Compare If-None-Match with the ETag as you send it, quotes included: "
        "clients send it back as it came.",
    )


def _compared_strongly(sight: Sight) -> Symptom | None:
    """The tag that was sent is the current one but for the mark of a weak tag."""
    sent, current = parse_entity_tag(condition(sight.exchange) or ""), tag_of(sight.exchange)
    here = parse_entity_tag(current or "")
    if sent is None or here is None or sight.exchange.status != 200:  # noqa: PLR2004
        return None
    if sent.opaque != here.opaque or sent.weak == here.weak:
        return None
    return Symptom(
        'the mark W/ of a weak tag is compared with the rest, so W/"a" does not find "a"',
        "Compare weakly: take a leading W/ off both tags before you compare them.",
    )


def _after_restart(sight: Sight) -> Symptom | None:
    """It was the same as long as one process lasted."""
    if not any(step.restarted and sight.exchange in step.exchanges for step in sight.case.steps.values()):
        return None
    return Symptom(
        "the ETag is another after each restart: it looks like hash() or str() of a set",
        "Use hashlib on the bytes that you send (or on JSON with sorted keys): Python hashes text otherwise "
        "in each process, and the order of a set follows that; and leave out what is drawn at the start.",
    )


def _unstable_tag(sight: Sight) -> Symptom:
    """The same bytes under several tags: which kind of tag is it?"""
    seen = [e for e in sight.all if e.status == 200]  # noqa: PLR2004
    tags = [tag for e in seen if (tag := tag_of(e))]
    opaque = [t.removeprefix("W/").strip('"') for t in tags]
    back = len(set(tags)) < len(tags) and any(a != b for a, b in pairwise(tags))
    if all(re.fullmatch(r"-?\d{12,20}", o) for o in opaque):
        return Symptom(
            "the ETag looks like Python's hash(), which is another in each process",
            "Use hashlib on the bytes of the body: hash() of text is salted anew whenever Python starts.",
        )
    if back and len({e.connection for e in seen}) > 1 and len(set(tags)) <= 4:  # noqa: PLR2004
        return Symptom(
            "the same body has a few ETags that take turns",
            "Hash the bytes that you send, or JSON with sorted keys: the order in str(data) changes. "
            "With several workers, make sure that each computes the tag from the content alone.",
        )
    if all(re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", o) for o in opaque):
        return Symptom(
            "the ETag is a hash of something that changes though the body does not",
            "Hash the bytes that you send, or JSON with sorted keys: str(data) follows the order of keys or "
            "of a set, which can change; and leave times and random numbers out.",
        )
    return Symptom(
        "the ETag changes though the body does not",
        "Hash the content; a timestamp, a counter or a random number makes every stored copy useless.",
    )


def _flag_in_body(sight: Sight) -> Symptom | None:
    resource = sight.run.resource
    if resource is None or resource.hit is None:
        return None
    flags = {repr(e.facts.hit) for e in sight.all if e.facts.hit is not MISSING}
    tags = {tag for e in sight.all if (tag := tag_of(e))}
    if len(flags) < 2 or any(is_weak(t) for t in tags):  # noqa: PLR2004
        return None
    name = resource.hit.removeprefix(HEADER).rsplit("/", 1)[-1]
    return Symptom(
        f"a strong ETag stands over a body whose {name!r} flips",
        f'Mark the tag as weak (W/"..."), or leave {name!r} out of the body: '
        "a strong tag promises equal bytes.",
    )


def _dropped_header(sight: Sight) -> Symptom | None:
    """FastAPI drops what was set on an injected Response when another Response is returned."""
    server = field_value(sight.exchange.headers, "server") or ""
    if "uvicorn" not in server and "hypercorn" not in server and "granian" not in server:
        return None
    return Symptom(
        "no Cache-Control arrives",
        "Set it on the response that you return: JSONResponse(content=..., headers={'Cache-Control': ...}). "
        "FastAPI drops what is set on an injected `response: Response` when you return another response.",
    )


OF_TAGS: Final[tuple[Row, ...]] = (
    row(_quotes_stripped, "status"),
    row(_compared_strongly, "status"),
    row(_after_restart, "etag.stable"),
    row(_unstable_tag, "etag.stable"),
)
OF_FLAGS: Final[tuple[Row, ...]] = (row(_flag_in_body, "etag.unique-with"),)
OF_FIELDS: Final[tuple[Row, ...]] = (row(_dropped_header, "cache-control.present"),)
