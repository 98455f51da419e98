"""Servers that nobody here wrote, judged at tier strict: false positives are bugs of ours.

    servers.yaml    one row a server: where from, its version, its configuration, its command, its target
    conf/           configurations and small apps, with @port@ and the like in them; what pins the packages
    expected/       one file a server: what it fails, by which row, why, and where that is known from
    results.json    what came of the last run of each, which docs/servers.md is made of

    table.py        servers.yaml -> rows
    getting.py      from Debian, the npm registry or PyPI into a folder outside of this tree; told where not
    pinning.py      what those packages take in their turn, at one version each
    hosting.py      a row -> a server on a free port of loopback, in a folder of its own
    judging.py      a server -> what it fails, and how many checks of each topic hold
    expecting.py    what it fails x what is expected -> what is new, what is gone, what has no reason
    page.py         results -> docs/servers.md. Pure
    command.py      `python -m tools.servers`, which `make servers` runs

Not run on each change: it installs packages, and takes minutes.
"""
