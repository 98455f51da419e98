"""conformance.judge.verdicts: what keeps a check from being judged, and whose affair that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from helpers.records import (
    check,
    court,
    done,
    exchange,
    expecting,
    failed,
    resource,
    run,
    step,
    timed,
    timeline,
    verdict,
)
from msgspec.structs import replace

from conformance.judge.before import before
from conformance.judge.court import verdict_name
from conformance.judge.unjudged import STOPPED
from conformance.judge.verdicts import retryable
from conformance.model import (
    Check,
    Doubt,
    Exchange,
    FaultKind,
    Json,
    OutcomeName,
    StepRecord,
    Verdict,
    WireFault,
)

GOOD = done("answer", exchange(200))
REFUSED = WireFault("refused", "nothing listens on 127.0.0.1:8000")


def needing(given: Mapping[str, Json], **more: Any) -> Check:
    """A check whose first step needs something, and whose second is judged."""
    return check("a-check", step("first", given=given), step("answer", expect={"status": 200}), **more)


# ---- no answer


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_no_answer_is_told_from_an_answer_that_is_no_http(kind: FaultKind) -> None:
    expected = {"too-large": "fail", "malformed": "fail", "cancelled": "inconclusive"}.get(
        kind, "unreachable"
    )
    found = verdict(expecting(), done("answer", exchange(None, fault=WireFault(kind, "so it was"))))
    assert (found.outcome, "so it was" in found.message or kind == "cancelled") == (expected, True)


def test_a_fault_after_what_a_check_looks_at_does_not_count() -> None:
    life = timeline("life", step("fresh"), step("later"))
    records = (done("fresh", exchange(200)), done("later", exchange(None, fault=REFUSED)))
    on: dict[str, Any] = {"on": "life", "needs": ("ttl",)}
    early = check("early", expects=({"fresh": {"status": 200}},), **on)
    late = check("late", expects=({"later": {"status": 200}},), **on)
    found = [verdict(of, *records, on=timed(), timelines=[life]).outcome for of in (early, late)]
    assert found == ["pass", "unreachable"]


def test_what_ended_a_timeline_is_told_to_a_check_that_looks_at_that_step_and_at_more() -> None:
    """It looks at the answer itself, so that is not taken as given; but more never came."""
    life = timeline("life", step("fresh", given={"status": 200}), step("soon"))
    looks = check(
        "looks",
        on="life",
        needs=("ttl",),
        expects=({"fresh": {"hit": "boolean"}, "soon": {"hit": "boolean"}},),
    )
    found = verdict(looks, done("fresh", exchange(404)), on=timed(), timelines=[life])
    assert (found.outcome, found.expected, found.actual) == ("fail", "status 200", "404")


# ---- conditions: given, only-if, not offered, untestable, broken


@pytest.mark.parametrize(("status", "expected"), [("missing", "fail"), ("not-offered", "not-applicable")])
def test_what_the_target_declares_and_the_server_lacks_is_a_failure(status: Any, expected: str) -> None:
    lacks = StepRecord("answer", "change", status, "PUT was answered 405")
    of = check("a-check", step("answer", do="change", expect={"status": 200}))
    found = verdict(of, lacks)
    assert found.outcome == expected
    assert "PUT was answered 405" in found.message


def test_a_step_that_was_only_tried_is_no_reason() -> None:
    tried = StepRecord("evidence", "clear", "skipped", "there is none")
    of = check(
        "a",
        step("evidence", do="clear", when=[{"answer": {"status": 404}}]),
        step("answer", expect={"status": 200}),
    )
    assert verdict(of, tried, GOOD).outcome == "pass"


def test_a_run_that_was_stopped_says_so_and_is_not_repeated() -> None:
    found = verdict(expecting(), StepRecord("answer", "read", "stopped"))
    assert (found.outcome, found.code) == ("inconclusive", STOPPED)
    assert found.message == "the run was stopped before this was done"


def test_a_step_that_broke_is_inconclusive_with_its_reason() -> None:
    broken = StepRecord("answer", "read", "broken", "the run was stopped")
    found = verdict(expecting(), broken)
    assert (found.outcome, found.cause) == ("inconclusive", "the run was stopped")


LACKING = StepRecord("answer", "read", "lacking", "first has no ETag", lacks="ETag")
TAGGED = run(check("etag-present", step("answer", expect={"etag": "present"})))


def test_a_field_that_nobody_asks_for_and_is_not_there_makes_a_check_not_apply() -> None:
    found = verdict(expecting(), LACKING)
    assert (found.outcome, found.message) == ("not-applicable", "not applicable: first has no ETag")


def test_a_field_that_another_check_asks_for_blocks_by_that_check() -> None:
    found = verdict(expecting(), LACKING, others=[(TAGGED, failed("no ETag at all"))])
    assert (found.outcome, found.message) == ("blocked", "blocked by etag-present: no ETag at all")
    assert found.cause == TAGGED.id


def test_a_field_that_comes_and_goes_could_not_be_judged() -> None:
    passed = Verdict("pass", "pass", "")
    found = verdict(expecting(), LACKING, others=[(TAGGED, passed)])
    assert found.outcome == "inconclusive"
    assert found.cause == "first has no ETag, and etag-present has seen one"


def test_what_a_dropped_connection_took_from_a_timeline_is_its_own_step() -> None:
    life = timeline("life", step("fresh"), step("soon"), step("later"))
    dropped = exchange(None, fault=WireFault("closed", "the server closed the connection"))
    records = (done("fresh", exchange(200)), done("soon", dropped), done("later", exchange(200)))
    on: dict[str, Any] = {"on": "life", "needs": ("ttl",)}
    expects: dict[str, dict[str, Json]] = {
        "soon": {"soon": {"status": 200}},
        "later": {"later": {"status": 200}},
        "refers": {"later": {"etag": {"same-as": "soon"}}},
    }
    found = {
        name: verdict(check(name, expects=(each,), **on), *records, on=timed(), timelines=[life]).outcome
        for name, each in expects.items()
    }
    assert found == {"soon": "unreachable", "later": "pass", "refers": "unreachable"}
    earlier = check("earlier", expects=(expects["soon"],), **on)
    lost = verdict(earlier, *records, on=timed(), timelines=[life])
    other = run(earlier, timed())
    same = run(check("later", expects=(expects["later"],), after=("earlier",), **on), timed())
    elsewhere = run(check("later", after=("earlier",), needs=("ttl",)), timed())
    for mine, outcome in ((same, None), (elsewhere, "blocked")):
        stands = before(mine, court(mine, other, verdicts={other.id: lost}, timelines=[life]))
        assert (stands and stands.outcome) == outcome
    ended = verdict(
        check("late", expects=(expects["later"],), **on), *records[:2], on=timed(), timelines=[life]
    )
    assert ended.outcome == "unreachable"


@pytest.mark.parametrize("where", ["step", "check"])
def test_a_condition_of_its_own_that_does_not_hold_makes_a_check_not_apply(where: str) -> None:
    wanted = {"cache-control": "present"}
    if where == "step":
        of = check("a", step("answer", only_if=wanted, expect={"status": 404}))
    else:
        of = check("a", step("answer", expect={"status": 404}), only_if={"answer": wanted})
    assert verdict(of, done("answer", exchange(200))).message == (
        "not applicable: it needs a Cache-Control field, and there is none"
    )
    assert verdict(of, done("answer", exchange(404, cc="no-cache"))).outcome == "pass"


UNMET = (done("first", exchange(500)), GOOD)
UNCACHED = {"cache-control": "present"}


def test_a_given_that_is_not_met_is_inconclusive() -> None:
    found = verdict(needing(UNCACHED), done("first", exchange(200)), GOOD)
    assert (found.outcome, found.cause, found.step) == ("inconclusive", "", "first")
    assert found.message == "could not be judged: first needed a Cache-Control field, and there was none"


NOT_MODIFIED = "a plain GET was answered 304, though it has no condition: expected status 200, found 304"
ASKED = [("If-None-Match", '"a"')]


@pytest.mark.parametrize(
    ("given", "first", "expected", "says"),
    [
        ({"status": 200}, exchange(304), "fail", NOT_MODIFIED),
        ({"status": 200}, exchange(412), "fail", "a plain GET was answered 412, though it has no condition"),
        ({"status": 200}, exchange(500), "fail", "the server failed with 500 on GET"),
        ({"etag": "present"}, exchange(200), "fail", "expected an ETag, found none"),
        # with a condition, by another method, of another field: who knows
        ({"status": 200}, exchange(304, sent=ASKED), "inconclusive", "could not be judged"),
        ({"status": 200}, exchange(304, method="HEAD"), "inconclusive", "could not be judged"),
        ({"status": 200}, exchange(304, through="private"), "inconclusive", "could not be judged"),
        (UNCACHED, exchange(200), "inconclusive", "could not be judged"),
    ],
)
def test_a_plain_read_that_is_not_answered_as_before_judges_itself(
    given: Mapping[str, Json], first: Exchange, expected: str, says: str
) -> None:
    found = verdict(needing(given), done("first", first), GOOD)
    assert (found.outcome, found.message[: len(says)]) == (expected, says)


def test_it_blocks_what_meets_the_same_afterwards() -> None:
    earlier = verdict(needing({"status": 200}), done("first", exchange(304)), GOOD)
    other = run(check("earlier", step("first", given={"status": 200}), step("x", expect={"body": "present"})))
    found = verdict(needing({"status": 200}), done("first", exchange(304)), GOOD, others=[(other, earlier)])
    assert (found.outcome, found.cause) == ("blocked", other.id)


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_has_ended_is_one_diagnosis(status: int) -> None:
    refused = exchange(status, login_ended=51)
    for of in (needing({"status": 200}), check("b", step("first", expect={"status": 200}))):
        found = verdict(of, done("first", refused), GOOD)
        assert (found.outcome, found.cause) == ("inconclusive", "the login ended at request 51")
        assert found.mend
        assert not retryable(found, run(of))


@pytest.mark.parametrize(
    ("owner", "that", "code", "expected"),
    [
        # the check that owns the fact has failed, for that, or before it came to it, or nothing was answered
        (expecting({"status": 200}), "fail", "status", "blocked"),
        (check("o", on="life", expects=({"answer": {"status": 200}},)), "fail", "status", "blocked"),
        (expecting({"body": "present", "status": 200}), "fail", "body.present", "blocked"),
        (expecting({"body": "present"}), "fail", "answer.malformed", "blocked"),
        (expecting({"body": "present"}), "unreachable", "", "blocked"),
        # it has not, or it has for something else, while that held
        (expecting({"status": 200}), "pass", "", "fail"),
        (expecting({"status": 200}), "inconclusive", "status", "fail"),
        (expecting({"status": 200, "body": "present"}), "fail", "body.present", "fail"),
        (
            check("o", step("answer", expect={"body": "present"}), step("other", expect={"status": 200})),
            "fail",
            "body.present",
            "fail",
        ),
    ],
)
def test_a_given_that_is_not_met_is_blocked_by_its_owner(
    owner: Check, that: OutcomeName, code: str, expected: str
) -> None:
    other = run(check("owner", *owner.steps, on=owner.on, expects=owner.expects))
    message = "expected status 200, found 500"
    wrong = Verdict(
        that, verdict_name(that, "MUST"), message, mend="Look at the log.", step="answer", code=code
    )
    found = verdict(needing({"status": 200}), *UNMET, others=[(other, wrong)])
    assert found.outcome == expected
    if expected == "blocked":
        assert (found.cause, found.mend) == (other.id, "Look at the log.")
        assert found.message == f"blocked by owner: {message}"


def test_who_failed_for_what_a_step_needs_besides_does_not_own_what_it_lacks() -> None:
    other = run(TAGGED.check)
    others = [(other, replace(failed("no ETag at all"), step="answer", code="etag.present"))]
    found = verdict(
        needing({"etag": "present", "status": 200}), done("first", exchange(304, etag='"a"')), others=others
    )
    assert (found.outcome, found.code) == ("fail", "status")


def test_the_owner_of_a_fact_of_another_key_is_on_that_resource() -> None:
    theirs = run(check("owner", *expecting().steps), resource("theirs"))
    records = (done("first", exchange(500), other="theirs"), GOOD)
    others = [(theirs, replace(failed(), step="answer", code="status"))]
    found = verdict(needing({"status": 200}), *records, on=resource("mine"), others=others)
    assert found.cause == theirs.id


def test_a_doubt_explains_a_given_that_is_not_met() -> None:
    found = verdict(
        needing(
            {"status": 200}, doubts=[Doubt("a-doubt", "a restart", ({"first": {"status": 500}},), retry=True)]
        ),
        *UNMET,
    )
    assert (found.outcome, found.cause) == ("inconclusive", "a restart")


def test_answers_that_came_too_late_are_our_own_noise_and_nobodys_fault() -> None:
    given = {"age": {"surely-within-ttl-of": "first"}, "status": 200}
    of = check("a", step("first"), step("answer", given=given, expect={"status": 200}))
    owner = run(check("owner", *expecting().steps), timed())
    found = verdict(
        of,
        done("first", exchange()),
        done("answer", exchange(404, at=29.5)),
        on=timed(),
        others=[(owner, failed())],
    )
    assert found.outcome == "inconclusive"
    assert found.cause == "the answers came too late to tell on which side of the TTL they were"


def test_what_a_check_of_a_timeline_expects_is_judged_there_and_not_as_a_given() -> None:
    life = timeline("life", step("fresh", given={"status": 200}))
    own = check("own", on="life", expects=({"fresh": {"status": 200}},))
    assert verdict(own, done("fresh", exchange(500)), on=timed(), timelines=[life]).outcome == "fail"


def test_the_guard_bands_hold_for_what_a_check_judges_itself() -> None:
    band = {"age": {"surely-past-ttl-of": "fresh"}}
    life = timeline("life", step("fresh"), step("later", given=band))
    own = check("own", on="life", expects=({"later": {"status": 404}},))
    found = verdict(
        own, done("fresh", exchange()), done("later", exchange(200, at=30)), on=timed(), timelines=[life]
    )
    assert found.outcome == "inconclusive"
