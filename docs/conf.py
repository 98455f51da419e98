"""The documentation site: how Sphinx makes it of the pages that a code host shows as they are (`make site`).

The source is the whole repository, so that a link between two files is the same on the site and on a code
host. It must not know anything of the package, nor import it: the site is built where nothing but Sphinx,
MyST and Furo are installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
INDEX: Final = "docs/index"
# Pages of folders hang below the page that lists them in a table.
FOLDERS: Final = {"docs/checks/README": "checks", "docs/matrix": "matrix"}

project = "cache-conformance"
release = re.findall(r'(?m)^__version__ = "(.+)"', (ROOT / "conformance/version.py").read_text("utf-8"))[0]
root_doc = INDEX
include_patterns = [
    "docs/**.md",
    *(f"{name}.md" for name in ("ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "README", "SECURITY")),
]
extensions = ["myst_parser"]
myst_heading_anchors = 3  # as code hosts name them
nitpicky = True
smartquotes = False  # an option's two hyphens are no dash

html_theme = "furo"
html_title = project
html_extra_path = ["site"]  # /index.html, which leads to docs/index.html
html_copy_source = False
html_show_copyright = html_show_sphinx = False
# A browser lets no page that was opened as a file read another one, for the lines around what was found.
html_show_search_summary = False


def contents(index: str) -> Iterator[tuple[str, list[str]]]:
    """Each heading of the index, and the page that each line links to first, by its name there; each once."""
    told: set[str] = set()
    for part in re.split(r"(?m)^## ", index)[1:]:
        links = {page: text for text, page in re.findall(r"(?m)^- .*?\[([^]]+)\]\(([^)#:]+)\.md\)", part)}
        yield part.partition("\n")[0], [f"{links[page]} <{page}>" for page in links if page not in told]
        told |= links.keys()


def toctree(pages: list[str], *options: str) -> str:
    """What makes them pages of the sidebar, in Markdown for MyST."""
    return "\n".join(["", "```{toctree}", ":hidden:", *options, "", *pages, "```", ""])


def add_contents(_app: Any, name: str, source: list[str]) -> None:
    """Give the sidebar what the index lists: on a code host it is a page of links, and nothing else."""
    if name == INDEX:
        listed = contents(source[0])
        source[0] += "".join(toctree(pages, f":caption: {heading}") for heading, pages in listed if pages)
    elif name in FOLDERS:
        folder = name.rpartition("/")[0]
        within = FOLDERS[name] if folder == "docs" else "."
        source[0] += toctree([f"{within}/*"], ":glob:", ":titlesonly:")


def setup(app: Any) -> dict[str, Any]:
    """Sphinx asks for it."""
    app.connect("source-read", add_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
