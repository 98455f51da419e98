"""What a verb works with, and the only way to the wire. Shell.

    context.py    one step at work: sends, repeats, observes, waits
    gate.py       lanes side by side, or one of them alone
    meeting.py    what lanes do at one moment
    lives.py      how old an entry of the server's cache may be
    logins.py     whether the server still knows us
    ask.py        what is asked and how, as values
    keeping.py    which bodies a run holds on to
    ledger.py     what was changed and has to be put back
    hooks.py      what a target has done besides: a request, or a command
    division.py   which resources show other data at each worker
    seen.py       which values were seen, where no mark tells a hit
    wholes.py     which whole answers the parts of others are held against
    survey.py     what the server says of itself before anything is judged

It must not know any expectation or verdict.
"""
