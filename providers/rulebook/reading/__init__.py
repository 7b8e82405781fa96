"""Reads constraints from plain text by rules alone: the same text gives the same facts, and each names its rule."""

from __future__ import annotations

from providers.base import Finding, Held, Problem, Reading
from providers.rulebook.reading.answers import answer
from providers.rulebook.reading.availability import availabilities
from providers.rulebook.reading.candidates import Candidate, Doubt, Estimate, held, located, problems, settle
from providers.rulebook.reading.corrections import corrections
from providers.rulebook.reading.counts import counts
from providers.rulebook.reading.deadline import deadlines
from providers.rulebook.reading.environments import of_production
from providers.rulebook.reading.exclusive import exclusive
from providers.rulebook.reading.governance import governance
from providers.rulebook.reading.hardware import gpus
from providers.rulebook.reading.injection import injected
from providers.rulebook.reading.language_models import language_models
from providers.rulebook.reading.latency import latencies
from providers.rulebook.reading.location import location
from providers.rulebook.reading.model_sizes import model_sizes
from providers.rulebook.reading.money import budgets
from providers.rulebook.reading.named_models import named_models
from providers.rulebook.reading.numbers import Amount, amounts
from providers.rulebook.reading.outright import outright
from providers.rulebook.reading.relative import relatives
from providers.rulebook.reading.rivals import rivals
from providers.rulebook.reading.scaling import scaling
from providers.rulebook.reading.sizes import datasets
from providers.rulebook.reading.stack import stack
from providers.rulebook.reading.text import Text, prepare
from providers.rulebook.reading.throughput import throughputs
from providers.rulebook.reading.workloads import workloads
from storage.records.constraints import FieldName

_OF_AMOUNTS = (latencies, throughputs, deadlines, budgets, availabilities, gpus, datasets, counts, model_sizes, scaling)
_OF_WORDS = (location, stack, governance, workloads, outright, named_models, language_models)


def read(text: str, *, answering: FieldName | None = None) -> Reading:
    """The facts that the text states, and what it states that cannot be. `answering` is the field of an open question;
    a bare answer ("80", "yes", "EU only") is then understood as that field."""
    prepared = prepare(text)
    found = amounts(prepared.working, prepared.german)
    proposed, doubts, estimates = _read_all(prepared, found)
    candidates = of_production(prepared, proposed)
    chosen, opposed = settle(prepared, candidates), list[Candidate]()
    if (clash := exclusive(prepared, candidates)) is not None:
        alone, other = clash
        chosen, opposed = [alone if item.field == "cloud" else item for item in chosen], [other]
    findings = [located(prepared, item) for item in chosen]
    impossible, unsure = problems(prepared, doubts), False
    if answering is not None and all(item.field != answering for item in [*findings, *impossible]):
        reply = answer(prepared, found, answering)
        findings += reply.findings
        impossible += reply.problems
        unsure = reply.unsure
    opposed += rivals(prepared, candidates, chosen)
    others = tuple(located(prepared, item) for item in opposed)
    return Reading(findings, impossible, unsure=unsure, rivals=others, held=held(prepared, estimates, chosen))


def _read_all(text: Text, found: list[Amount]) -> tuple[list[Candidate], list[Doubt], list[Estimate]]:
    proposals: list[Candidate | Doubt | Estimate] = []
    for reader in _OF_AMOUNTS:
        proposals.extend(reader(text, found))
    for reader in _OF_WORDS:
        proposals.extend(reader(text))
    proposals.extend(corrections(text, found, [item for item in proposals if isinstance(item, Candidate)]))
    proposals.extend(relatives(text, [item for item in proposals if isinstance(item, Candidate)]))
    kept = [item for item in proposals if not injected(text, item.start)]
    candidates = [item for item in kept if isinstance(item, Candidate)]
    doubts = [item for item in kept if isinstance(item, Doubt)]
    return candidates, doubts, [item for item in kept if isinstance(item, Estimate)]


__all__ = ["Finding", "Held", "Problem", "Reading", "read"]
