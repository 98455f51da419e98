"""One URL, read as a browser and a shared cache read it: what `conformance look` does.

    seen.py        what there is to say of a URL, as records: they serialise as they are
    asking.py      the only one that sends: GET and HEAD, ten at most, and nothing else
    reading.py     the answers -> what they mean: kept for how long, asked for how, parts, forms
    remarking.py   what is not as it is due, in those answers, with what to do about it
    telling.py     all of it on one screen

It gives no verdict: whoever looks has no target, so nothing was promised. But for `asking.py` it is pure.
"""
