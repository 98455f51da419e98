"""Files -> records: specs, the register, the target. The only room that reads YAML.

    specs.py     specs/*.yaml -> Suite
    register.py  specs/requirements.yaml -> the rows that checks cite, and the topics
    schema.py    the spec language as a JSON Schema, put together from the rooms
    target.py    a target file -> Target

Shell. It must not know how anything is sent or judged.
"""
