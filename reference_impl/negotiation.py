"""Choosing among representations, as pure functions on text and bytes (RFC 9110 12.5).

Rule: whatever the request says, something is chosen or it is said that nothing fits; nothing raises.
"""

import gzip
import re
from collections.abc import Mapping, Sequence

CODINGS = ("gzip", "identity")
"""What a body may be sent as, the preferred first; identity is the body as it is."""

_WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)", re.IGNORECASE)


def weights(field: str) -> Mapping[str, float]:
    """The choices of an Accept field in lower case, each with its weight; one that can't be read counts 1."""
    found: dict[str, float] = {}
    for choice in field.split(","):
        name, *parameters = (part.strip().lower() for part in choice.split(";"))
        quality = next((hit for each in parameters if (hit := _WEIGHT.fullmatch(each))), None)
        if name:
            found[name] = float(quality[1]) if quality else 1.0
    return found


def coding(field: str | None) -> str | None:
    """The coding that Accept-Encoding calls for, or None where it refuses them all (RFC 9110 12.5.3).

    Without the field any would do; the plain body is the one that everybody can read.
    """
    if field is None:
        return "identity"
    asked = weights(field)

    def weight(name: str) -> float:
        # Only what is named, or meant by the asterisk, is asked for; the plain body is, unless it is refused.
        rest = asked.get("*", 0.001 if name == "identity" else 0.0)
        return asked.get(name, rest)

    best = max(CODINGS, key=weight)
    return best if weight(best) > 0 else None


def language(field: str | None, offered: Sequence[str]) -> str:
    """The language that Accept-Language prefers, or the first: a text in another one is better than none.

    A range stands for the languages that begin with it and for those that it begins with (RFC 4647 3.4).
    """
    asked = weights(field or "")

    def weight(name: str) -> float:
        fitting = [q for wanted, q in asked.items() if wanted.split("-")[0] == name]
        return max(fitting, default=asked.get("*", 0.0))

    return max(offered, key=weight)


def encode(body: bytes, name: str) -> bytes:
    """The body in a coding; the same bytes each time, since its tag stands for them."""
    return gzip.compress(body, mtime=0) if name == "gzip" else body


def tag_of_coding(etag: str, name: str) -> str:
    """The tag of a body in a coding: other bytes than the plain body's, so another tag (RFC 9110 8.8.3.3)."""
    return etag if name == "identity" else f'{etag[:-1]}-{name}"'
