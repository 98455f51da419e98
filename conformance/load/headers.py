"""Fields of requests as they are typed: 'Name: value', in it ${VARIABLES} of the environment. Shell.

A target file has them as a mapping, and says them the same way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.errors import UsageError

__all__ = ["VARIABLE", "Typed", "typed_headers"]

VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")


@dataclass(frozen=True, slots=True)
class Typed:
    """One field: its value as it was written, and as it is sent."""

    name: str
    written: str
    value: str


def typed_headers(given: Iterable[str]) -> tuple[Typed, ...]:
    """The fields that were typed, in order.

    Raises:
        UsageError: one is no header, or names a variable that is not set. Its value is not repeated, since it
            may be a credential.
    """
    return tuple(map(_typed, given))


def _typed(text: str) -> Typed:
    found = _HEADER.fullmatch(text)
    if found is None:
        raise UsageError("a header is given as 'Name: value', such as 'Authorization: Bearer ${TOKEN}'")
    name, written = found[1], found[2].strip()
    for variable in VARIABLE.findall(written):
        if variable not in os.environ:
            says = f"{name} needs the variable {variable} of the environment, which is not set"
            raise UsageError(f"{says}: export {variable}=... first")
    value = VARIABLE.sub(lambda m: os.environ[m[1]], written)
    if not all(c == "\t" or " " <= c <= "~" or "\x80" <= c <= "\xff" for c in value):
        raise UsageError(f"the value of {name} can't be sent; accepted is one line of text (ISO 8859-1)")
    return Typed(name, written, value)
