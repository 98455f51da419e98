"""What all pages have in common: templates in which nothing is obeyed, a style that one hash allows. Pure.

It must not know what a page is about. Templates and style sheets are named from the package on.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.report.safe import safe

__all__ = ["LONGEST", "environment", "style"]

LONGEST: Final = 3000  # characters of any text
_INDENT: Final = re.compile(r"(?m)^[ \t]+")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND: Final = re.compile(r"\s*([{};,])\s*")


class _Lean(PackageLoader):
    """Templates without their indentation, which the page would carry along."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool] | None]:
        source, name, fresh = super().get_source(environment, template)
        return _INDENT.sub("", source), name, fresh


@functools.cache
def environment(folder: str = "") -> Environment:
    """One in which nothing gets into a page that is not tame and escaped; templates of that folder."""
    return Environment(
        autoescape=True,
        finalize=_tame,
        loader=_Lean("conformance", folder),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


def _tame(value: object) -> object:
    """What a template prints: text as a terminal would show it; what is HTML already as it is."""
    return safe(value, LONGEST) if type(value) is str else value


@functools.cache
def style(*sheets: str) -> tuple[Markup, str]:
    """These style sheets as one, and the policy that allows it and nothing else."""
    loader = environment().loader
    assert loader is not None  # noqa: S101 - it was given one
    source = "".join(loader.get_source(environment(), each)[0] for each in sheets)
    made = _AROUND.sub(r"\1", _COMMENT.sub("", source)).strip()
    digest = base64.b64encode(hashlib.sha256(made.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Markup(made), policy  # noqa: S704 - it is our own
