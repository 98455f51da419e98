"""conformance.model: frozen records that know how to read themselves."""

from __future__ import annotations

from typing import get_args

import pytest
from helpers.records import PLACE, done, exchange, record, resource, run, target, timed, writes
from helpers.records import check as a_check

from conformance import model
from conformance.model import LEVELS, TIERS, Level, Resource, Tier

RECORDS = [
    each
    for name in model.__all__
    if isinstance(each := getattr(model, name), type) and issubclass(each, model.Frozen)
]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_record_is_frozen_and_takes_no_field_that_it_does_not_know(kind: type[model.Frozen]) -> None:
    config = kind.__struct_config__
    assert (config.frozen, config.omit_defaults, config.forbid_unknown_fields) == (True, True, True)


def test_the_exported_names_are_sorted() -> None:
    constants = [name for name in model.__all__ if name.isupper()]
    assert model.__all__ == [*sorted(constants), *sorted(set(model.__all__) - set(constants))]


def test_the_words_are_listed_once() -> None:
    assert (get_args(Tier), get_args(Level)) == (TIERS, LEVELS)


def test_a_place_reads_as_people_write_it() -> None:
    assert str(PLACE) == "specs/by-hand.yaml:1"


def test_an_exchange_without_an_answer_has_no_status_and_no_fields() -> None:
    silent, answered = exchange(None), exchange(304, etag='"a"')
    assert [(e.status, e.headers) for e in (silent, answered)] == [(None, ()), (304, (("ETag", '"a"'),))]


def test_a_record_finds_its_steps() -> None:
    kept = record(done("a"), done("b"))
    assert (kept.step("b"), kept.step("c")) == (kept.steps[1], None)


def test_a_target_finds_its_resources() -> None:
    of = target(resource("a"), resource("b"))
    assert of.resource("b") is of.resources[1]
    with pytest.raises(KeyError, match="c"):
        of.resource("c")


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (resource(json=None), set()),
        (resource(json="array"), set()),
        (resource(etag=True, version=True), {"etag", "version"}),
        (timed(), {"ttl", "value", "hit"}),
        (timed(hit=None, members={"time": "any"}), {"ttl", "value", "members"}),
        (resource(item="/items/{id}", writes=writes("create", "clear")), {"item", "create", "clear"}),
        (resource(distinct_from=("b",)), {"distinct"}),
        (resource(policy="PUBLIC , Max-Age=50"), {"policy", "policy-max-age"}),
    ],
)
def test_a_resource_can_do_what_is_declared(of: Resource, expected: set[str]) -> None:
    assert of.capabilities == {"read"} | expected


@pytest.mark.parametrize(
    ("policy", "about"),
    [
        ("public, max-age=300", "max-age"),
        ("max-age=10", "max-age"),
        ("private, max-age=300", "private"),
        ('private="Set-Cookie, X-A", max-age=300', "max-age"),
        ("no-cache", "no-cache"),
        ("private, no-cache, max-age=0", "no-cache"),
        ('no-cache="Set-Cookie"', None),
        ("no-store, no-cache, private", "no-store"),
        ("max-age=0, must-revalidate", None),
        ("max-age=9", None),
        ("public, max-age=60, s-maxage=600", None),
        ("public", None),
        ("max-age=a while", None),
    ],
)
def test_a_policy_is_about_the_strictest_directive_whose_effect_is_told(
    policy: str, about: str | None
) -> None:
    found = {each for each in resource(policy=policy).capabilities if each.startswith("policy-")}
    assert found == (set() if about is None else {f"policy-{about}"})


def test_the_id_of_a_run_names_file_resource_and_check() -> None:
    assert run(a_check("c"), resource("r")).id == "specs/by-hand.yaml::r::c"
