"""tools.servers.conf.origin: what stands behind real caches, and what a test may do to it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from helpers.hostile import unused_port

from tools.servers.table import CONF

TTL = 5


@pytest.fixture
def origin() -> Iterator[httpx.Client]:
    port = unused_port()
    command = [sys.executable, "-I", str(CONF / "origin.py"), str(port), str(TTL)]
    with subprocess.Popen(command) as process, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        try:
            yield _ready(client)
        finally:
            process.kill()


def _ready(client: httpx.Client) -> httpx.Client:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            client.get("/page.json")
        except httpx.TransportError:
            continue
        return client
    raise TimeoutError


@pytest.mark.processes
def test_what_is_kept_is_changed_and_fails_and_works_again_as_a_test_says(origin: httpx.Client) -> None:
    first = origin.get("/validated.json?key=a")
    assert first.headers["cache-control"] == f"max-age={TTL}, must-revalidate"
    assert origin.get("/standing-in.json").headers["cache-control"].endswith(f"stale-if-error={6 * TTL}")
    assert origin.get("/validated.json", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert origin.post("/test/change").status_code == 200
    assert origin.get("/validated.json", headers={"If-Match": first.headers["etag"]}).status_code == 412
    assert origin.get("/validated.json").json() == {"text": "Revision 2"}
    assert origin.post("/test/break").status_code == 200
    assert {origin.get(path).status_code for path in ("/validated.json", "/page.json", "/x")} == {503}
    assert origin.post("/test/mend").status_code == 200
    assert origin.get("/validated.json").headers["x-made"] != first.headers["x-made"]
    assert origin.post("/test/else").status_code == 404


@pytest.mark.processes
def test_what_is_kept_is_written_unless_a_condition_or_its_form_refuses_it(origin: httpx.Client) -> None:
    old = origin.get("/validated.json").headers["etag"]
    new = {"text": "Another"}
    assert origin.put("/validated.json?key=a", json=new, headers={"If-Match": old}).status_code == 204
    assert origin.get("/validated.json").json() == new
    assert origin.get("/standing-in.json").json() == {"text": "Revision 1"}
    refused = [
        origin.put("/validated.json", json={"text": "b"}, headers={"If-Match": old}),
        origin.put("/validated.json", json={"text": "b"}, headers={"If-None-Match": "*"}),
    ]
    assert {each.status_code for each in refused} == {412}
    assert {origin.put("/validated.json", content=text).status_code for text in (b"b", b"[]", b"{}")} == {422}
    assert origin.put("/page.json", json=new).headers["allow"] == "GET, HEAD"
    assert origin.get("/validated.json").json() == new
    origin.post("/test/change")
    assert origin.get("/validated.json").json() == {"text": "Revision 2"}
    origin.post("/test/break")
    assert origin.put("/validated.json", json=new).status_code == 503
