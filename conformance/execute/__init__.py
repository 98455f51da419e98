"""One run: lanes -> records, with whoever wants the verdicts waiting for them. Shell.

    engine.py      the threads of a run, phase by phase; puts back what was changed
    attempts.py    how often a work is done, and what counts in the end
    faults.py      what the records of a server that dies, fails or hangs have in them
    suspects.py    which works met the deaths of a server
    printing.py    what a server has printed, where that may explain a failure
    steps.py       a work -> its record; the only caller of verbs
    awaited.py     whether anybody still waits for the rest of a work
    living.py      an entry of the server's cache that lasts for all reads of a work
    board.py       the verdicts as they come
    trust.py       whether a server's clock follows when it is moved
    patience.py    how long a run may take
    searching.py   the searches, once every plain verdict is there
    exploring.py   what an exploration is asked, and what comes of it
    explorations.py  one machine for each resource, and the verdicts on all its claims
    progress.py    how far a run has come, and the line that says so
    arriving.py    a server that somebody else starts is waited for
    starting.py    a server that starts while something else is done
    hooks.py       what a target wants done before and after a run; the end of what is owed
    diagnosis.py   why a server can't be reached, where another way to it tells
    waits.py       what is waited for, and for how long still
    options.py     what a run is asked to do
    again.py       a saved run, judged again

It decides when something is done, and must not know what it means.
"""
