"""`conformance look` behind its options: a URL taken apart, asked, read, and told as text or as JSON.

What the answers mean is the business of `looking/`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from conformance.console.terminal import say
from conformance.errors import UsageError
from conformance.options.others import Looking
from conformance.options.run import UNVERIFIED, made
from conformance.options.typed import with_options_of

__all__ = ["lines", "look"]

_FORMATS: Final = ("text", "json")
_WIDEST: Final = 100
_COLUMNS: Final = 80


@with_options_of(Looking)
def look(
    url: Annotated[str, typer.Argument(help="Any URL, such as http://localhost:8000/items/.")],
    **typed: Any,
) -> None:
    """Read one URL: how long a browser and a shared cache keep it, and whether it can be asked for again.

    Ten requests at most, GET and HEAD alone. It gives no verdict: the exit code is 0, or 2 where nobody
    answers.
    """
    wanted = made(Looking, typed)
    told = list(lines(url, wanted))
    if wanted.insecure:
        say(f"conformance: {UNVERIFIED}", sys.stderr)
    for line in told:
        say(line)


def lines(url: str, wanted: Looking) -> Iterator[str]:
    """What is printed.

    Raises:
        UsageError: the URL is none, nobody answers there, or an option is wrong.
    """
    if wanted.told not in _FORMATS:
        raise UsageError(f"there is no format {wanted.told!r} of a look; accepted: {', '.join(_FORMATS)}")
    origin, path = _apart(url)
    from conformance.load.headers import typed_headers  # noqa: PLC0415 (who asks for help need not wait)
    from conformance.load.specs import load  # noqa: PLC0415
    from conformance.looking.asking import ask  # noqa: PLC0415
    from conformance.looking.reading import read  # noqa: PLC0415
    from conformance.looking.remarking import remarks  # noqa: PLC0415
    from conformance.looking.telling import encoded, redacted, tell  # noqa: PLC0415
    from conformance.wire.trust import trusted  # noqa: PLC0415

    headers = tuple((each.name, each.value) for each in typed_headers(wanted.headers))
    answers = ask(origin, path, headers, verify=trusted(wanted.ca, insecure=wanted.insecure))
    seen = read(origin + path, answers)
    whole = redacted(seen, remarks(load(), seen, answers), headers)
    if wanted.told == "json":
        yield encoded(whole)
        return
    columns = shutil.get_terminal_size((_COLUMNS, 0)).columns if sys.stdout.isatty() else _COLUMNS
    yield from tell(whole, every=wanted.all, width=min(columns, _WIDEST))


def _apart(url: str) -> tuple[str, str]:
    """Scheme and authority, and what is asked of it: what stands behind a # is never sent."""
    if "://" not in url:
        raise UsageError(f"the URL {url!r} has no scheme: did you mean 'http://{url.lstrip('/')}'?")
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        raise UsageError(f"the URL {url!r} can't be read ({problem})") from None
    return f"{parts.scheme}://{parts.netloc}", (parts.path or "/") + (
        f"?{parts.query}" if parts.query else ""
    )
