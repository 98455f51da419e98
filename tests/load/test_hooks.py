"""conformance.load.hooks: what a target file wants done around a run, and what a test bench can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import TargetError
from conformance.load.targetfile import read_target
from conformance.model import Hook, Target

TEXT = """\
name: shop
before:
  - POST /test/reset
  - {request: POST /login, body: {user: ada}}
  - {command: "python seed.py", within: 5}
after: [DELETE /test]
resources:
  items: {read: GET /items/}
"""


BENCH = """\
name: shop
resources:
  items:
    read: GET /items/
    hooks:
      change: {request: POST /test/change, body: {to: 5}}
      break: {command: ./stop, within: 5}
      mend: POST /test/mend
"""


def of(text: str, folder: Path) -> Target:
    path = folder / "shop.yaml"
    path.write_text(text)
    return read_target(path)


def test_they_are_requests_and_commands_in_order(tmp_path: Path) -> None:
    target = of(TEXT, tmp_path)
    assert target.before == (
        Hook("POST", "/test/reset"),
        Hook("POST", "/login", {"user": "ada"}),
        Hook(command="python seed.py", folder=str(tmp_path), within=5),
    )
    assert target.after == (Hook("DELETE", "/test"),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("POST /test/reset", "/test/reset", "before: found '/test/reset'; accepted: a method and a path"),
        (
            "POST /test/reset",
            "POST /test/../../x",
            "before: found 'POST /test/../../x'; accepted: a method and a path",
        ),
        ("POST /login", "BREW /login", "request: found 'BREW /login'; accepted: a method and a path"),
        ("within: 5", "within: 0", "within: found 0; accepted: seconds, at most 600"),
        ("within: 5", "body: 5", "unknown key 'body'; accepted: command, within"),
        ("request: POST /login, ", "", "lacks 'request'"),
        ("after: [DELETE /test]", "after: []", "after: found []"),
        ("after:", "afterwards:", "unknown key 'afterwards'; did you mean 'after'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(TargetError) as caught:
        of(TEXT.replace(old, new), tmp_path)
    assert says in str(caught.value)
    assert f"shop.yaml:{caught.value.line}: " in str(caught.value)


def test_a_resource_says_what_its_test_bench_can_do(tmp_path: Path) -> None:
    target = of(BENCH, tmp_path)
    items = target.resource("items")
    assert items.hooks == {
        "change": Hook("POST", "/test/change", {"to": 5}),
        "break": Hook(command="./stop", folder=str(tmp_path), within=5),
        "mend": Hook("POST", "/test/mend"),
    }
    assert items.capabilities == {"read", "change-behind", "break"}
    assert target.hooks == tuple(items.hooks.values())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("break:", "brake:", "unknown key 'brake'; did you mean 'break'?"),
        (
            "      mend: POST /test/mend\n",
            "",
            "items has a hook to break and none to mend, so the run would leave",
        ),
        (
            "mend: POST /test/mend",
            "mend: /test/mend",
            "mend: found '/test/mend'; accepted: a method and a path",
        ),
        ("command: ./stop", "comand: ./stop", "unknown key 'comand'"),
        ("within: 5", "within: forever", "within: found 'forever'; accepted: seconds, at most 600"),
        (BENCH[BENCH.index("      change") :], "      {}\n", "hooks: found {}"),
    ],
)
def test_what_is_wrong_with_a_test_bench_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert old in BENCH
    with pytest.raises(TargetError) as caught:
        of(BENCH.replace(old, new), tmp_path)
    assert says in str(caught.value)
    assert f"shop.yaml:{caught.value.line}: " in str(caught.value)
