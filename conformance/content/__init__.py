"""Bodies: what is to be known of one, and how an item becomes another. Pure.

    facts.py          body -> facts, read once when it arrives
    slices.py         what a 206 holds, beside the whole that it is a part of
    codings.py        a compressed body -> what it is without its coding, by length and digest
    marks.py          the value that is kept, and the mark that says so
    moments.py        the moment that a value tells, to the second
    summaries.py      a value that is too long to be kept: what its equals are known by
    effects.py        what an answer shows of a write
    items.py          which items a document shows, and by which member they are known
    edits.py          an item -> another item
    differences.py    where two bodies, or two states of an item, differ
    variants.py       which of the declared representations a request asks for
    openapi.py        what a server's own description says of routes and bodies
    tracebacks.py     what a program has printed -> the exceptions, each in a line

It must not know how a body came, nor what is expected of it.
"""
