"""A GPU that is spoken of and not required: welcome, tried, or beside a CPU as the other way."""

from __future__ import annotations

import re

_OPTIONAL = re.compile(
    r"^[^.;\n]{0,25}?\b(?:preferred|nice to have|optional|would be nice|not strictly (?:required|"
    r"needed|necessary)|if (?:needed|necessary|available|possible)|(?:might|may|could) help|"
    r"(?:is|are|would be|ist|wäre) (?:much |way |far |a lot |viel )?(?:faster|quicker|better|cheaper|slower|"
    r"schneller|besser)|wenn möglich|bevorzugt)\b"
)
_OPTIONAL_BEFORE = re.compile(
    r"\b(?:nice to have|with or without|mit oder ohne|if an?|wenn eine|open to|not opposed to|offen für|"
    r"optional(?:ly)?|bonus|would be nice|prefer\w*|maybe|"
    r"perhaps|vielleicht)\b[^.;\n]{0,15}$"
)
_OR_CPU = re.compile(
    r"\bcpus?(?: or |/| and | und | oder | & )(?:the |a |on |for )?\||"
    r"\|s?(?: or |/| and | und | oder | & )(?:an? |on |the |for )?cpus?\b"
)
_EITHER = re.compile(
    r"\b(?<!\d )(?<!\dv)cpus?\b(?: (?!gpu)[a-z]+){0,3}(?:,| and| or| vs\.?| versus|/| &|und|"
    r"oder)(?: (?!gpu)[a-z]+){0,3} \||"
    r"\|s?(?: [a-z]+){0,3}(?: and| or| vs\.?| versus| &| und| oder)(?: (?!gpu)[a-z]+){0,3} (?<!\d )cpus?\b"
)
"""Both are spoken of side by side, for `|` as the GPU."""
_TRYING = re.compile(
    r"\b(?:try|tries|tried|trying|tests?|tested|testing) (?:it |this |that |also |out )*(?:(?:on|with|using|the|"
    r"an?|my|their) )*$"
)
_NEEDS = re.compile(r"\b(?:needs?|requires?|wants?|brauch\w*|benötig\w*|we have|there (?:is|are))\b")


def optional(before: str, after: str) -> bool:
    """`before` and `after` are the words around its name."""
    alternative = _OR_CPU.search(f"{before[-10:]}|{after[:12]}")
    return bool(_OPTIONAL.match(after) or _OPTIONAL_BEFORE.search(before) or alternative)


def beside_the_point(before: str, after: str, clause: str) -> bool:
    if _NEEDS.search(clause):
        return False
    return bool(_EITHER.search(f"{before}|{after}") or _TRYING.search(before))
