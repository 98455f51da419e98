"""docs/conf.py: the site has every page, no link to nowhere, and nothing that comes over a network."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from helpers.browser import chromium
from helpers.rules import none_of

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"


@pytest.fixture(scope="module")
def conf() -> ModuleType:
    """The configuration, as Sphinx reads it."""
    spec = importlib.util.spec_from_file_location("conf", DOCS / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_each_page_is_in_the_index(conf: ModuleType) -> None:
    listed = [each for _, pages in conf.contents((DOCS / "index.md").read_text("utf-8")) for each in pages]
    paths = {(DOCS / f"{each.partition('<')[2].rstrip('>')}.md").resolve() for each in listed}
    assert len(paths) == len(listed)
    written = {*ROOT.glob("*.md"), *DOCS.glob("*.md"), DOCS / "checks/README.md"} - {DOCS / "index.md"}
    none_of(f"{path.relative_to(ROOT)} is not in docs/index.md" for path in sorted(written - paths))


def test_the_index_is_of_the_four_kinds_of_pages(conf: ModuleType) -> None:
    kinds = [kind for kind, pages in conf.contents((DOCS / "index.md").read_text("utf-8")) if pages]
    assert kinds == ["Tutorial", "How to", "Reference", "Explanation"]


# ---------------------------------------------------------------- built, where the extra docs is installed


def build(source: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """As `make site` does."""
    for name in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(name, reason="the extra docs is not installed")
    (options,) = re.findall(r"-m sphinx (.+) \$\(SITE\)", (ROOT / "Makefile").read_text("utf-8"))
    command = [sys.executable, "-m", "sphinx", *options.split(), str(into)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site."""
    into = tmp_path_factory.mktemp("site")
    done = build(ROOT, into)
    assert (done.returncode, done.stderr) == (0, "")
    return into


class Loads(HTMLParser):
    """What a page has the browser load by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given.get("src") or "", given.get("srcset") or ""]
        self.found += [given.get("href") or ""] if tag == "link" else []


@pytest.mark.slow
def test_all_pages_are_there_and_load_nothing_from_elsewhere(site: Path) -> None:
    pages = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}
    assert {"index.html", "docs/index.html", "docs/checks/ranges.html", "README.html"} <= pages.keys()
    none_of(
        f"{name} loads {each}"
        for name, text in pages.items()
        for each in Loads(text).found
        if re.match(r"(?:[a-z]+:)?//", each)
    )
    loads = re.compile(r"""(?:url\(|@import)\s*["']?(?:[a-z]+:)?//""")
    none_of(path for path in site.rglob("*.css") if loads.search(path.read_text("utf-8")))


@pytest.mark.slow
def test_a_link_to_nowhere_ends_it(tmp_path: Path) -> None:
    for name in ("docs/conf.py", "docs/site/index.html", "conformance/version.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs/index.md").write_text("# All\n\n## Reference\n- [A page](page.md)\n")
    page = tmp_path / "docs/page.md"
    page.write_text("# A page\n")
    good = build(tmp_path, tmp_path / "good")
    assert (good.returncode, good.stderr) == (0, "")
    links = ["nowhere.md", "index.md#nothing", "#nothing"]
    page.write_text("# A page\n\n" + "".join(f"[this]({link})\n\n" for link in links))
    bad = build(tmp_path, tmp_path / "bad")
    assert bad.returncode == 1
    none_of(line for line in (3, 5, 7) if f"docs/page.md:{line}: WARNING" not in bad.stderr)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "name", ["docs/index", "docs/servers", "docs/options", "docs/checks/ranges", "README"]
)
def test_a_page_fits_and_asks_nobody(site: Path, chrome: Any, name: str, width: int) -> None:
    asked, page = opened(chrome, width)
    page.goto((site / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    none_of(each for each in asked if not each.startswith("file:"))
    page.context.close()


@pytest.mark.slow
def test_search_needs_no_server(site: Path, chrome: Any) -> None:
    asked, page = opened(chrome, 1280)
    page.goto((site / "docs/index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("If-Range")
    page.keyboard.press("Enter")
    page.locator("#search-results ul.search a", has_text="If-Range").first.wait_for()
    none_of(each for each in asked if not each.startswith("file:"))
    page.context.close()


def opened(chrome: Any, width: int) -> tuple[list[str], Any]:
    """A new page, and the list of what it asks for or complains of."""
    asked: list[str] = []
    page = chrome.new_context(viewport={"width": width, "height": 900}).new_page()
    page.on("request", lambda each: asked.append(each.url))
    page.on("pageerror", lambda each: asked.append(f"error {each}"))
    page.on("console", lambda each: asked.append(f"console {each.text}"))
    return asked, page
