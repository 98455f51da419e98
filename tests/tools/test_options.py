"""The page of all options is that of the list as it is now."""

from __future__ import annotations

from conformance.options.run import Asked, Serving, Telling, options
from tools.options import PAGE, made


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == made()


def test_each_option_has_its_row_with_all_its_names() -> None:
    text = made()
    for each in options(Asked, Serving, Telling):
        for name in (each.flag("--"), each.key, each.flag("--conformance-"), each.ini):
            assert f"`{name}" in text
