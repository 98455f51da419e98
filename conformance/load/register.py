"""specs/requirements.yaml -> the rows of the register, and the topics of the specs in their order. Shell.

It must not know what a check is: `specs.py` asks it for rows and topics, and cites them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.errors import SpecError
from conformance.language.yamlfile import did_you_mean, read
from conformance.load import schema as language
from conformance.model import LEVELS, Requirement

REGISTER: Final = "requirements.yaml"


@dataclass(frozen=True, slots=True)
class Register:
    """What the register says.

    Args:
        topics: the names that files of specs may have, in the order in which they are run and told.
        requirements: the rows, by id.
    """

    topics: tuple[str, ...]
    requirements: Mapping[str, Requirement]

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


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the register."""
    text = {"type": "string", "minLength": 1}
    row = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Z]+[0-9]+$"},
            "level": {"enum": list(LEVELS)},
            "says": text,
            "source": text,
            "quote": text,
            "rfc": {"type": "array", "items": text},
        },
        "required": ["id", "level", "says", "source"],
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
    rows: dict[str, Requirement] = {}
    for index, row in enumerate(file.data["requirements"]):
        if row["id"] in rows:
            raise file.fail(f"the id {row['id']!r} stands twice", ("requirements", index, "id"))
        source, url = _source(row["source"])
        rows[row["id"]] = Requirement(
            row["id"], row["level"], row["says"], source, url, row.get("quote", ""), tuple(row.get("rfc", ()))
        )
    for index, row in enumerate(file.data["requirements"]):
        for name in row.get("rfc", ()):
            if name not in rows:
                raise file.fail(f"the register has no {name!r}", ("requirements", index, "rfc"))
    return Register(tuple(file.data["topics"]), rows)


def _source(text: str) -> tuple[str, str]:
    """The text and URL of "9110 13.1.2", for instance; any other text stays, without a URL."""
    number, _, section = text.partition(" ")
    if number.isascii() and number.isdigit() and len(number) == 4:  # noqa: PLR2004
        first = section.split(",")[0].split(" ")[0]
        url = f"https://www.rfc-editor.org/rfc/rfc{number}.html"
        return f"RFC {number}, section {section}", f"{url}#section-{first}" if first else url
    return text, ""
