"""specs/requirements.yaml -> the rows of the register, and the topics of the specs in their order. Shell.

It must not know what a check is: `reader.py` asks it for rows and topics, and cites them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import SpecError
from conformance.guesses import did_you_mean
from conformance.language.yamlfile import YamlFile, read
from conformance.load import schema as language
from conformance.load.folder import REGISTER
from conformance.model import LEVELS, ROW_TIERS, Requirement


@dataclass(frozen=True, slots=True)
class Register:
    """What the register says.

    Args:
        topics: the names that files of specs may have, in the order in which they are run and told.
        requirements: the rows, by id.
        file: what they were read from.
    """

    topics: tuple[str, ...]
    requirements: Mapping[str, Requirement]
    file: YamlFile

    def in_order(self, paths: list[Path]) -> list[Path]:
        """Spec files in the order of their topics.

        Raises:
            SpecError: a file's name is no topic.
        """
        for path in paths:
            if path.stem not in self.topics:
                says = (
                    f"is no topic of the register (specs/{REGISTER}); {did_you_mean(path.stem, self.topics)}"
                )
                raise SpecError(says, f"specs/{path.name}")
        return sorted(paths, key=lambda path: self.topics.index(path.stem))

    def hold(self, judged: Container[str]) -> None:
        """Hold the rows against those that some check judges.

        Raises:
            SpecError: a row says why it has no check, and has one.
        """
        for index, row in enumerate(self.file.data["requirements"]):
            if "unchecked" in row and row["id"] in judged:
                says = (
                    f"{row['id']} says why nothing can show it, and a check judges it; take `unchecked` out"
                )
                raise self.file.fail(says, ("requirements", index, "unchecked"))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the register."""
    text = {"type": "string", "minLength": 1}
    row = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Z]+[0-9]+$"},
            "level": {"enum": list(LEVELS)},
            "tier": {"enum": list(ROW_TIERS)},
            "topic": text,
            "says": text,
            "source": text,
            "derived": {"const": True},
            "quote": text,
            "rfc": {"type": "array", "items": text},
            "unchecked": {
                "type": "string",
                "minLength": 20,
                "description": "why no request can show it, in a sentence (without one: not yet)",
            },
        },
        "required": ["id", "level", "tier", "topic", "says", "source"],
        "additionalProperties": False,
    }
    topic = {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The register of requirements of cache-conformance",
        "type": "object",
        "properties": {
            "lesson": {"type": "string"},
            "topics": {"type": "array", "items": topic, "minItems": 1, "uniqueItems": True},
            "requirements": {"type": "array", "items": row, "minItems": 1},
        },
        "required": ["topics", "requirements"],
        "additionalProperties": False,
    }


def load_register(path: Path) -> Register:
    """Read the register.

    Raises:
        SpecError: it is missing, or a row is wrong; with file and line.
    """
    file = read(path, f"specs/{path.name}")
    language.check_file(file, schema())
    topics = tuple(file.data["topics"])
    rows: dict[str, Requirement] = {}
    for index, row in enumerate(file.data["requirements"]):
        if row["id"] in rows:
            raise file.fail(f"the id {row['id']!r} stands twice", ("requirements", index, "id"))
        if row["topic"] not in topics:
            says = f"topic: there is no {row['topic']!r}; {did_you_mean(row['topic'], topics)}"
            raise file.fail(says, ("requirements", index, "topic"))
        rows[row["id"]] = _requirement(row)
    for index, row in enumerate(file.data["requirements"]):
        for name in row.get("rfc", ()):
            if name not in rows:
                raise file.fail(f"the register has no {name!r}", ("requirements", index, "rfc"))
    return Register(topics, rows, file)


def _requirement(row: Mapping[str, Any]) -> Requirement:
    source, url = _source(row["source"])
    return Requirement(
        row["id"],
        row["level"],
        row["says"],
        f"derived from {source}" if "derived" in row else source,
        url,
        row.get("quote", ""),
        tuple(row.get("rfc", ())),
        row["tier"],
        row["topic"],
        row.get("unchecked", ""),
    )


def _source(text: str) -> tuple[str, str]:
    """The text and URL of "9110 13.1.2, 8.8.3", for instance; any other text stays, without a URL."""
    number, _, named = text.partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) == 4):  # noqa: PLR2004
        return text, ""
    sections = [section.strip() for section in named.split(",")] if named else []
    url = f"https://www.rfc-editor.org/rfc/rfc{number}.html"
    if len(sections) < 2:  # noqa: PLR2004
        return (
            (f"RFC {number}, section {named}", f"{url}#section-{named}") if named else (f"RFC {number}", url)
        )
    text = f"RFC {number}, sections {', '.join(sections[:-1])} and {sections[-1]}"
    return text, f"{url}#section-{sections[0]}"
