"""What the reference server does, asked in process and under a clock that the test moves."""

import asyncio
from typing import Any

import pytest
from helpers.inprocess import Client, Fields

from reference_impl.site import item_key

TTL = 30.0


@pytest.fixture
def client() -> Client:
    return Client(ttl=TTL)


READS = [
    "/items/",
    "/items/1",
    "/versioned/",
    "/reports/",
    *(f"/policies/{name}" for name in ("public", "no-store")),
]
JSON = {"Content-Type": "application/json"}
PEN = {"name": "Pen", "description": "Blue", "price": 1.5}


# ---- reading


@pytest.mark.parametrize("path", READS)
def test_a_resource_is_revalidated(client: Client, path: str) -> None:
    client.get(path)
    first = client.get(path)
    again = client.get(path, if_none_match=first.headers["etag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert "content-length" not in again.headers
    other = client.get(path, if_none_match='"other"')
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("path", [*READS, "/cached-time/"])
def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    client.get(path)
    get, head = client.get(path), client.ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("path", ["/items/", "/items/1", "/versioned/", "/policies/private"])
def test_a_date_revalidates_where_there_is_one(client: Client, path: str) -> None:
    first = client.get(path)
    date = first.headers["last-modified"]
    assert client.get(path, if_modified_since=date).status_code == 304
    assert client.get(path, if_modified_since="Sun, 06 Nov 1994 08:49:37 GMT").status_code == 200
    assert client.get(path, if_unmodified_since="Sun, 06 Nov 1994 08:49:37 GMT").status_code == 412


def test_the_list_is_long_enough_to_measure_a_304_against(client: Client) -> None:
    shown = client.get("/items/")
    assert len(shown.content) >= 200
    assert [sorted(item) for item in shown.json()] == [["description", "id", "name", "price"]] * 3


def test_without_its_slash_the_list_redirects(client: Client) -> None:
    moved = client.get("/items", if_none_match="*")
    assert (moved.status_code, moved.headers["location"]) == (307, "http://reference/items/")


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/policies/public", "public, max-age=300"),
        ("/policies/private", "private, max-age=300"),
        ("/policies/no-cache", "no-cache"),
        ("/policies/no-store", "no-store"),
        ("/items/", "no-cache"),
        ("/cached-time/", "no-store"),
    ],
)
def test_policies(client: Client, path: str, policy: str) -> None:
    assert client.get(path).headers.get_list("cache-control") == [policy]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/items/", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/items/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("GET", "/cache/", "DELETE, OPTIONS"),
        ("PUT", "/policies/public", "GET, HEAD, OPTIONS"),
        ("POST", "/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_405_lists_every_method_of_the_path(client: Client, method: str, path: str, allow: str) -> None:
    refused, asked = client.ask(method, path), client.ask("OPTIONS", path, {"If-Match": '"x"'})
    assert (refused.status_code, refused.headers["allow"]) == (405, allow)
    assert (asked.status_code, asked.headers["allow"]) == (204, allow)


def test_what_is_not_there_is_404_whatever_the_condition(client: Client) -> None:
    for path in ("/items/99", "/nowhere"):
        assert client.get(path).status_code == 404
        assert client.get(path, if_none_match="*").status_code == 404
        assert client.get(path, if_match='"x"').status_code == 404
    assert client.ask("PUT", "/items/99", {"If-None-Match": "*"}, PEN).status_code == 404


# ---- writing


def test_a_put_brings_back_what_was_removed_and_no_other(client: Client) -> None:
    assert client.ask("DELETE", "/items/2").status_code == 204
    assert client.ask("PATCH", "/items/2", data=PEN).status_code == 404
    for condition in ({"If-Match": "*"}, {"If-Match": '"x"'}):
        assert client.ask("PUT", "/items/2", condition, PEN).status_code == 412
        assert client.get("/items/2").status_code == 404
    back = client.ask("PUT", "/items/2", {"If-None-Match": "*"}, PEN)
    assert (back.status_code, back.json()) == (201, {"id": 2} | PEN)
    assert client.get("/items/2").json() == back.json()
    assert [each["id"] for each in client.get("/items/").json()] == [1, 2, 3]
    assert client.ask("PUT", "/items/2", {"If-None-Match": "*"}, PEN).status_code == 412
    assert client.ask("PUT", "/items/2", data=PEN).status_code == 200


def test_what_is_brought_back_is_seen_whatever_was_kept_of_it(client: Client) -> None:
    """As where a worker was so slow to compute that its lock had ended (`backends.redis`)."""
    old = client.get("/items/2").json()
    cache = client.app.state.site.cache
    entry = asyncio.run(cache.get(item_key(2)))
    client.ask("DELETE", "/items/2")
    asyncio.run(cache.set(item_key(2), entry, TTL))
    assert client.ask("PUT", "/items/2", data=PEN).status_code == 201
    assert client.get("/items/2").json() == {"id": 2} | PEN != old


def test_a_create_is_seen_at_once(client: Client) -> None:
    before = client.get("/items/")
    made = client.ask("POST", "/items/", data=PEN)
    assert (made.status_code, made.headers["location"]) == (201, "/items/4")
    assert made.json() == {"id": 4} | PEN
    shown = client.get("/items/4")
    assert (shown.headers["etag"], shown.content) == (made.headers["etag"], made.content)
    after = client.get("/items/", if_none_match=before.headers["etag"])
    assert after.json() == [*before.json(), made.json()]
    assert after.headers["etag"] != before.headers["etag"]


def test_where_conditions_are_required_a_change_without_one_is_refused_and_told_how() -> None:
    client = Client(conditions=True)
    before = client.get("/items/2")
    for method in ("PUT", "PATCH", "DELETE"):
        refused = client.ask(method, "/items/2", data=None if method == "DELETE" else PEN)
        assert (refused.status_code, refused.headers["cache-control"]) == (428, "no-store")
        assert "If-Match" in refused.json()["detail"]
    assert client.get("/items/2").content == before.content
    assert client.ask("POST", "/items/", data=PEN).status_code == 201
    assert client.ask("PUT", "/items/2", {"If-Match": before.headers["etag"]}, PEN).status_code == 200
    assert client.ask("DELETE", "/items/2", {"If-Match": '"x"'}).status_code == 412


def test_an_update_is_seen_at_once(client: Client) -> None:
    for method, data in (("PUT", PEN), ("PATCH", {"price": 2.5})):
        lists, items = client.get("/items/"), client.get("/items/2")
        changed = client.ask(method, "/items/2", data=data)
        assert changed.json() == items.json() | data
        for before, path in ((lists, "/items/"), (items, "/items/2")):
            after = client.get(path, if_none_match=before.headers["etag"])
            assert (after.status_code, after.headers["etag"] != before.headers["etag"]) == (200, True)
        assert client.get("/items/").json()[1] == client.get("/items/2").json() == changed.json()


def test_a_delete_is_seen_at_once(client: Client) -> None:
    client.get("/items/")
    client.get("/items/2")
    gone = client.ask("DELETE", "/items/2")
    assert (gone.status_code, gone.content, "content-length" in gone.headers) == (204, b"", False)
    assert [item["id"] for item in client.get("/items/").json()] == [1, 3]
    assert client.get("/items/2").status_code == client.ask("DELETE", "/items/2").status_code == 404


def test_an_id_is_never_used_again(client: Client) -> None:
    first = client.ask("POST", "/items/", data=PEN).json()["id"]
    client.ask("DELETE", f"/items/{first}")
    assert client.ask("POST", "/items/", data=PEN).json()["id"] > first


def test_content_that_comes_back_brings_its_tag_back(client: Client) -> None:
    first, item = client.get("/items/"), client.get("/items/1").json()
    client.ask("PUT", "/items/1", data=item | {"name": "Teapot"})
    between = client.get("/items/")
    client.ask("PUT", "/items/1", data=item)
    last = client.get("/items/", if_none_match=between.headers["etag"])
    assert last.status_code == 200
    assert last.headers["etag"] == first.headers["etag"] != between.headers["etag"]


def test_a_write_that_changes_nothing_leaves_the_validators(client: Client) -> None:
    before = client.get("/items/1")
    client.clock.now += 60
    client.ask("PUT", "/items/1", data=before.json())
    after = client.get("/items/1")
    assert after.headers["etag"] == before.headers["etag"]
    assert after.headers["last-modified"] == before.headers["last-modified"]


def test_put_answers_with_a_tag_only_where_it_stored_the_bytes_it_got(client: Client) -> None:
    reordered = client.ask("PUT", "/items/1", data=PEN)
    assert "etag" not in reordered.headers
    exact = client.ask("PUT", "/items/1", JSON, content=reordered.content)
    assert exact.headers["etag"] == client.get("/items/1").headers["etag"]
    assert "etag" in client.ask("PATCH", "/items/1", data={"price": 9}).headers


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/items/", PEN),
    ("PUT", "/items/1", PEN),
    ("PATCH", "/items/1", PEN),
    ("DELETE", "/items/1", None),
    ("PUT", "/versioned/", {"text": "Other"}),
]


@pytest.mark.parametrize(("method", "path", "data"), WRITES)
def test_a_condition_that_does_not_hold_stops_a_write(
    client: Client, method: str, path: str, data: Any
) -> None:
    before = client.get(path)
    tag = before.headers["etag"]
    old = "Sun, 06 Nov 1994 08:49:37 GMT"
    refusing: list[Fields] = [
        {"If-Match": '"old"'},
        {"If-Match": f"W/{tag}"},
        {"If-None-Match": tag},
        {"If-None-Match": "*"},
        {"If-Unmodified-Since": old},
    ]
    for fields in refusing:
        assert client.ask(method, path, fields, data).status_code == 412
        assert client.get(path).headers["etag"] == tag
    performed = client.ask(method, path, {"If-Match": f'"old", {tag}', "If-Unmodified-Since": old}, data)
    assert performed.is_success
    assert client.get(path).headers.get("etag") != tag


def test_of_many_writes_with_the_same_tag_one_is_performed(client: Client) -> None:
    tag = client.get("/versioned/").headers["etag"]
    answers = client.ask_many(8, "PUT", "/versioned/", headers={"If-Match": tag}, json={"text": "Mine"})
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": ', 400),
        (b"", 422),
        (b"[]", 422),
        (b'{"price": 1}', 422),
        (b'{"name": "x", "price": NaN}', 422),
        (b'{"name": "x", "price": 1e999}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": null}', 422),
        (b"\xff", 400),
    ],
)
def test_a_refused_write_has_no_effect(client: Client, body: bytes, status: int) -> None:
    before = client.get("/items/")
    for method, path in (("POST", "/items/"), ("PUT", "/items/1")):
        refused = client.ask(method, path, JSON, content=body)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/json")
    after = client.get("/items/", if_none_match=before.headers["etag"])
    assert after.status_code == 304


@pytest.mark.parametrize("path", ["/items/0", "/items/abc", "/items/9223372036854775808"])
def test_an_id_out_of_range_is_an_error_of_the_client(client: Client, path: str) -> None:
    assert client.get(path).status_code == 422


def test_a_part_does_not_replace_the_whole(client: Client) -> None:
    before = client.get("/items/1").content
    refused = client.ask("PUT", "/items/1", {"Content-Range": "bytes 0-3/9"}, PEN)
    assert (refused.status_code, client.get("/items/1").content) == (400, before)


def test_the_version_rises_with_each_change_and_not_with_reads(client: Client) -> None:
    def tag() -> str:
        return str(client.get("/versioned/").headers["etag"])

    assert tag() == tag()
    assert tag().startswith('"v1-')
    client.ask("PUT", "/versioned/", data={"text": "A second draft"})
    client.ask("PUT", "/versioned/", data={"text": "A second draft"})
    assert tag().startswith('"v2-')
    assert client.get("/versioned/").json() == {"text": "A second draft", "version": 2}


# ---- values with a time to live


@pytest.mark.parametrize(("path", "member"), [("/cached-time/", "time"), ("/reports/", "report")])
def test_a_value_lives_for_its_ttl_and_reading_does_not_prolong_it(
    client: Client, path: str, member: str
) -> None:
    def read() -> tuple[Any, bool]:
        data = client.get(path).json()
        return data[member], data["cached"]

    first, cached = read()
    assert cached is False
    for _ in range(2):
        client.clock.now += TTL / 2 - 0.1
        assert read() == (first, True)
    client.clock.now += 0.2
    second, cached = read()
    assert (second != first, cached) == (True, False)
    assert read() == (second, True)


@pytest.mark.parametrize("path", ["/cached-time/", "/reports/"])
def test_at_expiry_one_computes_for_all(path: str) -> None:
    client = Client(ttl=TTL)
    answers = client.ask_many(20, "GET", path)
    assert sorted(answer.json()["cached"] for answer in answers) == [False] + [True] * 19


def test_clearing_by_hand_makes_the_next_read_compute(client: Client) -> None:
    first = client.get("/cached-time/").json()
    client.clock.now += 1
    cleared = client.ask("DELETE", "/cache/")
    assert (cleared.status_code, cleared.content) == (204, b"")
    second = client.get("/cached-time/").json()
    assert (second["cached"], second["time"] != first["time"]) == (False, True)
    assert len(client.get("/items/").json()) == 3  # the data are not in the cache


def test_the_report_keeps_its_weak_tag_when_its_flag_flips(client: Client) -> None:
    miss, hit = client.get("/reports/"), client.get("/reports/")
    assert (miss.json()["cached"], hit.json()["cached"]) == (False, True)
    assert miss.headers["etag"] == hit.headers["etag"]
    assert hit.headers["etag"].startswith('W/"')
    client.clock.now += TTL + 1
    assert client.get("/reports/", if_none_match=hit.headers["etag"]).status_code == 200


def test_distinct_keys_have_distinct_entries_and_their_number_is_bounded() -> None:
    client = Client(max_entries=4)
    for place in range(9):
        assert client.get(f"/cached-time/{place}").json()["cached"] is False
    assert client.get("/cached-time/8").json()["cached"] is True
    assert client.get("/cached-time/0").json()["cached"] is False


def test_a_condition_is_answered_alike_whether_or_not_something_is_kept(client: Client) -> None:
    for _ in range(2):
        assert client.get("/kept/public", if_none_match="*").status_code == 304
        assert client.get("/kept/public").status_code == 200


def test_apps_share_nothing() -> None:
    one, other = Client(), Client()
    one.ask("DELETE", "/items/1")
    one.get("/cached-time/")
    assert len(other.get("/items/").json()) == 3
    assert other.get("/cached-time/").json()["cached"] is False


def test_the_openapi_document_describes_the_routes(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert sorted(paths["/items/"]) == ["get", "post"]
    assert {"304", "412"} <= set(paths["/items/"]["get"]["responses"])
