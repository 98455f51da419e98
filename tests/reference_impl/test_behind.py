"""The source behind the cache, under its test bench, which is there only where it is allowed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from helpers.clocks import StandingClock

from reference_impl.app import build
from reference_impl.behind import standing_in
from reference_impl.settings import Settings


class Client:
    """Sends requests to one app, under a clock that the test moves."""

    def __init__(self, *, admin: bool = True) -> None:
        self.clock = StandingClock()
        self.app = build(Settings(clock=self.clock, cost=0, admin=admin))

    def put(self, kind: str, text: str, **fields: str) -> httpx.Response:
        return self.ask("PUT", f"/behind/{kind}", {"kind": kind, "text": text}, **fields)

    def ask(self, method: str, path: str, body: Any = None, **fields: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://reference") as client:
                headers = {name.replace("_", "-"): value for name, value in fields.items()}
                return await client.request(method, path, headers=headers, json=body)

        return asyncio.run(send())

    def get(self, kind: str, **fields: str) -> httpx.Response:
        return self.ask("GET", f"/behind/{kind}", **fields)


def told(answer: httpx.Response) -> tuple[Any, ...]:
    return answer.status_code, answer.headers.get("x-cache"), answer.headers.get("x-made")


@pytest.mark.parametrize("name", ["change", "break", "postdate", "mend"])
def test_nobody_has_a_bench_unless_it_is_allowed(name: str) -> None:
    assert Client(admin=False).ask("POST", f"/admin/{name}").status_code == 404
    assert Client().ask("POST", f"/admin/{name}").status_code == 204


def test_a_change_behind_the_cache_shows_when_the_entry_has_ended_and_to_conditions_at_once() -> None:
    client = Client()
    first = client.get("validated")
    client.clock.now += 2
    client.ask("POST", "/admin/change")
    assert client.get("validated").json() == first.json()
    assert client.get("validated", If_Match=first.headers["etag"]).status_code == 412
    assert client.get("validated", If_Unmodified_Since=first.headers["last-modified"]).status_code == 412
    assert client.get("validated", If_None_Match=first.headers["etag"]).status_code == 200
    client.clock.now += 31
    assert client.get("validated").json()["text"] == "Revision 2"


def test_a_write_is_decided_by_the_source_and_drops_what_is_kept_of_its_url() -> None:
    client = Client()
    old = client.get("validated").headers["etag"]
    client.ask("POST", "/admin/change")
    assert client.get("validated").headers["x-cache"] == "HIT"
    assert client.put("validated", "mine", If_Match=old).status_code == 412
    written = client.put("validated", "mine")
    shown = client.get("validated")
    assert (written.status_code, written.content) == (200, shown.content)
    assert shown.json() == {"kind": "validated", "text": "mine"}
    assert client.put("validated", "mine", If_Match=shown.headers["etag"]).status_code == 200
    client.ask("POST", "/admin/break")
    assert client.put("validated", "yours").status_code == 503


@pytest.mark.parametrize(
    ("kind", "fresh", "stale", "late"),
    [("validated", 200, 503, 503), ("standing-in", 200, 200, 503), ("asked", 503, 503, 503)],
)
def test_what_is_answered_while_the_source_is_down_goes_by_the_policy(
    kind: str, fresh: int, stale: int, late: int
) -> None:
    client = Client()
    first = client.get(kind)
    client.ask("POST", "/admin/break")
    found = [client.get(kind)]
    for seconds in (31, 60):
        client.clock.now += seconds
        found.append(client.get(kind))
    assert [each.status_code for each in found] == [fresh, stale, late]
    for each, age in zip(found, ("0", "31"), strict=False):
        if each.status_code == 200:
            assert told(each) == (200, "HIT", first.headers["x-made"])
            assert each.headers["age"] == age
    client.ask("POST", "/admin/mend")
    assert told(client.get(kind))[:2] == (200, "MISS")


def test_a_change_that_is_dated_ahead_is_dated_now_up_to_its_mending() -> None:
    client = Client()
    was = client.get("asked").headers["last-modified"]
    client.clock.now += 5
    client.ask("POST", "/admin/postdate")
    first = client.get("asked").headers["last-modified"]
    client.clock.now += 5
    assert len({was, first, client.get("asked").headers["last-modified"]}) == 3
    client.ask("POST", "/admin/mend")
    assert client.get("asked").headers["last-modified"] == was


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        ({"max-age": "5", "stale-if-error": "10"}, 15),
        ({"max-age": "5"}, 0),
        ({"max-age": "5", "stale-if-error": "10", "must-revalidate": ""}, 0),
        ({"s-maxage": "5", "stale-if-error": "10"}, 0),
    ],
)
def test_an_answer_stands_in_for_as_long_as_it_says(policy: dict[str, str], seconds: int) -> None:
    assert standing_in(policy) == seconds
