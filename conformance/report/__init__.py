"""Verdicts -> documents. Pure but for `write.py`.

    document.py    verdicts and records -> Report -> report.json, and back
    redact.py      what must not leave the run
    result.py      passed, failed or not judged: the first line, and the exit code
    score.py       what a verdict is worth
    evidence.py    which exchanges show a verdict, as lines and as curl
    mending.py     what to mend first
    text.py        a verdict for people
    graded.py      a grade in words
    summary.py     a run in a screenful
    html/          a run as one page
    coverage.py    the register, and which rows have checks
    safe.py        text that a terminal shows and does not obey
    formats.py     what a report can be written as. Table: FORMATS
    write.py       reports as files

A writer gets a Report, in which no credentials are left, and escapes for its own sink: what a server
sent may hold anything. It must not know how verdicts come about.
"""
