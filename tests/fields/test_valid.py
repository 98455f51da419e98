"""conformance.fields.valid: the forms that a value may be held to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.fields.valid import FORMS

VALUES: dict[str, tuple[list[str], list[str]]] = {
    "entity-tag": (['"a"', 'W/"a"', '""'], ["a", 'w/"a"', '"a" "b"', '"a', ""]),
    "plain-tag": (['"a/b"'], ['"a\\"']),
    "imf-fixdate": (
        ["Sun, 06 Nov 1994 08:49:37 GMT"],
        ["Mon, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "0", "1994-11-06"],
    ),
    "delta-seconds": (["0", "60", "9" * 40], ["-1", "1.5", "5m", "", "1, 2"]),
    "full-list": (["a", "a, b", "", '"a,,b"'], ["a,,b", ", a", "a,", ","]),
    "field-names": (["Accept", "Accept, X-A", "*"], ["Accept Encoding", "a=b", "é"]),
    "content-range": (
        ["bytes 0-4/10", "bytes 0-0/*", "bytes */10"],
        ["bytes 4-0/10", "bytes 0-10/10", "0-4/10", "bytes=0-4", "bytes 0-4", "bytes */*", "bytes 0-4/-1"],
    ),
    "directives": (
        [
            "max-age=60, must-revalidate",
            "",
            'no-cache="Set-Cookie"',
            "max-age=1;a=2",
            'x="y", y=1.5',
            "no-store=?0",
        ],
        [
            'max-age="60"',
            "max-age=1.5",
            "max-age",
            "max-age=-1",
            "no-store=1",
            "a=",
            "Max-Age=1",
            "a,",
            "\u20ac",
        ],
    ),
    "some-directives": (["max-age=60", "a;b"], ["", " ", "max-age=5m", "a,"]),
    "strings": (['"a"', '"a", "b";c', ""], ["a", '"a", b', '"a', '"a",', '("a")', "1"]),
    "names": (["ExampleCache; hit", '"a b"; fwd=miss, c', ""], ["1; hit", "a b", "(a)", "a,", '"é"']),
    "whole-told": (["bytes 0-4/10", "bytes */10"], ["bytes 0-4/*"]),
    "range-units": (["bytes", "none", "bytes, lines"], ["bytes=0-", "", "a b"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_takes_what_is_valid_and_nothing_else(name: str) -> None:
    right, wrong = VALUES[name]
    assert [each for each in right if not FORMS[name].fits(each)] == []
    assert [each for each in wrong if FORMS[name].fits(each)] == []


@given(st.text(max_size=80))
def test_no_text_makes_a_form_raise(text: str) -> None:
    for form in FORMS.values():
        form.fits(text)
