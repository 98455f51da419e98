"""conformance.language.yamlfile: what of YAML is refused, where, and how plain text is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conformance.errors import SpecError, TargetError
from conformance.language import yamlfile
from conformance.language.yamlfile import parse, read

ANCHORS = 'anchors and aliases (& and *) are not part of the language; to send an asterisk, quote it: "*"'
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

REFUSED = {
    "billion laughs": (LAUGHS, f"f.yaml:1: {ANCHORS}"),
    "anchor": ("title: &t text\n", f"f.yaml:1: {ANCHORS}"),
    "alias": ("a: 1\nb: *a\n", f"f.yaml:2: {ANCHORS}"),
    "duplicate key": ("a: 1\nb:\n  c: 1\n  c: 2\n", "f.yaml:4: the key 'c' stands twice (first in line 3)"),
    "duplicate key, quoted": ('a: 1\n"a": 2\n', "f.yaml:2: the key 'a' stands twice (first in line 1)"),
    "merge key": ("a: {b: 1}\n<<: {c: 1}\n", "f.yaml:2: merge keys (<<) are not part of the language"),
    "key that is a list": ("? [a]\n: b\n", "f.yaml:1: a key has to be plain text"),
    "local tag": ("a: !mine 1\n", "f.yaml:1: tags such as '!mine' are not part of the language"),
    "own tag on a list": ("a: !mine [1]\n", "f.yaml:1: tags such as '!mine' are not part of the language"),
    "text by tag": (
        "a: !!str 5\n",
        "f.yaml:1: tags such as 'tag:yaml.org,2002:str' are not part of the language",
    ),
    "set by tag": (
        "a: !!set {b}\n",
        "f.yaml:1: tags such as 'tag:yaml.org,2002:set' are not part of the language",
    ),
    "python object": (
        "a: !!python/object:os.path [ls]\n",
        "f.yaml:1: tags such as 'tag:yaml.org,2002:python/object:os.path' are not part of the language",
    ),
    "two documents": ("a: 1\n---\nb: 1\n", "f.yaml:2: a second document begins; a file holds one"),
    "nested deep": (f"a: {'[' * 50}{']' * 50}\n", "f.yaml:1: is nested more than 40 deep"),
    "nested far too deep": (f"a: {'[' * 200_000}", "f.yaml:1: is nested more than 40 deep"),
    "nested deep in lines": (
        "".join(f"{' ' * n}a:\n" for n in range(60)),
        "f.yaml:41: is nested more than 40 deep",
    ),
    "empty": ("", "f.yaml: is empty"),
    "comments only": ("# nothing\n", "f.yaml: is empty"),
    "NUL": ("a: 1\nb: \0\n", "f.yaml:2: is not YAML: it holds the control character U+0000"),
    "ESC": ("a: \x1b[31m\n", "f.yaml:1: is not YAML: it holds the control character U+001B"),
}


@pytest.fixture(params=["C", "Python"])
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With libyaml, and without it."""
    if request.param == "C":
        if not hasattr(yaml, "CSafeLoader"):
            pytest.skip("PyYAML was built without libyaml")
        monkeypatch.setattr(yamlfile, "_Loader", yaml.CSafeLoader)
    else:
        monkeypatch.setattr(yamlfile, "_Loader", yaml.SafeLoader)


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_yaml_allows_and_the_language_does_not_is_refused_with_its_line(
    text: str, expected: str
) -> None:
    with pytest.raises(SpecError) as caught:
        parse(text, "f.yaml")
    assert str(caught.value) == expected


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1,\n", 2),
        ("a: b: c\n", 1),
        ("a: 1\n\tb: 2\n", 2),
        ('a: "open\n', 2),
        ("a: 1\n b: 2\n", 2),
        ("%YAML 3.0\n---\na: 1\n", 1),
        ("a: @b\n", 1),
    ],
)
def test_what_is_no_yaml_is_said_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SpecError, match="is not YAML") as caught:
        parse(text, "f.yaml")
    assert caught.value.line in (line, line - 1)  # where a thing is left open, the two loaders differ
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize("text", ["If-None-Match: *\n", "a: {If-None-Match: *}\n", "a: [*]\n"])
def test_an_asterisk_without_quotes_is_told_to_be_quoted(text: str) -> None:
    with pytest.raises(SpecError, match=r'an asterisk has to be quoted: "\*"|quote it: "\*"'):
        parse(text, "f.yaml")


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("304", 304),
        ("-1", -1),
        ("1.5", 1.5),
        ("9" * 18, int("9" * 18)),
        # everything else is the text that it is
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("True", "True"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("+1", "+1"),
        ("1.", "1."),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
        ('"304"', "304"),
        ("'true'", "true"),
        ("'\"abc\"'", '"abc"'),
        ('"abc"', "abc"),
        ("|\n  304\n", "304\n"),
        (">-\n  true\n", "true"),
    ],
)
def test_plain_text_is_read_as_json_reads_it(written: str, expected: object) -> None:
    found = parse(f"a: {written}", "f.yaml").data["a"]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("key", ["on", "no", "5", "true", "null", "2026-01-01"])
def test_a_key_stays_text(key: str) -> None:
    assert parse(f"{key}: 1", "f.yaml").data == {key: 1}


def test_every_part_has_its_line() -> None:
    file = parse("a: 1\nb:\n  - c: 2\n    d: 3\n", "f.yaml")
    expected = {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "d"): 4}
    assert {path: file.line(path) for path in expected} == expected


def test_a_part_without_a_line_of_its_own_has_that_of_its_nearest_ancestor() -> None:
    assert parse("a:\n  b: 1\n", "f.yaml").line(("a", "b", "c", 0)) == 2


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbfa: 1\n", b"a: 1\r\n", b"a: 1"], ids=["byte order mark", "CRLF", "no line end"]
)
def test_a_file_of_any_editor_is_read(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    assert read(path, "f.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: \xff\n", "f.yaml: is not UTF-8 text (byte 3)"),
        ("a: 1\n".encode("utf-16"), "f.yaml: is not UTF-8 text (byte 0)"),
        (b"#" * (1024 * 1024 + 1), "f.yaml: is 1048577 bytes long; at most 1048576 are read"),
        (b"", "f.yaml: is empty"),
    ],
)
def test_a_file_that_is_no_text_of_ours_is_refused(tmp_path: Path, raw: bytes, expected: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(SpecError) as caught:
        read(path, "f.yaml")
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("missing.yaml", "No such file or directory"), (".", "Is a directory")],
)
def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path, name: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path / name, "f.yaml")
    assert str(caught.value) == f"f.yaml: can't be read: {expected}"


def test_the_error_is_of_the_kind_that_was_asked_for() -> None:
    with pytest.raises(TargetError):
        parse("a: *b", "f.yaml", TargetError)
    assert type(parse("a: 1", "f.yaml", TargetError).fail("is wrong", ("a",))) is TargetError


@pytest.mark.usefixtures("_loader")
def test_a_text_with_a_colon_is_said_to_need_quotes() -> None:
    with pytest.raises(
        SpecError, match=r"^f\.yaml:1: is not YAML: .* \(a text with a colon and a blank in it"
    ):
        parse("hint: Hash it: send hex.", "f.yaml", SpecError)
