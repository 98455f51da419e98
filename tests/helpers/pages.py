"""Pages: read as a browser reads them, and reports whose every text attacks one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from msgspec import inspect
from msgspec.structs import replace

from conformance.model import Entry, Frozen, Report, Verdict
from conformance.model.grades import Earned, Grade, TopicPoints
from conformance.report.document import rescored
from helpers.embedded import judged

__all__ = ["HOSTILE", "Page", "assert_plain", "attacking", "failing", "graded"]

HOSTILE: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "</style><script>alert(1)</script>",
    "</title></pre></code><svg onload=alert(1)>",
    "<!--",
    "]]></svg><iframe src=//127.0.0.1:9/>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    'https://127.0.0.1:9/"onclick=alert(1)',
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'><base href=http://127.0.0.1:9/>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css><style>@import url(http://127.0.0.1:9/)</style>",
    "&lt;script&gt;&#60;script&#62;\\u003cscript\\u003e",
    "\x00\x1b[2J\x07\u202egnol\u2066\u200b\ufeff\r\n##[error]::error::x",
    "<details open ontoggle=alert(1)><input autofocus onfocus=alert(1)>",
)
"""What a server may send to whoever shows it."""

# By these names things are found: the entry of a check, its step, what a client cache is called.
_HOLDS: Final = frozenset(
    ("also", "digest", "do", "id", "name", "nodeid", "requirement", "started", "step", "through", "work")
)


_METAS: Final = 6
_PLAIN: Final = re.compile(
    "a|b|blockquote|body|circle|code|dd|defs|details|div|dl|dt|figcaption|figure|footer|h[1-4]|head|header|html|i"
    "|li|line|main|mark|meta|ol|p|path|pattern|pre|rect|section|small|span|style|summary|svg|symbol|table|tbody"
    "|td|text|th|thead|title|tr|ul|use"
)


@dataclass
class Page(HTMLParser):
    """A page, taken apart.

    Args:
        tags: each with its attributes.
        texts: all that is shown, in order.
        open_: the elements that are open where the reader is; empty at the end of a good page.
    """

    source: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    VOID = frozenset(("meta", "br", "link", "img", "input", "base"))

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It opens."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open_.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It is empty."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        if not self.open_ or self.open_.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.open_ and self.open_[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is shown, with single spaces."""
        return " ".join("".join(f"{each} " for each in self.texts).split())

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a name."""
        return [attrs for name, attrs in self.tags if name == tag]


def assert_plain(source: str) -> Page:
    """A page of ours: whole, of elements that do nothing, and with no text that a reader could take amiss."""
    page = Page(source)
    assert page.wrong == []
    assert page.open_ == []
    assert all(_PLAIN.fullmatch(tag) for tag, _ in page.tags)
    assert len(page.of("meta")) == _METAS
    for tag, attrs in page.tags:
        assert not {name for name in attrs if name.startswith("on") or name in ("style", "src", "action")}
        if tag == "a":
            assert re.match(r"#[\w-]+$|https?://", attrs["href"])
        elif "href" in attrs:
            assert attrs["href"].startswith("#")
    assert all(c.isprintable() or c == "\n" for c in "".join(page.texts))
    return page


@functools.cache
def attacking(place: int = 0) -> Report:
    """A report with many outcomes, in which each text that anybody else may have had a hand in is hostile.

    Args:
        place: with which of HOSTILE they begin; each text has another one.
    """
    counted = iter(range(place, 10**9))
    spoilt: Report = _spoilt(_mixed(), inspect.type_info(Report), "", counted)
    return rescored(spoilt)


def _mixed() -> Report:
    """A failed run whose checks have every outcome there is."""
    report = judged("sliding-ttl")
    names = ("error", "inconclusive", "unreachable", "warn", "untestable", "blocked", "not-applicable")
    entries = list(report.entries)
    for place, name in enumerate(names):
        outcome: Any = "fail" if name == "warn" else name
        verdict: Any = name
        before = entries[3 * place]
        told = Verdict(outcome, verdict, "said", "one", "other", "cause", "mend", before.verdict.step)
        entries[3 * place] = replace(before, verdict=told)
    return rescored(
        replace(
            report,
            entries=tuple(entries),
            output="printed\nlines",
            problems=("one",),
            stopped="",
            why_real={"items": "why"},
        )
    )


def _spoilt(value: Any, kind: Any, name: str, counted: Iterator[int]) -> Any:
    """A value of a record with each text replaced that its type leaves open."""
    if isinstance(kind, inspect.Metadata):
        return _spoilt(value, kind.type, name, counted)
    if isinstance(value, Frozen):
        told: Any = inspect.type_info(type(value))
        return replace(
            value,
            **{
                each.name: _spoilt(getattr(value, each.name), each.type, each.name, counted)
                for each in told.fields
            },
        )
    if isinstance(kind, inspect.UnionType):
        types = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return _spoilt(value, types[0], name, counted) if len(types) == 1 else value
    if isinstance(value, tuple):
        kinds = [kind.item_type] * len(value) if isinstance(kind, inspect.VarTupleType) else kind.item_types
        return tuple(_spoilt(each, one, name, counted) for each, one in zip(value, kinds, strict=True))
    if isinstance(value, Mapping) and isinstance(kind, inspect.DictType):
        return {key: _spoilt(each, kind.value_type, name, counted) for key, each in value.items()}
    open_ = isinstance(kind, inspect.StrType | inspect.AnyType) and isinstance(value, str)
    return HOSTILE[next(counted) % len(HOSTILE)] if open_ and name not in _HOLDS else value


def failing(report: Report) -> Report:
    """The same, but all of its checks fail."""

    def entry(each: Entry) -> Entry:
        told = f"expected what {each.nodeid} asks for, found something that is quite another thing"
        return replace(each, verdict=Verdict("fail", "fail", told, told[9:50], told[50:], told, told * 2))

    return rescored(replace(report, entries=tuple(map(entry, report.entries))))


def graded(report: Report, *, hidden: frozenset[str] = frozenset(), withheld: bool = False) -> Grade:
    """A grade with a point or two for each check that counts."""
    rows = []
    for place, each in enumerate(e for e in report.judged if report.about(e).level != "MAY"):
        of, passed = 1 + place % 2, each.verdict.verdict == "pass"
        when = "due" if each.nodeid in hidden else ""
        title, why = report.about(each).title, "" if passed else f"earned nothing, {each.verdict.verdict}"
        rows.append(
            Earned(
                each.nodeid, each.id, title, each.file, of if passed else 0, of, each.verdict.verdict, why,
                hidden_until=when,
            )
        )  # fmt: skip
    topics = {row.topic: [0, 0] for row in rows}
    for row in rows:
        topics[row.topic][0] += row.points
        topics[row.topic][1] += row.of
    points, most = sum(row.points for row in rows), sum(row.of for row in rows)
    return Grade(
        status="withheld" if withheld else "graded",
        of=most,
        cause="noise" if withheld else "",
        why="somebody else wrote at the same time" if withheld else "",
        points=None if withheld else points,
        low=points,
        high=points + 8 * withheld,
        rows=tuple(rows),
        topics=tuple(TopicPoints(file, report.topics[file], *each) for file, each in topics.items()),
        assignment="Caching, week 6",
        freeze="ab" * 32,
    )
