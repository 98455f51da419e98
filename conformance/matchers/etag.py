"""The matcher on the entity tag. Tags are opaque: compared, never taken apart (RFC 9110 8.8.3)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Final

from msgspec.structs import replace

from conformance.content.differences import moved
from conformance.fields import field_values, parse_entity_tag, tags_match_weakly
from conformance.language.values import STEP, STEPS
from conformance.matchers.base import COMPARISON, Case, Find, Form, Found, Matcher, each_answer, no_answer
from conformance.model import Exchange, Finding, Json, Level, StepRecord

_UNQUOTED_IS_STRONG: Final = False
_PRESENT: Final = "etag.present"
_TOO_FEW: Final = "etag.too-few"
_REUSED: Final = "etag.unique-with"
Tagged = tuple[str, int, Exchange, str]
"""An answer with its tag, and the step and index where it stands."""


def tag_of(exchange: Exchange) -> str | None:
    """The ETag field as it came, or None; of several the first, which the form `quoted` reports."""
    values = field_values(exchange.headers, "etag")
    return values[0] if values else None


def is_weak(tag: str) -> bool:
    """Whether a tag is marked weak; what is no valid tag is taken by its bytes, so as a strong one."""
    parsed = parse_entity_tag(tag)
    return parsed.weak if parsed else _UNQUOTED_IS_STRONG


def strong_tag(exchange: Exchange) -> str:
    """The tag, where it claims to be of these very bytes, or ""."""
    tag = tag_of(exchange)
    return "" if tag is None or is_weak(tag) else tag


# ------------------------------------------------------------------ by itself


@each_answer
def _strong(_: Json, exchange: Exchange, _case: Case) -> Found:
    """What If-Match can be true of: a tag that is one, and not marked weak."""
    tag = tag_of(exchange)
    parsed = parse_entity_tag(tag or "")
    if parsed is not None and not parsed.weak:
        return None
    return "a strong ETag", "none" if tag is None else f"ETag: {tag}"


@each_answer
def _present(_: Json, exchange: Exchange, _case: Case) -> Found:
    tag = tag_of(exchange)
    return None if tag else ("an ETag", "none" if tag is None else "an empty one")


@each_answer
def _quoted(_: Json, exchange: Exchange, _case: Case) -> Found:
    values = field_values(exchange.headers, "etag")
    if not values:
        return Finding("an ETag", "none", code=_PRESENT)
    if len(values) > 1:
        return "one ETag", f"{len(values)}: {', '.join(values)}"
    if parse_entity_tag(values[0]) is None:
        return 'an ETag in double quotes, such as "a1b2" or W/"a1b2"', f"ETag: {values[0]}"
    return None


@each_answer
def _weak(_: Json, exchange: Exchange, _case: Case) -> Found:
    tag = tag_of(exchange)
    if tag is None:
        return Finding("an ETag", "none", code=_PRESENT)
    return None if is_weak(tag) else ("a weak ETag", f"ETag: {tag}")


# ------------------------------------------------------------------ beside that of another step


def _beside(judge: Callable[[str, str], Found]) -> Find:
    """A form that holds the tag of each answer against that of another step's last."""

    @each_answer
    def find(name: Json, exchange: Exchange, case: Case) -> Found:
        tag, other = tag_of(exchange), case.last(name)
        if tag is None:
            return Finding("an ETag", "none", code=_PRESENT)
        before = tag_of(other) if other else None
        if before is None:
            return Finding(f"an ETag to compare with ({name})", "none", code=COMPARISON)
        return judge(tag, before)

    return find


@_beside
def _same(tag: str, before: str) -> Found:
    # Weakly: a server may mark a tag as weak at first, and as strong once the content has stood for a while.
    return None if tags_match_weakly(tag, before) else (f"the same ETag as before, {before}", f"ETag: {tag}")


@_beside
def _differs(tag: str, before: str) -> Found:
    if not tags_match_weakly(tag, before):
        return None
    # RFC 9110 8.8.1: a weak validator ought to change when old copies are no longer acceptable;
    # only the server knows when that is, so an unchanged weak tag is a warning.
    at_most: Final = "SHOULD" if is_weak(tag) else None
    return Finding(f"another ETag than {before}", f"the same, {tag}", at_most=at_most)


# ------------------------------------------------------------------ among several answers


def _among(judge: Callable[[list[Tagged]], Finding | None]) -> Find:
    """A form on the tags of all answers of a step, and of the steps that it names before it."""

    def find(names: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges:
            return no_answer(step)
        named = [(step.name, i, e) for i, e in enumerate(step.exchanges)]
        for name in names if isinstance(names, list) else ():
            other = case.steps.get(name)
            named[:0] = [(name, i, e) for i, e in enumerate(other.exchanges)] if other else []
        tagged = [(n, i, e, tag) for n, i, e in named if e.status == 200 and (tag := tag_of(e)) is not None]  # noqa: PLR2004
        alike = step.alike if any((n, i) == (step.name, 0) for n, i, *_ in tagged) else 0
        if len(tagged) + alike < 2:  # noqa: PLR2004 - one tag agrees with anything
            found = str(len(tagged) or "none")
            return Finding("two or more answers with an ETag", found, step.name, code=_TOO_FEW)
        return judge(tagged)

    return find


def _stable(tagged: list[Tagged]) -> Finding | None:
    for (_, _, one, tag), (name, index, two, other) in combinations(tagged, 2):
        if one.digest == two.digest and not tags_match_weakly(tag, other):
            expected = f"the ETag {tag} again, since the body is the same to the byte"
            return Finding(expected, f"ETag: {other}", name, index)
    return None


def _unique(tagged: list[Tagged]) -> Finding | None:
    for (_, _, one, tag), (name, index, two, other) in combinations(tagged, 2):
        if one.digest != two.digest and tag == other and not is_weak(tag):
            expected = "another ETag for another body"
            return Finding(expected, f"the strong ETag {tag} on both", name, index, code=_REUSED)
    return None


def _unique_here(tagged: list[Tagged]) -> Finding | None:
    finding = _unique(tagged)
    return None if finding is None else replace(finding, code="")


def _still(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """Neither the tag nor, where there is none, the body moves; a tag may stay while the body moves.

    The same body under another tag is not this form's affair, but that of `stable`.
    """
    answers = [(i, e) for i, e in enumerate(step.exchanges) if e.status == 200]  # noqa: PLR2004
    if len(answers) < 2:  # noqa: PLR2004
        return no_answer(step) if not step.exchanges else None
    for (_, before), (index, after) in pairwise(answers):
        old, new = tag_of(before), tag_of(after)
        if before.digest != after.digest and not (old and new and tags_match_weakly(old, new)):
            expected = "the same body and ETag as before, since nobody writes"
            return Finding(expected, f"others: {moved(before, after)}", step.name, index)
    return None


def _one_to_one(tagged: list[Tagged]) -> Finding | None:
    for (_, _, one, before), (name, index, two, tag) in pairwise(tagged):
        same_tag, same_body = tags_match_weakly(tag, before), one.digest == two.digest
        if same_tag and not same_body:
            at_most: Level | None = "SHOULD" if is_weak(tag) else None
            found = f"the old ETag {tag} with it"
            return Finding("a new ETag with the new body", found, name, index, at_most=at_most)
        if same_body and not same_tag:
            return Finding("the old ETag with the old body", f"a new ETag {tag} with it", name, index)
    return _unique(tagged)


MATCHERS: Final = (
    Matcher(
        "etag",
        "the ETag",
        (
            Form("present", _present, "an ETag"),
            Form("quoted", _quoted, "an ETag in double quotes", codes=(_PRESENT,)),
            Form("same-as", _same, "the same ETag as {}, weak or strong", STEP, (_PRESENT,)),
            Form("differs-from", _differs, "another ETag than {}", STEP, (_PRESENT,)),
            Form("strong", _strong, "a strong ETag"),
            Form("weak", _weak, "a weak ETag", codes=(_PRESENT,)),
            Form("still", _still, "an ETag that does not move, nor a body without one", among=True),
            Form(
                "unique",
                _among(_unique_here),
                "an ETag that no other body has",
                codes=(_TOO_FEW,),
                among=True,
            ),
            Form(
                "stable",
                _among(_stable),
                "the same ETag whenever the body is the same",
                codes=(_TOO_FEW,),
                among=True,
            ),
            Form(
                "one-to-one",
                _among(_one_to_one),
                "another ETag exactly when there is another body",
                codes=(_TOO_FEW, _REUSED),
                among=True,
            ),
            Form(
                "unique-with",
                _among(_unique),
                "an ETag that no other body of {} has",
                STEPS,
                (_TOO_FEW,),
            ),
        ),
    ),
)
