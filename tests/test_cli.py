"""The command: its exit codes, and that whatever goes wrong is one sentence."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import unused_port
from msgspec.structs import replace

import conformance
from conformance import cli
from conformance.console import progress
from conformance.errors import HarnessError
from conformance.execute.progress import Progress
from conformance.load import schema as language
from conformance.load.target import load_target
from conformance.report.document import encode, report_schema
from conformance.report.text import summary_lines
from conformance.report.write import read, write
from reference_impl.twisted.serve import start

TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""


@pytest.fixture
def target(tmp_path: Path) -> str:
    """A target without a TTL, so that no run waits."""
    path = tmp_path / "small.yaml"
    path.write_text(TARGET)
    return str(path)


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr: one line, and nothing on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("conformance: ")
    assert err.count("\n") == 1
    return err


# ------------------------------------------------------------------ run


def test_a_good_server(target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    with start() as server:
        code = cli.command(["run", server.url, "--target", target, "--seed", "7", "--report", str(path)])
        same = conformance.run(server.url, target=target, seed=7)
    report = read(path)
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert out.split("\n")[:-2] == summary_lines(report)
    assert out.endswith(f"report: {path}\n")
    assert [e.verdict for e in report.entries] == [e.verdict for e in same.entries]
    assert [e.nodeid for e in report.entries] == [e.nodeid for e in same.entries]
    jsonschema.validate(json.loads(path.read_text()), report_schema())


@pytest.mark.processes
def test_pytest_writes_the_same_report(target: str, tmp_path: Path) -> None:
    """But for what differs from run to run: times, ports and what follows from them."""
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    options = ["-q", "-p", "no:cacheprovider", "--conformance", "--conformance-seed", "7"]
    options += ["--conformance-target", target, "--conformance-report", str(theirs)]
    with start(flaw="ignores-inm") as server:
        assert cli.command(["run", server.url, "--target", target, "--seed", "7", "--report", str(ours)]) == 1
        pytest_command = [sys.executable, "-m", "pytest", *options, "--base-url", server.url]
        done = subprocess.run(pytest_command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    one, two = read(ours), read(theirs)
    assert [(e.nodeid, e.verdict) for e in one.entries] == [(e.nodeid, e.verdict) for e in two.entries]
    assert (one.target, one.seed, one.tier, one.specs_sha256) == (
        two.target,
        two.seed,
        two.tier,
        two.specs_sha256,
    )
    assert {w: [s.name for s in r.steps] for w, r in one.records.items()} == {
        w: [s.name for s in r.steps] for w, r in two.records.items()
    }


def test_a_failure_is_1_and_a_warning_only_with_strict(target: str) -> None:
    with start(flaw="ignores-inm") as server:
        assert cli.command(["run", server.url, "--target", target]) == 1
    with start(flaw="unquoted-etag") as server:
        assert cli.command(["run", server.url, "--target", target]) == 0
        assert cli.command(["run", server.url, "--target", target, "--strict"]) == 1


def test_a_dead_port_is_1_and_one_diagnosis(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["run", f"http://127.0.0.1:{unused_port()}"]) == 1
    assert capsys.readouterr().out.count("nothing listens") == 1


def test_verbose_tells_all_about_what_did_not_pass(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    with start(flaw="ignores-inm") as server:
        cli.command(["run", server.url, "--target", target, "-v"])
    out = capsys.readouterr().out
    assert "---- specs/if-none-match.yaml::items::inm-current-is-304\nexpected status 304, found 200" in out
    assert "Reproduce:   curl -si" in out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tier", "all"], "accepted: lesson, core, full, strict"),
        (["--clock", "sundial"], "accepted: auto, real, virtual"),
        (["--clock", "virtual"], "only works for an app that the suite starts itself"),
        (["--target", "no.yaml"], "no built-in target either"),
        (["--set", "cached-time.tll=5"], "did you mean 'ttl'?"),
        (["--set", "nonsense"], "write RESOURCE.KEY=VALUE"),
        (["--seed", "x"], "valid int"),
        (["--seed", "-1"], "from 0 to 2**63"),
        (["--deadline", "0"], "above 0"),
        (["--report", "report.pdf"], "accepted: .json"),
        (["--report", "junti:report.xml"], "did you mean 'junit'?"),
        (["--report", "classroom50:result.json"], "lacks CLASSROOM, ASSIGNMENT, OWNER or USERNAME"),
        (["--report", "/no/such/report.json"], "there is no folder"),
        (["--ca", "/no/such.pem"], "there is no file"),
        (["--frobnicate"], "there is no option '--frobnicate' (conformance run --help tells more)"),
        (["--tire", "core"], "there is no option '--tire'; did you mean '--tier'?"),
    ],
)
def test_wrong_usage_is_2_and_one_sentence(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["run", "http://127.0.0.1:1", *options]) == 2
    assert says in sentence(capsys)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://h", "http://", "http://h/?q", "http://u:secret@h/"])
def test_a_wrong_url_is_2_and_never_shows_a_password(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["run", url]) == 2
    assert "secret" not in sentence(capsys)


def test_a_wrong_target_file_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("name: t\nresources:\n  items:\n    raed: GET /items/\n")
    assert cli.command(["run", "http://h", "--target", str(path)]) == 2
    assert f"{path}:" in sentence(capsys)


def test_a_url_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["run"]) == 2
    assert "give its URL, or start it with --app" in sentence(capsys)


def test_fuzzing_without_hypothesis_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "conformance.fuzz.search", None)
    monkeypatch.delattr("conformance.fuzz.search", raising=False)
    assert cli.command(["run", "http://h", "--fuzz"]) == 2
    assert "cache-conformance[fuzz]" in sentence(capsys)


def test_a_fault_of_ours_is_3_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("\x1b[31mhm")

    monkeypatch.setattr("conformance.api.conduct", broken)
    assert cli.command(["run", "http://h"]) == 3
    said = sentence(capsys)
    assert "the suite is at fault: ZeroDivisionError: \\x1b[31mhm" in said
    assert "test_cli.py:" in said

    def harness(*_: object) -> None:
        raise HarnessError("no lane")

    monkeypatch.setattr("conformance.api.conduct", harness)
    assert cli.command(["run", "http://h"]) == 3
    assert "no lane" in sentence(capsys)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_its_report_is_written(
    number: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The signal comes as soon as a TTL is being waited for, in real time."""

    @contextmanager
    def shown(_stream: object) -> Iterator[Callable[[Progress], None]]:
        yield lambda state: signal.raise_signal(number) if state.waits else None

    monkeypatch.setattr(progress, "shown", shown)
    before = signal.getsignal(number)
    path = tmp_path / "report.json"
    with start() as server:
        assert cli.command(["run", server.url, "--report", str(path)]) == 2
    assert signal.getsignal(number) is before
    assert read(path).stopped == f"{number.name} came"
    out, err = capsys.readouterr()
    assert f"The run ended early: {number.name} came" in out
    assert err == "\nstopping: what was changed is being put back\n"


def test_ctrl_c_elsewhere_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.load.specs.load", interrupted)
    assert cli.command(["explain", "inm-current-is-304"]) == 2


# ------------------------------------------------------------------ the other commands


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (judged, 0),
        (lambda: judged("unquoted-etag"), 0),
        (lambda: judged("ignores-inm"), 1),
        (dead_port, 1),
        (stopped, 2),
        (lambda: judging(selected=[]), 5),
    ],
)
def test_judge_reads_a_report_and_exits_as_the_run(
    make: Callable[[], conformance.Report], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, report = tmp_path / "r.json", make()
    write(report, path)
    assert cli.command(["judge", str(path)]) == code
    assert capsys.readouterr().out.split("\n")[:-1] == summary_lines(report)


def test_judge_refuses_what_is_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["judge", str(tmp_path / "r.json")]) == 2
    assert "can't be read" in sentence(capsys)


def test_judge_refuses_other_specs_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(encode(replace(judged(), specs_sha256="0" * 64)))
    assert cli.command(["judge", str(path)]) == 2
    assert "000000000000" in sentence(capsys)
    assert cli.command(["judge", str(path), "--other-specs"]) == 0


def test_list_shows_every_check_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["list"]) == 0
    heading, *rows, _, counted = capsys.readouterr().out.rstrip("\n").split("\n")
    assert counted.startswith(f"{len(rows)} checks, asked ")
    assert heading.split() == ["CHECK", "LEVEL", "TIER", "ROW", "ASKED", "OF"]
    assert max(map(len, [heading, *rows, counted])) <= 100
    ids = [row.split()[0] for row in rows]
    assert len(ids) == len(set(ids)) > 30
    row = next(r for r in rows if r.startswith("inm-current-is-304 "))
    assert row.split()[1:5] == ["MUST", "lesson", "LES06", "items,"]
    assert "items" in row


def test_list_of_another_target(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["list", "--target", target, "--tier", "lesson"]) == 0
    assert "none of small" in capsys.readouterr().out
    assert cli.command(["list", "--tier", "x"]) == 2
    assert "there is no tier 'x'" in sentence(capsys)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["explain", "inm-current-is-304"]) == 0
    assert capsys.readouterr().out.startswith("inm-current-is-304: If-None-Match with the current ETag")
    assert cli.command(["explain", "LES28"]) == 0
    assert "\n----\n" in capsys.readouterr().out
    assert cli.command(["explain", "inm-curent-is-304"]) == 2
    assert "did you mean 'inm-current-is-304'" in sentence(capsys)


@pytest.mark.parametrize("option", [[], ["--rows"]])
def test_coverage_fits_a_terminal(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["coverage", *option]) == 0
    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert len(lines) > 60
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("which", ["spec", "target", "report", "requirements", "assignment"])
def test_schema(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["schema", which]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_a_built_in_target_is_printed_to_start_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["target", "lesson"]) == 0
    mine = tmp_path / "mine.yaml"
    mine.write_text(capsys.readouterr().out)
    assert load_target(str(mine)).resources[0].name == "items"
    assert cli.command(["target", "lessen"]) == cli.USAGE


def test_schema_is_of_specs_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == language.schema()


def test_no_command_shows_the_help_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command([]) == 2
    assert "explain" in capsys.readouterr().out
    assert cli.command(["--help"]) == 0


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["--version"]) == 0
    assert capsys.readouterr().out == f"cache-conformance {conformance.__version__}\n"


@pytest.mark.processes
def test_a_terminal_that_lacks_characters_gets_escapes(tmp_path: Path) -> None:
    """And `python -m conformance` is the command."""
    path = tmp_path / "r.json"
    path.write_bytes(encode(replace(judged(), stopped="caf\u00e9")))
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "judge", str(path)],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, b"")
    assert b"caf\\xe9" in done.stdout
