"""Holding a plan against a bundle. What cannot be evaluated denies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from providers.policies.bundle import PolicyBundle, Rule
from providers.policies.document import Document, document_of
from providers.policies.expression import Inputs, NotEvaluated
from storage.records.canonical import sha256_of
from storage.records.constraints import ConstraintSchema, ConstraintValues, FieldName
from storage.records.ids import Sha256
from storage.records.plans import POLICY_OUTCOMES, Cost, Plan, PolicyOutcome, PolicyReport, PolicyResult

Finding = Literal["met", "not met", "not applicable", "not evaluated"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule finds in a document, before its level says what that means. `reason` is for what could not be
    evaluated."""

    finding: Finding
    actual: str = ""
    required: str = ""
    reason: str = ""


def evaluate(
    bundle: PolicyBundle,
    values: ConstraintValues,
    plan: Plan,
    cost: Cost,
    *,
    assumed: Collection[FieldName] = (),
    today: date | None = None,
) -> PolicyReport:
    """The age of prices counts to `today`; `assumed` names the fields whose values nobody stated."""
    return evaluate_document(bundle, document_of(values, plan, cost, assumed=assumed, today=today))


def input_sha256(constraints: ConstraintSchema, plan: Plan, cost: Cost, *, today: date | None = None) -> Sha256:
    """Of the document that `evaluate` holds against the rules."""
    return sha256_of(document_of(constraints.values, plan, cost, assumed=constraints.assumed, today=today))


def evaluate_document(bundle: PolicyBundle, document: Document) -> PolicyReport:
    """The report's outcome is the worst of its results: fail for a hard rule that is not met and for any that could
    not be evaluated, warn for a soft or advisory one."""
    inputs = Inputs(document | {"figures": bundle.figures})
    results = [_result(rule, verdict(rule, inputs)) for rule in bundle.rules]
    worst = max(POLICY_OUTCOMES.index(result.outcome) for result in results)
    return PolicyReport(outcome=POLICY_OUTCOMES[worst], bundle=bundle.sha256, results=results)


def verdict(rule: Rule, inputs: Inputs) -> Verdict:
    try:
        for part in rule.parts:
            part.require(inputs)
        if rule.applies is not None and not rule.applies.boolean(inputs):
            return Verdict("not applicable")
        met = rule.condition.boolean(inputs)
        return Verdict("met" if met else "not met", rule.actual.text(inputs), rule.required.text(inputs))
    except NotEvaluated as error:
        return Verdict("not evaluated", reason=str(error))


def _result(rule: Rule, found: Verdict) -> PolicyResult:
    match found.finding:
        case "not evaluated":
            words = f"This rule could not be evaluated, and so denies: {found.reason}."
            return _of(rule, "fail", "not evaluated", "an answer", words)
        case "not applicable":
            return _of(rule, "pass", f"not applicable: {rule.otherwise}", "", "")
        case "met":
            return _of(rule, "pass", found.actual, found.required, "")
        case "not met":
            return _of(rule, "fail" if rule.level == "hard" else "warn", found.actual, found.required, rule.message)


def _of(rule: Rule, outcome: PolicyOutcome, actual: str, required: str, message: str) -> PolicyResult:
    return PolicyResult(
        id=rule.id,
        title=rule.title,
        level=rule.level,
        outcome=outcome,
        actual=actual,
        required=required,
        message=message,
        remedy="" if outcome == "pass" else rule.remedy,
    )
