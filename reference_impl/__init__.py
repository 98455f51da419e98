"""The reference server of the suite: the lesson done right, to be read as the model solution.

Read `lesson.py` for the lesson itself, in one file; then `app.py`, `routes.py`, `representations.py` and
`caching.py` (and `ranges.py`) for all that HTTP says of caching.

Nothing in here imports `conformance`: the suite judges this server by HTTP, like any other.
"""
