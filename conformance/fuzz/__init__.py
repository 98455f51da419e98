"""Search where examples end: strategies for `forall`, and checks for Schemathesis.

Importing this package costs nothing: Hypothesis and Schemathesis (the extra `fuzz`) are
imported by `strategies.py`, `search.py` and `schemathesis_checks.py` alone.
"""
