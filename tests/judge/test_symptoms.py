"""conformance.judge.symptoms: each common mistake is recognised by what it looks like, nothing else is.

The findings are those of the matchers themselves, so that a symptom can't wait for what no matcher says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from helpers.matching import Example
from helpers.records import check, done, exchange, resource, run, target, timed
from helpers.rules import none_of
from matchers.test_matchers import EXAMPLES
from msgspec.structs import replace

from conformance.judge.symptoms import SYMPTOMS, Symptom, recognise
from conformance.matchers import CODES, Case, Matcher, first_finding
from conformance.model import Effect, Finding, ItemFacts, Json, Resource, StepRecord


@dataclass(frozen=True)
class Look:
    """What was expected of a step, and what the records around it look like."""

    expected: Mapping[str, Json]
    steps: tuple[StepRecord, ...]
    of: str = "answer"
    on: Resource | None = None
    workers: int | None = None

    @property
    def case(self) -> Case:
        on = self.on or resource()
        return Case({s.name: s for s in self.steps}, on, target(on), workers=self.workers)

    def finding(self) -> Finding:
        found = first_finding(self.expected, self.case.steps[self.of], self.case)
        assert found is not None
        return found

    def symptom(self) -> Symptom | None:
        return recognise(run(check(), self.on), self.finding(), self.case)


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


def conditional(name: str, status: int, tag: str) -> StepRecord:
    """A read with If-None-Match."""
    return done(name, exchange(status, sent=[("If-None-Match", tag)]))


def life(*reads: tuple[str, float, bool, str]) -> tuple[StepRecord, ...]:
    """Reads of a value that is kept: step, time, flag and value; those of one step are a burst."""
    names = dict.fromkeys(name for name, *_ in reads)
    return tuple(
        done(name, *(exchange(at=at, hit=hit, value=value) for each, at, hit, value in reads if each == name))
        for name in names
    )


OK, GONE, OLD = {"status": 200}, {"status": 304}, {"value": {"same-as": "fresh"}}
PRESENT, UNIQUE = {"cache-control": "present"}, {"etag": "one-to-one"}
JSON, STABLE = {"json": "declared"}, {"etag": "stable"}
TIME = timed(etag=True)
UVICORN = [("server", "uvicorn")]
SHORT = life(("fresh", 0, False, "a"), ("soon", 0.1, True, "a"), ("midway", 10, False, "b"))
WORKERS = life(
    ("fresh", 0, False, "a"), ("soon", 1, False, "b"), ("burst", 10, True, "a"), ("burst", 10, True, "b")
)
MISSES = life(
    ("fresh", 0, False, "a"), ("soon", 1, True, "a"), ("burst", 10, True, "a"), ("burst", 10, False, "a")
)


GROWN = life(("fresh", 0, False, ["a"]), ("soon", 1, True, ["a", "b"]))


def flips(tag: str) -> StepRecord:
    """One tag over a body whose flag flips."""
    return done("answer", *(exchange(body=b"[%d]" % i, etag=tag, hit=i > 0) for i in range(2)))


KNOWN = {
    "the server crashed": (Look(OK, (answer(500, method="PUT"),)), "the server failed with 500 on PUT"),
    "the route is missing": (Look(OK, (answer(404),)), "the route is missing"),
    "a 304 that nobody asked for": (
        Look(OK, (answer(304),)),
        "a plain GET was answered 304, though it has no condition",
    ),
    "a write that stores nothing": (
        Look(
            {"shows": {"of": "w"}},
            (
                done("w", exchange(method="PUT"), effect=Effect("change", 7, "name", "a", "b", ignored=True)),
                answer(item=ItemFacts(there=True, value="a")),
            ),
        ),
        "PUT is answered 200 and stores nothing",
    ),
    "the slash": (
        Look({"redirect": "none"}, (answer(redirected="/items"),)),
        "/items/ redirects to /items",
    ),
    "HTML": (Look(JSON, (answer(media="text/html", json="none"),)), "HTML came where JSON was due"),
    "HTML, of which members were due": (
        Look({"members": "declared"}, (answer(media="text/html", json="none"),), on=timed()),
        "HTML came where JSON was due",
    ),
    "NaN": (
        Look(JSON, (answer(media="application/json", json="none", constant="NaN"),)),
        "the body holds NaN, which JSON does not have",
    ),
    "JSON as HTML": (Look(JSON, (answer(media="text/html", json="array"),)), "the JSON is sent as HTML"),
    "quotes stripped": (
        Look(GONE, (conditional("answer", 200, 'W/"a"'), conditional("bare", 304, "a"))),
        "the ETag is compared with its quotes stripped",
    ),
    "hash()": (
        Look(STABLE, (tags('"-4568123456789012345"', '"8123456789012345678"'),)),
        "the ETag looks like Python's hash(), which is another in each process",
    ),
    "hash() that only another process shows": (
        Look(STABLE, (replace(tags('"a"', '"b"'), restarted=True),)),
        "the ETag is another after each restart: it looks like hash() or str() of a set",
    ),
    "str() in an order that changes": (
        Look(STABLE, (tags('"ab"', '"cd"', '"ab"'),)),
        "the same body has a few ETags that take turns",
    ),
    "a hash of what changes": (
        Look(STABLE, (tags(f'"{"a" * 32}"', f'"{"b" * 32}"'),)),
        "the ETag is a hash of something that changes though the body does not",
    ),
    "a timestamp": (
        Look(STABLE, (tags('"a1"', '"a2"', '"a3"'),)),
        "the ETag changes though the body does not",
    ),
    "several on one connection": (
        Look(STABLE, (tags('"ab"', '"cd"', '"ab"', apart=False),)),
        "the ETag changes though the body does not",
    ),
    "the flag in the body": (
        Look({"etag": {"unique-with": ["answer"]}}, (flips('"1"'),), on=TIME),
        "a strong ETag stands over a body whose 'cached' flips",
    ),
    "a header that was dropped": (Look(PRESENT, (answer(headers=UVICORN),)), "no Cache-Control arrives"),
    "another TTL": (
        Look(OLD, SHORT, "midway", TIME),
        "the value was kept for less than 10.0 s of a TTL of 30 s",
    ),
    "a cache per worker, by its values": (
        Look(OLD, WORKERS, "burst", TIME, workers=2),
        "each worker has a cache of its own",
    ),
    "a cache per worker, by what was read before": (
        Look({"hit": True}, WORKERS, "soon", TIME),
        "each worker has a cache of its own",
    ),
    "a cache per worker, by its misses": (
        Look({"hit": True}, MISSES, "burst", TIME),
        "each worker has a cache of its own",
    ),
    "an entry that its reader changes": (
        Look(OLD, GROWN, "soon", TIME, workers=1),
        "the kept value is changed by whoever reads it",
    ),
}
named = pytest.mark.parametrize(("look", "says"), KNOWN.values(), ids=KNOWN)


@named
def test_a_common_mistake_is_named_with_what_to_do(look: Look, says: str) -> None:
    symptom = look.symptom()
    assert symptom is not None
    assert symptom.says == says
    assert symptom.mend.endswith(".")


LIKE = {
    "an answer that is only late": Look(OK, (answer(408),)),
    "no answer": Look(OK, (answer(None),)),
    "a step without exchanges": Look(OK, (done("answer"),)),
    "a resource that was removed": Look(OK, (answer(404, method="PUT"),)),
    "a route that was there before": Look(OK, (done("before", exchange(at=1.0)), answer(404, at=2.0))),
    "a condition that is answered 404": Look(
        OK, (done("answer", exchange(404, sent=[("If-None-Match", '"x"')])),)
    ),
    "a redirect of which nobody speaks": Look(OK, (answer(307, redirected="/x"),)),
    "HTML that was not judged": Look(GONE, (answer(media="text/html", json="none"),)),
    "plain text": Look(JSON, (answer(media="text/plain", json="none"),)),
    "a tag that is not found with its quotes nor without": Look(
        GONE, (conditional("answer", 200, '"a"'), conditional("bare", 200, "a"))
    ),
    "another tag that was found": Look(
        GONE, (conditional("answer", 200, '"a"'), conditional("other", 304, "b"))
    ),
    "a plain read that is no 304": Look(GONE, (answer(), conditional("bare", 304, "a"))),
    "another tag for another body": Look(
        {"etag": {"same-as": "b"}}, (tags('"b"'), done("b", exchange(etag='"a"')))
    ),
    "too few tags": Look(STABLE, (tags('"a"'),)),
    "two bodies, no flag": Look(
        {"etag": {"unique-with": ["answer"]}},
        (done("answer", exchange(etag='"1"'), exchange(etag='"1"', body=b"[1]")),),
    ),
    "a flag that stays": Look(
        {"etag": {"unique-with": ["answer"]}},
        (done("answer", *(exchange(etag='"1"', body=b"[%d]" % i, hit=True) for i in range(2))),),
        on=TIME,
    ),
    "a weak tag over a flag": Look(UNIQUE, (flips('W/"1"'),), on=TIME),
    "another server": Look(PRESENT, (answer(headers=[("Server", "nginx")]),)),
    "a server without a name": Look(PRESENT, (answer(),)),
    "another field": Look({"etag": "present"}, (answer(headers=UVICORN),)),
    "a value that was never kept": Look(
        OLD, life(("fresh", 0, False, "a"), ("soon", 1, False, "b")), "soon", TIME
    ),
    "a value that is not kept past its TTL": Look(
        OLD, life(("fresh", 0, False, "a"), ("soon", 1, True, "a"), ("late", 40, False, "b")), "late", TIME
    ),
    "a burst at the end of a life": Look(
        OLD,
        life(("fresh", 0, False, "a"), ("burst", 40, False, "b"), ("burst", 40, True, "b")),
        "burst",
        TIME,
    ),
    "one worker": Look(OLD, WORKERS, "burst", TIME, workers=1),
}


@pytest.mark.parametrize("look", LIKE.values(), ids=LIKE)
def test_what_only_looks_like_a_mistake_is_not_named(look: Look) -> None:
    assert look.symptom() is None


@pytest.mark.parametrize("finding", [Finding("", "", "nowhere"), Finding("", "", "answer", 7)])
def test_what_no_exchange_shows_has_no_symptom(finding: Finding) -> None:
    look = Look(OK, (answer(500),))
    assert recognise(run(check()), finding, look.case) is None


def test_every_symptom_is_seen() -> None:
    """Each row of the table is the first to speak in some example."""
    seen = {look.symptom() for look, _ in KNOWN.values()}
    unseen = []
    for row in SYMPTOMS:
        others = tuple(each for each in SYMPTOMS if each is not row)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("conformance.judge.symptoms.SYMPTOMS", others)
            if {look.symptom() for look, _ in KNOWN.values()} == seen:
                unseen.append(row.look.__name__)
    none_of(unseen)


def test_a_symptom_looks_for_codes_that_some_form_declares() -> None:
    none_of(f"{row.look.__name__}: {code}" for row in SYMPTOMS for code in sorted(row.codes - CODES))


# ---- sentences are for people


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every matcher says something else."""
    match = Matcher.match

    def nonsense(self: Matcher, wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        found = match(self, wanted, step, case)
        return found and replace(found, expected="lorem ipsum", actual="dolor sit amet")

    monkeypatch.setattr(Matcher, "match", nonsense)


@named
@pytest.mark.usefixtures("reworded")
def test_a_mistake_is_named_whatever_the_matchers_say(look: Look, says: str) -> None:
    symptom = look.symptom()
    assert look.finding().expected == "lorem ipsum"
    assert symptom is not None
    assert symptom.says == says


def symptom_of(example: Example) -> tuple[bool, Symptom | None]:
    """Whether a matcher's example finds something, and what is recognised in it."""
    look = Look({example.matcher: example.wanted}, example.steps, on=example.on, workers=example.workers)
    found = first_finding(look.expected, example.steps[-1], look.case)
    return found is not None, found and recognise(run(check(), example.on), found, look.case)


def test_rewording_changes_no_symptom_of_any_example_of_a_matcher(request: pytest.FixtureRequest) -> None:
    before = [symptom_of(example) for example in EXAMPLES]
    request.getfixturevalue("reworded")
    assert [symptom_of(example) for example in EXAMPLES] == before
    assert len({symptom for _, symptom in before}) > 1


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-h11", "granian"])
def test_a_dropped_header_is_recognised_on_the_servers_that_fastapi_runs_on(server: str) -> None:
    assert Look(PRESENT, (answer(headers=[("Server", server)]),)).symptom() is not None
