"""Which environment a figure is for. What is planned is production, and figures for development or tests are not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.rivals import SINGLE
from providers.rulebook.reading.text import Text
from storage.records.constraints import FieldName

_MACHINES: frozenset[FieldName] = frozenset({"gpu_count", "gpu_type", "regions", "cloud"})
_TOLD_APART = SINGLE | _MACHINES
_NEAR = 40
"""Characters on either side of a figure."""
_LESSER = (
    r"dev|development|staging|testing|tests?(?= env| system| cluster|\W*(?:and|,|;|\.|\Z))|qa|sandbox|entwicklung|"
    r"testumgebung"
)
_PRODUCTION = r"prod|production|live|produktion|produktiv\w*"
_NAMED = rf"(?:the |our |die |der )?(?:(?P<lesser>{_LESSER})|(?P<production>{_PRODUCTION}))\b"
_BEHIND = re.compile(
    rf"\W{{0,3}}(?:(?:a|per|each|every|pro|im) (?:month|monat|year|jahr|second|sekunde)\W{{1,3}})?(?:usd |eur )?"
    rf"\(?(?:for|in|on|at|für|im|in der) {_NAMED}(?! sets?\b| data\b| images?\b)"
)
_BEFORE = re.compile(
    rf"(?<![\w-]){_NAMED}(?: (?:runs?|lives?|sits?|in|budget|environment|env|cluster|latency|traffic|needs?|gets?|has|"
    r"have|may|can|must|should|shall|will|is|be|to|cost|spend|take|stay|at|most|up|max|under|below|within|of|about|"
    r"around|only|darf|kosten|bekommt|höchstens|maximal)\b)*[\s:=(<]*\Z"
)


def of_production(text: Text, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Without those of a lesser environment, unless a field has no other."""
    by_field: dict[FieldName, list[Candidate]] = {}
    for item in candidates:
        by_field.setdefault(item.field, []).append(item)
    kept: list[Candidate] = []
    for field, proposed in by_field.items():
        own = [item for item in proposed if not _lesser(text, item, proposed)] if field in _TOLD_APART else proposed
        kept += own or proposed
    return kept


def _lesser(text: Text, item: Candidate, proposed: list[Candidate]) -> bool:
    words = text.working
    behind = min((other.start for other in proposed if other.start >= item.end), default=len(words))
    before = max((other.end for other in proposed if other.end <= item.start), default=0)
    found = _BEHIND.match(words[item.end : min(behind, item.end + _NEAR)])
    found = found or _BEFORE.search(words[max(before, item.start - _NEAR) : item.start])
    return found is not None and found["lesser"] is not None
