"""The proof that the suite is right: every flaw of the reference, run against the checks.

Read it in this order: `which` (flaws and checks, and how each flaw is run), `runs` (measuring), `sources` and
`digests` (what a result rests on), `data` (what is committed, and what of it is stale), `compare` (what a run
has to show, and what it may), `pages` (the documents made of it), `command` (`python -m tools.matrix`).
"""
