"""A model's or a person's words as HTML: markdown without raw HTML, then an explicit allow-list without images."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}}
SCHEMES = {"http", "https", "mailto"}

# Characters that change how their neighbours are shown, or are not shown at all, save line feed and tab.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_PARSER = (
    MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
)


def shown(text: str) -> str:
    """The text with each invisible or direction-changing character replaced by its code point in brackets."""
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def markdown(text: str) -> Markup:
    """Safe HTML. Headings start at the third level, since they stand inside a card."""
    html = _PARSER.render(shown(text))
    html = re.sub(r"<(/?)h([12])>", r"<\1h3>", html)
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return Markup(clean)  # noqa: S704 (cleaned by the allow-list just now)
