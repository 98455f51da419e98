"""The terminal that somebody sits at. It must not know what is being judged.

terminal.py   what it can show: colours, and lines that may be rewritten
progress.py   what is being waited for
signals.py    Ctrl-C and SIGTERM while a run goes on
"""
