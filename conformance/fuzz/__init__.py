"""Search where examples end: strategies for `forall`, and checks for Schemathesis.

Importing this package costs nothing: Hypothesis and Schemathesis (the extra `fuzz`) are
imported by `strategies.py`, `search.py` and `schemathesis_checks.py` alone.
"""

from __future__ import annotations

import importlib.util
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.engine import Search

MAX_EXAMPLES: Final = 50
"""How many values a search tries by default, besides the examples of the specs."""


def searching(max_examples: int = MAX_EXAMPLES) -> Search:
    """The search for `Options.search`; Hypothesis is imported here, not before.

    Raises:
        UsageError: Hypothesis is not installed.
    """
    if importlib.util.find_spec("hypothesis") is None:
        raise UsageError("fuzzing needs Hypothesis: pip install 'cache-conformance[fuzz]'")
    from conformance.fuzz.search import search  # noqa: PLC0415 - importing Hypothesis takes long

    return partial(search, max_examples=max_examples)
