"""Field values: text -> values.

    cache_control.py    Cache-Control: directives, mistakes, contradictions
    dates.py            HTTP dates
    lists.py            fields as lists, and the small values Age and Vary
    structured.py       structured fields, by http-sf
    tags.py             entity tags
    valid.py            the forms that a value may be held to, by name

Rules of this package:

- It reads text and gives values; it judges nothing but syntax, and raises on no response text at all.
- Tolerant in what it returns (facts are needed even where a server is wrong), exact about what is valid.
- Text is what the wire said, one character a byte (latin-1).
- No clock: where a rule needs the time, it is given.
"""

from conformance.fields.cache_control import (
    CODES,
    CacheControl,
    Directive,
    Level,
    Problem,
    contradictions,
    parse_cache_control,
    remarks,
)
from conformance.fields.dates import format_http_date, is_imf_fixdate, parse_http_date
from conformance.fields.lists import (
    Headers,
    age_in_front,
    answered_by_cache,
    field_value,
    field_values,
    has_empty_elements,
    media_type,
    parse_age,
    parse_delta_seconds,
    parse_vary,
    split_list,
)
from conformance.fields.tags import EntityTag, parse_entity_tag, parse_entity_tag_list, tags_match_weakly

__all__ = [
    "CODES",
    "CacheControl",
    "Directive",
    "EntityTag",
    "Headers",
    "Level",
    "Problem",
    "age_in_front",
    "answered_by_cache",
    "contradictions",
    "field_value",
    "field_values",
    "format_http_date",
    "has_empty_elements",
    "is_imf_fixdate",
    "media_type",
    "parse_age",
    "parse_cache_control",
    "parse_delta_seconds",
    "parse_entity_tag",
    "parse_entity_tag_list",
    "parse_http_date",
    "parse_vary",
    "remarks",
    "split_list",
    "tags_match_weakly",
]
