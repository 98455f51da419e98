"""Resources -> the text of a target file. Pure.

What a server has said stands in it as a YAML scalar, or as a comment in which nothing can begin a line.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from conformance.model import Headers
from conformance.proposing.drafting import Draft, scalar
from conformance.report.safe import safe

__all__ = ["slug", "text"]

_WIDTH: Final = 110
_LONGEST: Final = 300
_MOST_LEFT: Final = 50


def text(  # noqa: PLR0913 - by name
    *,
    name: str,
    about: str,
    command: str,
    base: str,
    openapi: str = "",
    headers: Headers,
    drafts: tuple[Draft, ...],
    left: Mapping[str, str],
) -> str:
    """The whole file.

    Args:
        name: of the target.
        about: where it was made from.
        command: how a run by it is begun.
        base: the prefix of all paths, or "".
        openapi: where it says what it offers, or "", which is where most do.
        headers: what is sent with every request, with variables for what is secret.
        drafts: its resources.
        left: route -> why it is none of them.
    """
    return (
        "\n".join([*_head(about, command), *_body(name, base, openapi, headers, drafts), *_left(left)]) + "\n"
    )


def slug(title: str) -> str:
    """A title as a name: "My shop (v2)" -> "my-shop-v2"."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60] or "api"


def _head(about: str, command: str) -> Iterator[str]:
    yield from _comment(
        f"What {about} offers, by plain GETs alone: nothing was written to it. Every line is yours to change."
    )
    yield from _comment(
        "All keys: docs/targets.md; in your editor: `conformance schema target --for FILE`. To judge by it:"
    )
    yield f"#     {safe(command, _LONGEST)}"


def _body(name: str, base: str, openapi: str, headers: Headers, drafts: tuple[Draft, ...]) -> Iterator[str]:
    yield f"name: {scalar(name)}"
    if base:
        yield f"base: {scalar(base)}"
    if openapi:
        yield f"openapi: {scalar(openapi)}"
    if headers:
        yield "headers:"
        yield from (f"  {field}: {scalar(value)}" for field, value in headers)
    yield "resources:"
    for draft in drafts:
        for says in draft.says:
            yield from _comment(says, "  ")
        yield f"  {draft.name}:"
        yield from (f"    {line}" for line in draft.lines)


def _left(left: Mapping[str, str]) -> Iterator[str]:
    if left:
        yield ""
        yield "# Left out:"
        for route, why in list(left.items())[:_MOST_LEFT]:
            yield from _comment(f"GET {route}: {why}", "", "  ")

    if len(left) > _MOST_LEFT:
        yield f"#   and {len(left) - _MOST_LEFT} more"


def _comment(says: str, indent: str = "", hang: str = "") -> Iterator[str]:
    first = f"{indent}# {hang}"
    wrapped = textwrap.wrap(
        safe(says, _LONGEST), _WIDTH, initial_indent=first, subsequent_indent=f"{first}  "
    )
    yield from wrapped or [first.rstrip()]
