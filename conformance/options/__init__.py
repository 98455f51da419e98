"""What can be asked, each option once, for the command, the plugin and `conformance.run`.

    run.py         of a run: the list that all three read
    others.py      of the commands besides `run`
    declaring.py   how a field of a record is declared to be an option, and how it is read
    typed.py       the options as typer has them
    configured.py  what pyproject.toml always asks for
    foreseen.py    the server that a command line will ask for, before all of it is read
    completing.py  what a shell may complete

pytest reads `declaring.py` and `run.py` at every start, so they stay cheap to import. It must not know what
any option does.
"""
