"""The reference server of the suite: the lesson done right, to be read as the model solution.

Read `lesson.py` for the lesson itself, in one file; then `app.py`, `routes.py`, `representations.py` and
`caching.py` for all that HTTP says of it. Beyond that: `ranges.py` (parts), `audience.py` and
`negotiation.py` (answers that depend on who asks, and how), `whole.py` (a cache of whole answers inside the
server).

Nothing in here imports `conformance`: the suite judges this server by HTTP, like any other.
"""
