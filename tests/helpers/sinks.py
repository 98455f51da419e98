"""How each format is read by somebody else: what makes a document one of it, and what its sink would obey.

One function a format, which fails where the document is not valid, or holds what would be obeyed. A format
without one fails the test of the table.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import jsonschema
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from conformance.report.document import decode, report_schema
from conformance.report.junit import MOST_OBJECTS
from helpers.pages import assert_plain
from helpers.reports import assert_tame

__all__ = ["SINKS", "commands", "junit_cases"]

_SCHEMAS: Final = Path(__file__).parent.parent / "schemas"
_PUBLISHED: Final = os.environ.get("CONFORMANCE_PUBLISHED_SCHEMAS", "")


# ------------------------------------------------------------------ JSON


def _native(document: bytes) -> None:
    _of_reports().validate(_read(document))
    decode(document)


@functools.cache
def _of_reports() -> Any:
    schema = report_schema()
    return jsonschema.validators.validator_for(schema)(schema)


def _json(name: str) -> Callable[[bytes], None]:
    def look(document: bytes) -> None:
        value = _read(document)
        for validator in _validators(name):
            validator.validate(value)
        for text in _strings(value):
            assert_tame(text)

    return look


@functools.cache
def _validators(name: str) -> tuple[Any, ...]:
    """Ours, and the published one where that is there."""
    paths = [_SCHEMAS / f"{name}.json"]
    published = Path(_PUBLISHED, f"{name}.json")
    if _PUBLISHED and published.is_file():
        paths.append(published)
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return tuple(jsonschema.validators.validator_for(each)(each) for each in schemas)


def _read(document: bytes) -> Any:
    """As any program reads it, a strict one included; and a terminal that shows it has nothing to obey."""
    text = document.decode("ascii")
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(each)
    yield from value if isinstance(value, dict) else ()


def _gradescope(document: bytes) -> None:
    _json("gradescope")(document)
    value = json.loads(document)
    counted = [test for test in value["tests"] if "score" in test]
    assert sum(test["score"] for test in counted) == value.get("score", 0)
    # Who may not see a score may not see the test: but a remark alone is hidden for good.
    assert not [test for test in counted if test["visibility"] == "hidden"]


def _classroom50(document: bytes) -> None:
    _json("classroom50")(document)
    value = json.loads(document)
    assert sum(test["score"] for test in value["tests"]) == value["score"] <= value["max-score"]
    assert sum(test["max-score"] for test in value["tests"]) == value["max-score"]


def _prairielearn(document: bytes) -> None:
    _json("prairielearn")(document)
    assert len(document) <= 1_000_000


def _ctrf(document: bytes) -> None:
    _json("ctrf")(document)
    results = json.loads(document)["results"]
    summary, tests = results["summary"], results["tests"]
    statuses = ("passed", "failed", "skipped", "pending", "other")
    assert summary["tests"] == len(tests) == sum(summary[status] for status in statuses)
    named = [test["testId"] for test in tests if "testId" in test]
    assert len(set(named)) == len(named)


# ------------------------------------------------------------------ XML


def junit_cases(document: bytes) -> list[tuple[str, str, str, str]]:
    """Each case as junitparser reads it: class, name, what came out, and the text that GitLab shows."""
    found = []
    for suite in JUnitXml.fromstring(document):
        for case in suite:
            kind, text = "", ""
            for result in case.result:
                assert not kind  # one comes out
                kind, text = type(result).__name__.lower(), str(result.text)
            found.append((str(case.classname), str(case.name), kind, text))
    return found


def _junit(document: bytes) -> None:
    root = _xml(document)
    for each in root.iter():
        for text in (each.text, each.tail, *each.attrib.values()):
            assert_tame((text or "").strip("\n"))
    assert sum(1 + len(each.attrib) + bool(each.text) for each in root.iter()) <= MOST_OBJECTS
    cases = junit_cases(document)
    assert len({(where, name) for where, name, _, _ in cases}) == len(cases)
    assert all(name for _, name, _, _ in cases)
    (suite,) = root
    assert int(suite.attrib["tests"]) == len(cases)


def _badge(document: bytes) -> None:
    root = _xml(document)
    svg = "{http://www.w3.org/2000/svg}"
    assert {each.tag.removeprefix(svg) for each in root.iter()} == {"svg", "title", "rect", "g", "text"}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name or name == "style"]
    assert re.fullmatch(r"[\x20-\x7e\n]+", document.decode("ascii"))


def _xml(document: bytes) -> ET.Element:
    assert b"<!" not in document  # no entity, no DTD, no CDATA, no comment
    return ET.fromstring(document)  # noqa: S314 - it is ours


# ------------------------------------------------------------------ Markdown


_TAGS: Final = frozenset(
    "h1 h2 p ul li strong code pre details summary table thead tbody tr th td".split()  # noqa: SIM905
)
_LINKED: Final = re.compile(r"(?i)https?:|www\.|@|#\d|gh-\d")


class _Page(HTMLParser):
    """What a page shows: its elements, and the text that is not code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: Counter[str] = Counter()
        self.prose = StringIO()
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open[tag] += 1
        self.attributes |= {f"{name}={value}" for name, value in attrs}
        self._code += tag in ("code", "summary")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "summary")
        self.open[tag] -= 1

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.prose.write(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)


def _markdown(document: bytes) -> None:
    text = document.decode("utf-8")
    assert_tame(text)
    assert len(document) <= 1 << 20
    page = _Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))
    page.close()
    assert page.tags <= _TAGS
    assert not +page.open  # a fence that ends too soon would make text of what closes
    assert page.attributes <= {"class=language-text"}
    assert not _LINKED.search(page.prose.getvalue())


# ------------------------------------------------------------------ workflow commands

_COMMAND: Final = re.compile(r"::([a-z]+) title=([^:,]*)::(.*)")


def commands(document: bytes) -> list[tuple[str, str, str]]:
    """What GitHub's runner reads: kind, title and message of each command; another line is none."""
    text = document.decode("utf-8")
    found = []
    for line in text.split("\n")[:-1]:
        match = _COMMAND.fullmatch(line)
        assert match, line
        kind, title, message = match.groups()
        found.append((kind, _uncoded(title), _uncoded(message)))
    return found


def _uncoded(text: str) -> str:
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def _annotations(document: bytes) -> None:
    found = commands(document)
    assert 1 <= len(found) <= 10
    assert {kind for kind, _, _ in found} <= {"error", "warning", "notice"}
    for _, title, message in found:
        assert_tame(title)
        assert_tame(message)
    assert all(c.isprintable() or c == "\n" for c in document.decode("utf-8"))
    assert b"##[" not in document


def _lines(document: bytes) -> None:
    for line in document.decode("utf-8").split("\n"):
        assert_tame(line)
        assert not line.lstrip().startswith("::")


def _page(document: bytes) -> None:
    assert_plain(document.decode())


SINKS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "json": _native,
    "junit": _junit,
    "gradescope": _gradescope,
    "classroom50": _classroom50,
    "prairielearn": _prairielearn,
    "ctrf": _ctrf,
    "markdown": _markdown,
    "github-summary": _markdown,
    "github-annotations": _annotations,
    "badge": _badge,
    "httplint": _lines,
    "html": _page,
}
"""Format -> what fails where a document is not one of it, or its sink would obey something in it."""
