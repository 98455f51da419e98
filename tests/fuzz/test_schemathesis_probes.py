"""What is sent besides: how often, of what, and of an app that has no wire."""

import pytest
import schemathesis
from helpers.cases import api, failure, odd_server

from conformance.fuzz import CHECKS
from conformance.fuzz import schemathesis_checks as module
from reference_impl.settings import Settings
from reference_impl.twisted.app import build, choose
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.serve import start

# ------------------------------------------------------------------ how often, and of what


@pytest.mark.parametrize("language", ["", "en"])
def test_three_requests_are_sent_besides_of_a_tag_and_none_twice(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def edit(request: Asked, answer: Answer) -> Answer:
        asked.append(request.method)
        return answer.having("content-language", language) if language else answer

    with odd_server(monkeypatch, edit) as running:
        schema = api(running.url)
        checks = [getattr(module, check) for check in CHECKS]
        for _ in range(4):
            schema["/items/"]["GET"].Case().call_and_validate(checks=checks)
    assert len(asked) == 4 + 3


def test_a_claim_that_fails_is_told_of_one_operation_as_often_as_it_is_tried() -> None:
    with start(flaw="ignores-inm") as running:
        schema = api(running.url)
        listed = schema["/items/"]["GET"]
        one = schema["/items/{item}"]["GET"].Case(path_parameters={"item": 1})
        said = [failure(each) for each in (listed.Case(), listed.Case(), one)]
    assert [bool(each) for each in said] == [True, True, False]


# ------------------------------------------------------------------ an app in this process


@pytest.mark.parametrize(("flaw", "says"), [("", ""), ("ignores-inm", "expected 304, got 200")])
@pytest.mark.parametrize("field", ["", "   "])
def test_an_app_in_this_process_is_asked_without_a_wire(
    field: str, flaw: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_by", lambda _tag, ways: field if field in ways else ways[0])
    app = build(Settings(cost=0.0), choose(flaw))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    said = {check: failure(schema["/items/"]["GET"].Case(), check) for check in CHECKS}
    assert [check for check, text in said.items() if text] == ([CHECKS[0]] if says else [])
    assert says in said[CHECKS[0]]
