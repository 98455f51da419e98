"""conformance.judge.symptoms: each common mistake is recognised by what it looks like, nothing else is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from helpers.records import RULE, check, done, exchange, finding, resource, run, target, timed
from msgspec.structs import replace

from conformance.judge.symptoms import SYMPTOMS, Symptom, recognise
from conformance.matchers import Case
from conformance.model import Finding, Resource, StepRecord

STABLE = 'the ETag "1" again, since the body is the same to the byte'
ANOTHER_BODY = "another ETag for another body"


@dataclass(frozen=True)
class Look:
    """What a check found, and what the records around it look like."""

    found: Finding
    steps: tuple[StepRecord, ...]
    on: Resource | None = None
    rule: str = "LES06"

    def symptom(self) -> Symptom | None:
        of = check(requirement=replace(RULE, id=self.rule))
        on = self.on or resource()
        return recognise(run(of, on), self.found, Case({s.name: s for s in self.steps}, on, target(on)))


def answer(status: int | None = 200, **more: Any) -> StepRecord:
    return done("answer", exchange(status, **more))


def tags(*values: str, bodies: int = 1, apart: bool = True) -> StepRecord:
    """The same resource read again and again, over connections of their own."""
    return done(
        "answer",
        *(
            exchange(etag=tag, connection=i if apart else 1, body=b"[%d]" % (i % bodies))
            for i, tag in enumerate(values)
        ),
    )


TIME = timed(etag=True)
FLIPS = done("answer", exchange(etag='"1"', hit=False), exchange(etag='"1"', hit=True))
FLIPS_WEAK = done("answer", exchange(etag='W/"1"', hit=False), exchange(etag='W/"1"', hit=True))
UVICORN = [("server", "uvicorn")]

SHORT = (
    done("fresh", exchange(hit=False, value="a", at=0.0)),
    done("soon", exchange(hit=True, value="a", at=0.1)),
    done("midway", exchange(hit=False, value="b", at=10.0)),
)

KNOWN = {
    "another TTL": (
        Look(finding("the value 'a' of before", "'b'", "midway"), SHORT, TIME, rule="LES14"),
        "the value was kept for less than 10.0 s of a TTL of 30 s",
    ),
    "the server crashed": (
        Look(finding("status 200", "500"), (answer(500, method="PUT"),)),
        "the server failed with 500 on PUT",
    ),
    "the route is missing": (Look(finding("status 200", "404"), (answer(404),)), "the route is missing"),
    "the slash": (
        Look(finding("no redirect", "one to /items"), (answer(redirected="/items"),)),
        "/items/ redirects to /items",
    ),
    "HTML": (
        Look(finding("a JSON body", "a body that is not JSON"), (answer(media="text/html", json="none"),)),
        "HTML came where JSON was due",
    ),
    "JSON as HTML": (
        Look(
            finding("Content-Type: application/json", "text/html"), (answer(media="text/html", json="array"),)
        ),
        "the JSON is sent as HTML",
    ),
    "quotes stripped": (
        Look(
            finding("status 304", "200", "again"),
            (done("again", exchange(200)), done("unquoted", exchange(304))),
        ),
        "the ETag is compared with its quotes stripped",
    ),
    "hash()": (
        Look(finding(STABLE), (tags('"-4568123456789012345"', '"8123456789012345678"'),)),
        "the ETag looks like Python's hash(), which is another in each process",
    ),
    "str() in an order that changes": (
        Look(finding(STABLE), (tags('"ab"', '"cd"', '"ab"'),)),
        "the same body has a few ETags that take turns",
    ),
    "a timestamp": (
        Look(finding(STABLE), (tags('"a1"', '"a2"', '"a3"'),)),
        "the ETag changes though the body does not",
    ),
    "several on one connection": (
        Look(finding(STABLE), (tags('"ab"', '"cd"', '"ab"', apart=False),)),
        "the ETag changes though the body does not",
    ),
    "the flag in the body": (
        Look(finding(ANOTHER_BODY), (FLIPS,), on=TIME),
        "a strong ETag stands over a body whose 'cached' flips",
    ),
    "a header that was dropped": (
        Look(finding("a Cache-Control field", "none"), (answer(headers=UVICORN),)),
        "no Cache-Control arrives",
    ),
    "a cache per worker": (
        Look(finding("the value of before"), (answer(), done("workers", exchange())), rule="LES38"),
        "each worker has a cache of its own",
    ),
}


@pytest.mark.parametrize(("look", "says"), KNOWN.values(), ids=KNOWN)
def test_a_common_mistake_is_named_with_what_to_do(look: Look, says: str) -> None:
    symptom = look.symptom()
    assert symptom is not None
    assert symptom.says == says
    assert symptom.mend.endswith(".")


LIKE = {
    "an answer that is only late": Look(finding("status 200", "408"), (answer(408),)),
    "no answer": Look(finding("an answer", "none"), (answer(None),)),
    "a step that is not there": Look(finding(name="nowhere"), (answer(),)),
    "an exchange that is not there": Look(finding(index=7), (answer(),)),
    "a step without exchanges": Look(finding(), (done("answer"),)),
    "a redirect of which nobody speaks": Look(finding("status 200", "307"), (answer(307, redirected="/x"),)),
    "HTML that was not judged": Look(finding("status 304", "200"), (answer(media="text/html", json="none"),)),
    "plain text": Look(finding("a JSON body"), (answer(media="text/plain", json="none"),)),
    "a tag that is not found with its quotes nor without": Look(
        finding("status 304", "200", "again"), (done("again", exchange(200)), done("unquoted", exchange(200)))
    ),
    "a tag that was found": Look(
        finding(name="again"), (done("again", exchange(304)), done("unquoted", exchange(304)))
    ),
    "another tag for another body": Look(finding("the same ETag as before"), (tags('"a"', '"b"', bodies=2),)),
    "two bodies, no flag": Look(finding(ANOTHER_BODY), (FLIPS,)),
    "a weak tag over a flag": Look(finding(ANOTHER_BODY), (FLIPS_WEAK,), on=TIME),
    "a flag that stays": Look(
        finding(ANOTHER_BODY), (done("answer", exchange(etag='"1"', hit=True)),), on=TIME
    ),
    "another server": Look(
        finding("a Cache-Control field", "none"), (answer(headers=[("Server", "nginx")]),)
    ),
    "a server without a name": Look(finding("a Cache-Control field", "none"), (answer(),)),
    "another field": Look(finding("an ETag", "none"), (answer(headers=UVICORN),)),
    "several workers elsewhere": Look(finding(), (answer(), done("workers", exchange()))),
    "one worker": Look(finding(), (answer(),), rule="LES38"),
}


@pytest.mark.parametrize("look", LIKE.values(), ids=LIKE)
def test_what_only_looks_like_a_mistake_is_not_named(look: Look) -> None:
    assert look.symptom() is None


def test_every_symptom_is_seen() -> None:
    """Each function of the table is the first to speak in some example."""
    seen = set()
    for look, _ in KNOWN.values():
        of = run(check(requirement=replace(RULE, id=look.rule)), look.on or resource())
        case = Case({s.name: s for s in look.steps}, of.resource, target())
        step = case.steps[look.found.step]
        shown = step.exchanges[look.found.index]
        seen.add(next(s.__name__ for s in SYMPTOMS if s(of, look.found, case, shown)))
    assert seen == {s.__name__ for s in SYMPTOMS}


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-h11", "granian"])
def test_a_dropped_header_is_recognised_on_the_servers_that_fastapi_runs_on(server: str) -> None:
    look = Look(finding("a Cache-Control field", "none"), (answer(headers=[("Server", server)]),))
    assert look.symptom() is not None
