"""What a student reads of a run on a server that goes wrong in one way: the cause, and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.grading import SHOP, grade, on, shop

import conformance
from conformance.model import Report
from conformance.options.run import Serving
from conformance.report.document import encode
from conformance.report.text import summary_lines


def first(report: Report) -> list[str]:
    """What is to be mended first: the sentence, and the next step."""
    lines = summary_lines(report)
    begins = ("First thing to mend", "Failed: the server did not")
    at = next(number for number, line in enumerate(lines) if line.startswith(begins))
    return [line.strip() for line in lines[at + 1 : at + 3]]


def run(folder: Path, text: str, **asked: object) -> Report:
    return grade(shop(folder, text), **asked)  # type: ignore[arg-type]


FAILS = {
    "in a route": ("def cached_time(): return {}['time']", "cached-time"),
    "after the answer": (
        """
        plain = app
        async def app(scope, receive, send):
            if scope["type"] != "http" or scope["path"] != "/cached-time/":
                return await plain(scope, receive, send)
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b"Internal Server Error"})
            await asyncio.sleep(0.02)
            raise KeyError("time")
        """,
        "cached-time",
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_a_500_begins_with_what_was_raised_and_where(tmp_path: Path, name: str) -> None:
    text, resource = FAILS[name]
    report = run(tmp_path, text, only="members-present")
    says, mend = first(report)
    line = next(
        n
        for n, each in enumerate((tmp_path / "main.py").read_text().splitlines(), 1)
        if "['time']" in each or '("time")' in each
    )
    assert says.startswith(
        f"KeyError: 'time' (main.py:{line}): the server failed with 500 on GET /{resource}/: "
    )
    assert mend.startswith("Next: Mend the line that it names")


def test_a_500_for_a_variable_that_was_withheld_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "abc")
    text = "def before(path, asked): os.environ['SHOP_API_KEY']"
    says, mend = first(run(tmp_path, text, only="etag-present"))
    assert says.startswith("KeyError: 'SHOP_API_KEY' (")
    assert mend == (
        "Next: SHOP_API_KEY was withheld from the app, as whatever may be a secret: pass it on with "
        "--env SHOP_API_KEY (in pytest: --conformance-env)."
    )
    passed = conformance.run(
        serving=Serving(app="main:app", app_dir=tmp_path, env=["SHOP_API_KEY"]),
        selected=["specs/contract.yaml::items::etag-present"],
    )
    assert on(passed, "etag-present", "items").outcome == "pass"


def test_a_secret_that_was_passed_on_and_is_printed_stays_out_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "sk-0123456789")
    shop(tmp_path, "def before(path, asked): raise KeyError(os.environ['SHOP_API_KEY'])")
    report = conformance.run(
        serving=Serving(app="main:app", app_dir=tmp_path, env=["SHOP_API_KEY", "SHOP_MODE=testing-much"]),
        selected=["specs/contract.yaml::items::etag-present"],
    )
    written = encode(report)
    assert b"KeyError: 'redacted'" in written
    assert b"sk-0123456789" not in written


def test_an_app_that_does_not_start_for_a_variable_that_was_withheld_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "abc")
    says = first(run(tmp_path, "KEY = os.environ['SHOP_API_KEY']"))[0]
    assert "KeyError: 'SHOP_API_KEY' (main.py:" in says
    assert "SHOP_API_KEY was withheld from the app" in says
    assert "--env SHOP_API_KEY (in pytest: --conformance-env)" in says
    report = conformance.run(
        serving=Serving(app="main:app", app_dir=tmp_path, env=["SHOP_API_KEY"]), selected=[]
    )
    assert report.base_url


PREFIXED = (
    SHOP
    + """
plain, OPENAPI = app, {"paths": {f"/api/v1/{n}/": {"get": {}} for n in ("items", "cached-time")}}
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/openapi.json":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        return await send({"type": "http.response.body", "body": json.dumps(OPENAPI).encode()})
    path = scope["path"].removeprefix("/api/v1") if scope["path"].startswith("/api/v1") else "/none"
    await plain(scope | {"path": path}, receive, send)
"""
)


def test_routes_below_a_prefix_are_found_by_openapi_and_the_prefix_can_be_given(tmp_path: Path) -> None:
    report = grade(shop(tmp_path, PREFIXED, plain=False), only="present")
    says, mend = first(report)
    assert says.startswith("the route GET /items/ is missing: ")
    assert "below the prefix /api/v1: judge it there with --base-path /api/v1 (in pytest: --con" in mend
    serving = Serving(app="main:app", app_dir=tmp_path)
    judged = conformance.run(serving=serving, base_path="/api/v1/", seed=1)
    assert judged.base_url.endswith("/api/v1")
    assert (on(judged, "etag-present", "items").outcome, on(judged, "ttl-ends").outcome) == ("pass", "pass")
    (tmp_path / "mine.yaml").write_text(conformance_target("base: /api/v1\nname: mine"))
    by_file = conformance.run(serving=serving, target=str(tmp_path / "mine.yaml"), seed=1)
    assert on(by_file, "etag-present", "items").outcome == "pass"


def conformance_target(head: str) -> str:
    """The built-in target under another head, as a student makes one."""
    from conformance.load.target import target_text  # noqa: PLC0415

    return target_text("lesson").replace("name: lesson", head, 1)


def test_a_login_is_told_with_the_lines_that_give_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
    plain = app
    async def app(scope, receive, send):
        if scope["type"] == "http" and (b"authorization", b"Bearer s3cret") not in scope["headers"]:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            return await send({"type": "http.response.body", "body": b"{}"})
        await plain(scope, receive, send)
    """
    says, mend = first(run(tmp_path, text, only="etag-present"))
    assert says.startswith("GET /items/ wants a login (401): ")
    login = "Authorization: Bearer ${TOKEN}"
    assert f"-H '{login}'" in mend
    monkeypatch.setenv("TOKEN", "s3cret")
    line = 'headers: {Authorization: "Bearer ${TOKEN}"}'
    (tmp_path / "mine.yaml").write_text(conformance_target(f"name: mine\n{line}"))
    report = grade(tmp_path, target=str(tmp_path / "mine.yaml"), only="etag-present")
    assert on(report, "etag-present", "items").outcome == "pass"
    monkeypatch.setenv("TOKEN", "old")
    says, mend = first(grade(tmp_path, target=str(tmp_path / "mine.yaml"), only="etag-present"))
    assert "and does not take what the target file sends (Authorization)" in says
    assert "has not expired" in mend


def test_a_condition_that_kills_the_server_is_named(tmp_path: Path) -> None:
    text = "def before(path, asked):\n    if 'if-none-match' in asked: os._exit(3)"
    report = run(tmp_path, text, only="::items::inm-current")
    says, mend = first(report)
    assert says.startswith('the server crashed on GET /items/ with If-None-Match: "')
    assert mend.startswith("Next: find what ends your program when it gets GET /items/ with If-None-Match: ")
