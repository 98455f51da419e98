"""Search where examples end: values for `forall`, histories of moves, and checks for Schemathesis.

    driving.py              how Hypothesis is driven, and how a search comes to its end
    strategies.py           what is drawn for a variable of a check
    search.py               a counterexample to a check's `forall`
    machine.py              histories that break a claim
    saving.py               what was found, written down as checks that plain runs ask
    schemathesis_checks.py  checks for a whole API as OpenAPI describes it: one for each claim
    schemathesis_probes.py  what they send besides, and how often

Importing this package costs nothing: Hypothesis and Schemathesis (the extra `fuzz`) are imported by its files
alone.
"""

from typing import Final

CHECKS: Final = (
    "conformance_etag_revalidation",
    "conformance_not_modified_is_bare",
    "conformance_near_misses",
    "conformance_odd_fields",
    "conformance_cache_control",
    "conformance_coherent_cache_control",
    "conformance_vary",
    "conformance_unsafe_methods",
    "conformance_strong_tags",
)
"""The checks for Schemathesis that hold by themselves, by the names that `st run -c` takes."""
GUARD: Final = "ConformanceEtagCoverage"
"""The one that holds of a whole run: that there was something to revalidate."""
