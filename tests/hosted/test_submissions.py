"""Whole runs on submissions that have no defect: a TTL of 30 s in no time, and nothing to complain of."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.grading import LESSON, OF_TTL, failed, grade, on, passes, shop

import conformance
from conformance.api import exit_code
from conformance.options.run import Serving
from conformance.servers import AppSpec

APPS = Path(__file__).parents[1] / "apps"


def test_the_reference_passes_a_ttl_of_thirty_seconds_in_no_time() -> None:
    report = conformance.run(serving=Serving(app="reference_impl.app:app"), seed=1)
    passes(report)
    assert failed(report) == set()
    assert report.workers == 1
    assert report.base_url.startswith("http://127.0.0.1:")
    assert on(report, "memory-is-bounded").outcome == "pass"
    assert on(report, "memory-is-bounded", "reports").outcome == "pass"
    assert on(report, "workers-agree").outcome == "untestable"


def test_the_lesson_done_right_in_one_file_gets_no_fail_and_no_warning() -> None:
    report = conformance.run(serving=Serving(app="reference_impl.lesson:app"), seed=1)
    passes(report)
    assert failed(report) == set()
    given = {verdict for verdict, number in report.counts.items() if number}
    assert given <= {"pass", "info", "not-applicable", "untestable"}
    by_event = {
        "create-shows",
        "change-shows",
        "change-shows-on-item",
        "remove-shows",
        "remove-shows-on-item",
    }
    assert {on(report, check, "items").outcome for check in by_event} == {"pass"}
    assert on(report, "clear-empties").outcome == "pass"


def test_the_lessons_own_code_gets_warnings_only(tmp_path: Path) -> None:
    report = conformance.run(serving=Serving(app="main:app", app_dir=shop(tmp_path, LESSON, plain=False)))
    passes(report)
    assert failed(report) == {"etag-quoted", "cache-control-present"}
    assert exit_code(report, strict=True) == 1


SUBMISSIONS = {
    "a factory": Serving(app="starlette_app:create", app_dir=APPS, factory=True),
    "Flask": Serving(app="flask_app:create_app", app_dir=str(APPS), factory=True),
    "Django": Serving(app="django_app:application", app_dir=APPS),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_apps_of_other_frameworks_are_judged_on_the_route_they_have(name: str) -> None:
    if name in ("Flask", "Django"):
        pytest.importorskip(name.lower(), reason=f"{name} is not installed")
    report = conformance.run(serving=SUBMISSIONS[name], seed=1)
    assert report.clock == "virtual"
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert on(report, "etag-present", "items").message.startswith("the route GET /items/ is missing: ")


def test_a_wsgi_function_passes(tmp_path: Path) -> None:
    text = """
    def wsgi(environ, start_response):
        asked = {"if-none-match": environ.get("HTTP_IF_NONE_MATCH")}
        found = {"/items/": lambda: items(asked), "/cached-time/": lambda: (200, None, {})}
        status, body, fields = found.get(environ["PATH_INFO"], lambda: (404, b"{}", {}))()
        if environ["REQUEST_METHOD"] != "GET":
            status = 405
        body = json.dumps(cached_time()).encode() if body is None else body
        fields = fields if status == 304 else fields | {"Content-Type": "application/json"}
        start_response(f"{status} Said", list(fields.items()))
        return [body]
    """
    shop(tmp_path, text)
    report = grade(AppSpec("main:wsgi", tmp_path))
    passes(report)
    assert failed(report) == set()


def test_an_app_runs_in_its_folder_whatever_the_current_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data.txt").write_text("30")
    shop(tmp_path, "LIFE = float(open('data.txt').read())")
    monkeypatch.chdir(tmp_path / "elsewhere")
    passes(conformance.run(serving=Serving(app="main:app", app_dir="..")))
