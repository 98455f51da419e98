"""A whole class: submissions -> a grade for each, a spreadsheet and two pages. A door, beside `api`.

finding.py    a folder, or a list of URLs -> who has submitted what
packing.py    a folder or a zip of a stranger -> bytes, the same for the same; and back
submitted.py  what of it an audit looks through, and what it can't
apps.py       the app in it: where it is asked for, or by looking. Pure
one.py        grade one submission: bytes and a frozen assignment -> a result
pool.py       a process for each, side by side; what waits holds no place
cluster.py    workers of a Dask cluster in its stead
preloaded.py  what those processes have imported before they begin
standing.py   what is known of a graded submission without its report. Pure
store.py      where results are kept: once, whole, and found again
temporary.py  folders that go, also those of a grader that was killed
names.py      students in folders, cells and on pages; pseudonyms. Pure
roll.py       the class as rows, what is to be said of it, and grades.csv. Pure
page.py       the class as pages, by class.html.j2 and checks.html.j2. Pure
batch.py      all of it, from what was found to the pages
showing.py    how far it is, on a terminal or in a log
"""
