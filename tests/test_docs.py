"""README and docs/: what they name is there, and what they have to name is: options, keys of a target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers.rules import none_of

from conformance.load.targetfile import schema
from conformance.options.run import PLUGIN, Asked, Serving, Telling, options

ROOT = Path(__file__).parents[1]
PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text("utf-8")
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
}
THEIRS = {"main.py", "autograder.py"}  # of the reader
PLACEHOLDER = re.compile(r"[A-Z]{4}")  # specs/TOPIC.yaml


def part(page: str, heading: str) -> str:
    """What stands under that heading of a page."""
    return re.split(r"(?m)^## ", PAGES[page].partition(f"\n## {heading}\n")[2])[0]


def keys_of(rule: Any) -> Iterator[str]:
    """Every key that a schema has, at any depth."""
    if isinstance(rule, Mapping):
        yield from rule.get("properties", ())
        rule = list(rule.values())
    if isinstance(rule, list | tuple):
        for each in rule:
            yield from keys_of(each)


def test_the_readme_has_each_option_and_no_other() -> None:
    told = set(re.findall(rf"{PLUGIN}[a-z-]+", part("README.md", "Options of the plugin")))
    assert told == {each.flag(PLUGIN) for each in options(Asked, Serving, Telling)}


def test_each_key_of_a_target_file_is_told() -> None:
    text = PAGES["docs/targets.md"]
    begins = r"^[ #]*(?:- )?|[`{,]\s*"  # in a file, or in a sentence
    keys = set(keys_of(schema()))
    none_of(key for key in sorted(keys) if not re.search(rf"(?m)(?:{begins}){re.escape(key)}(?=[:`])", text))


def test_each_key_in_the_table_of_target_files_is_one() -> None:
    table = PAGES["docs/targets.md"].partition("| key of a resource |")[2].partition("\n\n")[0]
    told = set(re.findall(r"(?m)^\| `([a-z-]+):", table))
    assert told
    none_of(told - set(keys_of(schema())))


def test_a_file_that_a_page_names_is_there() -> None:
    ours = [path.as_posix() for folder in ROOT.glob("[a-z]*") for path in (folder, *folder.rglob("*.*"))]

    def there(name: str) -> bool:
        return any(path.endswith(f"/{name}") for path in ours)

    for page, text in PAGES.items():
        named = set(re.findall(r"`([\w./-]+\.py|\w[\w.-]*/[\w./-]+\.(?:md|yaml|json|svg))\b[^`]*`", text))
        told = {name for name in named - THEIRS if not PLACEHOLDER.search(name)}
        none_of(f"{page} names {name}" for name in sorted(told) if not there(name))


def test_where_a_page_links_to_is_there() -> None:
    for page, text in PAGES.items():
        links = set(re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text))
        none_of(
            f"{page} links to {link}" for link in links if not (ROOT / page).parent.joinpath(link).exists()
        )
