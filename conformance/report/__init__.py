"""Verdicts -> documents. Pure but for `write.py`.

    document.py    verdicts and records -> Report -> report.json, and back
    redact.py      what must not leave the run
    result.py      passed, failed or not judged: the first line, and the exit code
    score.py       what a verdict is worth
    evidence.py    which exchanges show a verdict, as lines and as curl
    mending.py     what to mend first
    public.py      what a student may see of a report
    changes.py     what got better or worse between two reports; changed.py: in words
    text.py        a verdict for people
    graded.py      a grade in words
    withholding.py what keeps a grade from standing, by the rows that are looked at
    summary.py     a run in a screenful
    leftover.py    what did not apply, in a few lines
    html/          a run as one page
    coverage.py    the register, and which rows have checks
    safe.py        text that a terminal shows and does not obey
    formats.py     what a report can be written as. Table: FORMATS
    sheet.py       what every format tells: lines, points
    jsontext.py    a document as JSON that nobody obeys
    pending.py     what stands there before a run has ended
    write.py       reports as files

The formats, a file for each: junit.py, gradescope.py, classroom50.py, prairielearn.py, ctrf.py, markdown.py
(also a summary of GitHub Actions), github_annotations.py, badge.py, httplint.py.

A writer gets a Sheet, in which no credentials are left, and escapes for its own sink: what a server
sent may hold anything. It must not know how verdicts come about.
"""
