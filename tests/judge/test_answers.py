"""Symptoms of answers: what is said of a status, a route, a redirect or a body, and what to do next."""

from __future__ import annotations

from helpers.looks import GONE, JSON, OK, STABLE, TIME, Known, Like, Look, answer, conditional
from helpers.records import done, exchange, resource, timed

from conformance.judge.sight import DECLARED
from conformance.model import Decoded, Effect, ItemFacts

__all__ = ["KNOWN", "LIKE"]

TRACE = """
Traceback (most recent call last):
  File "/srv/shop/main.py", line 12, in cached_time
    return CACHE["time"]
KeyError: 'time'
"""
SHAPED = timed(members={"time": "string", "cached": "boolean"})
MEMBERS = {"members": "declared"}
LOGIN = resource(headers=(("Authorization", "Bearer x"),))
NO_VALUE = done("answer", exchange(members={"now": "string", "cached": "boolean"}, json="object", hit=True))


def moved(location: str, status: int = 302) -> Look:
    return Look(OK, (answer(status, headers=[("Location", location)] if location else []),))


KNOWN: Known = {
    "the server failed": (
        Look(OK, (answer(500, method="PUT"),)),
        "the server failed with 500 on PUT /items/",
        "the server's own log",
    ),
    "the server failed, and said why": (
        Look(OK, (answer(500),), log=TRACE),
        "KeyError: 'time' (main.py:12): the server failed with 500 on GET /items/",
        "Mend the line that it names",
    ),
    "the server failed for a variable that it was not given": (
        Look(
            OK, (answer(500),), log="Traceback (most recent call last):\nKeyError: 'KEY'", withheld=("KEY",)
        ),
        "KeyError: 'KEY': the server failed with 500 on GET /items/",
        "KEY was withheld from the app, as whatever may be a secret: pass it on with --env KEY",
    ),
    "only a condition makes it fail": (
        Look(GONE, (conditional("answer", 500, '"a"'),)),
        'the server failed with 500 on GET /items/ with If-None-Match: "a"',
        "",
    ),
    "a 304 that nobody asked for": (
        Look(OK, (answer(304),)),
        "a plain GET was answered 304, though it has no condition",
        "the comparison is not the wrong way round",
    ),
    "a login is wanted": (
        Look(OK, (answer(401),)),
        "GET /items/ wants a login (401)",
        "Send one along, with TOKEN in the environment: -H 'Authorization: Bearer ${TOKEN}'",
    ),
    "a login is not taken": (
        Look(OK, (answer(403),), on=LOGIN),
        "GET /items/ wants a login (403), and does not take what the target file sends (Authorization)",
        "has not expired",
    ),
    "no match is taken for nothing there": (
        Look(OK, (conditional("answer", 404, '"x"'),)),
        'GET /items/ with If-None-Match: "x" is answered 404',
        "A tag that does not match means: send the whole answer, 200",
    ),
    "the route is missing": (
        Look(OK, (answer(404),)),
        "the route GET /items/ is missing",
        "name that: --base-path /api",
    ),
    "the route is elsewhere": (
        Look(OK, (answer(404),), elsewhere="/api/v1"),
        "the route GET /items/ is missing",
        "lists it below the prefix /api/v1: judge it there with --base-path /api/v1",
    ),
    "the route was there before": (
        Look(OK, (done("before", exchange(at=1.0)), answer(404, at=2.0))),
        "GET /items/ was there a moment ago, and is answered 404 now",
        "what happened in between",
    ),
    "the other slash is not there, either": (
        Look(OK, (answer(404, redirected="/items"),)),
        "GET /items/ redirects to /items, and that is answered 404",
        '@app.get("/items/")',
    ),
    "a redirect to a login": (
        moved("/login?next=/items/"),
        "GET /items/ redirects to /login?next=/items/ (302)",
        'It wants a login: give one in a target file, as headers: {Cookie: "session=${SESSION}"}',
    ),
    "a redirect to TLS": (
        moved("https://127.0.0.1:8000/items/", 308),
        "GET /items/ redirects to https://127.0.0.1:8000/items/ (308)",
        "give https://127.0.0.1:8000 as the base URL; started here, it has no TLS",
    ),
    "a redirect to another server": (
        moved("http://example.com/items/"),
        "GET /items/ redirects to http://example.com/items/ (302)",
        "Judge the server that answers: give http://example.com as the base URL.",
    ),
    "a redirect to another page": (
        moved("/v2/items/", 301),
        "GET /items/ redirects to /v2/items/ (301)",
        "Answer at this path itself",
    ),
    "a redirect without a place": (
        moved("", 307),
        "GET /items/ redirects to nowhere (307)",
        "a redirect needs a Location",
    ),
    "a write that stores nothing": (
        Look(
            {"shows": {"of": "w"}},
            (
                done("w", exchange(method="PUT"), effect=Effect("change", 7, "name", "a", "b", ignored=True)),
                answer(item=ItemFacts(there=True, value="a")),
            ),
        ),
        "PUT is answered 200 and stores nothing",
        "Store what the request carries",
    ),
    "a declared write that is refused": (
        Look({}, (answer(422, method="PUT", path="/items/12"),), code=DECLARED),
        "PUT /items/12 is declared, and is refused (422)",
        "its `body`, or the field to `edit`",
    ),
    "a declared write without a route": (
        Look({}, (answer(405, method="PUT", path="/items/12"),), code=DECLARED),
        "PUT /items/12 is declared, and is not there (405)",
        "take it out of the target file",
    ),
    "the slash": (
        Look({"redirect": "none"}, (answer(redirected="/items"),)),
        "/items/ redirects to /items",
        '@app.get("/items/")',
    ),
    "NaN": (
        Look(JSON, (answer(media="application/json", json="none", constant="NaN"),)),
        "the body holds NaN, which JSON does not have",
        "Send null (None)",
    ),
    "HTML": (
        Look(JSON, (answer(media="text/html", json="none"),)),
        "HTML came where JSON was due",
        "not a page",
    ),
    "HTML, of which members were due": (
        Look(MEMBERS, (answer(media="text/html", json="none"),), on=timed()),
        "HTML came where JSON was due",
        "",
    ),
    "JSON as HTML": (
        Look(JSON, (answer(media="text/html", json="array"),)),
        "the JSON is sent as HTML",
        "Return the data itself or a JSONResponse",
    ),
    "JSON that is cut": (
        Look(JSON, (answer(media="application/json", json="none"),)),
        "the body is said to be JSON, and can't be read as JSON",
        "the Content-Length is too small: it counts bytes, not characters",
    ),
    "JSON in a bomb": (
        Look(
            JSON, (answer(media="application/json", json="none", decoded=Decoded("gzip", 99, capped=True)),)
        ),
        "the body is coded, and can't be read: gzip, and it decodes to more than 33554432 bytes",
        "Send it as it is to whoever asks for no coding",
    ),
    "JSON twice": (
        Look(JSON, (answer(media="application/json", json="string"),)),
        "the body is one JSON string",
        "not json.dumps(data)",
    ),
    "a list in an object": (
        Look(JSON, (answer(media="application/json", json="object"),)),
        "the body is a JSON object, and not the list that is due",
        "say so in a target file (json: object, of items)",
    ),
    "a list of which members were due": (
        Look(MEMBERS, (answer(media="application/json", json="array"),), on=SHAPED),
        "the body is a JSON list, and not the object that is due",
        "Return the object itself",
    ),
    "a value that is called otherwise": (
        Look({"value": "present"}, (NO_VALUE,), on=TIME),
        "time has no value at /time, where specs/by-hand.yaml:1 points to; it has /now, /cached",
        "value: in specs/by-hand.yaml, or --set time.value=/NAME",
    ),
    "a flag that is called otherwise": (
        Look({"hit": False}, (answer(json="object", value="a"),), on=timed(hit="header:X-Cache")),
        "time has no flag at the field X-Cache, where specs/by-hand.yaml:1 points to; it has a JSON object",
        "--set time.hit=/NAME",
    ),
}

LIKE: Like = {
    "an answer that is only late": Look(OK, (answer(408),)),
    "no answer": Look(OK, (answer(None),)),
    "a step without exchanges": Look(OK, (done("answer"),)),
    "a resource that was removed": Look(OK, (answer(404, method="PUT"),)),
    "a 304 that was asked for": Look(OK, (conditional("answer", 304, '"a"'),)),
    "HTML that was not judged": Look(GONE, (answer(media="text/html", json="none"),)),
    "no body at all": Look(JSON, (answer(body=b"", media="application/json"),)),
    "plain text": Look(JSON, (answer(media="text/plain", json="none"),)),
    "JSON that is not said to be JSON": Look(JSON, (answer(media="text/plain", json="array"),)),
    "an answer that failed has no value": Look({"value": "present"}, (answer(409),), on=TIME),
    "another status of which a body was due": Look(STABLE, (answer(206),)),
}
