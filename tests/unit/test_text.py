"""What counts as having said something."""

from __future__ import annotations

import pytest

from infra.visible import shows
from storage.records.errors import EmptyMessage
from web.commands.text import checked_text


@pytest.mark.parametrize("text", ["p95 80 ms", "é", "日本", "🚀", "?", "\u200bx", "\ufffd", "क्षि", "\ue000"])
def test_what_leaves_a_mark_is_kept_as_it_is(text: str) -> None:
    assert shows(text)
    assert checked_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\u200b\u200b\ufeff",
        "\u00ad",
        "\u202e\u2066",
        "\u2800",
        "\u3164\u115f",
        "\ufe0f",
        "\u2028",
        "\U000e0041",
    ],
)
def test_what_leaves_none_is_no_message_and_an_empty_comment(text: str) -> None:
    with pytest.raises(EmptyMessage) as refused:
        checked_text(text, field="text")
    assert refused.value.field == "text"
    assert checked_text(text, empty_allowed=True) == ""
