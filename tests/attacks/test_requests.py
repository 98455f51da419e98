"""What a server is asked says nothing of who asks, where a neutral User-Agent is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apps.writing import submission
from helpers.rules import none_of

import conformance
from conformance.commands.assigning import choose
from conformance.errors import UsageError
from conformance.model import Report
from conformance.options.run import Asked, Serving
from conformance.wire.outgoing import NEUTRAL

ROOT = Path(conformance.__file__).parents[1]
TELLING = ("conformance", "pytest", "grad", "judge", "suite", "check")


def _sent(report: Report) -> Iterator[str]:
    for record in report.records.values():
        for step in record.steps:
            for exchange in step.exchanges:
                request = exchange.request
                fields = "".join(f"{name}: {value}\n" for name, value in request.headers)
                yield f"{request.method} {request.target}\n{fields}\n{request.body!r}"


def test_no_request_has_a_word_that_tells() -> None:
    serving = Serving(app="lesson:app", app_dir=ROOT / "reference_impl")
    report = conformance.run(serving=serving, tier="core", user_agent=NEUTRAL)
    sent = list(_sent(report))
    assert len(sent) > 50
    none_of(each for each in sent if any(word in each.lower() for word in TELLING))


def test_the_user_agent_is_the_one_that_was_given_in_every_request(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        SEEN = set()
        async def app(scope, receive, send):
            if scope["type"] == "http":
                SEEN.update(v.decode() for k, v in scope["headers"] if k == b"user-agent")
                os._exit(0) if len(SEEN) > 1 else None
                await send({"type": "http.response.start", "status": 404, "headers": []})
                await send({"type": "http.response.body", "body": b""})
        """,
    )
    report = conformance.run(
        serving=Serving(app="main:app", app_dir=tmp_path), clock="real", user_agent=NEUTRAL, deadline=20
    )
    assert report.base_url
    assert not report.counts.get("unreachable"), "a second User-Agent ends it"


def test_a_graded_run_is_neutral_unless_it_is_said_otherwise() -> None:
    chosen = choose("lesson", started=False)
    assert chosen.asked(Asked(), {}).user_agent == NEUTRAL
    assert chosen.asked(Asked(user_agent="mine"), {}).user_agent == "mine"


@pytest.mark.parametrize("text", ["a\nb", " ", "a ", "ä", "\x7f"])
def test_a_user_agent_that_can_not_be_sent_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"the User-Agent .* can't be sent"):
        conformance.run("http://127.0.0.1:1", user_agent=text)
