"""Text for parsers: any, and such as comes near the grammars of fields; the same at each run."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

__all__ = ["TEXTS", "always_the_same"]

always_the_same = settings(derandomize=True, database=None, deadline=None)
# Text that comes near the grammars, and text that does not.
TEXTS = st.one_of(st.text(max_size=40), st.text('",;=\\ \t*W/abmaxge-5ps', max_size=40))
