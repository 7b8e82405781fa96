"""Templates against the views they get, and against the rules of the page's content security policy."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from web.template_check import Checker, check
from web.templating import STATIC, TEMPLATES
from web.views.words import Mark, outcome_mark, status_mark

ROOT = Path(__file__).parents[2]
SOURCES = sorted(TEMPLATES.rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons" / "sprite.svg").read_text()))


@dataclass(frozen=True)
class Leaf:
    name: str


@dataclass(frozen=True)
class View:
    title: str
    leaves: list[Leaf]


def problems(**templates: str) -> set[str]:
    checker = Checker(Environment(loader=DictLoader({f"{name}.html": text for name, text in templates.items()})))
    checker.page("page.html", View)
    return checker.problems


def test_every_template_gets_exactly_what_it_uses() -> None:
    assert check() == []


@pytest.mark.parametrize(
    ("templates", "found"),
    [
        ({"page": "{{ view.title }}"}, set()),
        ({"page": "{{ view.titel }}"}, {"page.html:1: View has no titel"}),
        ({"page": "{% for leaf in view.leaves %}{{ leaf.nam }}{% endfor %}"}, {"page.html:1: Leaf has no nam"}),
        (
            {
                "page": "{% with leaf = view.leaves[0] %}{% include 'part.html' %}{% endwith %}",
                "part": "{{ leaf.nam }}",
            },
            {"part.html:1: Leaf has no nam"},
        ),
        (
            {
                "page": "{% from 'macros.html' import show %}{{ show(view.leaves[0]) }}",
                "macros": "{% macro show(leaf) %}{{ leaf.nam }}{% endmacro %}",
            },
            {"macros.html:1: Leaf has no nam"},
        ),
    ],
)
def test_an_attribute_that_is_not_there_is_found(templates: dict[str, str], found: set[str]) -> None:
    assert problems(**templates) == found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_nothing_in_a_template_needs_an_exception_from_the_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\shx-on", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style", source)
    assert "| safe" not in source


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.parent.name in ("cards", "leaves", "frames")],
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)
def test_a_fragment_holds_no_page(path: Path) -> None:
    assert not re.search(r"<html|<body|<head>|{% extends", path.read_text())


def test_every_icon_is_in_the_sprite() -> None:
    sources = [*SOURCES, *(ROOT / "web" / "views").glob("*.py")]
    named = {name for path in sources for name in re.findall(r'icon\("([\w-]+)"|Mark\("([\w-]+)"', path.read_text())}
    used = {name for pair in named for name in pair if name}
    assert used - SPRITE == set()


@pytest.mark.parametrize("status", ["intake", "planning", "awaiting_approval", "building", "completed", "deploying"])
def test_every_state_has_an_icon_a_word_and_a_tone(status: str) -> None:
    mark = status_mark(status, "planner")
    assert mark.icon in SPRITE
    assert mark.word
    assert mark.tone


def test_a_check_that_did_not_run_is_never_shown_as_passed() -> None:
    assert outcome_mark("not_run") == Mark("not-run", "not run", "stale")


def test_vendored_files_are_those_that_the_readme_names() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (STATIC / "vendor" / "README.md").read_text(), re.M)
    actual = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").glob("*.js")}
    assert dict(rows) == actual


def test_our_scripts_are_small_and_evaluate_nothing() -> None:
    for path in (STATIC / "js").glob("*.js"):
        source = path.read_text()
        assert len(source.splitlines()) < 200, path.name
        assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b", source), path.name
