"""What stands at the end of a run: how many, what to mend first, and nothing twice."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import Peer, serve
from msgspec.structs import replace

import conformance
from conformance.load.specs import load
from conformance.model import (
    GIVEN_UP,
    NOT_ASKED,
    Entry,
    Report,
    Verdict,
)
from conformance.report.document import decode, encode, rescored
from conformance.report.text import brief_lines, summary_lines


def plain(report: Report) -> str:
    """The summary with what differs from run to run taken out."""
    text = "\n".join(summary_lines(report))
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"in \d+\.\d s", "in T s", text)


def above_the_table(report: Report) -> list[str]:
    return plain(report).split("\nPassed")[0].split("\n")


def test_the_summary_of_a_good_server() -> None:
    report = judged()
    lines = plain(report).split("\n")
    how = "with the server's clock moved; seed 1"
    total = report.score.total
    assert lines[:3] == [
        f"Passed: all {total.must_of} checks that have to hold do.",
        f"http://127.0.0.1:PORT, judged as 'lesson', tier lesson, in T s, {how}",
        "",
    ]
    row = next(line for line in lines if line.startswith("all "))
    assert row.split() == ["all", f"{total.must_of}/{total.must_of}", f"{total.should_of}/{total.should_of}"]
    assert f"{report.counts['pass']} pass, " in lines[-1]
    assert "Failed" not in plain(report)


def hint(check: str) -> str:
    """What is advised where nothing more is known of the cause."""
    return next(each.hint for file in load().files for each in file.checks if each.id == check)


WARNING = [
    (
        'expected an ETag in double quotes, such as "a1b2" or W/"a1b2", '
        "found ETag: e9e444c970f896fbdfc469fda51dd747 (The ETag stands in double quotes)"
    ),
    f"Next: {hint('etag-quoted')}",
]
QUOTED = "specs/validators.yaml::items::etag-quoted"


def test_a_warning_is_nothing_that_has_to_be_mended_first() -> None:
    """Each has its own advice."""
    text = plain(judged("unquoted-etag"))
    assert re.match(r"Passed: all \d+ checks that have to hold do; 1 warning\.\n", text)
    assert "First thing to mend" not in text
    indented = "".join(f"\n      {line}" for line in WARNING)
    assert f"Warnings (a SHOULD that does not hold): 1\n  {QUOTED}{indented}\n" in text


def test_strictly_a_warning_fails_and_is_to_be_mended() -> None:
    lines = summary_lines(judged("unquoted-etag"), strict=True)
    assert lines[0] == "Failed: 1 check does not hold."
    assert lines[3:7] == [
        "First thing to mend: The ETag stands in double quotes (of items)",
        f"  {WARNING[0].removesuffix(' (The ETag stands in double quotes)')}",
        *(f"  {line}" for line in WARNING[1:]),
        f"  {QUOTED}",
    ]
    assert "\n".join(lines).count(WARNING[1]) == 1


def test_what_is_told_where_little_is_wanted() -> None:
    """Nothing of a pass; each warning; and why a run is none."""
    assert brief_lines(judged()) == []
    warned = [f"warning: {QUOTED}", *(f"  {line}" for line in WARNING)]
    assert brief_lines(judged("unquoted-etag")) == warned
    assert brief_lines(judged("unquoted-etag"), strict=True) == ["Failed: 1 check does not hold.", *warned]


def test_the_summary_of_a_failure_that_blocks_others() -> None:
    report = judged("ignores-inm")
    waiting = report.counts["blocked"]
    assert plain(report).startswith(
        f"Failed: 4 checks do not hold, {waiting} checks can't be judged before.\n"
    )
    assert above_the_table(report)[3:-1] == [
        "First thing to mend: If-None-Match with the current ETag is answered 304 (of items)",
        "  expected status 304, found 200",
        f"  Next: {hint('inm-current-is-304')}",
        "  7 checks wait for this one and can't be judged before.",
        "  specs/if-none-match.yaml::items::inm-current-is-304",
    ]
    assert "  7 x by specs/if-none-match.yaml::items::inm-current-is-304" in plain(report)
    assert (
        "What a check is about: conformance explain inm-current-is-304\n"
        "What was sent and what came: the same command with -v\n"
        f"{report.counts['pass']} pass, "
    ) in plain(report)


def test_what_was_told_as_the_first_thing_is_not_told_again() -> None:
    _, _, lists = plain(judged("ignores-inm")).partition("\nFailed: ")
    assert "inm-current-is-304\n      (see the first thing to mend)\n" in lists


def test_where_all_was_told_nobody_is_told_how_to_see_it() -> None:
    assert "What was sent" not in "\n".join(summary_lines(judged("ignores-inm"), in_full=""))


def test_a_dead_port_is_one_diagnosis() -> None:
    report = dead_port()
    assert plain(report).split("\n") == [
        "Failed: the server did not answer.",
        (
            "  the server at http://127.0.0.1:PORT can't be reached: nothing listens on 127.0.0.1:PORT "
            "(connection refused)"
        ),
        "  Next: start your server, see that it answers in a browser or with curl, and run this again",
    ]


def test_a_route_that_does_not_answer_is_no_dead_server(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("name: t\nresources: {a: {read: GET /a, etag: true}, b: {read: GET /b, etag: true}}")

    def script(peer: Peer) -> None:
        while request := peer.request():
            if request.startswith(b"GET /b"):
                return
            peer.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with serve(script) as server:
        text = plain(conformance.run(server.url, target=str(path), seed=1))
    assert (
        "First thing to mend: every route has to answer\n  GET /b was not answered: the server closed" in text
    )
    assert "  Next: look at what your server has printed when these requests came" in text
    assert re.search(r"\nNot applicable to this server: \d+ checks\n  not declared by the target ", text)


def test_the_request_that_was_not_answered_stands_before_what_followed_from_it() -> None:
    report = judged()
    first, *others = [e.nodeid for e in report.judged][:4]
    said = {
        first: Verdict("unreachable", "unreachable", "GET /a was not answered: it hangs", mend="find why")
    }
    given_up = Verdict("unreachable", "unreachable", "a has not answered twice", code=GIVEN_UP)
    said |= dict.fromkeys(others, given_up)
    entries = tuple(replace(e, verdict=said.get(e.nodeid, e.verdict)) for e in report.entries)
    text = plain(rescored(replace(report, entries=entries)))
    assert (
        "First thing to mend: every route has to answer\n"
        "  GET /a was not answered: it hangs (1 check)\n"
        "  After that no more was asked of what had not answered (3 checks)\n"
        "  Next: find why\n"
    ) in text
    assert "not answered twice" not in text


def test_what_keeps_a_run_from_being_judged_is_told_once_with_all_that_wait_for_it() -> None:
    report = judged()
    must = [e for e in report.judged if report.about(e).level == "MUST" and e.verdict.outcome == "pass"]
    root, middle, last, other = must[:4]

    def blocked(by: Entry, says: str) -> Verdict:
        return Verdict("blocked", "blocked", f"blocked by {by.id}: {says}", cause=by.nodeid)

    cause = Verdict("inconclusive", "inconclusive", "could not be judged: it wants a login", mend="log in")
    said = {
        other.nodeid: Verdict("inconclusive", "inconclusive", "could not be judged: soon was not reached"),
        root.nodeid: cause,
        middle.nodeid: blocked(root, cause.message),
        last.nodeid: blocked(middle, f"blocked by {root.id}: {cause.message}"),
    }
    entries = tuple(replace(e, verdict=said.get(e.nodeid, e.verdict)) for e in report.entries)
    text = plain(rescored(replace(report, entries=entries)))
    assert text.startswith("Not judged: nothing failed, but 4 of ")
    assert "could not be judged: it wants a login, and 1 more reason.\n" in text
    assert (
        "What keeps it from being judged:\n"
        "  could not be judged: it wants a login (3 checks)\n"
        "  Next: log in\n"
        "  could not be judged: soon was not reached (1 check)\n"
    ) in text


def test_a_run_that_ended_early_says_so_once() -> None:
    text = plain(stopped())
    assert "The run ended early: enough is known. What was not reached is not judged." in text
    assert "This is no grade: the run ended early: enough is known." in text
    assert text.count("could not be judged: enough is known") == 1


def test_what_could_not_be_judged_comes_first() -> None:
    """Each reason once, with what to do; nothing is called the first thing to mend."""
    good = judged()
    binding = [e for e in good.entries if good.about(e).level == "MUST" and e.verdict.outcome == "pass"]
    refused = Verdict(
        "untestable", "untestable", "untestable: PUT /items/1 was answered 422", mend="Send a price."
    )
    waits = Verdict("blocked", "blocked", "blocked by change-shows: PUT /items/1 was answered 422")
    odd = {binding[0]: refused, binding[1]: refused, binding[2]: waits}
    entries = tuple(replace(e, verdict=odd.get(e, e.verdict)) for e in good.entries)
    report = rescored(replace(good, entries=entries))
    lines = summary_lines(report)
    assert lines[0] == (
        f"Not judged: nothing failed, but 3 of {len(binding)} checks that have to hold could not be judged: "
        "untestable: PUT /items/1 was answered 422."
    )
    assert lines[3:7] == [
        "What keeps it from being judged:",
        "  untestable: PUT /items/1 was answered 422 (2 checks)",
        "  Next: Send a price.",
        "  blocked by change-shows: PUT /items/1 was answered 422 (1 check)",
    ]
    assert not any(line.startswith("First thing") for line in lines)


def test_what_the_user_held_back_is_counted_on_the_last_line() -> None:
    good = judged()
    why = "writes to a server that is not on this machine need --conformance-allow-writes"
    held = Verdict("not-applicable", "not-applicable", f"not applicable: not asked for: {why}", cause=why)
    held = replace(held, code=NOT_ASKED)
    entries = tuple(
        replace(e, verdict=held) if e.file == "specs/invalidation.yaml" else e for e in good.entries
    )
    report = rescored(replace(good, entries=entries))
    lines = summary_lines(report)
    assert lines[0].startswith("Passed: ")
    assert lines[-1].endswith(
        f", of which {len([e for e in entries if e.verdict == held])} not asked for ({why})"
    )


def test_a_part_is_called_a_part() -> None:
    one = "specs/validators.yaml::items::etag-quoted"
    text = plain(judging("unquoted-etag", selected=[one]))
    assert re.search(r"A part of the tier: 1 of \d+ checks, \d+ left out\.", text)
    # A topic of which nothing counts has no line.
    assert re.findall(r"(?m)^(\w.*?) +\d+/\d+ +-|^(\w.*?) +- +\d+/\d+", text) == [
        ("", "Entity tags"),
        ("", "all"),
    ]
    assert "Invalidation" not in text


def test_nothing_selected_is_no_success() -> None:
    report = judging(selected=[])
    assert plain(report).startswith(
        "Not judged: no check was selected, so nothing is known of this server.\n"
    )


def test_what_was_not_put_back_is_said() -> None:
    report = replace(judged(), problems=("could not put 'name' back",))
    assert "Not put back as it was (please look at your data):\n  could not put 'name' back" in plain(report)
    assert "1 not put back as it was (see above)" in plain(report).splitlines()[-1]


def test_what_was_judged_in_real_time_all_the_same_is_told() -> None:
    report = replace(judged(), why_real={"reports": "its value outlived 20 TTLs"}, clock="sundial")
    assert "by the clock sundial; seed 1\n  reports in real time: its value outlived 20 TTLs\n" in plain(
        report
    )


def test_many_failures_are_cut() -> None:
    good = judged()
    entries = tuple(_failing(e, f"fault {n}") for n, e in enumerate(good.entries))
    text = plain(replace(good, entries=entries))
    assert f"  ... and {len(entries) - 40} more" in text


def _failing(entry: Entry, message: str) -> Entry:
    return replace(entry, verdict=Verdict("fail", "fail", message))


def test_the_summary_of_a_saved_report_is_the_same() -> None:
    report = judged("ignores-inm")
    assert summary_lines(decode(encode(report))) == summary_lines(report)
