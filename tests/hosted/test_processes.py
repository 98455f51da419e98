"""What only a server of our own can show: memory that grows, tags after a restart, a cache in each worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.grading import LESSON, TIME, bad, grade, on, shop

from conformance.api import exit_code
from conformance.servers import AppSpec

SHARED = "several workers each have a cache of their own"


# ------------------------------------------------------------------ memory


@pytest.mark.slow
def test_a_cache_that_only_grows_is_warned_of() -> None:
    reference = AppSpec("reference_impl.twisted.app:app", env={"REFERENCE_FLAW": "unbounded-cache"})
    report = grade(reference, target="reference", only="memory-is-bounded")
    verdict = on(report, "memory-is-bounded")
    assert (verdict.outcome, verdict.verdict) == ("fail", "warn")
    assert verdict.message.startswith("expected memory that stops growing, found ")
    bounded = grade(AppSpec("reference_impl.app:app"), target="reference", only="memory-is-bounded")
    assert on(bounded, "memory-is-bounded").outcome == "pass"


KEPT = {
    "8 KiB for each query": ("kept[asked] = os.urandom(8192)", "fail"),
    "the latest 5000 queries": (
        "kept[asked] = 1\n    while len(kept) > 5000: kept.pop(next(iter(kept)))",
        "untestable",
    ),
    "the latest 200 queries": (
        "kept[asked] = 1\n    while len(kept) > 200: kept.pop(next(iter(kept)))",
        "pass",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_of_a_cache_that_is_bounded_nothing_is_claimed_beyond_the_keys_that_were_sent(
    tmp_path: Path, name: str
) -> None:
    text, expected = KEPT[name]
    keep = f"queries = {{}}\ndef keep(asked, kept=queries):\n    {text}\n"
    answer = "    keep(scope.get('query_string'))\n    await app(scope, receive, send)\n"
    shop(tmp_path, f"{keep}async def keeping(scope, receive, send):\n{answer}")
    verdict = on(grade(AppSpec("main:keeping", tmp_path), only="memory-is-bounded"), "memory-is-bounded")
    assert verdict.outcome == expected
    assert ("was not seen to stop growing within " in verdict.message) is (expected == "untestable")


# ------------------------------------------------------------------ restarts


SALTED = {
    "hash()": "str(hash(body))",
    "str() of a set": "hashlib.md5(str({item['name'] for item in ITEMS}).encode() + body).hexdigest()",
    "drawn at the start": "hashlib.md5(DRAWN + body).hexdigest()",
}
TAGGED = """
DRAWN = os.urandom(8)
def items(asked):
    body = json.dumps(ITEMS).encode()
    fields = {"etag": '"' + %s + '"', "cache-control": "no-cache"}
    return (304, b"", fields) if asked.get("if-none-match") == fields["etag"] else (200, body, fields)
"""


@pytest.mark.parametrize("name", SALTED)
def test_a_tag_that_is_another_after_each_start_is_warned_of_each_time(tmp_path: Path, name: str) -> None:
    shop(tmp_path, TAGGED % SALTED[name])
    report = grade(AppSpec(app_dir=tmp_path), only="::items::")
    verdict = on(report, "tag-outlives-restart", "items")
    assert (verdict.outcome, verdict.verdict) == ("fail", "warn")
    assert verdict.message.startswith("the ETag is another after each restart: ")
    assert bad(report) == {}


def test_a_fresh_start_can_be_left_out(tmp_path: Path) -> None:
    report = grade(shop(tmp_path), only="tag-outlives-restart", options={"restarts": False})
    verdict = on(report, "tag-outlives-restart", "items")
    assert verdict.message == "not applicable: not asked for: a fresh start was left out (--no-restart)"


def test_a_body_that_is_another_after_a_start_says_nothing_of_tags(tmp_path: Path) -> None:
    shop(tmp_path, "import os\nITEMS[0]['name'] = os.urandom(8).hex()")
    report = grade(AppSpec(app_dir=tmp_path), only="tag-outlives-restart")
    assert on(report, "tag-outlives-restart", "items").outcome == "not-applicable"


# ------------------------------------------------------------------ workers


# Each takes a while to answer: of requests that cost nothing, one worker may happen to take all twenty.
WORKERS = {"busy": "def before(path, asked): time.sleep(0.01)", "FastAPI": LESSON}


@pytest.mark.parametrize("name", WORKERS)
def test_a_cache_in_each_worker_is_warned_of_and_no_other_check_fails(tmp_path: Path, name: str) -> None:
    shop(tmp_path, WORKERS[name], plain=name != "FastAPI")
    report = grade(AppSpec(app_dir=tmp_path, workers=2), only=TIME)
    assert bad(report, "inconclusive") == {}
    doubted = {e.verdict.cause for e in report.judged if e.verdict.outcome == "inconclusive"}
    assert doubted <= {SHARED}
    assert on(report, "workers-agree").verdict == "warn"
    assert on(report, "workers-agree").message.startswith("each worker has a cache of its own: ")
    assert on(report, "members-present").outcome == "pass"
    assert report.workers == 2
    assert exit_code(report) in (0, 7)  # nothing fails; what met both workers could not be judged
