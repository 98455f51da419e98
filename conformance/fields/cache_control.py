"""Cache-Control (RFC 9111 5.2) of a response: its directives, its mistakes of syntax, and its contradictions.

`directives` has what a recipient gets by the grammar. A member that breaks it (`max-age = 300`,
`public; max-age=300`) is a problem and no directive: some caches guess what was meant, others do not,
so nobody may count on it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from conformance.fields.lists import TOKEN, as_lines, has_empty_elements, parse_delta_seconds, split_list
from conformance.guesses import nearest

Level = Literal["MUST", "SHOULD", "MAY"]

LIFETIMES = {"max-age": "9111 5.2.2.1", "s-maxage": "9111 5.2.2.10"}
SECONDS = LIFETIMES | {"stale-while-revalidate": "5861 3", "stale-if-error": "5861 4"}
FIELD_NAMES = {"no-cache": "9111 5.2.2.4", "private": "9111 5.2.2.7"}
WITHOUT_ARGUMENT = {
    "immutable": "8246 2",
    "must-revalidate": "9111 5.2.2.2",
    "must-understand": "9111 5.2.2.3",
    "no-store": "9111 5.2.2.5",
    "no-transform": "9111 5.2.2.6",
    "proxy-revalidate": "9111 5.2.2.8",
    "public": "9111 5.2.2.9",
}
REQUEST_ONLY = {"max-stale": "9111 5.2.1.2", "min-fresh": "9111 5.2.1.3", "only-if-cached": "9111 5.2.1.7"}
KNOWN = SECONDS | FIELD_NAMES | WITHOUT_ARGUMENT | REQUEST_ONLY

_QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
# 9111 5.2: 'cache-directive = token [ "=" ( token / quoted-string ) ]'
_DIRECTIVE = re.compile(f"(?P<name>{TOKEN})(?:=(?:(?P<token>{TOKEN})|(?P<quoted>{_QUOTED})))?")
_SPACED = re.compile(rf"({TOKEN})[ \t]*=[ \t]*({TOKEN}|{_QUOTED})")
_COLON = re.compile(rf"({TOKEN})[ \t]*:[ \t]*({TOKEN})")
_ANY_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?P<end>"?)', re.DOTALL)
_HYPHENS = re.compile(r"[-_.]")
_ALIKE = 0.85  # of 1: "privat", "must-validate"; an extension is another word altogether
_LOOKALIKES = {_HYPHENS.sub("", name): name for name in KNOWN}


CODES = (
    "bad-delta-seconds",
    "bad-field-names",
    "colon",
    "empty-element",
    "malformed-directive",
    "misspelled-directive",
    "missing-argument",
    "missing-comma",
    "must-understand-alone",
    "no-store-with-lifetime",
    "public-and-private",
    "quoted-delta-seconds",
    "repeated-directive",
    "request-directive",
    "semicolon",
    "space-around-equals",
    "space-in-directive",
    "unclosed-quote",
    "unexpected-argument",
    "unquoted-field-names",
    "useless-directive",
)
"""Of all problems that this file knows; a test holds it to them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, as a sentence to act on; `code` is stable, `level` is that of the section."""

    code: str
    says: str
    level: Level
    section: str

    def __str__(self) -> str:
        """The sentence."""
        return self.says


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: the name in lower case, the argument without its quotes."""

    name: str
    argument: str | None = None
    quoted: bool = False

    def __str__(self) -> str:
        """The directive as it stands on the wire, but for the case of its name."""
        if self.argument is None:
            return self.name
        escaped = re.sub(r'(["\\])', r"\\\1", self.argument)
        return f'{self.name}="{escaped}"' if self.quoted else f"{self.name}={self.argument}"


@dataclass(frozen=True)
class CacheControl:
    """All Cache-Control lines of a response, folded into one list; `problems` are breaches of its syntax."""

    directives: tuple[Directive, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __contains__(self, name: object) -> bool:
        """Whether the directive is there, in any case, with or without an argument."""
        return isinstance(name, str) and name.lower() in self.names

    @cached_property
    def names(self) -> frozenset[str]:
        """The directives as a set of names: their order means nothing."""
        return frozenset(each.name for each in self.directives)

    def all(self, name: str) -> tuple[Directive, ...]:
        """Every occurrence of one directive."""
        return tuple(each for each in self.directives if each.name == name.lower())

    def get(self, name: str) -> Directive | None:
        """The first occurrence, or None."""
        found = self.all(name)
        return found[0] if found else None

    def seconds(self, name: str) -> int | None:
        """The whole seconds of the first occurrence, quoted or not; None where it is absent or no number.

        9111 4.2.1: "either the first occurrence should be used or the response should be considered stale".
        """
        found = self.get(name)
        return None if found is None or found.argument is None else parse_delta_seconds(found.argument)

    def unqualified(self, name: str) -> bool:
        """Whether it is there without an argument, so that no-cache or private means the whole response."""
        return any(each.argument is None for each in self.all(name))


def parse_cache_control(lines: Sequence[str]) -> CacheControl:
    """Read all Cache-Control lines of one response as one list."""
    return _parsed(tuple(as_lines(lines)))


@lru_cache(maxsize=256)  # the same stand in many answers
def _parsed(lines: tuple[str, ...]) -> CacheControl:
    directives: list[Directive] = []
    problems: list[Problem] = []
    for line in lines:
        if has_empty_elements(line):
            says = f"a comma too many in {line!r}: there is an empty place between two commas or at an end"
            problems.append(Problem("empty-element", says, "MUST", "9110 5.6.1.1"))
        for member in split_list(line):
            found = _DIRECTIVE.fullmatch(member)
            if found is None:
                problems.append(_malformed(member))
                continue
            directive = _directive(found)
            directives.append(directive)
            problems.extend(_argument_problems(directive))
    return CacheControl(tuple(directives), tuple(problems))


def contradictions(cc: CacheControl) -> tuple[Problem, ...]:
    """Directives that cannot all be meant. A repeated restriction (`no-store, no-cache, max-age=0`) is none.

    9111 4.2.1: "If directives conflict [...], the most restrictive directive should be honored."
    """
    return (*_public_and_private(cc), *_repeated(cc), *_no_store_with_lifetime(cc))


def remarks(cc: CacheControl) -> tuple[Problem, ...]:
    """What is valid and consistent, and still surely not what was meant, or better said otherwise."""
    each = (problem for directive in cc.directives for problem in _directive_remarks(directive))
    return (*each, *_without_effect(cc))


def _directive(found: re.Match[str]) -> Directive:
    quoted = found["quoted"]
    if quoted is None:
        return Directive(found["name"].lower(), found["token"])
    return Directive(found["name"].lower(), re.sub(r"\\(.)", r"\1", quoted[1:-1]), quoted=True)


# ---- syntax: what is wrong with a member that is no directive


def _malformed(member: str) -> Problem:
    for diagnose in _DIAGNOSES:
        if found := diagnose(member):
            code, says = found
            return Problem(code, f"{says}, found {member!r}", "MUST", "9111 5.2")
    says = f"{member!r} is no directive: those are name or name=value, separated by commas"
    return Problem("malformed-directive", says, "MUST", "9111 5.2")


def _quotes_and_semicolons(member: str) -> tuple[str, str] | None:
    outside = _ANY_QUOTED.sub(lambda found: "" if found["end"] else '"', member)
    if '"' in outside:
        return "unclosed-quote", "a double quote is opened and never closed"
    return ("semicolon", "directives are separated by commas, not semicolons") if ";" in outside else None


def _separators(member: str) -> tuple[str, str] | None:
    if found := _SPACED.fullmatch(member):
        return "space-around-equals", f"no spaces around '=': write {found[1]}={found[2]}"
    if found := _COLON.fullmatch(member):
        return "colon", f"a value follows '=', not ':': write {found[1]}={found[2]}"
    return ("missing-argument", "a value has to follow '='") if member.endswith("=") else None


def _words(member: str) -> tuple[str, str] | None:
    words = member.split()
    if len(words) == 1 or not all(_DIRECTIVE.fullmatch(word) for word in words):
        return None
    if all(word.partition("=")[0].lower() in KNOWN for word in words):
        return "missing-comma", f"directives are separated by commas: write {', '.join(words)}"
    return "space-in-directive", "a directive has no spaces inside: a hyphen or a comma belongs there"


_DIAGNOSES = (_quotes_and_semicolons, _separators, _words)


# ---- syntax: what is wrong with a directive's argument or name


def _argument_problems(directive: Directive) -> Iterator[Problem]:
    name, argument = directive.name, directive.argument
    if name in SECONDS:
        yield from _seconds_problems(directive)
    elif name in WITHOUT_ARGUMENT and argument is not None:
        says = f"{name} takes no value, found {str(directive)!r}"
        yield Problem("unexpected-argument", says, "MUST", "9111 5.2")
    elif name in FIELD_NAMES and argument is not None and not _names_fields(argument):
        says = f"{name} takes the names of header fields, found {argument!r}"
        yield Problem("bad-field-names", says, "MUST", FIELD_NAMES[name])


def _names_fields(argument: str) -> bool:
    names = split_list(argument)
    return bool(names) and all(re.fullmatch(TOKEN, each) for each in names)


def _seconds_problems(directive: Directive) -> Iterator[Problem]:
    name, argument, section = directive.name, directive.argument, SECONDS[directive.name]
    if argument is None:
        yield Problem("missing-argument", f"{name} needs a number of seconds: {name}=300", "MUST", section)
    elif parse_delta_seconds(argument) is None:
        says = f"{name} takes whole seconds, found {argument!r}"
        yield Problem("bad-delta-seconds", says, "MUST", "9111 1.2.2")
    elif directive.quoted:
        says = f"the seconds of {name} stand without quotes: {name}={argument}, found {str(directive)!r}"
        yield Problem("quoted-delta-seconds", says, "MUST", section)


# ---- contradictions


def _repeated(cc: CacheControl) -> Iterator[Problem]:
    counts = Counter(each.name for each in cc.directives)
    for name in SECONDS:
        if counts[name] > 1:
            values = " and ".join(str(each) for each in cc.all(name))
            says = f"{name} is there {counts[name]} times ({values}): keep one"
            yield Problem("repeated-directive", says, "SHOULD", "9111 4.2.1")


def _public_and_private(cc: CacheControl) -> Iterator[Problem]:
    # private="Set-Cookie" keeps one field private, and the rest may well be public.
    if "public" in cc and cc.unqualified("private"):
        says = "public lets shared caches store the response and private forbids it: keep one"
        yield Problem("public-and-private", says, "SHOULD", "9111 4.2.1")


def _no_store_with_lifetime(cc: CacheControl) -> Iterator[Problem]:
    for name in LIFETIMES:
        if "no-store" in cc and "must-understand" not in cc and cc.seconds(name):
            says = f"no-store forbids every cache to keep it and {cc.get(name)} says how long to: keep one"
            yield Problem("no-store-with-lifetime", says, "SHOULD", "9111 4.2.1")


# ---- remarks


def _directive_remarks(directive: Directive) -> Iterator[Problem]:
    name, argument = directive.name, directive.argument
    if name in REQUEST_ONLY:
        says = f"{name} is for requests; in a response it means nothing"
        yield Problem("request-directive", says, "MAY", REQUEST_ONLY[name])
    elif name not in KNOWN and (meant := _meant_by(name)):
        says = f"caches do not know {name!r} and ignore it: did you mean {meant}?"
        yield Problem("misspelled-directive", says, "MAY", "9111 5.2.3")
    elif name in FIELD_NAMES and argument is not None and not directive.quoted:
        says = f'the header fields of {name} belong in double quotes: {name}="{argument}"'
        yield Problem("unquoted-field-names", says, "SHOULD", FIELD_NAMES[name])


def _meant_by(name: str) -> str | None:
    """The directive that one looks like: but for its hyphens, or a letter or two of a longer name."""
    alike = _LOOKALIKES.get(_HYPHENS.sub("", name))
    return alike or next(iter(nearest(name, KNOWN, cutoff=_ALIKE)), None)


def _without_effect(cc: CacheControl) -> Iterator[Problem]:
    for present, useless, why in (
        ("no-store", "public", "nothing is stored"),
        ("no-store", "immutable", "nothing is stored"),
        ("private", "s-maxage", "it is for shared caches, and private shuts them out"),
        ("no-cache", "max-age", "caches ask before each reuse anyway"),
    ):
        there = cc.unqualified(present) and useless in cc and cc.seconds(useless) != 0
        if there and not (present == "no-store" and "must-understand" in cc):
            says = f"{useless} has no effect beside {present}: {why}"
            yield Problem("useless-directive", says, "MAY", KNOWN[useless])
    if "must-understand" in cc and "no-store" not in cc:
        says = "must-understand belongs together with no-store, for the caches that do not know it"
        yield Problem("must-understand-alone", says, "SHOULD", "9111 5.2.2.3")
