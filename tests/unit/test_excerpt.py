"""Other people's words within a line of ours."""

from __future__ import annotations

import pytest

from infra.excerpt import excerpt


@pytest.mark.parametrize(
    ("text", "short"),
    [("one two", "one two"), (" one\n two ", "one two"), ("one two three", "one tw…"), ("", "")],
)
def test_it_is_one_line_of_a_length(text: str, short: str) -> None:
    assert excerpt(text, 7) == short
