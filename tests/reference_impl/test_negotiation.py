"""The reference's choice among representations: of languages and codings, and of users."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from fastapi import FastAPI

from reference_impl import negotiation
from reference_impl.app import build
from reference_impl.audience import NOTICES
from reference_impl.settings import Settings


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, identity", "identity"),
        ("gzip;q=0.2, identity;q=0.8", "identity"),
        ("*", "gzip"),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0", None),
        ("conformance", "identity"),
        ("gzip;q=much", "gzip"),
        (";;,,=", "identity"),
    ],
)
def test_a_coding_is_chosen_by_its_weight(field: str | None, expected: str | None) -> None:
    assert negotiation.coding(field) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, "en"),
        ("de", "de"),
        ("de-AT, en;q=0.5", "de"),
        ("en;q=0.5, de;q=0.4", "en"),
        ("fr", "en"),
        ("fr, *;q=0.1", "en"),
        ("en;q=0, *", "de"),
    ],
)
def test_a_language_is_chosen_by_its_weight(field: str | None, expected: str) -> None:
    assert negotiation.language(field, ("en", "de")) == expected


Lines = list[tuple[str, str]]


def an_app() -> FastAPI:
    return build(Settings(clock=lambda: 1_750_000_000.0, cost=0))


def get(path: str, **fields: str) -> httpx.Response:
    """An answer of a new app, its body as it was sent."""
    sent = {name.replace("_", "-"): value for name, value in fields.items()}
    return ask(an_app(), path, *({"Accept-Encoding": "identity"} | sent).items())


def ask(app: FastAPI, path: str, *lines: tuple[str, str]) -> httpx.Response:
    return asyncio.run(_ask(app, path, list(lines)))


async def _ask(app: FastAPI, path: str, lines: Lines) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://reference") as client:
        client.headers.clear()
        async with client.stream("GET", path, headers=lines) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers={}, content=raw, extensions={"as": answer.headers})


def fields(answer: httpx.Response) -> httpx.Headers:
    found: httpx.Headers = answer.extensions["as"]
    return found


def test_each_language_and_each_coding_has_a_tag_of_its_own_and_the_same_vary() -> None:
    shown = [
        get("/notice/", Accept_Language=language, Accept_Encoding=coding)
        for language in NOTICES
        for coding in negotiation.CODINGS
    ]
    assert len({fields(each)["etag"] for each in shown}) == len(shown)
    assert {fields(each)["vary"] for each in shown} == {"Accept-Language, Accept-Encoding"}
    assert [fields(each)["content-language"] for each in shown] == ["en", "en", "de", "de"]
    assert [fields(each).get("content-encoding") for each in shown] == ["gzip", None, "gzip", None]
    assert gzip.decompress(shown[0].content) == shown[1].content


@pytest.mark.parametrize(("coding", "status"), [("gzip", 304), ("identity", 200)])
def test_the_tag_of_a_coding_is_current_for_who_takes_that_coding(coding: str, status: int) -> None:
    tag = fields(get("/notice/", Accept_Encoding="gzip"))["etag"]
    answer = get("/notice/", Accept_Encoding=coding, If_None_Match=tag)
    assert answer.status_code == status
    assert "content-encoding" not in fields(answer)
    assert fields(answer)["vary"] == "Accept-Language, Accept-Encoding"


def test_where_every_coding_is_refused_it_says_so() -> None:
    answer = get("/notice/", Accept_Encoding="*;q=0")
    assert (answer.status_code, fields(answer)["vary"]) == (406, "Accept-Language, Accept-Encoding")


def test_a_list_in_several_lines_is_read_as_one() -> None:
    languages = [("Accept-Language", "fr"), ("Accept-Language", "de;q=0.5")]
    codings = [("Accept-Encoding", "identity;q=0.2"), ("Accept-Encoding", "gzip")]
    answer = ask(an_app(), "/notice/", *languages, *codings)
    assert (fields(answer)["content-language"], fields(answer)["content-encoding"]) == ("de", "gzip")
    assert fields(ask(an_app(), "/news/", *languages))["content-language"] == "de"


def test_news_are_kept_by_their_language_and_new_for_who_asks_for_that() -> None:
    app = an_app()

    def seen(*lines: tuple[str, str]) -> tuple[str, str]:
        told = fields(ask(app, "/news/", *lines))
        return told["content-language"], told["x-cache"]

    german, new = ("Accept-Language", "de-AT"), ("Cache-Control", "max-age=0")
    assert [seen(), seen(), seen(german), seen(german)] == [
        ("en", "MISS"),
        ("en", "HIT"),
        ("de", "MISS"),
        ("de", "HIT"),
    ]
    assert [seen(new), seen(german)] == [("en", "MISS"), ("de", "HIT")]


@pytest.mark.parametrize("login", ["Bearer ada", "Basic YTpi"])
def test_news_for_a_login_are_its_own_and_kept_for_nobody(login: str) -> None:
    app = an_app()
    for _ in range(2):
        own = fields(ask(app, "/news/", ("Authorization", login)))
        assert (own["cache-control"], own["x-cache"]) == ("private, no-cache", "MISS")
    assert fields(ask(app, "/news/"))["x-cache"] == "MISS"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_a_login_is_known_in_any_case(scheme: str) -> None:
    assert get("/profile/", Authorization=f"{scheme} ada").json()["user"] == "ada"


def test_a_profile_is_of_the_user_who_asks_and_of_nobody_else() -> None:
    ada, bob = (get("/profile/", Authorization=f"Bearer {name}") for name in ("ada", "bob"))
    assert (ada.json()["user"], bob.json()["user"]) == ("ada", "bob")
    assert fields(ada)["cache-control"] == "private, no-cache"
    assert fields(ada)["etag"] != fields(bob)["etag"]


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Basic ada"}, {"Authorization": "Bearer "}])
def test_nobody_has_a_profile_who_does_not_say_who_he_is(authorization: dict[str, str]) -> None:
    answer = get("/profile/", **authorization)
    assert (answer.status_code, fields(answer)["www-authenticate"]) == (401, "Bearer")


def test_a_welcome_is_by_name_for_who_says_it() -> None:
    shown = [get("/welcome/", Authorization="Bearer ada").json(), get("/welcome/").json()]
    assert shown == [{"welcome": "Nice to see you, ada"}, {"welcome": "Nice to see you"}]
