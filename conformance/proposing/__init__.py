"""A stranger's API -> a target file that runs at once: what `conformance init` does.

    propose.py       all of it: asks, recognises, hands back the text
    listed.py        an answer to /openapi.json -> the routes that it lists, or a sentence on what it is
    asking.py        the only one that sends: plain GETs, few, and nothing else
    walking.py       which route is asked next, with ids from the lists that came before
    recognising.py   the answers of one route -> what it has: a tag, a policy, a flag that tells a hit
    measuring.py     how long a value is kept, where the server's clock is in our hands
    drafting.py      what was seen, and what OpenAPI lists -> resources
    writing.py       resources -> the YAML text, with comments

It must not write to a server, and must not know how anything is judged.
"""
