"""conformance.report.leftover: what did not apply is told by what would have to be there, in a few lines."""

from __future__ import annotations

from conformance.model import NOT_ASKED, NOT_DECLARED, NOT_OFFERED, Entry, Verdict
from conformance.report.leftover import leftover


def entries(*verdicts: tuple[str, str, str]) -> list[Entry]:
    """By code, cause, and what was looked for."""
    return [
        Entry(
            f"specs/a.yaml::items::a{n}",
            Verdict(
                "not-applicable",
                "not-applicable",
                f"not applicable: {cause}",
                cause=cause,
                code=code,
                expected=expected,
            ),
        )
        for n, (code, cause, expected) in enumerate(verdicts)
    ]


def lines(*verdicts: tuple[str, str, str]) -> list[str]:
    return list(leftover(entries(*verdicts)))


def test_what_the_target_does_not_declare_is_told_by_its_keys() -> None:
    told = lines((NOT_DECLARED, "ttl, hit", ""), (NOT_DECLARED, "ttl", ""), (NOT_DECLARED, "break", ""))
    assert told == ["not declared by the target (docs/targets.md): ttl 2; hit 1; hooks (break) 1"]


def test_what_the_server_does_not_offer_is_one_line_for_all_its_checks() -> None:
    said = "HEAD was answered 405"
    held = "writes need --conformance-allow-writes"
    assert lines(("", said, ""), ("", said, ""), (NOT_ASKED, held, "")) == [f"{said}: 2", f"{held}: 1"]


def test_what_was_looked_for_in_vain_is_one_line() -> None:
    told = lines(
        ("status", "x", "status 428"), ("etag.strong", "y", "a strong ETag"), ("", "z", "a strong ETag")
    )
    assert told == ["not met in its answers: a strong ETag 2; status 428 1"]


def test_of_many_names_and_sentences_those_are_told_that_most_checks_have_to_do_with() -> None:
    told = lines(*((NOT_DECLARED, f"n{n}", "") for n in range(20)), *(("", f"s{n}", "") for n in range(9)))
    assert told[0].endswith("; n7 1; and 12 more")
    assert told[1:] == [*(f"s{n}: 1" for n in range(5)), "for 4 reasons more: 4"]


def test_what_a_server_has_said_is_shown_and_not_obeyed() -> None:
    assert lines(("", "\x1b[31m", ""), ("x", "y", "\x1b[31m")) == [
        "\\x1b[31m: 1",
        "not met in its answers: \\x1b[31m 1",
    ]


def test_where_all_applies_there_is_nothing_to_tell() -> None:
    assert lines() == []


def offering(*routes: tuple[str, str], brief: bool = False) -> list[str]:
    """By resource, and the route that is lacking."""
    found = [
        Entry(
            f"specs/a.yaml::{resource}::a{n}",
            Verdict(
                "not-applicable", "not-applicable", "m", cause="a sentence", code=NOT_OFFERED, expected=e
            ),
        )
        for n, (resource, e) in enumerate(routes)
    ]
    return list(leftover(found, brief=brief))


def test_routes_that_are_not_offered_are_one_line() -> None:
    assert offering(
        ("items", "PUT /items/{id}"),
        ("reports", "GET /reports/"),
        ("a", "GET /policies/a"),
        ("b", "GET /policies/b"),
        ("c", "GET /policies/c"),
        ("items", "DELETE /items/{id}"),
        ("items", "PUT /items/{id}"),
    ) == ["not offered: /reports/, /policies/*, PUT and DELETE /items/{id}"]


def test_of_a_resource_that_is_not_there_nothing_else_is_told() -> None:
    assert offering(("reports", "GET /reports/"), ("reports", "PUT /reports/"), ("reports", "")) == [
        "not offered: /reports/"
    ]


def test_what_has_no_route_is_a_sentence_unless_it_is_to_be_brief() -> None:
    lacking = ("items", "")
    assert offering(lacking) == ["a sentence: 1"]
    assert offering(lacking, brief=True) == []


def test_what_was_looked_for_in_vain_is_left_out_where_it_is_to_be_brief() -> None:
    told = list(leftover(entries(("status", "x", "status 428")), brief=True))
    assert told == []
