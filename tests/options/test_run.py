"""conformance.options.run: one list; the command, the plugin and Python have the same, and say the same."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
from helpers.rules import none_of

import conformance
from conformance import cli, plugin
from conformance.errors import UsageError
from conformance.options.others import Proposing
from conformance.options.run import COMMAND, PLUGIN, Asked, Serving, Telling, declared, made, options

ROOT = Path(__file__).parents[2]
OPTIONS = tuple(options(Asked, Serving, Telling))

Said = Mapping[str, tuple[Any, str]]  # option -> its default, its help


def of_the_command() -> Said:
    run: Any = typer.main.get_command(cli.app)
    params = [param for param in run.commands["run"].params if param.param_type_name == "option"]
    return {param.opts[0]: (param.default, param.help) for param in params}


class Parser:
    """Keeps what pytest would be given, without what is added to the help of one with a default."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[Any, str]] = {}
        self.ini: dict[str, Any] = {}

    def getgroup(self, *_: str) -> Parser:
        return self

    def addoption(self, name: str, **said: Any) -> None:
        self.said[name] = said.get("default"), re.sub(r" \(default: [^)]*\)$", "", said["help"])

    def addini(self, name: str, *_: str, **said: Any) -> None:
        self.ini[name] = said["default"]


def of_the_plugin() -> Any:
    parser: Any = Parser()
    plugin.pytest_addoption(parser)
    return parser


def test_an_option_is_in_each_door_with_its_default_and_its_help() -> None:
    default = {each.field: None if each.repeatable else each.default for each in OPTIONS}
    unsaid = dict.fromkeys(default)  # the configuration may say it: see the ini keys
    for door, prefix, own, defaults in (
        (of_the_command(), COMMAND, ("--verbose", "--assignment", "--format", "--base-url"), default),
        (of_the_plugin().said, PLUGIN, ("--conformance",), unsaid),
    ):
        wanted = {each.flag(prefix): (defaults[each.field], each.says(prefix)) for each in OPTIONS}
        assert door == wanted | {name: door[name] for name in own}


def test_each_option_of_the_plugin_is_a_key_of_its_configuration() -> None:
    assert of_the_plugin().ini == {each.flag(PLUGIN)[2:].replace("-", "_"): None for each in OPTIONS}


@pytest.mark.parametrize(("function", "record"), [(conformance.run, Asked), (Serving, Serving)])
def test_a_parameter_in_code_has_the_same_default(function: Any, record: type) -> None:
    defaults = {name: p.default for name, p in inspect.signature(function).parameters.items()}
    assert defaults == {each.field: each.default for each in declared(record)}


def test_the_help_of_run_says_all_that_the_options_say() -> None:
    text = inspect.getdoc(conformance.run)
    assert text is not None
    none_of(each.field for each in declared(Asked) if f"    {each.field}: {each.says('')}" not in text)
    assert text.index("Args:") < text.index("Raises:")


def test_a_variable_is_passed_on_by_name_or_with_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "abc")
    for serving in (
        Serving(app="m:a", env=["SHOP_KEY", "B=c=d"]),
        Serving(serve="x", env=["SHOP_KEY", "B=c=d"]),
    ):
        spec = serving.spec()
        assert spec is not None
        assert spec.env == {"SHOP_KEY": "abc", "B": "c=d"}


@pytest.mark.parametrize(
    ("serving", "says"),
    [
        (Serving(app="m:a", env=["NO_SUCH"]), "there is no variable 'NO_SUCH' in the environment to pass on"),
        (Serving(app="m:a", env=["=x"]), "there is no variable ''"),
        (Serving(env=["A=b"]), "a variable is passed on to a server that the suite starts"),
    ],
)
def test_a_variable_that_can_not_be_passed_on_is_refused(serving: Serving, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        serving.spec()


@pytest.mark.parametrize("base", ["api", "/", "/a b", "/a?b", "/{id}", "http://h/api"])
def test_a_base_path_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(UsageError, match=r"the base path .* is none; accepted is a path such as /api"):
        conformance.run("http://127.0.0.1:9", base_path=base)


def test_the_options_of_init_are_those_of_the_list() -> None:
    init: Any = typer.main.get_command(cli.app)
    params = {p.opts[0]: p for p in init.commands["init"].params if p.param_type_name == "option"}
    for each in options(Proposing, Serving):
        param = params.pop(each.flag(COMMAND))
        assert (param.help, param.opts[1:]) == (each.says(COMMAND), [each.short] if each.short else [])
    assert set(params) == {"--out", "--force"}


def test_a_help_is_a_sentence() -> None:
    none_of(each.field for each in options(Proposing) if not each.help.endswith("."))
    none_of(each.field for each in OPTIONS if not (each.help[0].isupper() or each.help.startswith("--")))
    none_of(each.field for each in OPTIONS if not each.help.endswith("."))


def test_help_names_other_options_as_they_are_called_there() -> None:
    (factory,) = (each for each in OPTIONS if each.field == "factory")
    assert factory.says(PLUGIN).startswith("--conformance-app names")
    assert factory.says("").startswith("app names")


def test_what_nobody_typed_has_its_default() -> None:
    assert made(Asked, {"tier": None, "overrides": None, "seed": 0}) == Asked(seed=0)
    assert made(Telling, {"reports": ["a.json"], "strict": True}) == Telling(reports=("a.json",), strict=True)


WRONG = {
    'conformance.run("http://h", teir="core")': 'Unexpected keyword argument "teir"',
    'conformance.run("http://h", "core")': "Too many positional arguments",
    'conformance.run("http://h", seed="7")': 'has incompatible type "str"; expected "int | None"',
    "conformance.run().foo": 'has no attribute "foo"',
    "Serving(workers=None)": "incompatible type",
    "Asked().teir": 'has no attribute "teir"',
}
RIGHT = 'conformance.run("http://h", tier="core", serving=Serving(app="m:a"), clock=RealClock).counts'


def test_type_checkers_know_every_option() -> None:
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    lines = ["import conformance", "from conformance.clocks import RealClock"]
    lines += ["from conformance.options.run import Asked, Serving", RIGHT, *WRONG]
    options = ["--config-file=", "--strict", "--cache-dir", str(ROOT / ".mypy_cache")]
    said, problem, _ = api.run([*options, "-c", "\n".join(lines)])
    errors = [line.split(":", 2)[1:] for line in said.splitlines() if ": error:" in line]
    assert problem == ""
    assert {int(number) for number, _ in errors} == set(range(5, 5 + len(WRONG))), said
    for number, (code, says) in enumerate(WRONG.items(), 5):
        assert any(says in text for line, text in errors if int(line) == number), code


@pytest.mark.parametrize("record", [Asked, Serving, Telling])
def test_the_kind_of_an_option_is_the_type_of_its_field(record: type) -> None:
    types = {each.name: str(each.type) for each in dataclasses.fields(record)}
    for each in options(record):
        assert each.kind is not None
        assert each.kind.__name__ in re.findall(r"\w+", types[each.field]), each.field
        assert (each.kind is bool) == (each.default is False), each.field
