"""The README's pictures show what the inspector shows now."""

from __future__ import annotations

import pytest

from tests.pictures import FOLDER, MADE_FROM, PICTURES, as_text, made_from
from tests.readme_trace import README

LARGEST = 300_000  # bytes
PNG = b"\x89PNG\r\n\x1a\n"


def test_the_pictures_were_made_from_the_events_and_the_page_of_now() -> None:
    assert MADE_FROM.read_text() == as_text(made_from()), "They are stale; run: make pictures"


@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_shows_each_picture_and_says_what_is_on_it(name: str) -> None:
    picture = FOLDER / f"{name}.png"
    assert f"](tests/pictures/{name}.png)" in README.read_text()
    assert picture.read_bytes().startswith(PNG)
    assert picture.stat().st_size < LARGEST
