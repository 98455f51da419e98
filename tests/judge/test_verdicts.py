"""conformance.judge.verdicts: the outcome table, and what keeps its rows apart."""

from __future__ import annotations

from typing import get_args

import pytest
from helpers.records import (
    PLACE,
    check,
    court,
    done,
    exchange,
    expecting,
    failed,
    record,
    resource,
    run,
    skipped,
    step,
    verdict,
    writes,
)

from conformance.judge.before import before
from conformance.judge.court import Court, verdict_name
from conformance.judge.unjudged import STOPPED
from conformance.judge.verdicts import judge, retryable
from conformance.model import (
    LEVELS,
    CacheRead,
    Check,
    Doubt,
    Effect,
    Exchange,
    Level,
    OutcomeName,
    Record,
    Requirement,
    Run,
    StepRecord,
    Tier,
    Verdict,
    WireFault,
)

MISSING = "the route GET /items/ is missing"
PASS = Verdict("pass", "pass", "it holds")


GOOD, BAD = done("answer", exchange(200)), done("answer", exchange(404))
MOVED = Doubt("a-doubt", "the ETag moved", ({"answer": {"status": 404}},), retry=True)
FOR_GOOD = Doubt("a-doubt", "several workers", ({"answer": {"status": 404}},), retry=False)
EITHER = Doubt("a-doubt", "either", ({"x": {"status": 404}}, {"answer": {"status": 404}}), retry=True)
REFUSED = WireFault("refused", "nothing listens on 127.0.0.1:8000")
CANCELLED = WireFault("cancelled", "stopped")

# ---- the table: one way to each outcome, then what it counts as at each level


def outcome(name: OutcomeName, level: Level) -> Verdict:
    """A verdict of this outcome, on a check of that level."""
    of = expecting(level=level)
    mine = run(of)
    if name == "blocked":
        first = run(check("first"))
        later = run(expecting(level=level, after=("first",)))
        found = before(later, court(later, first, verdicts={first.id: failed()}))
        assert found is not None
        return found
    if name == "error":
        return judge(mine, record(error="KeyError: 'x'"), court(mine))
    records: dict[OutcomeName, StepRecord] = {
        "pass": GOOD,
        "fail": BAD,
        "not-applicable": StepRecord("answer", "read", "not-offered", "there is no such route"),
        "untestable": StepRecord("answer", "flood", "untestable", "memory can't be seen"),
        "inconclusive": done("answer", exchange(429)),
        "unreachable": done("answer", exchange(None, fault=REFUSED)),
    }
    return verdict(of, records[name])


COUNTS: dict[OutcomeName, tuple[str, str, str]] = {
    # at the level of      MUST, SHOULD and MAY
    "pass": ("pass", "pass", "info"),
    "fail": ("fail", "warn", "info"),
    "blocked": ("blocked",) * 3,
    "not-applicable": ("not-applicable",) * 3,
    "untestable": ("untestable",) * 3,
    "inconclusive": ("inconclusive",) * 3,
    "unreachable": ("unreachable",) * 3,
    "error": ("error",) * 3,
}
TABLE = [(o, level, v) for o, verdicts in COUNTS.items() for level, v in zip(LEVELS, verdicts, strict=True)]


@pytest.mark.parametrize(("name", "level", "expected"), TABLE)
def test_an_outcome_counts_by_the_level(name: OutcomeName, level: Level, expected: str) -> None:
    found = outcome(name, level)
    assert (found.outcome, found.verdict) == (name, expected)
    assert found.verdict == verdict_name(name, level)
    assert found.message
    assert "\n" not in found.message


def test_every_outcome_is_in_the_table() -> None:
    assert {*COUNTS, "deselected"} == set(get_args(OutcomeName))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pass", "A GET is answered as it is due"),
        (
            "fail",
            f"{MISSING}: expected status 200, found 404 (A GET is answered as it is due)",
        ),
        ("blocked", "blocked by first: expected this, found that"),
        ("not-applicable", "not applicable: there is no such route"),
        ("untestable", "untestable: memory can't be seen"),
        ("inconclusive", "could not be judged: the server's rate limit (429)"),
        ("unreachable", "GET /items/ was not answered: nothing listens on 127.0.0.1:8000"),
        ("error", "the suite is at fault, not the server: KeyError: 'x'"),
    ],
)
def test_the_message_is_the_whole_verdict_in_a_sentence(name: OutcomeName, expected: str) -> None:
    assert outcome(name, "MUST").message == expected


@pytest.mark.parametrize(
    ("tier", "expected"), [("lesson", "warn"), ("core", "fail"), ("full", "fail"), ("strict", "fail")]
)
def test_a_check_counts_by_the_tier_that_the_run_goes_up_to(tier: Tier, expected: str) -> None:
    harder = Requirement("A01", "MUST", "it holds", "RFC 1", "", tier="core")
    assert verdict(expecting(level="SHOULD", ground=harder), BAD, tier=tier).verdict == expected


# ---- before anything is sent


def test_what_no_resource_offers_is_not_applicable() -> None:
    nobody = Run(
        "specs/by-hand.yaml::none::a-check", expecting(needs=("read", "clear"), without=("ttl",)), None, ""
    )
    found = before(nobody, court(down="nothing listens"))
    assert found is not None
    assert (found.outcome, found.message) == (
        "not-applicable",
        "not applicable: the target declares no resource with read, clear and without ttl",
    )


def test_a_server_that_is_down_is_one_diagnosis_for_all() -> None:
    mine = run(expecting())
    found = before(mine, court(mine, down="nothing listens on 127.0.0.1:8000"))
    assert found == Verdict("unreachable", "unreachable", "nothing listens on 127.0.0.1:8000")


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ("pass", None), ("not-applicable", None),
        ("fail", "blocked"), ("blocked", "blocked"), ("untestable", "blocked"), ("inconclusive", "blocked"),
        ("unreachable", "blocked"), ("error", "blocked"),
    ],
)  # fmt: skip
def test_what_a_check_comes_after_blocks_it_unless_it_passed(
    earlier: OutcomeName, expected: str | None
) -> None:
    first, mine = run(check("first")), run(expecting(after=("first",)))
    that = Verdict(earlier, verdict_name(earlier, "MUST"), "so it is", mend="Do this.")
    found = before(mine, court(mine, first, verdicts={first.id: that}))
    assert (found and found.outcome) == expected
    if found is not None:
        assert (found.cause, found.mend, found.message) == (
            first.id,
            "Do this.",
            "blocked by first: so it is",
        )


def test_a_warning_blocks_as_a_failure_does() -> None:
    first, mine = run(check("first", level="SHOULD")), run(expecting(after=("first",)))
    found = before(mine, court(mine, first, verdicts={first.id: Verdict("fail", "warn", "no")}))
    assert found is not None
    assert found.outcome == "blocked"


def test_what_happened_on_another_resource_blocks_nothing() -> None:
    first, mine = run(check("first"), resource("other")), run(expecting(after=("first",)))
    assert before(mine, court(mine, first, verdicts={first.id: failed()})) is None


def test_a_prerequisite_that_was_not_judged_blocks_nothing() -> None:
    first, mine = run(check("first")), run(expecting(after=("first",)))
    assert before(mine, court(mine, first)) is None


# ---- expectations


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((exchange(200), exchange(200)), "pass"),
        ((exchange(404), exchange(304)), "pass"),  # the other alternative
        ((exchange(404), exchange(200)), "fail"),
        ((exchange(404),), "fail"),  # the other was not observed
        ((), "inconclusive"),
    ],
)
def test_of_alternatives_one_has_to_hold(answers: tuple[Exchange, ...], expected: str) -> None:
    of = check("a", step("x"), step("y"), expects=({"x": {"status": 200}}, {"y": {"status": 304}}))
    records = [done(name, each) for name, each in zip("xy", answers, strict=False)]
    assert verdict(of, *records).outcome == expected


def test_what_a_failure_says_is_of_the_last_alternative_that_was_observed() -> None:
    of = check("a", step("x"), step("y"), expects=({"x": {"status": 200}}, {"y": {"status": 304}}))
    found = verdict(of, done("x", exchange(404)), done("y", exchange(201)))
    assert (found.expected, found.actual, found.step, found.index) == ("status 304", "201", "y", 0)


def test_all_of_one_alternative_has_to_hold() -> None:
    of = check("a", step("x"), step("y"), expects=({"x": {"status": 200}, "y": {"status": 304}},))
    assert verdict(of, done("x", exchange(200)), done("y", exchange(200))).outcome == "fail"
    assert verdict(of, done("x", exchange(200)), done("y", exchange(304))).outcome == "pass"
    assert verdict(of, done("x", exchange(200))).outcome == "inconclusive"


WHEN = [{"answer": {"status": 404}}]


@pytest.mark.parametrize(
    "of",
    [
        check("nothing is expected"),
        check("of nothing that was done", step("answer"), step("x", when=WHEN, expect={"status": 200})),
        check("of a step that was left out", step("answer"), expects=({"x": {"status": 200}},)),
        check("of a step that was not reached", step("answer"), step("x", expect={"status": 200})),
    ],
    ids=lambda of: of.id,
)
@pytest.mark.parametrize(("unseen", "expected"), [("", "inconclusive"), ("it can't be seen", "untestable")])
def test_an_empty_set_never_passes(of: Check, unseen: str, expected: str) -> None:
    records = [GOOD, skipped("x")] if "left out" in of.id or "done" in of.id else [GOOD]
    found = verdict(check(of.id, *of.steps, expects=of.expects, unseen=unseen), *records)
    assert found.outcome == expected
    assert unseen in found.message


def test_a_failure_names_what_was_expected_found_and_to_be_mended() -> None:
    found = verdict(expecting({"status": 304}), done("answer", exchange(200), exchange(200)))
    assert found == Verdict(
        "fail", "fail", "expected status 304, found 200 (A GET is answered as it is due)",
        "status 304", "200", "", "Mend it.", "answer", 0, "status",
    )  # fmt: skip


@pytest.mark.parametrize(("level", "expected"), [("MUST", "warn"), ("SHOULD", "warn"), ("MAY", "info")])
def test_a_weak_tag_that_stayed_is_at_most_a_warning(level: Level, expected: str) -> None:
    of = check("a", step("first"), step("answer", expect={"etag": {"differs-from": "first"}}), level=level)
    found = verdict(of, done("first", exchange(etag='W/"a"')), done("answer", exchange(etag='W/"a"')))
    assert (found.outcome, found.verdict) == ("fail", expected)


def test_a_client_cache_that_errs_is_told_and_changes_nothing() -> None:
    kind = "private-cache"
    beneath, through = exchange(cc="no-store"), exchange(contact="full", through=kind)
    first = done("first", beneath, through, cache=CacheRead(0, kind, seen=(None,)))
    again = done("answer", exchange(contact="none", through=kind), cache=CacheRead(10, kind, reads=(10,)))
    found = verdict(check("a", step("first"), step("answer", expect={"contact": "full"})), first, again)
    assert found.outcome == "pass"
    assert (
        "; answer: the client cache was to be asked without a condition, and answered from" in found.message
    )


# ---- writes


def refused(status: int) -> StepRecord:
    put = exchange(status, method="PUT", path="/items/7")
    return done("write", put, do="change", status="failed", effect=Effect("change"))


@pytest.mark.parametrize(
    ("status", "expected", "says"),
    [
        (
            500,
            "fail",
            "the server failed with 500 on PUT /items/7: expected a 2xx, or a 4xx that says what is",
        ),
        (503, "fail", "the server failed with 503 on PUT"),
        (409, "inconclusive", "could not be judged: PUT /items/7 was answered 409"),
        (302, "inconclusive", "could not be judged: PUT /items/7 was answered 302"),
    ],
)
def test_a_write_that_crashed_is_a_failure_and_one_that_was_refused_is_none(
    status: int, expected: str, says: str
) -> None:
    of = check("a", step("write", do="change"), step("answer", expect={"status": 200}))
    found = verdict(of, refused(status), on=resource(writes=writes("change")))
    assert found.outcome == expected
    assert found.message.startswith(says)


# ---- doubts, and trying again


@pytest.mark.parametrize(
    ("doubts", "expected", "cause"),
    [
        ((), "fail", MISSING),
        ((MOVED,), "inconclusive", "the ETag moved"),
        ((FOR_GOOD, MOVED), "inconclusive", "several workers"),
        ((Doubt("d", "never", ({"answer": {"status": 200}},), retry=True),), "fail", MISSING),
        ((Doubt("d", "unseen", ({"x": {"status": 404}},), retry=True),), "fail", MISSING),
        ((EITHER,), "inconclusive", "either"),
    ],
)  # fmt: skip
def test_a_cause_that_is_not_the_servers_fault_makes_a_failure_inconclusive(
    doubts: tuple[Doubt, ...], expected: str, cause: str
) -> None:
    found = verdict(expecting(doubts=doubts), BAD)
    assert (found.outcome, found.cause) == (expected, cause)


def test_a_doubt_does_not_touch_a_pass() -> None:
    doubt = Doubt("a-doubt", "it moved", ({"answer": {"status": 200}},), retry=True)
    assert verdict(expecting(doubts=[doubt]), GOOD).outcome == "pass"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Verdict("inconclusive", "inconclusive", "", cause="the ETag moved"), True),
        (Verdict("inconclusive", "inconclusive", "", cause="several workers"), False),
        (Verdict("inconclusive", "inconclusive", "", cause="the end", code="stopped"), False),
        (Verdict("inconclusive", "inconclusive", ""), True),
        (Verdict("fail", "fail", "", cause="the ETag moved"), False),
        (PASS, False),
    ],
)
def test_only_noise_that_can_pass_is_worth_another_try(found: Verdict, expected: bool) -> None:
    assert retryable(found, run(expecting(doubts=[MOVED, FOR_GOOD]))) is expected


def test_a_stopped_run_is_inconclusive_with_that_cause() -> None:
    found = verdict(expecting(), done("answer", exchange(None, fault=CANCELLED)))
    assert (found.outcome, found.code) == ("inconclusive", STOPPED)


def test_the_same_records_always_get_the_same_verdict() -> None:
    mine = run(expecting())
    around: Court = court(mine)
    kept: Record = record(BAD)
    assert judge(mine, kept, around) == judge(mine, kept, around)
    assert str(PLACE) == "specs/by-hand.yaml:1"
