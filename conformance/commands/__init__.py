"""What each command does behind its options, and `conformance.run`.

    running.py    `conformance.run`, which people import
    telling.py    what has come out of a run: files, lines, the exit code
    assigning.py  `freeze`, and `--assignment` of the others
    grade.py      `grade`: a class
    diff.py       `diff`: two reports
    explain.py    `explain`: a check in prose
    fuzz.py       `fuzz`: Schemathesis over a whole API
    init.py       `init`: a target file for a stranger's API
    listing.py    `list`
    look.py       `look`: what one URL means for caches
    schema.py     `schema`, printed or laid beside a file for editors
    watch.py      `watch`: a run at each save; `saves.py` sees them, `since.py` knows what is news

The commands themselves, with their options, stand in `conformance.cli`. It must not know how anything is
judged, nor what earns what.
"""
