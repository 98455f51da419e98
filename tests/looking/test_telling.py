"""conformance.looking.telling: one screen of 80 columns, for somebody who has never read an RFC."""

from __future__ import annotations

import json

import pytest
from helpers.records import exchange

from conformance.looking.reading import read
from conformance.looking.seen import Look, Remark
from conformance.looking.telling import duration, encoded, redacted, tell

URL = "http://127.0.0.1:8000/items/"
REMARK = Remark("date-everywhere", "MUST", "A18", "Every 2xx has a Date", "none", "Leave it to the server.")


def look(*headers: tuple[str, str], status: int = 200, media: str = "application/json") -> Look:
    again = exchange(304, b"", etag='"a"')
    answers = {"plain": exchange(status, headers=headers, media=media), "same tag": again}
    return read(URL, answers)


def text(seen: Look, *found: Remark, every: bool = False, width: int = 80) -> str:
    return "\n".join(tell(redacted(seen, found, ()), every=every, width=width))


def test_a_look_fits_on_a_screen() -> None:
    told = text(look(("ETag", f'"{"a" * 200}"'), ("Cache-Control", "max-age=60")), *[REMARK] * 9)
    lines = told.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40
    assert "... and 5 more: --all" in lines


def test_on_a_narrow_terminal_it_is_narrow() -> None:
    told = text(look(("Cache-Control", "max-age=60")), REMARK, width=40)
    whole = [line for line in told.splitlines() if "http:" not in line and "explain" not in line]
    assert max(map(len, whole)) <= 40


def test_a_lifetime_is_told_with_the_word_that_says_so_and_what_comes_after() -> None:
    told = " ".join(text(look(("ETag", '"a"'), ("Cache-Control", "max-age=60, s-maxage=7200"))).split())
    assert (
        "A browser uses it for 60 s without asking (max-age), then asks by If-None-Match, and gets a 304"
        in told
    )
    assert "A shared cache uses it for 2 hours without asking (s-maxage)" in told


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (look(status=401), "it wants a login: say who asks, as in -H 'Authorization: Bearer ${TOKEN}'"),
        (
            look(status=404),
            "this is how a 404 is kept; of an API give the path of a resource, such as /items/",
        ),
        (look(("Location", "/login"), status=302), "it leads elsewhere: look at /login"),
        (look(media="text/html"), "this is a page; of an API give the path of a resource, such as /items/"),
    ],
)
def test_who_meant_another_answer_is_told_what_to_do(seen: Look, says: str) -> None:
    assert says in " ".join(text(seen).split())


def test_what_a_server_sends_is_shown_and_not_obeyed() -> None:
    told = text(look(("ETag", '"\x1b[31m"'), ("Cache-Control", "a\x1b]0;x\x07")))
    assert "\x1b" not in told
    assert "\x07" not in told


def test_a_credential_is_told_nowhere() -> None:
    sent = (("Authorization", "Bearer s3cr3t-t0ken"),)
    seen = redacted(look(("ETag", '"s3cr3t-t0ken"')), (), sent)
    assert "s3cr3t-t0ken" not in "\n".join(tell(seen))
    assert "s3cr3t-t0ken" not in encoded(seen)


def test_the_json_has_every_key_whatever_was_found() -> None:
    keys = set(json.loads(encoded(look())))
    assert keys == set(Look.__struct_fields__)
    assert json.loads(encoded(look()))["format"] == 1


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "0 s"),
        (60, "60 s"),
        (90, "90 s"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (86400, "1 day"),
        (31536000, "365 days"),
        (9183000, "106 days"),
    ],
)
def test_a_span_is_told_as_people_say_it(seconds: float, says: str) -> None:
    assert duration(seconds) == says
