"""What is not as it is due in the answers of one URL: lints of every tier, and what the requests show. Pure.

Each remark goes by a check, which has its level, its requirement and its advice: there is no second list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.fields import field_value, field_values, parse_vary
from conformance.judge.court import Court
from conformance.judge.lints import judge_answers
from conformance.looking.seen import Look, Remark
from conformance.matchers import Case
from conformance.model import (
    ASCENDING,
    Check,
    Exchange,
    Place,
    Record,
    Resource,
    StepRecord,
    Suite,
    Target,
)
from conformance.model.order import level_of
from conformance.plan.lanes import plan

__all__ = ["OBSERVED", "remarks"]

_NAME: Final = "url"
_ALL: Final = "strict"
_OK, _NOT_MODIFIED = 200, 304


@dataclass(frozen=True, slots=True)
class _Observed:
    """Something that the requests themselves show, by the check that is about it.

    Args:
        found: what was found, as a sentence, where it is not as it is due; or "".
        title, next: in the place of the check's, where that asks for more than is seen here.
    """

    check: str
    found: Callable[[Look, Mapping[str, Exchange]], str]
    title: str = ""
    next: str = ""


def remarks(suite: Suite, look: Look, answers: Mapping[str, Exchange]) -> tuple[Remark, ...]:
    """All remarks, what binds hardest first; each check once."""
    checks = {check.id: check for file in suite.files for check in file.checks}
    found = [
        _remark(checks[each.check], says, each.next, title=each.title)
        for each in OBSERVED
        if each.check in checks and (says := each.found(look, answers))
    ]
    found += _lints(suite, look, answers)
    once: dict[str, Remark] = {}
    for each in found:
        once.setdefault(each.check, each)
    return tuple(sorted(once.values(), key=lambda each: -ASCENDING.index(each.level)))


def _lints(suite: Suite, look: Look, answers: Mapping[str, Exchange]) -> Iterator[Remark]:
    """Every lint of every tier, over all that was answered."""
    resource = Resource(_NAME, look.url, Place("", 0))
    target = Target(_NAME, (resource,), "")
    steps = tuple(StepRecord(name, exchanges=(each,)) for name, each in answers.items())
    runs = plan(suite, target, _ALL).runs
    for run in runs:
        if run.check.answers is None or run.resource is None:
            continue
        record = Record(run.work, steps)
        case = Case({each.name: each for each in steps}, resource, target, remote=True)
        verdict = judge_answers(run, record, case, Court(suite, target, _ALL, runs, {}, remote=True))
        if verdict.outcome == "fail":
            yield _remark(run.check, f"{verdict.actual}; due is {verdict.expected}", verdict.mend)


def _remark(check: Check, found: str, mend: str = "", *, title: str = "") -> Remark:
    ground = check.ground
    return Remark(check.id, level_of(ground), ground.id, title or check.title, found, mend or check.hint)


# ------------------------------------------------------------------ what the requests show


def _status(answers: Mapping[str, Exchange], name: str) -> str:
    """A status, or why there is none."""
    each = answers[name]
    return str(each.status) if each.fault is None else f"no answer ({each.fault.says})"


def _same_tag(look: Look, answers: Mapping[str, Exchange]) -> str:
    if look.etag.works is not False or look.etag.lasts is False:
        return ""  # where the tag is another each time, that is the finding
    return f"If-None-Match with the tag {look.etag.value} itself is answered {_status(answers, 'same tag')}"


def _other_form(look: Look, answers: Mapping[str, Exchange]) -> str:
    if look.etag.loosely is not False or not look.etag.works:
        return ""
    form = dict(answers["other form"].request.headers).get("If-None-Match", "")
    return f"If-None-Match: {form} is answered {_status(answers, 'other form')}, and W/ makes no difference"


def _other_tag(look: Look, answers: Mapping[str, Exchange]) -> str:
    if look.etag.fails is not False:
        return ""
    return f"If-None-Match with a tag that it never had is answered {_status(answers, 'other tag')}"


def _same_date(look: Look, answers: Mapping[str, Exchange]) -> str:
    if look.last_modified.works is not False or not look.last_modified.lasts:
        return ""
    return f"If-Modified-Since with its own Last-Modified is answered {_status(answers, 'same date')}"


def _new_tag(look: Look, _answers: Mapping[str, Exchange]) -> str:
    if look.etag.lasts is not False or look.moves is not False:
        return ""
    return "the same content had another ETag a moment later, so no copy is ever found current"


def _old_tag(look: Look, _answers: Mapping[str, Exchange]) -> str:
    if not (look.etag.lasts and look.moves and look.etag.valid and not look.etag.weak):
        return ""
    return "another content had the same strong ETag a moment later, so an old copy is taken for current"


def _no_tag(look: Look, _answers: Mapping[str, Exchange]) -> str:
    if look.status != _OK or look.etag.value or look.last_modified.value or look.browser.how == "never":
        return ""
    return "no ETag and no Last-Modified: whoever keeps a copy has to load all of it again"


def _tag_in_304(_look: Look, answers: Mapping[str, Exchange]) -> str:
    same = answers.get("same tag")
    if same is None or same.status != _NOT_MODIFIED or field_value(same.headers, "etag") is not None:
        return ""
    return "the 304 to If-None-Match has no ETag"


def _head(look: Look, answers: Mapping[str, Exchange]) -> str:
    head = answers.get("head")
    if head is None or head.response is None or head.status != _OK:
        return ""
    plain = answers["plain"].headers
    lacking = [
        name
        for name in ("ETag", "Last-Modified", "Cache-Control", "Expires", "Vary", "Content-Type")
        if field_value(plain, name) is not None and field_value(head.headers, name) is None
    ]
    return f"HEAD lacks {', '.join(lacking)}" if lacking and look.head == _OK else ""


def _varies(look: Look, answers: Mapping[str, Exchange]) -> str:
    coded = answers.get("coded")
    if coded is None or not look.variants.coding:
        return ""
    found = parse_vary(field_values(coded.headers, "vary"))
    if found == "*" or "accept-encoding" in found:
        return ""
    return f"it comes as {look.variants.coding} to who accepts that, and Vary does not name Accept-Encoding"


def _own_tag(look: Look, _answers: Mapping[str, Exchange]) -> str:
    if look.variants.own_tag is not False or look.etag.weak or not look.etag.lasts:
        return ""
    return f"the plain bytes and those in {look.variants.coding} have the same strong ETag"


def _part(look: Look, _answers: Mapping[str, Exchange]) -> str:
    if look.parts.right is not False or look.moves is not False:
        return ""
    return "Range: bytes=0-0 is answered 206 with something else than the first byte"


OBSERVED: Final = (
    _Observed("inm-current-is-304", _same_tag),
    _Observed("inm-compares-weakly", _other_form),
    _Observed("inm-other-is-200", _other_tag),
    _Observed("ims-equal", _same_date),
    _Observed("etag-repeats", _new_tag),
    _Observed("one-body-for-a-strong-tag", _old_tag),
    _Observed(
        "etag-present",
        _no_tag,
        "An answer can be asked for again",
        "Send a hash of the bytes, in double quotes, as ETag, and answer If-None-Match with it by 304.",
    ),
    _Observed("not-modified-has-etag", _tag_in_304),
    _Observed("head-has-the-fields-of-get", _head),
    _Observed("compressed-answer-varies", _varies),
    _Observed("codings-have-own-tags", _own_tag),
    _Observed("part-is-what-it-says", _part),
)
