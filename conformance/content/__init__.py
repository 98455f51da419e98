"""Bodies: what is to be known of one, and how an item becomes another. Pure.

    facts.py    body -> facts, read once when it arrives
    edits.py    an item -> another item
    tracebacks.py   what a program has printed -> the exceptions, each in a line

It must not know how a body came, nor what is expected of it.
"""
