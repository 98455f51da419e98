"""Field values: text -> values.

    cache_control.py    Cache-Control: directives, mistakes, contradictions
    dates.py            HTTP dates
    lists.py            fields as lists, and the small values Age and Vary
    multipart.py        multipart/byteranges: a body -> its parts
    ranges.py           Range and Content-Range
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
    came_through,
    field_value,
    field_values,
    has_empty_elements,
    media_type,
    parse_age,
    parse_delta_seconds,
    parse_vary,
    split_list,
)
from conformance.fields.multipart import Multipart, Part, parse_boundary, parse_multipart
from conformance.fields.ranges import (
    BYTES,
    ByteRange,
    ContentRange,
    is_excessive,
    parse_byte_ranges,
    parse_content_range,
    range_unit,
)
from conformance.fields.tags import EntityTag, parse_entity_tag, parse_entity_tag_list, tags_match_weakly

__all__ = [
    "BYTES",
    "CODES",
    "ByteRange",
    "CacheControl",
    "ContentRange",
    "Directive",
    "EntityTag",
    "Headers",
    "Level",
    "Multipart",
    "Part",
    "Problem",
    "age_in_front",
    "answered_by_cache",
    "came_through",
    "contradictions",
    "field_value",
    "field_values",
    "format_http_date",
    "has_empty_elements",
    "is_excessive",
    "is_imf_fixdate",
    "media_type",
    "parse_age",
    "parse_boundary",
    "parse_byte_ranges",
    "parse_cache_control",
    "parse_content_range",
    "parse_delta_seconds",
    "parse_entity_tag",
    "parse_entity_tag_list",
    "parse_http_date",
    "parse_multipart",
    "parse_vary",
    "range_unit",
    "remarks",
    "split_list",
    "tags_match_weakly",
]
