"""conformance.content.tracebacks: what was raised, and where, from whatever a server has printed."""

from __future__ import annotations

import pytest

from conformance.content.tracebacks import raised

PLAIN = """INFO: GET /x
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/starlette/routing.py", line 66, in app
    await response(scope)
  File "/srv/shop/main.py", line 7, in load
    return rows["x"]
           ~~~~^^^^^
  File "/usr/lib/python3.12/json/__init__.py", line 3, in get
    return 1
KeyError: 'x'
"""
CHAINED = """Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "b.py", line 2, in g
shop.errors.NotThere: x
"""
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "/srv/main.py", line 9, in app
  |     async with group:
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/main.py", line 12, in one
    |     raise ValueError("bad")
    | ValueError: bad
    +------------------------------------
"""
SETTINGS = """Traceback (most recent call last):
  File "C:\\\\shop\\\\main.py", line 5, in <module>
    settings = Settings()
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings
api_key
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2/v/missing
"""


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("", ()),
        ("INFO: all is well\n", ()),
        (PLAIN, ("KeyError: 'x' (main.py:7)",)),
        (PLAIN + PLAIN, ("KeyError: 'x' (main.py:7)",)),
        (CHAINED, ("shop.errors.NotThere: x (b.py:2)",)),
        (PLAIN + CHAINED, ("KeyError: 'x' (main.py:7)", "shop.errors.NotThere: x (b.py:2)")),
        (GROUP, ("ValueError: bad (main.py:12)",)),
        (
            SETTINGS,
            ("pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings (main.py:5)",),
        ),
        ("Traceback (most recent call last):\nMemoryError\n", ("MemoryError",)),
        ('Traceback (most recent call last):\n  File "m.py", line 1', ()),
    ],
)
def test_what_was_raised_is_told_in_a_line_with_its_place(printed: str, expected: tuple[str, ...]) -> None:
    assert raised(printed) == expected
