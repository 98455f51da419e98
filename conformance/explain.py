"""A check in prose, for somebody who wants to know what is asked of a server and why. Pure.

What steps and expectations say is put together from the rooms of verbs and matchers; a word that
this file has no phrase for is still explained, by what its room says of it.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.language import captures
from conformance.language.strategies import STRATEGIES
from conformance.matchers import MATCHERS
from conformance.model import TIERS, Check, Json, Requirement, Step, Suite, Target, Tier
from conformance.model.citing import citing
from conformance.model.order import level_at
from conformance.plan.lanes import plan
from conformance.verbs import VERBS

__all__ = ["explain", "find", "flaws_caught", "listing"]

_NOUNS: Final[Mapping[str, str]] = {
    "etag": "its ETag",
    "body": "its body",
    "value": "the cached value",
    "hit": "the flag that tells a hit",
    "cache-control": "its Cache-Control",
    "bytes": "the number of its bytes",
    "time": "the time it takes",
}
_PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("etag", "present"): "an ETag",
    ("etag", "absent"): "no ETag",
    ("etag", "quoted"): "an ETag in double quotes",
    ("etag", "stable"): "the same ETag whenever the body is the same",
    ("etag", "one-to-one"): "another ETag exactly when there is another body",
    ("body", "present"): "a body",
    ("body", "absent"): "no body",
    ("value", "present"): "a cached value",
    ("hit", "true"): "marked as cached",
    ("hit", "false"): "marked as not cached",
    ("hit", "boolean"): "a flag for hits that is true or false, no text and no number",
    ("cache-control", "present"): "a Cache-Control field",
    ("cache-control", "valid"): "a Cache-Control that follows the syntax",
    ("cache-control", "consistent"): "a Cache-Control that does not contradict itself",
    ("json", "declared"): "JSON of the type that the target declares",
    ("members", "declared"): "the members that the target declares, of their types",
    ("redirect", "none"): "no redirect to another path",
    ("stray", "none"): "no bytes after the answer",
    ("item-known", "true"): "an item that can be read by itself",
    ("answered-by-cache", "true"): "an answer of a cache in front",
    ("contact", "none"): "the client's cache does not ask the server",
    ("contact", "conditional"): "the client's cache asks the server with a condition",
    ("growth", "bounded"): "memory that stops growing",
    ("contact", "full"): "the client's cache asks the server without a condition",
}
_RELATIONS: Final[Mapping[tuple[str, str], str]] = {
    ("etag", "same-as"): "the same ETag as {}",
    ("etag", "weakly-same-as"): "the same ETag as {}, weak or strong",
    ("etag", "differs-from"): "another ETag than {}",
    ("etag", "unique-with"): "an ETag that no other body of {} has",
    ("body", "same-as"): "the same body as {}",
    ("body", "at-least"): "a body of at least {} bytes",
    ("value", "same-as"): "the same value as {}",
    ("value", "differs-from"): "another value than {}",
    ("value", "not-same-as"): "another value than {}",
    ("value", "some-same-as"): "at least one with the value of {}",
    ("value", "never-same-as"): "none with the value of {}",
    ("value", "not-that-of"): "another value than that of {}",
    ("hit", "at-least-once false"): "at least one marked as not cached",
    ("hit", "at-least-once true"): "at least one marked as cached",
    ("hit", "at-most-once false"): "at most one marked as not cached",
    ("hit", "at-most-once true"): "at most one marked as cached",
    ("hit", "truthful-over"): "marked as cached just where it is, over {}",
    ("cache-control", "same-as"): "the same Cache-Control as {}",
    ("cache-control", "has"): "a Cache-Control with {}",
    ("cache-control", "lacks"): "no {} in it",
    ("age", "surely-below-ttl"): "surely before the end of the TTL that began with {}",
    ("age", "surely-above-ttl"): "surely after the end of the TTL that began with {}",
    ("bytes", "fewer-than"): "fewer bytes than {}",
    ("time", "no-slower-than"): "no more time than {}",
    ("time", "quickest-of"): "where the quickest of it and {} counts",
    ("workers", "at-least"): "at least {} workers that the suite has started",
    ("ttl", "under"): "a TTL under {} s",
    ("shows", "of"): "what {} has done shows",
    ("shows", "not-of"): "what {} has tried does not show",
}
_CAPTURED: Final = {
    "etag": "the ETag of {}",
    "opaque": "the ETag of {} without its quotes",
    "opaque-cut": "the ETag of {} without its last letter",
    "opaque-swapped": "the ETag of {} with upper and lower case swapped",
    "last-modified": "the Last-Modified of {}",
    "date": "the Date of {}",
}
_MARGIN: Final = (
    "(m is a margin of 1 s, or a tenth of a TTL under 10 s; w is wider, for caches that count whole seconds.)"
)
_CACHES: Final = {"private-cache": "a private client cache", "shared-cache": "a shared client cache"}
_WHERE: Final = {
    "item": "GET the item that was written",
    "distinct": "GET the resource that has another key",
}
_FLAWS: Final = Path(__file__).parent / "load" / "flaws.json"


def find(suite: Suite, name: str) -> tuple[Check, ...]:
    """The check of that id or node id, or the checks that judge a requirement.

    Raises:
        UsageError: there is none; with what is near, or why a requirement has none.
    """
    checks = {check.id: check for file in suite.files for check in file.checks}
    id_ = name.rpartition("::")[2].partition("[")[0]
    if id_ in checks:
        return (checks[id_],)
    row = suite.requirements.get(name.upper())
    if row is not None:
        judging = tuple(citing(suite)[row.id].values())
        if judging:
            return judging
        raise UsageError(f"nothing judges {row.id} ({row.says}): {row.unchecked or 'not yet'}")
    near = difflib.get_close_matches(id_, checks, n=3, cutoff=0.5)
    guess = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise UsageError(f"no check is called {name!r}{guess} (conformance list shows all)")


@functools.cache
def flaws_caught() -> Mapping[str, tuple[str, ...]]:
    """Check id -> the flaws of the reference that it catches; empty where that was never generated."""
    try:
        table = json.loads(_FLAWS.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {check: tuple(names) for check, names in table.items()}


def explain(suite: Suite, check: Check) -> Iterator[str]:
    """Everything about a check, line by line."""
    levels = ", ".join(
        f"{level_at(check, tier)} in the tier {tier}" for tier in TIERS if tier in check.levels
    )
    yield f"{check.id}: {check.title}"
    yield f"  {levels}; {check.place}"
    yield ""
    yield from _requirement(check.requirement)
    for each in check.also:
        yield from _requirement(each)
    yield ""
    yield f"Why: {check.why}"
    yield ""
    yield "What the suite does:"
    yield from _steps(suite, check)
    yield ""
    yield from _conditions(check)
    yield f"If it fails: {check.hint}"
    flaws = flaws_caught().get(check.id, ())
    if flaws:
        yield ""
        yield f"Flaws of the reference that it catches: {', '.join(flaws)}"


def listing(suite: Suite, target: Target, tier: Tier) -> Iterator[str]:
    """All checks up to a tier in columns, and the resources that each is asked of."""
    rows = [("CHECK", "LEVEL", "TIER", "REQUIREMENT", "NEEDS", "ASKED OF")]
    asked: dict[str, list[str]] = {}
    for run in plan(suite, target, tier).runs:
        asked.setdefault(run.check.id, []).extend([run.resource.name] if run.resource else [])
    for check in (c for file in suite.files for c in file.checks if c.id in asked):
        needs = ", ".join([*check.needs, *(f"no {name}" for name in check.without)])
        resources = ", ".join(asked[check.id]) or f"none of {target.name}"
        first, last = level_at(check, check.tier), level_at(check, tier)
        level = first if first == last else f"{first}, then {last}"
        rows.append((check.id, level, check.tier, check.requirement.id, needs, resources))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _requirement(requirement: Requirement) -> Iterator[str]:
    yield f"{requirement.id}: {requirement.says}"
    yield f"  from {requirement.source}" + (f", {requirement.url}" if requirement.url else "")
    if requirement.quote:
        yield f'  "{requirement.quote}"'


def _conditions(check: Check) -> Iterator[str]:
    needs = [*check.needs, *(f"no {name}" for name in check.without)]
    yield f"Asked of each resource of the target with: {', '.join(needs)}"
    if check.after:
        yield f"Judged once these have passed: {', '.join(check.after)}"
    for doubt in check.doubts:
        yield f"Not counted as a failure where {doubt.because}"
    yield ""


# ------------------------------------------------------------------ steps


def _steps(suite: Suite, check: Check) -> Iterator[str]:
    steps = suite.timelines[check.on].steps if check.on else check.steps
    judged = {name for alternative in check.expects for name in alternative}
    last = max((i for i, s in enumerate(steps) if s.name in judged), default=len(steps) - 1)
    steps = steps[: last + 1] if check.on else steps
    for variable in check.forall:
        examples = ", ".join(_filled(str(e)) for e in variable.examples)
        yield f"  With <{variable.name}> one after another: {examples}"
        yield f"  (with --fuzz, found by searching: {STRATEGIES[variable.strategy]})"
    for number, step in enumerate(steps, 1):
        yield f"  {number}. {step.name}: {_do(step)}{_when(step)}"
        given = {**step.given, **step.only_if}
        if given:
            yield f"     Needed, or nothing can be judged: {_all(given)}."
        if step.expect:
            yield f"     Expected: {_all(step.expect)}."
    if any("m" in str(s.args["for"]) or "w" in str(s.args["for"]) for s in steps if s.do == "wait"):
        yield f"  {_MARGIN}"
    if check.on:
        yield "  (Other checks judge the same steps; they are run once for all.)"
    for index, alternative in enumerate(check.expects):
        said = "; ".join(f"{name}: {_all(wanted)}" for name, wanted in alternative.items())
        yield f"  {'Or of' if index else 'Expected of'} {said}."


def _do(step: Step) -> str:
    args, says = step.args, VERBS[step.do].says
    if step.do == "wait":
        return f"wait until {args['for']} after {args['after']}"
    if step.do != "read":
        return says + (f": {_filled(_short(args['texts']))}" if "texts" in args else "")
    text = _WHERE.get(args.get("of", ""), says)
    if args.get("method") == "HEAD":
        text = text.replace("GET", "HEAD", 1)
    headers = {n: v["raw"] if isinstance(v, Mapping) else v for n, v in args.get("headers", {}).items()}
    if headers:
        text += " with " + ", ".join(f"{n}: {_filled(str(v))}" for n, v in headers.items())
    if "times" in args:
        text += f", {_filled(str(args['times']))} times" + (" at once" if args.get("together") else "")
    if args.get("connection") == "fresh":
        text += ", on a new connection"
    if "through" in args:
        text += f", through {_CACHES[args['through']]}"
    if "at" in args:
        text += f", when {args['at']} have passed for it"
    if args.get("stray") == "watch":
        text += ", and watch for bytes that follow the answer"
    return text


def _when(step: Step) -> str:
    if not step.when:
        return ""
    ways = [" and ".join(f"{name}: {_all(wanted)}" for name, wanted in way.items()) for way in step.when]
    return f" (only if {'; or if '.join(ways)})"


def _all(wanted: Mapping[str, Json]) -> str:
    return ", ".join(_one(name, argument) for name, argument in wanted.items())


def _one(name: str, argument: Json) -> str:
    """One expectation in words."""
    if name == "status":
        return f"status {_short(argument)}"
    if isinstance(argument, list):
        return " or ".join(_one(name, each) for each in argument)
    if not isinstance(argument, Mapping):
        return _PHRASES.get((name, _short(argument)), f"{_noun(name)}: {_short(argument)}")
    if name == "age":
        return _RELATIONS[name, argument["is"]].format(argument["since"])
    return ", ".join(_relation(name, key, value) for key, value in argument.items())


def _relation(name: str, key: str, value: Json) -> str:
    said = _short(value, " and ")
    for way in ((name, f"{key} {said}"), (name, key)):
        if way in _RELATIONS:
            return _RELATIONS[way].format(said)
    return _PHRASES.get((name, key), f"{_noun(name)} {key.replace('-', ' ')} {said}")


def _noun(name: str) -> str:
    """What a matcher looks at; of one without a phrase, what it says of itself."""
    return _NOUNS.get(name, MATCHERS[name].says if name in MATCHERS else name)


def _short(value: Json, between: str = " or ") -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return between.join(map(_short, value))
    return value if isinstance(value, str) else json.dumps(value)


def _filled(text: str) -> str:
    """Captures in words: {first.etag} is <the ETag of first>."""
    return captures.PATTERN.sub(lambda m: f"<{_CAPTURED[m[2]].format(m[1]) if m[2] else m[1]}>", text)
