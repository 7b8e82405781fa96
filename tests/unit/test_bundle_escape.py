import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from providers.rulebook.bundle.escape import hcl, label_value, markdown, printable, resource_name

HOSTILE = [
    '"; DROP',
    '${file("/etc/passwd")}',
    "%{ if true }x%{ endif }",
    "a\nb = 1",
    "\\",
    '\\"',
    "$${x}",
    "tab\there",
    "# comment",
    "<<EOT",
    "\x00\x1b[31mred",
    "日本 😀",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hcl_reads_a_text_as_one_literal(text: str) -> None:
    parsed = hcl2.loads(f"x = {hcl(text)}\n")
    assert set(parsed) - {"__comments__", "__is_block__"} == {"x"}
    inner = hcl(text)[1:-1]
    assert "${" not in inner.replace("$${", "")
    assert "%{" not in inner.replace("%%{", "")
    assert all(char.isprintable() for char in inner)


@given(st.text(max_size=60))
def test_an_hcl_literal_never_ends_early(text: str) -> None:
    inner = hcl(text)[1:-1]
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")


def test_hcl_values() -> None:
    assert [hcl(value) for value in (True, False, 3, 2.5, ["a", "b"])] == ["true", "false", "3", "2.5", '["a", "b"]']


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "<script>alert(1)</script>",
        "![i](http://example.test/x.png)",
        "**bold** _it_ `code`",
        "| a | b |",
        "# title\n\n- item",
        "https://example.test/ &amp; a@example.test",
        "1. one",
        "1) one",
        "- one",
        "+ one",
        "---",
        "===",
        "www.example.test",
        "$x$",
        "~~gone~~",
    ],
)
def test_markdown_shows_the_words_and_nothing_else(text: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    shown = list(tokens[1].children or [])
    assert {child.type for child in shown} <= {"text", "text_special"}
    assert "".join(child.content for child in shown) == printable(text)


@given(st.text(max_size=80))
def test_a_resource_name_fits_every_cloud(text: str) -> None:
    name = resource_name(text)
    assert 1 <= len(name) <= 24
    assert name[0].isascii()
    assert name[0].islower()
    assert not name.endswith("-")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(max_size=120))
def test_a_label_value_fits_every_cloud(text: str) -> None:
    assert set(label_value(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert 1 <= len(label_value(text)) <= 63


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Fraud Model", "fraud-model"),
        ("Überwachung", "uberwachung"),
        ("7 days", "workload-7-days"),
        ("", "workload"),
        ("a" * 40, "a" * 24),
    ],
)
def test_resource_names(text: str, name: str) -> None:
    assert resource_name(text) == name
