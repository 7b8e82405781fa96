"""Orders to the machine about its rules, the approval or the budget: the clause that gives one is no statement."""

from __future__ import annotations

import re

from providers.rulebook.reading.patterns import says
from providers.rulebook.reading.text import Text

_RULES = (
    r"(?:instructions?|prompts?|rules?|polic(?:y|ies)|guardrails?|checks|safety|restrictions|anweisung\w*|regeln|"
    r"vorgaben)"
)
_TAKEOVER = re.compile(
    rf"\b(?:ignor\w+|disregard\w*|forget|override|bypass|skip)\b[^.!?\n]{{0,40}}\b{_RULES}\b"
    r"|\byou are now\b|\bsystem prompt ?:|\b(?:reveal|print|show|repeat|leak|change|replace|overwrite)\b[^.!?\n]{0,20}"
    r"\bsystem prompt\b|\bas an? (?:ai|language model)\b|\bpretend\b|\bjailbreak\b|<\|?(?:system|im_start)|"
    r"\bnew instructions\b"
)
"""Claims the reader for other rules: what the same sentence then says of budget and approval counts for nothing."""
_ORDER = re.compile(
    r"\bi(?:'m| am) (?:the|an|your) (?:admin\w*|root|owner|developer|operator)\b(?! (?:of|at|for|in|on|who)\b)|"
    r"\b(?:mark|treat|consider|set) (?:this|"
    r"it|everything|the (?:request|plan|gate))\b[^.!?\n]{0,30}\bapproved\b|\bapprove (?:everything|all|this|it|"
    r"the (?:plan|"
    r"gate|request))\b|\b(?:unlimited|infinite) budget\b|\bbudget\b[^.!?\n,]{0,20}\b(?:unlimited|infinite|infinity)\b|"
    rf"{_TAKEOVER.pattern}"
)
_GOVERNED = re.compile(r"\b(?:budget|spend\w*|approv\w*|polic(?:y|ies)|rules?|gates?|unlimited|infinite|admin\w*)\b")
_JOINT = re.compile(r"\b(?:and|then|und|dann)\b")


def injected(text: Text, start: int) -> bool:
    """The words at `start` belong to an order to the machine; the other facts of their sentence stay."""
    whole = text.sentence(start)
    words = text.slice(whole)
    if not says(_ORDER, words):
        return False
    part = text.clause(start, start + 1)
    for order in _ORDER.finditer(text.working, whole.start, whole.end):
        if order.start() < part.end and order.end() > part.start and _covers(text, order, start):
            return True
    takeover = _TAKEOVER.search(text.working, whole.start, start)
    return takeover is not None and says(_GOVERNED, text.slice(part))


def _covers(text: Text, order: re.Match[str], start: int) -> bool:
    """From the "and" in front of an order to the one behind it; a takeover rules the rest of its clause."""
    part = text.clause(start, start + 1)
    joints = [joint.start() for joint in _JOINT.finditer(text.working, part.start, part.end)]
    first = max((joint for joint in joints if joint < order.start()), default=part.start)
    last = min((joint for joint in joints if joint >= order.end()), default=part.end)
    return first <= start and (start < last or _TAKEOVER.match(order.group()) is not None)
