"""Entity tags (RFC 9110 8.8.3): reading them, and the two ways to compare them."""

import re
from dataclasses import dataclass
from typing import Literal

from conformance.fields.lists import OWS

# 9110 8.8.3: "etagc = %x21 / %x23-7E / obs-text". No escapes: a backslash is a character like any other,
# so a tag ends at the next DQUOTE, which is why lists of tags need a reader of their own.
_TAG = re.compile(r'(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"')
_SEPARATOR = re.compile(r"[ \t]*(?:,[ \t]*)+")


@dataclass(frozen=True, slots=True)
class EntityTag:
    """One entity tag; `opaque` is what stands between the quotes, and only ever compared."""

    opaque: str
    weak: bool = False

    def __str__(self) -> str:
        """The tag as it stands on the wire."""
        return f'{"W/" if self.weak else ""}"{self.opaque}"'

    def strong_equal(self, other: "EntityTag") -> bool:
        """9110 8.8.3.2: "both are not weak and their opaque-tags match character-by-character"."""
        return not self.weak and not other.weak and self.opaque == other.opaque

    def weak_equal(self, other: "EntityTag") -> bool:
        """9110 8.8.3.2: the opaque-tags match, "regardless of either or both being tagged as "weak""."""
        return self.opaque == other.opaque


def parse_entity_tag(text: str) -> EntityTag | None:
    """The tag of an ETag field value, or None where it is no valid one (unquoted, `w/`, two tags)."""
    found = _TAG.fullmatch(text.strip(OWS))
    return _tag(found) if found else None


def parse_entity_tag_list(text: str) -> tuple[EntityTag, ...] | Literal["*"] | None:
    """The tags of If-Match or If-None-Match, "*", or None where the value is neither.

    An empty list is valid (`#entity-tag`) and lists nothing; `*` beside tags is not valid (9110 13.1.1).
    """
    text = text.strip(OWS)
    if text == "*":
        return "*"
    tags: list[EntityTag] = []
    position = _skip(text, 0)
    while position < len(text):
        found = _TAG.match(text, position)
        if found is None:
            return None
        tags.append(_tag(found))
        position = _skip(text, found.end())
        if position == found.end() < len(text):
            return None  # two tags with no comma between
    return tuple(tags)


def tags_match_weakly(a: str, b: str) -> bool:
    """Whether two raw ETag values match by weak comparison; by their bytes where either is no valid tag."""
    one, other = parse_entity_tag(a), parse_entity_tag(b)
    if one is None or other is None:
        return a.strip(OWS) == b.strip(OWS)
    return one.weak_equal(other)


def _tag(found: re.Match[str]) -> EntityTag:
    return EntityTag(opaque=found["opaque"], weak=found["weak"] is not None)


def _skip(text: str, position: int) -> int:
    found = _SEPARATOR.match(text, position)
    return found.end() if found else position
