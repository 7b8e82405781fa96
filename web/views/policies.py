"""The rules that plans are held against, and what they decided of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from storage.policy_decisions import PolicyDecision, Totals
from storage.records.decision_sets import Project
from storage.records.plans import PolicyOutcome, PolicyOverride
from web.policy_rules import BundleFacts, RuleFacts
from web.views.words import Mark, node_word, outcome_mark

AskedOutcome = PolicyOutcome | Literal[""]


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    """What the address asks for of the decisions; empty where it asks for nothing."""

    outcome: AskedOutcome
    rule: str
    project: str

    def query(self, **other: str) -> str:
        asked = {"outcome": self.outcome, "rule": self.rule, "project": self.project, **other}
        kept = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def any(self) -> bool:
        return bool(self.outcome or self.rule or self.project)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """`link` leads to the card of the evaluation; `other_bundle` is the hash where it was not the one in force."""

    link: str
    number: int
    title: str
    project: str
    mark: Mark
    node: str
    failed: list[str]
    warned: list[str]
    other_bundle: str
    overrides: list[PolicyOverride]
    overridden_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleRow:
    """`unmet` is the address of the decisions in which it was not met; `figures` are values with where they stand."""

    rule: RuleFacts
    unmet: str


@dataclass(frozen=True, slots=True)
class Policies:
    """`older` is the address of the next part of the decisions, or empty; `twin` that of all this as JSON."""

    bundle: BundleFacts
    rules: list[RuleRow]
    hard: int
    evaluations: int
    denied: int
    decisions: list[DecisionRow]
    filter: PolicyFilter
    projects: list[Project]
    older: str
    twin: str


def policies(
    bundle: BundleFacts,
    rules: Sequence[RuleFacts],
    totals: Totals,
    found: Sequence[PolicyDecision],
    chosen: PolicyFilter,
    projects: Sequence[Project],
    *,
    limit: int,
) -> Policies:
    """`found` holds one more than `limit` where there are older ones."""
    shown = found[:limit]
    return Policies(
        bundle=bundle,
        rules=[RuleRow(rule, f"/policies?{urlencode({'rule': rule.id})}#decisions") for rule in rules],
        hard=sum(rule.level == "hard" for rule in rules),
        evaluations=totals.evaluations,
        denied=totals.denied,
        decisions=[_row(item, bundle.sha256) for item in shown],
        filter=chosen,
        projects=list(projects),
        older=f"/policies{chosen.query(before=str(shown[-1].id))}#decisions" if len(found) > limit else "",
        twin=f"/api/policies{chosen.query()}",
    )


def _row(item: PolicyDecision, standing: str) -> DecisionRow:
    return DecisionRow(
        link=f"/decision-sets/{item.decision_set_id}?card={item.seq}#card-{item.seq}",
        number=item.number,
        title=item.title,
        project=item.project,
        mark=outcome_mark(item.outcome),
        node=node_word(item.node),
        failed=item.failed,
        warned=item.warned,
        other_bundle="" if item.bundle == standing else item.bundle,
        overrides=item.overrides,
        overridden_by=item.overridden_by or "",
        at=item.at,
    )
