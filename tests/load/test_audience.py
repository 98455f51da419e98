"""conformance.load.audience: users and variants in a target file, and every way in which they can be wrong."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import helpers.specs
import pytest
from helpers.specs import refused_at

from conformance.errors import TargetError
from conformance.load.target import load_target
from conformance.model import Target, as_user
from conformance.report.redact import Redactor

TEXT = """\
name: mine
headers: {Authorization: Bearer x, X-Trace: "1"}
users:
  ada: {Authorization: "Bearer ${ADA}"}
  bob: {X-User: bob-of-the-shop}
resources:
  me:
    read: GET /me
    per-user: true
  news:
    read: GET /news
    variants:
      Accept-Language: [de, en]
      Accept: [text/html, application/json]
"""
with_ = partial(helpers.specs.with_, text=TEXT)
Loads = Callable[[str], Target]
TRACE = ("X-Trace", "1")
ADA = ("Authorization", "Bearer s3cret-of-ada")
BOB = ("X-User", "bob-of-the-shop")


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Load a target file with this text, where ADA is set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADA", "s3cret-of-ada")

    def of(text: str) -> Target:
        Path("t.yaml").write_text(text)
        return load_target("t.yaml")

    return of


def test_each_user_has_fields_of_his_own_from_the_environment(loads: Loads) -> None:
    me, news = loads(TEXT).resources
    assert dict(me.users) == dict(news.users) == {"ada": (ADA,), "bob": (BOB,)}
    assert {"users", "per-user"} <= me.capabilities
    assert "per-user" not in news.capabilities


def test_what_is_per_user_is_read_as_the_first_one(loads: Loads) -> None:
    me, news = loads(TEXT).resources
    assert me.headers == (TRACE, ADA)
    assert news.headers == (("Authorization", "Bearer x"), TRACE)


def test_a_user_says_who_he_is_by_his_own_fields_alone(loads: Loads) -> None:
    me = loads(TEXT).resource("me")
    assert as_user(me.headers, me.users, 1) == (TRACE, BOB)
    assert as_user(me.headers, me.users, None) == (TRACE,)


def test_variants_are_values_of_fields(loads: Loads) -> None:
    news = loads(TEXT).resource("news")
    assert dict(news.variants) == {
        "Accept-Language": ("de", "en"),
        "Accept": ("text/html", "application/json"),
    }
    assert "variants" in news.capabilities


def test_what_says_who_a_user_is_is_redacted_whatever_its_field_is_called(loads: Loads) -> None:
    redactor = Redactor.of(loads(TEXT), ())
    assert redactor.headers((ADA, BOB, TRACE)) == (
        ("Authorization", "redacted"),
        ("X-User", "redacted"),
        ("X-Trace", "redacted"),
    )
    assert redactor.text("hello bob-of-the-shop, s3cret-of-ada") == "hello redacted, redacted"


WRONG = {
    "one user": ("  bob: {X-User: bob-of-the-shop}\n", "", "users: found {'ada': {'Authorization': 'Bearer ${ADA}'}}; accepted: two users or more", "users"),
    "a user without fields": ("{X-User: bob-of-the-shop}", "{}", "bob: found {}; accepted: a mapping with at least 1 entry", "  bob"),
    "a user's name": ("  bob:", "  'b b':", "users: found 'b b'; accepted: a name of letters, digits", "users"),
    "a field of a user": ("X-User:", "X User:", "bob: found 'X User'; accepted: a field name", "  bob"),
    "the same user twice": ("{X-User: bob-of-the-shop}", "{authorization: 'Bearer ${ADA}'}", "bob and ada have the same fields, so no server can tell them apart", "  bob"),
    "a variable": ("${ADA}", "${ADA_OF_NOWHERE}", "Authorization needs the variable ADA_OF_NOWHERE of the environment, which is not set: export", "ADA_OF"),
    "per-user of nobody": (TEXT[TEXT.index("users:"):TEXT.index("resources:")], "", "me is per-user, and the file names no users: write two of them under `users`", "per-user"),
    "per-user of another kind": ("per-user: true", "per-user: ada", "per-user: found 'ada'; accepted: true or false", "per-user"),
    "a field": ("Accept-Language:", "Accept Language:", "variants: found 'Accept Language'; accepted: a field that chooses another representation", "variants"),
    "a condition": ("Accept-Language:", "If-None-Match:", "variants: found 'If-None-Match'; accepted: a field that chooses another representation", "variants"),
    "one value": ("[de, en]", "[de]", "Accept-Language: found ['de']; accepted: two values or more", "Accept-L"),
    "a value twice": ("[de, en]", "[de, de]", "Accept-Language: found ['de', 'de']; accepted: two values or more", "Accept-L"),
    "a value that is none": ("[de, en]", "[de, 5]", "Accept-Language: found 5; accepted: text", "Accept-L"),
    "a field twice": ("Accept:", "accept-language:", "accept-language and Accept-Language are one field: write its values in one list", "accept-l"),
    "a key": ("per-user", "per_user", "unknown key 'per_user'; did you mean 'per-user'?", "per_user"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says", "at"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_line(loads: Loads, old: str, new: str, says: str, at: str) -> None:
    assert isinstance(refused_at(loads, with_(old, new), says, at, "t.yaml"), TargetError)
