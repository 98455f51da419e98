"""The page in a real browser: for everybody to read, and able to do nothing, whatever a server sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import axe, chromium, shown
from helpers.embedded import dead_port, judged
from helpers.pages import HOSTILE, attacking, graded

from conformance.report.html.page import html

LATE = "c-server-cache-yaml-cached-time-reads-do-not-prolong"
PAGES = {
    "passed": lambda: html(judged()),
    "failed": lambda: html(judged("sliding-ttl"), graded(judged("sliding-ttl"))),
    "withheld": lambda: html(judged("ignores-inm"), graded(judged("ignores-inm"), withheld=True)),
    "dead": lambda: html(dead_port()),
}
OTHERS = [name for name in PAGES if name != "failed"]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["failed", *(pytest.param(each, marks=pytest.mark.slow) for each in OTHERS)])
def test_axe_finds_nothing(chrome: Any, tmp_path: Path, name: str, width: int, scheme: str) -> None:
    script = axe()
    with shown(chrome, PAGES[name](), tmp_path, width=width, scheme=scheme) as seen:
        seen.unfold()
        seen.page.evaluate(script)
        found = seen.page.evaluate("axe.run()")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert len(found["passes"]) > 20
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.tried == []


def test_on_a_phone_the_first_screen_has_the_result_what_to_mend_and_the_first_topics(
    chrome: Any, tmp_path: Path
) -> None:
    with shown(chrome, PAGES["failed"](), tmp_path, width=390) as seen:
        for selector in ("h1", ".mend", "#topics", ".topics tbody tr"):
            box = seen.page.locator(selector).first.bounding_box()
            assert box["y"] + box["height"] < 844, selector


@pytest.mark.parametrize("place", range(2))
def test_whatever_a_server_sent_there_is_no_dialog_no_request_and_no_complaint(
    chrome: Any, tmp_path: Path, place: int
) -> None:
    report = attacking(7 * place)
    with shown(chrome, html(report, graded(report)), tmp_path) as seen:
        seen.unfold()
        for each in seen.page.locator("summary").all()[:20]:
            each.hover()
        seen.page.locator("body").press("Tab")
        assert (
            seen.page.evaluate("document.querySelectorAll('script, img, iframe, base, object').length") == 0
        )
        assert "<script>alert(1)</script>" in seen.page.inner_text("body")
        assert seen.tried == []


@pytest.mark.parametrize("attack", [HOSTILE[0], f'<p title="{HOSTILE[1]}', HOSTILE[4], HOSTILE[11]])
def test_even_what_was_not_escaped_could_do_nothing_for_the_policy_forbids_it(
    chrome: Any, tmp_path: Path, attack: str
) -> None:
    source = html(dead_port())
    with shown(chrome, source.replace("</main>", f"{attack}</main>"), tmp_path) as seen:
        stopped = [each.partition(" ")[2] for each in seen.tried if each.startswith("csp ")]
        refused = [f"{how} {url}" for url in stopped for how in ("request", "csp")]
        said = [each for each in seen.tried if "violates the following Content Security Policy" in each]
        assert said
        assert [each for each in seen.tried if each not in (*said, *refused)] == []
    # And without the policy it would: so these tests see what they look for.
    bare = re.sub("<meta http-equiv[^>]*>", "", source)
    with shown(chrome, bare.replace("</main>", f"{attack}</main>"), tmp_path) as seen:
        assert any(each.startswith(("dialog", "request")) for each in seen.tried)


def test_all_can_be_done_with_the_keyboard(chrome: Any, tmp_path: Path) -> None:
    with shown(chrome, PAGES["failed"](), tmp_path) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        page.keyboard.press("Tab")
        assert page.evaluate(outline) != "none"
        page.locator("#passed > summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("#passed").evaluate("each => each.open")


def test_a_link_leads_into_what_is_folded(chrome: Any, tmp_path: Path) -> None:
    with shown(chrome, html(judged("unquoted-etag")), tmp_path) as seen:
        link = seen.page.locator(".topics a").first
        link.click()
        target = seen.page.locator(link.get_attribute("href"))
        assert target.evaluate("each => each.closest('.part').open")
        assert target.is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_reads_are_drawn_where_the_table_says_and_do_not_hide_each_other(
    chrome: Any, tmp_path: Path, width: int
) -> None:
    with shown(chrome, html(judged("sliding-ttl")), tmp_path, width=width) as seen:
        figure = seen.page.locator(f"#{LATE} .reads")
        figure.locator("summary").click()
        rows = figure.locator("tbody tr").count()
        marks = figure.locator("svg[role=img] use:not(.chevron)")
        assert marks.count() == rows
        boxes = [each.bounding_box() for each in marks.all()]
        middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
        assert middles == sorted(middles, key=lambda each: each[0])
        apart = [
            abs(one[0] - other[0]) + abs(one[1] - other[1])
            for place, one in enumerate(middles)
            for other in middles[:place]
        ]
        assert min(apart) > 10  # of 11 pixels that a mark is wide
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


def test_on_paper_what_is_folded_is_there(chrome: Any, tmp_path: Path) -> None:
    with shown(chrome, html(judged("sliding-ttl")), tmp_path) as seen:
        hidden = seen.page.locator("#passed h3").first
        assert not hidden.is_visible()
        seen.page.emulate_media(media="print")
        assert hidden.is_visible()
        assert seen.page.locator(f"#{LATE} .times").is_visible()
