"""Running a bundle's own examples."""

from __future__ import annotations

from dataclasses import dataclass

from providers.policies.bundle import PolicyBundle, Rule
from providers.policies.evaluation import Verdict, verdict
from providers.policies.examples import Example
from providers.policies.expression import Inputs

NEEDED = ("met", "not met")
"""What the examples of a rule must show at least once each."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where in the bundle, and what does not hold there."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tested:
    rule: Rule
    faults: tuple[Fault, ...]

    def count(self, finding: str) -> int:
        return sum(1 for example in self.rule.examples if example.expect == finding)


def run_examples(bundle: PolicyBundle) -> list[Tested]:
    """Each rule against its examples. A rule that is never shown met, or never not met, fails too."""
    return [Tested(rule, (*_missing(rule), *_failing(bundle, rule))) for rule in bundle.rules]


def contradictions(bundle: PolicyBundle) -> list[Fault]:
    """The examples that do not hold, whatever else is missing."""
    return [fault for rule in bundle.rules for fault in _failing(bundle, rule)]


def _missing(rule: Rule) -> list[Fault]:
    shown = {example.expect for example in rule.examples}
    return [Fault(rule.line, f"{rule.id} has no example that is {needed}") for needed in NEEDED if needed not in shown]


def _failing(bundle: PolicyBundle, rule: Rule) -> list[Fault]:
    found = [(example, _found(bundle, rule, example)) for example in rule.examples]
    return [
        Fault(example.line, f"{rule.id}: expected {example.expect}, found {_words(verdict)}")
        for example, verdict in found
        if verdict.finding != example.expect
    ]


def _found(bundle: PolicyBundle, rule: Rule, example: Example) -> Verdict:
    return verdict(rule, Inputs(example.document | {"figures": bundle.figures}))


def _words(found: Verdict) -> str:
    if found.reason:
        return f"{found.finding}: {found.reason}"
    return f"{found.finding} ({found.actual}; required {found.required})" if found.actual else found.finding
