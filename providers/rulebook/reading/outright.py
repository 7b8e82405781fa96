"""Whether words say of the workload what kind it is ("make it batch", "it is a training job"), or only speak of such
work ("retrain it weekly")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, denial
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.text import Text
from storage.records.constraints import WorkloadType

_IT = r"(?:it|this|that|everything|the (?:work|workload|job|service|model|plan|whole thing)(?: type)?)"
_MADE = (
    rf"(?:make|turn|change|switch|convert|move|treat|plan|run|build|mach\w*|stell\w*) (?:{_IT} )?(?:in|over )?"
    rf"(?:to |into |as |for |auf )?(?:an? |the |plain |pure |eine? )?"
)
_IS = (
    rf"(?:{_IT}|we|workload(?: type)?)(?:'s| is| are| was)?(?: (?:should|must|shall|will|has to|have to|needs? to|want|"
    r"meant?|really|actually|rather|be|is|do|doing|just|only))*\s?[:=]?\s(?:an? |the |for |about |plain |pure )?"
)
_SAID = re.compile(rf"\b(?:{_MADE}|{_IS})(?:(?!re-?train)[\w-]+ ){{0,2}}$")
_BEHIND = re.compile(r"\W{0,2}(?:\w+ )?(?:instead|rather than|and not|not|statt)\b")
_CHORE = re.compile(r"re-?train(?!\w* (?:job|workload|run)s?\b)")
_NAMES: dict[WorkloadType, str] = {
    "batch_inference": r"batch(?:[- ](?:inference|job|mode))?",
    "realtime_inference": r"real[- ]?time(?:[- ]inference)?|online|an? (?:api|endpoint)",
    "streaming_inference": r"streaming(?:[- ]inference)?",
    "fine_tuning": r"fine[- ]?tuning",
    "training": r"training",
    "rag": r"rag",
    "edge": r"edge|on[- ]device",
    "data_pipeline": r"(?:an? )?(?:data )?pipeline|etl",
    "feature_store": r"(?:an? )?feature store",
}
_NAMED = [(kind, re.compile(rf"\b{_MADE}(?P<name>{names})(?= ?(?:$|[.,;!)]|please|instead|and\b|but\b))"))
          for kind, names in _NAMES.items()]  # fmt: skip


def says_outright(text: str, start: int, end: int) -> bool:
    """Of the words `start` to `end`, code points, which were read as a workload."""
    words = text[start:end].lower()
    if _CHORE.search(words) and not re.match(r"\W*(?:job|workload|run)", text[end:].lower()):
        return False
    before, behind = text[max(0, start - 80) : start].lower().replace("’", "'"), text[end:].lower()
    return (
        _SAID.search(before) is not None
        or _BEHIND.match(behind) is not None
        or any(pattern.search(before + words) for _, pattern in _NAMED)
    )


def outright(text: Text) -> Iterator[Candidate]:
    for kind, pattern in _NAMED:
        for match in pattern.finditer(text.working):
            span = match.span("name")
            if context.claimed(text, *span) and not denial.denied(text, *span):
                yield Candidate("workload_type", kind, *span, "workload", 2)
