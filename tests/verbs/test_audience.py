"""conformance.verbs.audience: reads as another user and of a variant, and what they say nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from helpers.hostile import serve
from helpers.runs import context, done
from helpers.student import Student, reply

from conformance.fields import field_value
from conformance.model import StepRecord
from conformance.sending.context import Context

TARGET = """\
name: mine
headers: {Accept-Language: fr}
users:
  ada: {X-User: ada}
  bob: {X-User: bob}
resources:
  me:
    read: GET /me
    per-user: true
    ask: true
    variants: {Accept-Language: [de, en], Accept: [a/b, c/d]}
  time: {read: GET /time, ttl: 4, value: /time}
"""


def answers(_method: str, _path: str, headers: Mapping[str, str], _body: bytes) -> bytes:
    """The profile of who asks, and 401 to who does not say; in English it has no tag."""
    language, user = headers.get("accept-language", ""), headers.get("x-user")
    if user is None:
        return reply(401, {})
    return reply(200, {"user": user}, {"ETag": f'"{language}"'} if language != "en" else {})


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Context]:
    (tmp_path / "t.yaml").write_text(TARGET)
    with (
        serve(Student(answers)) as server,
        context(server.url, "me", target=str(tmp_path / "t.yaml")) as found,
    ):
        yield found


def sent(record: StepRecord, name: str) -> list[str | None]:
    """What stood in that field of each request."""
    return [field_value(each.request.headers, name) for each in record.exchanges]


def test_a_read_is_as_the_first_user_or_as_whom_it_says(made: Context) -> None:
    users = [{}, {"user": "first"}, {"user": "second"}, {"user": "nobody"}]
    records = [done(made, "read", f"read-{i}", **args) for i, args in enumerate(users)]
    assert [sent(each, "x-user") for each in records] == [["ada"], ["ada"], ["bob"], [None]]
    assert {tuple(sent(each, "accept-language")) for each in records} == {("fr",)}


def test_what_nobody_is_refused_is_no_end_of_our_login(made: Context) -> None:
    done(made, "read", "first")
    refused = done(made, "read", "nobody", user="nobody")
    assert (refused.status, refused.exchanges[0].status) == ("done", 401)
    assert refused.exchanges[0].facts.login_ended == 0
    assert made.shared.lacking == {}


def test_a_login_that_ends_is_told_of_each_user_apart(made: Context) -> None:
    path = made.resource.read
    assert made.shared.login_ended("GET", f" {path}", 200) == 0
    assert made.shared.login_ended("GET", f"nobody {path}", 401) == 0
    assert made.shared.login_ended("GET", f"second {path}", 401) == 0
    assert made.shared.login_ended("GET", f" {path}", 401) == 4


def test_a_read_as_somebody_else_is_no_plain_read(made: Context) -> None:
    done(made, "read", "ours")
    seen = made.seen
    done(made, "read", "theirs", user="second")
    done(made, "read", "nobodys", user="nobody")
    done(made, "variants", "chosen")
    assert made.seen is seen is not None


def test_each_value_of_each_field_is_asked_for_alone(made: Context) -> None:
    seen = done(made, "variants", "seen")
    assert sent(seen, "accept-language") == ["de", "en", "fr", "fr"]
    assert sent(seen, "accept") == [None, None, "a/b", "c/d"]
    turned = done(made, "variants", "turned", order="reversed")
    assert sent(turned, "accept") == ["c/d", "a/b", None, None]
    assert sent(done(made, "variants", "one", only="first"), "accept-language") == ["de", "fr"]


def test_a_variant_is_confirmed_by_the_tag_that_it_had(made: Context) -> None:
    done(made, "variants", "seen")
    confirmed = done(made, "variants", "confirmed", confirming="seen")
    assert sent(confirmed, "accept-language") == ["de", "fr", "fr"]  # in English there is none
    assert sent(confirmed, "if-none-match") == ['"de"', '"fr"', '"fr"']
