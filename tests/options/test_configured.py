"""conformance.options.configured: [tool.conformance] is as if it were typed first."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import cli
from conformance.errors import UsageError
from conformance.options.configured import configured, keys
from conformance.options.run import Asked, Serving, Telling, options


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.conformance]\n{text}\n")
    return folder


def test_what_a_project_says_is_typed_before_what_is_typed(tmp_path: Path) -> None:
    here = project(tmp_path, 'target = "shop.yaml"\ntier = "core"\nset = ["*.ttl=5", "a.b=1"]\nstrict = true')
    assert configured(["run", "http://h", "--tier", "full"], here) == [
        "run",
        *("--target=shop.yaml", "--tier=core", "--set=*.ttl=5", "--set=a.b=1", "--strict"),
        *("http://h", "--tier", "full"),
    ]


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    project(tmp_path, "strict = true")
    (tmp_path / "inner").mkdir()
    assert configured(["run"], tmp_path / "inner") == ["run", "--strict"]
    (tmp_path / "inner" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert configured(["run"], tmp_path / "inner") == ["run"]


def test_it_is_for_what_judges(tmp_path: Path) -> None:
    here = project(tmp_path, "strict = true")
    for words in (["list"], ["judge", "report.json"], ["run", "--help"], []):
        assert configured(words, here) == words


@pytest.mark.parametrize(
    "words", [["http://h"], ["--app", "main:app"], ["--serve=x"], ["--base-url", "http://h"]]
)
def test_another_server_than_the_projects_is_taken_alone(words: list[str], tmp_path: Path) -> None:
    here = project(tmp_path, 'app = "shop:app"\nworkers = 2\ntier = "core"\nbase-url = "http://x"')
    assert configured(["run", *words], here) == ["run", "--tier=core", *words]


def test_every_option_of_the_run_is_a_key() -> None:
    assert set(keys()) == {"base-url"} | {each.flag("") for each in options(Asked, Serving, Telling)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('taget = "x"', "has no key 'taget'; did you mean 'target'?"),
        ("strict = 1", "strict in .* is true or false, and not 1"),
        ("strict = [true]", "is true or false"),
        ("target = true", "target in .* is a text or a number, and not True"),
        ("set = [[1]]", "a text, or a list of them"),
        ("x = ", "can't be read"),
    ],
)
def test_what_can_not_be_meant_is_named_with_the_file(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        configured(["run"], project(tmp_path, text))
    assert str(tmp_path / "pyproject.toml") in str(raised.value)


def test_the_command_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path, 'base-url = "http://127.0.0.1:1"\ntier = "nope"'))
    assert cli.command(["run"]) == 2
    assert "there is no tier 'nope'" in capsys.readouterr().err
