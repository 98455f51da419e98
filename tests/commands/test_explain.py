"""`conformance explain`: every check in words, none of them JSON."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.rules import none_of
from msgspec.structs import replace

from conformance.commands import explain as room
from conformance.commands.explain import explain, find, flaws_caught, page, servers_failing
from conformance.commands.listing import listing
from conformance.errors import UsageError
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Check, Tier
from conformance.model.citing import citing

CHECKS = tuple(check for file in load().files for check in file.checks)


def text(check: Check, *, steps: bool = True) -> str:
    return "\n".join(explain(load(), check, steps=steps))


@pytest.mark.parametrize("steps", [True, False])
def test_every_check_can_be_explained(steps: bool) -> None:
    def complete(check: Check) -> bool:
        told = text(check, steps=steps)
        row = check.requirement
        parts = (check.id, check.title, row.says, row.source, check.why, check.hint)
        json = "{" in told.split("If it fails")[0].replace(check.why, "")
        tidy = all(line == line.rstrip() for line in told.split("\n"))
        return all(part in told for part in parts) and tidy and not json

    none_of(f"{check.place}: {check.id}" for check in CHECKS if not complete(check))


def test_what_is_sent_and_what_is_accepted_come_first() -> None:
    (check,) = find(load(), "inm-current-is-304")
    told = text(check, steps=False)
    assert (
        "What is sent:\n"
        "  first: GET the resource\n"
        "  again: GET the resource with If-None-Match: <the ETag of first>\n"
        "What is accepted:\n"
        "  again: status 304\n"
    ) in told
    assert told.endswith(
        "\n\nStep by step, with what is asked besides: conformance explain inm-current-is-304 --steps"
    )
    assert told.index("Why: ") < told.index("What is sent:") < told.index("If it fails: ")


def test_every_check_says_what_it_sends_and_accepts() -> None:
    pages = [page(load(), check) for check in CHECKS]
    none_of(each.check.id for each in pages if not (each.sent and each.accepted))
    none_of(each.check.id for each in pages if any("only if" in line for line in each.sent))


def test_of_a_timeline_only_what_the_check_rests_on_is_told() -> None:
    (check,) = find(load(), "ttl-ends")
    told = page(load(), check)
    assert [line.partition(":")[0] for line in told.sent[:3]] == ["fresh", "wait-10", "later"]
    assert told.accepted == (
        "later: another value than fresh, at least one marked as not cached",
        "or, where that is not so, what more is asked then shows that it is right after all",
    )
    assert told.more


def test_of_many_requests_that_are_alike_the_first_are_told() -> None:
    (check,) = find(load(), "if-match-with-ius")
    told = page(load(), check)
    assert len(told.sent) == 7
    assert told.sent[-1] == "and 19 more like these"
    (accepted,) = told.accepted
    assert accepted.startswith("each of the 24: the answer that RFC 9110 13.2.2 calls for")


def test_what_is_accepted_of_a_cell_is_a_status_and_no_rule() -> None:
    def accepted(name: str) -> str:
        (check,) = find(load(), name)
        (told,) = page(load(), check).accepted
        return told

    assert accepted("inm-star").startswith("inm-star: 304 Not Modified (If-None-Match names the current ")
    assert accepted("if-match-put-not-done").startswith("the item as it was, 412 Precondition Failed (")


def test_steps_of_its_own_are_told_but_for_what_only_serves_as_evidence() -> None:
    (check,) = find(load(), "no-store-where-sent")
    names = [line.partition(":")[0] for line in page(load(), check).sent]
    assert names == [step.name for step in check.steps if not step.when]


def test_one_request_needs_no_name() -> None:
    (check,) = find(load(), "etag-present")
    told = page(load(), check)
    assert told.sent[0].startswith("GET the resource")
    assert told.accepted == ("status 200, JSON of the type that the target declares, an ETag",)


def test_a_derived_row_says_so() -> None:
    def marked(check: Check) -> bool:
        rows = (check.requirement, *check.also)
        return text(check, steps=False).count("(no sentence there says it)") == sum(r.derived for r in rows)

    assert any(check.requirement.derived for check in CHECKS)
    none_of(check.id for check in CHECKS if not marked(check))


def test_what_was_left_out_of_a_check_of_ones_own_leaves_no_gap() -> None:
    bare = replace(CHECKS[0], why="", hint="")
    assert "Why:" not in text(bare)
    assert "If it fails" not in text(bare)


def test_steps_are_told_in_order() -> None:
    (check,) = find(load(), "inm-current-is-304")
    assert (
        "What the suite does:\n"
        "  1. first: GET the resource\n"
        "     Needed, or nothing can be judged: status 200, an ETag.\n"
        "  2. again: GET the resource with If-None-Match: <the ETag of first>\n"
        "  (Other checks judge the same steps; they are run once for all.)\n"
        "  Expected of again: status 304.\n"
    ) in text(check)
    asked = "Asked of each resource of the target with an ETag (etag)\n"
    assert asked in text(check)
    assert "Judged once these have passed: etag-present, etag-repeats\n" in text(check)


def test_where_a_check_applies_is_told() -> None:
    (check,) = find(load(), "range-beyond")
    assert "Applies only where plain shows: ranges that are served, a body\n" in text(check)


def test_a_timeline_is_told_as_far_as_it_is_judged() -> None:
    (check,) = find(load(), "miss-says-so")
    assert "1. fresh:" in text(check)
    assert "2. soon:" not in text(check)
    assert "Expected of fresh: marked as not cached." in text(check)


def test_variables_are_told_with_their_examples() -> None:
    (check,) = find(load(), "inm-other-is-200")
    assert '  With <other> one after another:\n      "no-such-tag"\n' in text(check)
    assert page(load(), check).sent[:2] == ("with <other> one after another:", '    "no-such-tag"')
    assert "with --fuzz" in text(check)


def test_names_in_durations_are_told() -> None:
    (check,) = find(load(), "keys-are-apart")
    assert "; resolution is how long two values may be equal though" in text(check)


@pytest.mark.parametrize(
    "name",
    [
        "inm-current-is-304",
        "specs/if-none-match.yaml::items::inm-current-is-304",
        "specs/if-none-match.yaml::items::inm-current-is-304[x]",
    ],
)
def test_a_check_is_found_by_its_id_and_its_node_id(name: str) -> None:
    assert [c.id for c in find(load(), name)] == ["inm-current-is-304"]


def test_checks_are_found_by_their_requirement() -> None:
    assert "inm-current-is-304" in [c.id for c in find(load(), "b01")]
    assert len(find(load(), "LES28")) > 1


def test_checks_are_found_by_a_row_that_the_lesson_repeats() -> None:
    assert "etag-present" in [c.id for c in find(load(), "A04")]


def test_a_requirement_that_nothing_judges_says_why() -> None:
    suite = load()
    cited = citing(suite)
    for row in [r for r in suite.requirements.values() if not (cited[r.id] or r.unchecked)][:1]:
        with pytest.raises(UsageError, match=rf"^nothing judges {row.id} \(.*\): not yet$"):
            find(suite, row.id)
    with pytest.raises(UsageError, match=r"^nothing judges L09 \(.*\): to try it would do the very damage"):
        find(load(), "L09")


@pytest.mark.parametrize("name", ["inm-current", "", "LES99", "\x1b"])
def test_what_is_not_there(name: str) -> None:
    with pytest.raises(UsageError, match="conformance list shows all"):
        find(load(), name)


def test_flaws_are_told_where_they_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (check,) = find(load(), "inm-current-is-304")
    path = tmp_path / "flaws.json"
    monkeypatch.setattr(room, "_FLAWS", path)
    flaws_caught.cache_clear()
    assert "Flaws of the reference" not in text(check)
    path.write_text('{"inm-current-is-304": ["ignores-inm", "stripped-compare"]}')
    flaws_caught.cache_clear()
    assert text(check).endswith("Flaws of the reference that it catches: ignores-inm, stripped-compare")
    monkeypatch.undo()
    flaws_caught.cache_clear()


def test_real_servers_that_fail_it_are_told_where_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (check,) = find(load(), "inm-current-is-304")
    path = tmp_path / "servers.json"
    path.write_text('{"inm-current-is-304": ["h2o", "koa"]}')
    monkeypatch.setattr(room, "_SERVERS", path)
    servers_failing.cache_clear()
    assert "\nReal servers that fail it, as far as they were judged: h2o, koa\n" in text(check)
    monkeypatch.undo()
    servers_failing.cache_clear()


def test_the_listing_has_the_level_of_the_tier() -> None:
    rows = {tier: list(listing(load(), load_target(), tier)) for tier in ("lesson", "strict")}
    quoted = {tier: next(r for r in lines if r.startswith("etag-quoted")) for tier, lines in rows.items()}
    assert quoted["lesson"].split()[1] == "SHOULD"
    assert " SHOULD, then MUST " in quoted["strict"]


def test_the_listing_ends_with_how_much_is_to_be_done() -> None:
    def cells(tier: Tier, target: str = "lesson") -> tuple[int, ...]:
        *_, last = listing(load(), load_target(target), tier)
        return tuple(map(int, re.findall(r"\d+", last)))

    checks, asked, reads, writes = cells("full")
    assert checks < asked
    assert writes < reads
    assert cells("lesson")[2:] == (0, 0)
    assert cells("full", "behind")[3] == 0  # nothing there takes an item of ours
    assert all(small < large for small, large in zip(cells("core"), cells("full"), strict=True))


def test_a_check_is_explained_with_each_level_that_it_may_have() -> None:
    def told(id_: str) -> str:
        (check,) = find(load(), id_)
        return text(check).split("\n")[1]

    assert told("inm-current-is-304").startswith("  MUST; specs/")
    assert "MUST where the target claims the lesson's contract; SHOULD on any other (A04)" in told(
        "etag-present"
    )
    assert (
        "SHOULD where the target claims the lesson's contract, MUST from the tier core on; "
        "MUST on any other (A01)"
    ) in told("etag-quoted")


def test_what_a_hook_has_done_is_told_on_a_timeline_where_no_step_names_it() -> None:
    (check,) = find(load(), "never-stale-while-down")
    sent = (
        "  breaks: let the source fail, so that a cache in front of it gets errors\n  down: GET the resource"
    )
    assert sent in text(check, steps=False)
