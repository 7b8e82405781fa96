"""Clouds that the operator rules out or leaves: "anywhere but AWS", "no Azure", "from GCP to AWS"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import clauses, context, denial, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import joined
from providers.rulebook.reading.text import Text

PUBLIC_CLOUDS = {
    "aws": r"aws|amazon web services|amazon(?:'s)? cloud|amazon(?= (?:account|infrastructure))|(?<=\bon )amazon",
    "gcp": r"gcp|google(?:'?s)?[- ]?cloud(?:[- ]platform)?|google compute(?: engine)?|gce|google(?= (?:contract|"
    r"account|credits)\b)",
    "azure": r"(?:microsoft |ms )?azure|microsoft(?:'s)? cloud",
}
_GOOGLE = r"google(?! ?(?:sheets|drive|maps|analytics|docs|search|apis?|ads|workspace|fonts))"
"""Behind "any cloud but" the company alone says enough."""
_NAME = rf"(?:{'|'.join(PUBLIC_CLOUDS.values())}|{_GOOGLE})(?:-cloud)?(?![\w\x00-])"
_SMALL = r"(?:(?:on|in|to|with|at|for|the|any|auf|bei|mit|in die|in der|der|die) )*"
_OR = r"(?: (?:or|nor|oder|noch) (?:(?:on|in|to|with|auf|bei) )?| ?/ ?)"
_LIST = rf"{_NAME}(?:(?:, ?{_NAME}){{0,2}}(?:,?{_OR}|,? (?:and|und) ){_NAME})?"
_VERBS = (
    r"(?:want|wants|like|use|using|run|running|deploy|deploying|go|host|hosting|touch|move|pick|choose|allow|"
    r"accept|consider|be)"
)
_CUE = joined(
    rf"""{denial.ALL_BUT}|(?:except(?: for)?|excluding|apart from|aside from|other than|außer|ohne|avoid(?:ing)?|
        stay(?:ing)? away from|steer clear of|keep(?: \w+)? (?:away from|off|out of)|nowhere near|neither|nor|never|
        no|
        kein\w*|not|nicht|nur nicht|(?:rul(?:ed?|ing)|vot(?:ed?|ing)) out|forget|drop|ditch|scrap|banned|
        dropped|rejected)|
        (?:don't|do not|dont|won't|will not|wont|can't|cannot|can not|cant|shouldn't|should not|mustn't|must not|
        may not|would not|wouldn't|never|not)(?: (?:even|ever|really|also))? {_VERBS}
        (?: (?:to|be|use|using|run|running|deploy|deployed|go|host|hosted|it|this|that|us|anything|be on|see))*"""
)
_BEFORE = re.compile(rf"(?<![\w-])(?:{_CUE}) {_SMALL}(?P<clouds>{_LIST})")
_BEHIND = re.compile(
    rf"(?<![\w-])(?P<clouds>{_LIST}) (?:(?:is|are|has been|was) (?:both )?(?:not (?:allowed|an option|possible|"
    r"permitted|acceptable)|no option|(?:ruled )?out|off the table|off limits|forbidden|prohibited|banned|"
    r"disallowed|excluded|a no-?go)|(?:isn't|aren't) (?:allowed|an option|possible|permitted|acceptable))\b"
    rf"(?:,? (?:and )?so (?:is|are) {_NAME})?"
)
_ITS_PART = re.compile(
    r"\s(?:accounts?|credits?|experience|skills?|knowledge|support|lambda|region\w*|specific\w*|services?|"
    r"lock-in|\w+ (?:account|region|service)|only\b|preference|(?:native|managed)|sdk|api|cli|console|yet\b)"
)
_STATE = re.compile(r"\b(?:needs?|does|did|is|are|am|was|were|'s|'re|'m|(?:have|has|had)(?: got)?)\s+$")
"""In front of "not" or "no": how things are, which rules nothing out."""
_TROUBLE = re.compile(
    r"\b(?:errors?|fail\w*|denied|exceptions?|crash\w*|bugs?|time[sd]? ?-?out\w*)\b|"
    r"^\W*(?:should|can|could|do) (?:we|i)\b.*\?"
)
"""A report of what goes wrong, or a question whether to."""
_LEAVING = re.compile(
    rf"(?<![\w-])(?:from (?:{_SMALL}|our |my )(?P<from>{_NAME}|on-?prem(?:ises?)?)(?=[\w -]{{0,20}} (?:in|on)?to )|"
    rf"away from (?:the |our )?(?P<away>{_NAME}))"
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    names: frozenset[str]
    start: int
    end: int


def exclusions(text: Text) -> list[Exclusion]:
    """The clouds that are ruled out, each with the words that do so."""
    found: list[Exclusion] = []
    for pattern in (_BEFORE, _BEHIND):
        for match in pattern.finditer(text.working):
            if _rules_out(text, match, before=pattern is _BEFORE):
                found.append(Exclusion(_names(match.group()), *match.span()))
    corrected = _readmitted(text, found)
    standing = [item for item in found if all(corrected.get(name, -1) < item.start for name in item.names)]
    return sorted(standing, key=lambda item: item.start)


def left(text: Text) -> frozenset[int]:
    """Where a cloud is named that the move starts from."""
    starts = (max(match.start("from"), match.start("away")) for match in _LEAVING.finditer(text.working))
    return frozenset(starts)


def rest(found: list[Exclusion]) -> Iterator[Candidate]:
    """What remains of the public clouds; nothing when all of them are ruled out."""
    excluded = frozenset(name for item in found for name in item.names)
    remaining: list[str] = [name for name in sorted(PUBLIC_CLOUDS) if name not in excluded]
    if found and remaining:
        yield Candidate("cloud", remaining, found[0].start, found[0].end, "cloud excluded", 0)


def _rules_out(text: Text, match: re.Match[str], *, before: bool) -> bool:
    start, end = match.span()
    if before and (_ITS_PART.match(text.working, end) or _STATE.search(text.working, max(0, start - 12), start)):
        return False
    return not (
        _TROUBLE.search(clauses.sentence(text, start))
        or context.injected(text, start)
        or context.guessed(text, start)
        or tense.former(text, start, end)
        or context.someone_elses(text, start)
        or context.only_asked(text, start)
    )


def _readmitted(text: Text, found: list[Exclusion]) -> dict[str, int]:
    """By cloud, where the last correction before its last free mention begins: "No AWS. Sorry, AWS is fine." """
    covered = {position for item in found for position in range(item.start, item.end)}
    mentions = [match for match in re.finditer(_NAME, text.working) if match.start() not in covered]
    last = {name: match.start() for match in mentions for name in _names(match.group())}
    corrections = [match.start() for match in context.CORRECTION.finditer(text.working)] if last else []
    return {name: max((start for start in corrections if start < end), default=-1) for name, end in last.items()}


def _names(words: str) -> frozenset[str]:
    named = {**PUBLIC_CLOUDS, "gcp": f"{PUBLIC_CLOUDS['gcp']}|{_GOOGLE}"}
    return frozenset(name for name, pattern in named.items() if re.search(rf"\b(?:{pattern})(?!\w)", words))
