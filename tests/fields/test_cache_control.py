"""conformance.fields.cache_control: the directives, the mistakes of syntax, the contradictions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.fields import CacheControl, Directive, contradictions, parse_cache_control, remarks

# Text that comes near the grammar, and text that does not.
texts = st.one_of(st.text(max_size=40), st.text('",;=\\ \t*:max-age5ps', max_size=40))


@pytest.mark.parametrize(
    ("lines", "directives"),
    [
        (["public, max-age=300"], (Directive("public"), Directive("max-age", "300"))),
        (["Public", "MAX-AGE=300"], (Directive("public"), Directive("max-age", "300"))),
        (['private="a, b" ,no-store'], (Directive("private", "a, b", quoted=True), Directive("no-store"))),
        (['x="a\\"b"'], (Directive("x", 'a"b', quoted=True),)),
        ([""], ()),
        ([], ()),
        ("no-store", (Directive("no-store"),)),
    ],
)
def test_directives_are_one_list_in_lower_case(lines: list[str], directives: tuple[Directive, ...]) -> None:
    assert parse_cache_control(lines) == CacheControl(directives)


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        ("max-age=5m", "bad-delta-seconds", "max-age takes whole seconds, found '5m'"),
        ("max-age=-1", "bad-delta-seconds", "max-age takes whole seconds, found '-1'"),
        ("s-maxage=1.5", "bad-delta-seconds", "s-maxage takes whole seconds, found '1.5'"),
        ('max-age="5m"', "bad-delta-seconds", "max-age takes whole seconds, found '5m'"),
        ("stale-if-error=x", "bad-delta-seconds", "stale-if-error takes whole seconds"),
        ('max-age="300"', "quoted-delta-seconds", "max-age=300"),
        ("max-age", "missing-argument", "max-age needs a number of seconds"),
        ("max-age=", "missing-argument", "a value has to follow '='"),
        ("public=1", "unexpected-argument", "public takes no value, found 'public=1'"),
        ("no-store=true", "unexpected-argument", "no-store takes no value"),
        ("immutable=1", "unexpected-argument", "immutable takes no value"),
        ('no-cache="a b"', "bad-field-names", "no-cache takes the names of header fields"),
        ('private=""', "bad-field-names", "private takes the names of header fields"),
        ("public; max-age=300", "semicolon", "commas, not semicolons"),
        ("max-age = 300", "space-around-equals", "write max-age=300, found 'max-age = 300'"),
        ("max-age:300", "colon", "write max-age=300"),
        ("public max-age=300", "missing-comma", "write public, max-age=300"),
        ("max age=300", "space-in-directive", "no spaces inside"),
        ("public,, no-cache", "empty-element", "a comma too many"),
        ("public,", "empty-element", "a comma too many"),
        ('private="a', "unclosed-quote", "never closed"),
        ('"public"', "malformed-directive", "name or name=value"),
        ("max-age=3=0", "malformed-directive", "name or name=value"),
        ("{max-age}", "malformed-directive", "name or name=value"),
    ],
)
def test_a_mistake_of_syntax_is_named(value: str, code: str, says: str) -> None:
    (problem,) = parse_cache_control([value]).problems
    assert problem.code == code
    assert says in str(problem)
    assert problem.level == "MUST"
    assert problem.section


@pytest.mark.parametrize(
    "value",
    [
        "public, max-age=300",
        "max-age=0300",
        "no-store,no-cache\t, max-age=0",
        'private="Set-Cookie"',
        "no-cache=Set-Cookie",
        'community="UCI, other; x"',
        "max-age=99999999999999999999",
        "stale-while-revalidate=60, immutable",
        "",
    ],
)
def test_valid_syntax_has_no_problem(value: str) -> None:
    assert parse_cache_control([value]).problems == ()


def test_a_semicolon_in_quotes_is_no_separator_and_an_open_quote_is_none_either() -> None:
    assert [p.code for p in parse_cache_control(['x="a;b"', 'x="a;b']).problems] == ["unclosed-quote"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=300", 300),
        ('Max-Age="300"', 300),
        ("max-age=0", 0),
        ("max-age=2147483649", 2147483648),
        (f"max-age={'9' * 5000}", 2147483648),
        ("max-age=1, max-age=2", 1),
        ("max-age=5m, max-age=2", None),
        ("max-age", None),
        ("max-age=-1", None),
        ("max-age=٣", None),
        ("max-age = 300", None),
        ("s-maxage=300", None),
    ],
)
def test_seconds_are_those_of_the_first_valid_directive(value: str, seconds: int | None) -> None:
    assert parse_cache_control([value]).seconds("max-age") == seconds


def test_a_cache_control_answers_by_name_in_any_case() -> None:
    cc = parse_cache_control(['Private="a"', "no-cache, private"])
    assert "PRIVATE" in cc
    assert "max-age" not in cc
    assert 1 not in cc
    assert cc.names == {"private", "no-cache"}
    assert cc.get("private") == Directive("private", "a", quoted=True)
    assert cc.get("public") is None
    assert cc.unqualified("private")
    assert not parse_cache_control(['private="a"']).unqualified("private")


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("public, private", ["public-and-private"]),
        ("max-age=1, max-age=1", ["repeated-directive"]),
        ("max-age=1, MAX-AGE=2", ["repeated-directive"]),
        ("s-maxage=1, s-maxage=2", ["repeated-directive"]),
        ("no-store, max-age=60", ["no-store-with-lifetime"]),
        ("no-store, s-maxage=60", ["no-store-with-lifetime"]),
        ("no-store, no-cache, max-age=0", []),
        ("no-store, must-understand, max-age=60", []),
        ('public, private="Set-Cookie", max-age=60', []),
        ("max-age=60, s-maxage=600", []),
        ("private, no-cache", []),
        ("no-cache, max-age=60", []),
        ("no-store, no-store", []),
        ("", []),
    ],
)
def test_contradictions_are_found_and_harmless_repetition_is_none(value: str, codes: list[str]) -> None:
    found = contradictions(parse_cache_control([value]))
    assert [each.code for each in found] == codes
    assert {each.level for each in found} <= {"SHOULD"}


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("maxage=300", ["misspelled-directive"]),
        ("nocache, no_store", ["misspelled-directive", "misspelled-directive"]),
        ("max-gae=60, privat, must-validate, no-chache", ["misspelled-directive"] * 4),
        ("stale-while-error=60, min-age=3, revalidate, post-check=0, no-modify", []),
        ("only-if-cached", ["request-directive"]),
        ("no-cache=Set-Cookie", ["unquoted-field-names"]),
        ("no-cache, max-age=60", ["useless-directive"]),
        ("no-store, public", ["useless-directive"]),
        ("private, s-maxage=60", ["useless-directive"]),
        ("must-understand", ["must-understand-alone"]),
        ("must-understand, no-store, public", []),
        ("no-cache, no-store, max-age=0", []),
        ("community=x, public, max-age=60", []),
    ],
)
def test_remarks_are_on_what_is_valid_and_hardly_meant(value: str, codes: list[str]) -> None:
    assert [each.code for each in remarks(parse_cache_control([value]))] == codes


@settings(derandomize=True, database=None, deadline=None)
@given(st.lists(texts, max_size=3))
def test_any_text_can_be_read_as_cache_control(lines: list[str]) -> None:
    cc = parse_cache_control(lines)
    contradictions(cc)
    remarks(cc)
    assert parse_cache_control([", ".join(map(str, cc.directives))]).directives == cc.directives
