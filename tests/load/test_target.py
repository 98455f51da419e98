"""conformance.load.target: a target file and its overrides -> Target, and every way in which they can be wrong."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import helpers.specs
import pytest
from helpers.specs import refused_at

from conformance.errors import TargetError
from conformance.load.target import built_in_targets, load_target, target_text
from conformance.model import Target, Write

TEXT = """\
name: mine
headers: {Authorization: Bearer x}
resources:
  items:
    read: GET /items/
    json: array
    item: GET /items/{id}
    etag: true
    create: POST /items/
    change: {request: "PUT /items/{id}", edit: title}
    remove: {request: "DELETE /items/{id}", ask: true}
  me:
    read: GET /me
    change: PATCH /me
    policy: private, max-age=60
  time:
    read: GET /time/
    ttl: 30
    value: /time
    hit: /cached
    distinct-from: [items]
    clear: DELETE /cache/
"""
with_ = partial(helpers.specs.with_, text=TEXT)
Loads = Callable[..., Target]


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Load a target file with this text."""
    monkeypatch.chdir(tmp_path)

    def of(text: str | bytes = TEXT, *overrides: str) -> Target:
        Path("t.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_target("t.yaml", overrides)

    return of


def test_a_whole_file_becomes_records(loads: Loads) -> None:
    target = loads()
    items, me, time = target.resources
    assert (target.name, [r.name for r in target.resources]) == ("mine", ["items", "me", "time"])
    assert (items.read, items.item, items.json, items.etag) == ("/items/", "/items/{id}", "array", True)
    assert items.writes == {
        "create": Write("POST", "/items/", "list", "auto", None, ask=False),
        "change": Write("PUT", "/items/{id}", "list", "title", None, ask=False),
        "remove": Write("DELETE", "/items/{id}", "list", "auto", None, ask=True),
    }
    assert me.writes == {"change": Write("PATCH", "/me", "self", "auto", None, ask=False)}
    assert (time.ttl, time.value, time.hit, time.distinct_from) == (30, "/time", "/cached", ("items",))
    assert {r.headers for r in target.resources} == {(("Authorization", "Bearer x"),)}
    assert str(time.place) == "t.yaml:16"


def test_a_resource_has_the_capabilities_that_it_declares(loads: Loads) -> None:
    assert [sorted(r.capabilities) for r in loads().resources] == [
        ["change", "create", "etag", "item", "read", "remove"],
        ["change", "policy", "policy-private", "read"],
        ["clear", "distinct", "hit", "read", "ttl", "value"],
    ]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("public, max-age=300", {"policy-max-age"}),
        ("private, max-age=300", {"policy-private"}),
        ("no-cache", {"policy-no-cache"}),
        ("No-Store, No-Cache, Max-Age=0", {"policy-no-store"}),
        ("public", set()),
    ],
)
def test_a_policy_is_about_its_strictest_directive(loads: Loads, policy: str, expected: set[str]) -> None:
    me = loads(TEXT, f"me.policy={policy}").resource("me")
    assert {c for c in me.capabilities if c.startswith("policy-")} == expected


def test_where_its_openapi_is_may_be_said(loads: Loads) -> None:
    assert loads(TEXT).openapi == "/openapi.json"
    assert loads(f"openapi: /v3/api-docs\n{TEXT}").openapi == "/v3/api-docs"


def test_a_policy_may_be_said_by_status(loads: Loads) -> None:
    me = loads(
        TEXT, 'me.policy={"2xx": "private, max-age=9", "404": "no-store", "4xx": "no-cache"}'
    ).resource("me")
    assert {status: me.policy_of(status) for status in (200, 404, 412, 500)} == {
        200: "private, max-age=9",
        404: "no-store",
        412: "no-cache",
        500: None,
    }
    assert (me.policy, me.capabilities >= {"policy", "policies", "policy-private"}) == (
        "private, max-age=9",
        True,
    )
    errors = loads(TEXT, 'me.policy={"5xx": "no-store"}').resource("me")
    assert (errors.policy, "policies" in errors.capabilities) == (None, True)
    assert "policies" not in loads(TEXT).resource("me").capabilities


def test_a_header_takes_variables_of_the_environment(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    target = loads(with_("Bearer x", "'Bearer ${SHOP_TOKEN}'"))
    assert target.resources[0].headers == (("Authorization", "Bearer s3cret"),)
    assert loads(with_("Bearer x", "'a $HOME {x} ${'")).resources[0].headers[0][1] == "a $HOME {x} ${"


def test_a_variable_that_is_not_set_is_an_error_with_its_line(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN", raising=False)
    with pytest.raises(TargetError) as caught:
        loads(with_("Bearer x", "'Bearer ${SHOP_TOKEN}'"))
    assert str(caught.value) == (
        "t.yaml:2: Authorization needs the variable SHOP_TOKEN of the environment, which is not set: "
        "export SHOP_TOKEN=... before the run"
    )


@pytest.mark.parametrize(("base", "expected"), [("/api", "/api"), ("/api/v1/", "/api/v1")])
def test_a_prefix_stands_before_all_paths(loads: Loads, base: str, expected: str) -> None:
    assert loads().base == ""
    assert loads(with_("name: mine", f"name: mine\nbase: {base}")).base == expected


def test_what_a_file_requires_may_not_be_lacking(loads: Loads) -> None:
    asked = TEXT.replace("change: PATCH /me", "change: {request: PATCH /me, ask: true}")
    assert loads(asked).resource("me").writes["change"].ask is True
    assert loads(f"{asked}require: [me.change]\n").resource("me").writes["change"].ask is False


def test_what_is_required_may_be_said_beside_the_file() -> None:
    asked = load_target("lesson")
    required = load_target("lesson", (), ("items.create, cached-time.clear", "reports"))
    changed = load_target("lesson", ("items.create.ask=false",))
    assert [t.resource("items").writes["create"].ask for t in (asked, required, changed)] == [
        True,
        False,
        False,
    ]
    assert [t.resource("cached-time").writes["clear"].ask for t in (asked, required)] == [True, False]
    assert [t.resource("reports").ask for t in (asked, required)] == [True, False]


@pytest.mark.parametrize(
    ("required", "says"),
    [
        ("item.create", "'item.create' is required: no resource is called 'item'; did you mean 'items'?"),
        ("items.creat", "'items.creat' is required: did you mean 'create'?"),
        (
            "cached-time.create",
            "the target does not say how 'create' is done; write for instance create: POST",
        ),
    ],
)
def test_what_can_not_be_required_is_said(required: str, says: str) -> None:
    with pytest.raises(TargetError) as problem:
        load_target("lesson", (), (required,))
    assert problem.value.says.startswith(says)


def test_a_built_in_target_is_printed_as_it_is_written_but_for_where_its_schema_lies_here() -> None:
    assert target_text("lesson").startswith("# The built-in target")
    with pytest.raises(TargetError, match="is no built-in target"):
        target_text("lessen")


def test_the_lesson_is_what_is_meant_without_a_name() -> None:
    assert load_target().name == "lesson"
    assert "lesson" in built_in_targets()


def test_a_contract_is_claimed_and_the_built_in_targets_claim_the_lesson_s(loads: Loads) -> None:
    assert loads(TEXT).contract == ""
    assert loads(f"contract: lesson\n{TEXT}").contract == "lesson"
    assert {load_target(name).contract for name in built_in_targets()} == {"lesson"}


def test_a_resource_is_found_by_its_name(loads: Loads) -> None:
    assert loads().resource("me").read == "/me"
    with pytest.raises(KeyError):
        loads().resource("you")


def test_the_digest_is_of_the_values_that_count(loads: Loads) -> None:
    digests = [
        loads(text, *o).sha256
        for text, o in ((TEXT, ()), (TEXT + "# a remark\n", ()), (TEXT, ("time.ttl=5",)))
    ]
    assert digests[0] == digests[1] != digests[2]


# ---- what is wrong with a file: what replaces what, the error, and the text in its line

ACCEPTED = "accepted: absent, ask, change, clear, create, distinct-from, etag, hit, hooks, http-cache, item, json, keys, members, per-user, policy, protected, read, redirecting, remove, repeats, resolution, stale, ttl, value, variants, version"
WRONG = {
    "key of the file": ("name: mine", "nmae: mine", "unknown key 'nmae'; did you mean 'name'? accepted: after, base, before, contract, headers, name, openapi, require, resources, users", "nmae"),
    "key of a resource": ("    etag: true", "    etga: true", f"unknown key 'etga'; did you mean 'etag'? {ACCEPTED}", "etga"),
    "key of a write": ("edit: title", "edti: title", "unknown key 'edti'; did you mean 'edit'? accepted: ask, body, edit, from, request", "edti"),
    "no name": ("name: mine\n", "", "the file lacks 'name'", "headers"),
    "no way to read": ("    read: GET /me\n", "", "'me' lacks 'read'", "  me:"),
    "read by another method": ("GET /me", "POST /me", "read: found 'POST /me'; accepted: 'GET' and a path, such as GET /items/", "POST /me"),
    "read without a method": ("GET /me", "/me", "read: found '/me'; accepted: 'GET' and a path", "read: /me"),
    "read of another server": ("GET /me", "GET http://example.com/me", "read: found 'GET http://example.com/me'; accepted: 'GET' and a path", "example"),
    "read of another server, by two slashes": ("GET /me", "GET //example.com/me", "read: found 'GET //example.com/me'; accepted: 'GET' and a path", "example"),
    "read that climbs": ("GET /me", "GET /a/../me", "read: found 'GET /a/../me'; accepted: 'GET' and a path", "a/.."),
    "read that climbs unseen": ("GET /me", "GET /a/%2E./me", "read: found 'GET /a/%2E./me'; accepted: 'GET' and a path", "a/%2E."),
    "write that climbs": ("PATCH /me", "PATCH /..", "change: found 'PATCH /..'; accepted: a method and a path", "change: PATCH"),
    "write by GET": ("PATCH /me", "GET /me", "change: found 'GET /me'; accepted: a method and a path, such as 'PUT /items/{id}'", "change: GET"),
    "write without a request": ('request: "PUT /items/{id}", edit', "edit", "'change' lacks 'request'", "edit:"),
    "type of JSON": ("json: array", "json: list", "json: found 'list'; accepted: array, object, any", "json"),
    "ttl that is a text": ("ttl: 30", "ttl: 30s", "ttl: found '30s'; accepted: seconds, above 0", "ttl"),
    "ttl of nothing": ("ttl: 30", "ttl: 0", "ttl: found 0; accepted: seconds, above 0", "ttl"),
    "ttl that is true": ("ttl: 30", "ttl: true", "ttl: found True; accepted: seconds, above 0", "ttl"),
    "ttl without a value": ("    value: /time\n", "", "time has a ttl and no value; a value that is kept needs both", "ttl"),
    "value without a ttl": ("    ttl: 30\n", "", "time has a value and no ttl; a value that is kept needs both", "value"),
    "hit without a ttl": ("    ttl: 30\n    value: /time\n", "", "time has a hit and no ttl;", "hit"),
    "pointer": ("value: /time", "value: time", "value: found 'time'; accepted: a JSON Pointer, such as /time", "value"),
    "distinct from nobody": ("[items]", "[itmes]", "time is distinct-from 'itmes', and no resource is called that", "itmes"),
    "distinct from itself": ("[items]", "[time]", "time is distinct-from 'time', and that is itself", "distinct-from"),
    "policy of no status": ("policy: private, max-age=60", "policy: {ok: no-store}", "policy: found 'ok'; accepted: a status such as 404, or a class", "policy"),
    "empty policy": ("private, max-age=60", "''", "policy: found ''; accepted: text", "policy"),
    "header that is a number": ("Bearer x", "5", "Authorization: found 5; accepted: text", "headers"),
    "base without a slash": ("name: mine", "name: mine\nbase: api", "base: found 'api'; accepted: a prefix of all paths, such as /api", "base"),
    "base with a place for an id": ("name: mine", "name: mine\nbase: /{id}", "base: found '/{id}'; accepted", "base"),
    "key twice": ("    ttl: 30", "    ttl: 30\n    ttl: 5", "the key 'ttl' stands twice (first in line", "ttl: 5"),
    "alias": ("name: mine", "name: *m", "anchors and aliases (& and *) are not part of the language", "name"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says", "at"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_line(loads: Loads, old: str, new: str, says: str, at: str) -> None:
    assert isinstance(refused_at(loads, with_(old, new), says, at, "t.yaml"), TargetError)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "t.yaml: is empty"),
        (b"\xff", "t.yaml: is not UTF-8 text (byte 0)"),
        (b"- a\n", "t.yaml:1: the file: found ['a']; accepted: a mapping"),
        (b"name: x\nresources: {}\n", "t.yaml:2: resources: found {}; accepted: a mapping with at least 1 entry"),
        (b"name: x\nresources: {a: b}\n", "t.yaml:2: a: found 'b'; accepted: a mapping"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("overrides", [(), ("a.ttl=5",)])
def test_a_file_that_holds_no_resources_is_refused(
    loads: Loads, text: bytes, expected: str, overrides: tuple[str, ...]
) -> None:
    with pytest.raises(TargetError) as caught:
        loads(text, *overrides)
    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["nope", "./nope.yaml", "/nope", ".", "..", "a\0b", "x" * 5000, "../lesson"])
def test_a_name_that_means_nothing_is_refused_with_the_built_in_ones(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError) as caught:
        load_target(name)
    names = ", ".join(built_in_targets())
    assert str(caught.value) == f"{name}: is no target file, and no built-in target either ({names})"


# ---- overrides


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("time.ttl=5", 5),
        ("time.ttl=0.5", 0.5),
        ("time.ttl = 5", 5),
        ("*.ttl=4", 4),
        ("time.hit=/hit", 30),
    ],
)
def test_a_value_is_overridden(loads: Loads, override: str, expected: float) -> None:
    target = loads(TEXT, override)
    assert target.resource("time").ttl == expected
    assert target.resource("items").ttl is None


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("items.policy=public, max-age=5", lambda t: (t.resource("items").policy, "public, max-age=5")),
        ("items.etag=false", lambda t: (t.resource("items").etag, False)),
        ('time.distinct-from=["me"]', lambda t: (t.resource("time").distinct_from, ("me",))),
        ("me.read=GET /me?a=b", lambda t: (t.resource("me").read, "/me?a=b")),
        ("time.hit=/hit", lambda t: (t.resource("time").hit, "/hit")),
    ],
)
def test_an_override_is_json_or_else_a_text(
    loads: Loads, override: str, read: Callable[[Target], tuple[object, object]]
) -> None:
    found, expected = read(loads(TEXT, override))
    assert found == expected


def test_the_last_override_of_a_value_counts(loads: Loads) -> None:
    assert loads(TEXT, "time.ttl=5", "time.ttl=6").resource("time").ttl == 6


NOTHING = "overrides nothing; write RESOURCE.KEY=VALUE, as in cached-time.ttl=5"


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("nonsense", f"t.yaml: 'nonsense' {NOTHING}"),
        ("", f"t.yaml: '' {NOTHING}"),
        ("time=5", f"t.yaml: 'time=5' {NOTHING}"),
        ("time.=5", f"t.yaml: 'time.=5' {NOTHING}"),
        (".ttl=5", "t.yaml: '.ttl=5': no resource is called ''; accepted: items, me, time"),
        ("tmie.ttl=5", "t.yaml: 'tmie.ttl=5': no resource is called 'tmie'; did you mean 'time'? accepted: items, me, time"),
        ("*.tll=5", "t.yaml: '*.tll=5' overrides nothing: no resource has a 'tll'"),
        ("time.tll=5", f"t.yaml:16: unknown key 'tll'; did you mean 'ttl'? {ACCEPTED}"),
        ("time.ttl=", "t.yaml:18: ttl: found ''; accepted: seconds, above 0"),
        ("time.ttl=5s", "t.yaml:18: ttl: found '5s'; accepted: seconds, above 0"),
        ("time.ttl=-5", "t.yaml:18: ttl: found -5; accepted: seconds, above 0"),
        ("time.ttl=NaN", "t.yaml:18: ttl: found 'NaN'; accepted: seconds, above 0"),
        ("time.ttl=Infinity", "t.yaml:18: ttl: found 'Infinity'; accepted: seconds, above 0"),
        ("time.ttl=1e999", "t.yaml:18: ttl: found inf; accepted: seconds, above 0"),
        ("time.ttl=null", "t.yaml:18: ttl: found None; accepted: seconds, above 0"),
        ("time.ttl=" + "9" * 5000, "t.yaml:18: ttl: found '9999"),
        ("time.ttl=" + "[" * 100_000, "t.yaml:18: ttl: found '[[[["),
        ("items.ttl=5", "t.yaml:4: items has a ttl and no value; a value that is kept needs both"),
        ('time.distinct-from=["x"]', "t.yaml:21: time is distinct-from 'x', and no resource is called that"),
        ("time.clear=GET /cache/", "t.yaml:22: clear: found 'GET /cache/'; accepted: a method and a path"),
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_an_override_that_does_not_fit_is_refused(loads: Loads, override: str, says: str) -> None:
    with pytest.raises(TargetError) as caught:
        loads(TEXT, override)
    assert str(caught.value).startswith(says)
