"""conformance.matchers.beforehand: what is accepted of a request is known before any server is."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.matchers import MATCHERS, phrases, phrases_of
from conformance.matchers.beforehand import of_read, reply_of_write, state_of_write


def with_(**fields: str) -> dict[str, Any]:
    return {"headers": {name.replace("_", "-"): value for name, value in fields.items()}}


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({}, "the ordinary answer, 200 (no precondition stands against it)"),
        (with_(If_None_Match="*"), '304 Not Modified (If-None-Match names the current "a1b2")'),
        (with_(If_None_Match='"x"'), "the ordinary answer, 200 (no precondition stands against it)"),
        (
            with_(If_Match="{plain.weak-etag}"),
            '412 Precondition Failed (no tag of If-Match is, by strong comparison, the current W/"a1b2")',
        ),
        (
            with_(If_Modified_Since="{plain.last-modified}"),
            (
                "304 Not Modified; the ordinary answer, 200 is taken with a warning "
                "(not modified since If-Modified-Since)"
            ),
        ),
        (
            with_(Range="bytes={plain.length}-"),
            "416 or the ordinary answer, 200 (no range of these is within what there is)",
        ),
        ({"of": "absent", **with_(If_Match="*")}, ""),
    ],
)
def test_the_status_of_a_read_is_told(args: dict[str, Any], says: str) -> None:
    assert of_read(args) == says


@pytest.mark.parametrize(
    ("args", "state", "reply"),
    [
        ({}, "the item as the write leaves it", "2xx (no precondition stands against it)"),
        (
            with_(If_None_Match="*"),
            "the item as it was",
            '412 Precondition Failed (If-None-Match names the current "a1b2")',
        ),
        (
            {"item": "changed", **with_(If_Match="{plain.etag}")},
            "the item as it was",
            '412 Precondition Failed (no tag of If-Match is, by strong comparison, the current "c3d4")',
        ),
        (
            {"item": "removed", "method": "PUT", **with_(If_Match="{plain.etag}")},
            "the item as it was",
            "412 Precondition Failed (no tag of If-Match is, by strong comparison, one that there is)",
        ),
        (
            {"item": "removed", "method": "PUT", **with_(If_None_Match="*")},
            "the item as the write leaves it",
            "2xx (no precondition stands against it)",
        ),
    ],
)
def test_what_becomes_of_a_write_is_told(args: dict[str, Any], state: str, reply: str) -> None:
    assert (state_of_write(args), reply_of_write(args)) == (state, reply)


def test_where_nothing_is_known_the_phrase_names_the_rule() -> None:
    wanted = {"due": {"after": "plain"}, "status": 200}
    assert phrases_of(wanted, {"of": "absent"}) == phrases(wanted)
    assert phrases_of(wanted, {}) == f"{of_read({})}, status 200"
    assert MATCHERS["state"].told("held", {}) == "the item as it was"
