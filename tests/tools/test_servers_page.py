"""tools.servers.page: what of the runs goes into the documents, and what does not."""

from __future__ import annotations

import json

from tools.checks import SERVERS
from tools.servers.judging import Finding, Outcome
from tools.servers.page import failing, read_results

FOUND = tuple(Finding("x", on, verdict) for on, verdict in (("a", "fail"), ("b", "warn"), ("c", "error")))


def outcome(*findings: Finding) -> Outcome:
    return Outcome("1.0", {}, findings)


def test_what_real_servers_fail_is_told_by_check_in_the_order_of_the_servers() -> None:
    results = {"koa": outcome(FOUND[0]), "h2o": outcome(FOUND[2]), "caddy": outcome(*FOUND)}
    assert failing(results) == {"x": ["koa", "caddy"]}
    assert failing({"h2o": outcome()}) == failing({}) == {}


def test_what_real_servers_fail_is_up_to_date() -> None:
    assert json.loads(SERVERS.read_text("utf-8")) == failing(read_results()), "run make docs"
