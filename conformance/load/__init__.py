"""Files -> records: specs, the register, the target. The only room that reads YAML.

    specs.py       the built-in specs, or a folder's -> Suite
    target.py      a built-in target, or a target file -> Target
    compiled.py    both as records, in a form that is read in a millisecond
    folder.py      where the files are
    headers.py     fields of requests, as they are typed

    reader.py      specs/*.yaml -> Suite: what the files themselves say
    ownschema.py   what those may say, made of the schema of ours
    own.py         files of the user's own -> the Suite with their checks beside ours
    parts.py       one such file: its timelines, its checks, the steps of both
    lints.py       one such file: its lints
    tables.py      one such file: its tables, each a timeline and a check for each cell or mixture
    mixtures.py    the mixtures of a table: each class of a field with each of another
    classes.py     its classes of values, and what it needs
    laying.py      what the steps of a suite ask of whoever lays them out
    givens.py      what a check takes as given, and whose business that is
    register.py    specs/requirements.yaml -> the rows that checks cite, and the topics
    targetfile.py  a target file and its overrides -> Target
    audience.py    what it says of who asks and how: users and variants
    hooks.py       what a target file wants done before and after a run
    schema.py      the spec language as a JSON Schema, put together from the rooms

Shell. It must not know how anything is sent or judged. The first five import neither YAML nor JSON Schema.
"""
