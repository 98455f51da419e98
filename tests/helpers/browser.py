"""A real browser to show pages in, and axe-core to look at them: where they are not, their tests are skipped.

`make browser` gets axe-core by npm, as pinned in tests/browser; Chromium is the system's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

__all__ = ["Seen", "axe", "chromium", "shown"]

AXE: Final = Path(__file__).parents[1] / "browser/node_modules/axe-core/axe.min.js"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; a reason to skip where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"there is no browser ({', '.join(NAMES)}): apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # Root's processes get no sandbox of Chromium's own; what it shows here is ours.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def axe() -> str:
    """The script of axe-core; a reason to skip where it is not there."""
    if not AXE.is_file():
        pytest.skip("axe-core is not there: make browser")
    return AXE.read_text("utf-8")


@dataclass
class Seen:
    """A page in the browser, and what it tried to do.

    Args:
        tried: dialogs, requests, and whatever the browser complains of.
    """

    page: Any
    tried: list[str] = field(default_factory=list)

    def unfold(self) -> None:
        """Everything that is folded is shown."""
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@contextmanager
def shown(
    browser: Any, source: str, folder: Path, *, width: int = 1280, scheme: str = "light"
) -> Iterator[Seen]:
    """A page, opened from a file, as whoever has downloaded it does."""
    file = folder / "page.html"
    file.write_text(source, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    seen = Seen(page)

    def dialog(each: Any) -> None:
        seen.tried.append(f"dialog {each.message}")
        each.dismiss()

    page.on("dialog", dialog)
    page.on("console", lambda each: seen.tried.append(f"console {each.type} {each.text}"))
    page.on("pageerror", lambda each: seen.tried.append(f"error {each}"))
    page.on("popup", lambda each: seen.tried.append(f"popup {each.url}"))
    page.on("framenavigated", lambda each: seen.tried.append(f"frame {each.url}"))
    # Also of what is refused before anything is sent: that it was, Chromium tells afterwards.
    page.on("requestfailed", lambda each: seen.tried.append(f"{each.failure} {each.url}"))
    page.on("request", lambda each: seen.tried.append(f"request {each.url}"))
    try:
        page.goto(file.as_uri())
        here = (f"request {file.as_uri()}", f"frame {file.as_uri()}")
        seen.tried = [each for each in seen.tried if each not in here]
        yield seen
    finally:
        context.close()
