"""What a spec may write, below its verbs and matchers. Pure, but for reading one YAML file.

    yamlfile.py      strict YAML, with the line of every value
    values.py        the kinds of value that a word may take, and phrases for them
    captures.py      {first.etag}: what a step takes from earlier answers
    doubts.py        causes that are not the server's fault, named once. Table: DOUBTS
    durations.py     "ttl + 2m": the arithmetic of waiting
    moves.py         the moves of a history
    strategies.py    the names of what `forall` may draw from

It must not know what a word does with its value.
"""
