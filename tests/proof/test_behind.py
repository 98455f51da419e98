"""What stands behind a cache, by a target of its own: the reference passes, and leaves nothing broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from helpers.runs import answering, bad, fetch, on, reference, run, wrapped
from msgspec import structs

from reference_impl.twisted.asgi import Answer

Ask = Callable[[], Awaitable[Answer]]

JUDGED = {
    ("never-stale-while-down", "validated"): "pass",
    ("no-cache-while-down", "asked"): "pass",
    ("stale-stands-in", "standing-in"): "info",
    ("if-match-asks-the-source", "validated"): "pass",
    ("future-change-is-dated-now", "asked"): "pass",
}


def test_the_reference_passes_all_that_can_be_asked_of_it() -> None:
    with reference(admin=True) as server:
        result = server.judge(tier="strict", target="behind")
        assert fetch(server.url, "/behind/asked")["kind"] == "asked"
    assert bad(result, "fail", "warn", "error", "unreachable", "inconclusive", "blocked") == {}
    assert {key: on(result, *key).verdict for key in JUDGED} == JUDGED
    assert all(on(result, *key).outcome == "pass" for key in JUDGED)
    assert result.problems == ()


def test_where_the_bench_is_not_there_nothing_is_held_against_the_server() -> None:
    selected = frozenset(
        f"specs/{file}.yaml::{name}"
        for file, name in (
            ("http-cache", "validated::never-stale-while-down"),
            ("http-cache", "validated::if-match-asks-the-source"),
            ("validators", "asked::future-change-is-dated-now"),
        )
    )
    with reference() as server:
        result = server.judge(tier="strict", target="behind", selected=selected)
    for check, hook in (
        ("never-stale-while-down", "break"),
        ("if-match-asks-the-source", "change"),
    ):
        verdict = on(result, check, "validated")
        assert verdict.outcome == "untestable"
        assert f"POST /admin/{hook}, was answered 404" in verdict.message
    assert on(result, "future-change-is-dated-now", "asked").outcome == "untestable"
    assert [each.partition(":")[0] for each in result.problems] == [
        "what stands behind validated may still be broken",
        "what stands behind asked may still be broken",
    ]


@pytest.mark.parametrize("selected", ["validated::never-stale-while-down", "asked::no-cache-while-down"])
def test_a_hook_that_breaks_nothing_is_not_held_against_the_server(selected: str) -> None:
    with reference(admin=True) as server:
        options = server.options(
            tier="strict",
            target="behind",
            selected=frozenset({f"specs/http-cache.yaml::{selected}"}),
            overrides=tuple(
                f'{name}.hooks={{"break":"GET /items/","mend":"GET /items/"}}'
                for name in ("validated", "asked")
            ),
        )
        result = run(options)
    resource, _, check = selected.partition("::")
    verdict = on(result, check, resource)
    assert verdict.outcome == "inconclusive"
    assert verdict.cause.startswith("the source still answers")


# ---- what real caches do


def as_nginx(scope: Any, ask: Ask, last: dict[str, Answer]) -> Any:
    """With proxy_cache_use_stale: what was kept stands in for an error, marked by another word than a hit."""

    async def answered() -> Answer:
        answer = await ask()
        if scope["path"] == "/behind/validated" and not scope["query_string"]:
            if answer.status == 200:
                last["it"] = answer.having("x-cache", "STALE")
            if answer.status == 503:
                return last["it"]
        return answer

    return answered()


def as_varnish(scope: Any, ask: Ask, _: dict[str, Answer]) -> Any:
    """Reads no If-Match, and answers with what it has (RFC 9110 13.1.1 allows that)."""
    scope["headers"] = [line for line in scope["headers"] if line[0] != b"if-match"]
    return ask()


def deaf(scope: Any, ask: Ask, _: dict[str, Answer]) -> Any:
    """A bench that says that it has changed something, and has not."""
    return Answer(204) if scope["path"] == "/admin/change" else ask()


@pytest.mark.parametrize(
    ("like", "check", "outcome"),
    [
        (as_nginx, "never-stale-while-down", "fail"),
        (as_varnish, "if-match-asks-the-source", "pass"),
        (deaf, "if-match-asks-the-source", "not-applicable"),
    ],
)
def test_what_real_caches_do_is_judged_by_what_they_may(
    like: Callable[..., Any], check: str, outcome: str
) -> None:
    last: dict[str, Answer] = {}
    selected = frozenset({f"specs/http-cache.yaml::validated::{check}"})
    with wrapped(answering(lambda scope, ask: like(scope, ask, last)), admin=True) as server:
        result = server.judge(tier="strict", target="behind", selected=selected)
    assert on(result, check, "validated").outcome == outcome


def keeping_on(scope: Any, ask: Ask, last: dict[str, Answer]) -> Any:
    """As nginx and Varnish as they come: a write is passed on, and what is kept of its URL is served on."""

    async def answered() -> Answer:
        kept = scope["method"] == "GET" and scope["path"] == "/behind/validated"
        if kept and "it" in last:
            return last["it"].having("x-cache", "HIT")
        answer = await ask()
        if kept and answer.status == 200:
            last["it"] = answer
        return answer

    return answered()


@pytest.mark.parametrize(("keeps", "outcome"), [(True, "fail"), (False, "pass")])
def test_a_stranger_with_a_cache_of_whole_answers_is_held_to_drop_what_is_written(
    keeps: bool, outcome: str
) -> None:
    last: dict[str, Answer] = {}
    selected = frozenset({"specs/invalidation.yaml::validated::change-shows"})
    like = answering(lambda scope, ask: keeping_on(scope, ask, last) if keeps else ask())
    with wrapped(like, admin=True) as server:
        given = server.options(tier="strict", target="behind", selected=selected)
        result = run(replace(given, target=structs.replace(given.target, contract="")))
    assert on(result, "change-shows", "validated").outcome == outcome
