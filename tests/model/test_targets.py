"""conformance.model.targets: what a run sends along with each request."""

from __future__ import annotations

from helpers.records import resource, target

from conformance.model.targets import sent_along

ADA, BOB = (("Authorization", "Bearer ada"),), (("Authorization", "Bearer bob"),)


def test_a_field_is_added_in_place_of_one_of_the_same_name() -> None:
    before = target(resource(headers=(("X-Team", "red"), ("Accept", "a/b"))), resource("other"))
    after = sent_along(before, (("x-team", "blue"),))
    assert [each.headers for each in after.resources] == [
        (("Accept", "a/b"), ("x-team", "blue")),
        (("x-team", "blue"),),
    ]
    assert sent_along(before, ()) is before


def test_who_asks_is_the_targets_to_say_where_it_has_users() -> None:
    before = target(resource(headers=ADA, users={"ada": ADA, "bob": BOB}))
    (after,) = sent_along(before, (("authorization", "Bearer x"), ("X-Team", "blue"))).resources
    assert after.headers == (*ADA, ("X-Team", "blue"))
