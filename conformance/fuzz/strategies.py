"""The strategies of `forall`: for each name of `table.STRATEGIES` a builder.

Rules of this file:

- What is drawn is what a spec file could have written as an example: same types, captures unfilled.
- Nothing is drawn that an honest server may refuse, or that means something to it: no octets
  beyond ASCII in a tag, no markup or padding in a text, no suffix that servers take off tags.
- Every draw comes down to booleans. Hypothesis mixes constants that it reads from the source
  files of the day into its draws of numbers and strings (and writes a folder `.hypothesis` for
  them): the same seed would search elsewhere in each project.
- Simplest first: that is where a counterexample shrinks to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from hypothesis import strategies as st

from conformance.captures import PATTERN
from conformance.errors import HarnessError
from conformance.model import ForAll, Json

T = TypeVar("T")
Strategy = st.SearchStrategy[Json]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"

# RFC 9110 8.8.3: "etagc = %x21 / %x23-7E / obs-text": no space and no double quote. A field of
# today keeps to ASCII (9110 5.5), so obs-text is left out.
_ETAGC: Final = _LETTERS + "".join(chr(c) for c in (0x21, *range(0x23, 0x7F)) if chr(c) not in _LETTERS)
# What tempts a reader to take the tag apart, drawn about as often as all the rest.
_TEMPTING: Final = (",", "*", "W/", "\\", "'", ";", "=", "-")
_LONGEST_TAG: Final = 12

_NEAR_MISSES: Final = (
    '"{of.opaque}x"',
    '"x{of.opaque}"',
    '"{of.opaque-cut}"',
    '"{of.opaque-swapped}"',
    '"{of.opaque-cut}*"',
    '"{of.opaque},x"',
    '"x,{of.opaque}"',
    '"x,{of.opaque},x"',
    '"W/{of.opaque}"',
    '"{of.opaque}{of.opaque}"',
)
"""Tags that differ from the current one whatever that is, but are like it to a careless reader."""

_SEPARATORS: Final = (", ", ",", " , ", " ,", ",\t", "\t,  ")  # RFC 9110 5.6.1: OWS "," OWS
_MOST_BESIDE: Final = 4

_TEXT: Final = _LETTERS + _LETTERS.upper() + _DIGITS + "-_.!?()äéñøßžλжя日本語"
_WORDS_MOST: Final = 3
_WORD_LONGEST: Final = 10

# Few enough that case variants, anagrams and prefixes of one another are drawn again and again.
_SHORT: Final = "abAB1é"
_SHORT_LONGEST: Final = 3
_STATES: Final = (2, 4)
_WRITES: Final = (2, 8)

_MOST_TIMES: Final = 20


def _choice(options: Sequence[T]) -> st.SearchStrategy[T]:
    """One of the options, the first being the simplest."""
    bits = (len(options) - 1).bit_length()

    def chosen(drawn: tuple[bool, ...]) -> T:
        return options[sum(bit << place for place, bit in enumerate(reversed(drawn))) % len(options)]

    return st.tuples(*[st.booleans()] * bits).map(chosen)


def _one_of(*options: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return _choice(options).flatmap(lambda option: option)


def _joined(
    pieces: st.SearchStrategy[str], least: int, most: int, between: str = ""
) -> st.SearchStrategy[str]:
    return st.lists(pieces, min_size=least, max_size=most).map(between.join)


def _literally(text: str) -> bool:
    """Whether a text holds nothing that would be taken for a capture."""
    return PATTERN.search(text) is None


# ------------------------------------------------------------------ the table


def _entity_tags(forall: ForAll) -> st.SearchStrategy[str]:
    of = str(forall.args.get("of", "first"))
    piece = _one_of(_choice(_ETAGC), _choice(_TEMPTING))
    opaque = _joined(piece, 0, _LONGEST_TAG).filter(_literally)
    near = _choice([each.replace("{of.", f"{{{of}.") for each in _NEAR_MISSES])
    weak = _choice(("", "W/"))
    tag = _one_of(opaque.map(lambda text: f'"{text}"'), near)
    return st.tuples(weak, tag).map("".join)


def _entity_tag_lists(forall: ForAll) -> st.SearchStrategy[str]:
    current = f"{{{forall.args.get('of', 'first')}.etag}}"
    beside = st.lists(st.tuples(_entity_tags(forall), _choice(_SEPARATORS)), max_size=_MOST_BESIDE)

    def written(drawn: tuple[list[tuple[str, str]], list[tuple[str, str]]]) -> str:
        before, after = drawn
        left = "".join(tag + separator for tag, separator in before)
        return left + current + "".join(separator + tag for tag, separator in after)

    return st.tuples(beside, beside).map(written)


def _counts(_forall: ForAll) -> st.SearchStrategy[int]:
    return _choice(range(2, _MOST_TIMES + 1))


def _texts(_forall: ForAll) -> st.SearchStrategy[str]:
    return _joined(_joined(_choice(_TEXT), 1, _WORD_LONGEST), 1, _WORDS_MOST, " ")


def _histories(_forall: ForAll) -> st.SearchStrategy[list[str]]:
    """Writes that go from one to another of a few states, so that content comes back.

    Each step says how many states further the next one is, so no two neighbours are equal.
    """
    least, most = _STATES
    states = st.lists(_joined(_choice(_SHORT), 1, _SHORT_LONGEST), min_size=least, max_size=most, unique=True)
    leaps = st.lists(_choice(range(1, most)), min_size=_WRITES[0], max_size=_WRITES[1])

    def written(drawn: tuple[list[str], list[int]]) -> list[str]:
        texts, here, history = drawn[0], 0, []
        for leap in drawn[1]:
            history.append(texts[here])
            here = (here + 1 + (leap - 1) % (len(texts) - 1)) % len(texts)
        return history

    return st.tuples(states, leaps).map(written)


BUILDERS: Final[Mapping[str, Callable[[ForAll], Strategy]]] = {
    "entity-tags": _entity_tags,
    "entity-tag-lists": _entity_tag_lists,
    "counts": _counts,
    "texts": _texts,
    "histories": _histories,
}
_ARGS: Final[Mapping[str, frozenset[str]]] = {
    "entity-tags": frozenset({"of"}),
    "entity-tag-lists": frozenset({"of"}),
}


def build(forall: ForAll) -> Strategy:
    """What a variable of a check is drawn from.

    Raises:
        HarnessError: there is no such strategy, or it knows no such argument.
    """
    if forall.strategy not in BUILDERS:
        raise HarnessError(f"no strategy is called {forall.strategy!r}; there are {', '.join(BUILDERS)}")
    unknown = forall.args.keys() - _ARGS.get(forall.strategy, frozenset())
    if unknown:
        raise HarnessError(f"the strategy {forall.strategy} knows no argument {', '.join(sorted(unknown))}")
    return BUILDERS[forall.strategy](forall)
