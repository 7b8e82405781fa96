"""Holding a plan against a bundle. What cannot be evaluated denies."""

from __future__ import annotations

from typing import Literal

from providers.policies.bundle import PolicyBundle, Rule
from providers.policies.document import Document, document_of
from providers.policies.expression import Inputs, NotEvaluated
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost, Plan, PolicyReport, PolicyResult

Outcome = Literal["pass", "warn", "fail"]
_WORSE: tuple[Outcome, ...] = ("pass", "warn", "fail")


def evaluate(bundle: PolicyBundle, values: ConstraintValues, plan: Plan, cost: Cost) -> PolicyReport:
    return evaluate_document(bundle, document_of(values, plan, cost))


def evaluate_document(bundle: PolicyBundle, document: Document) -> PolicyReport:
    """The report's outcome is the worst of its results: fail for a hard rule that is not met and for any that could
    not be evaluated, warn for a soft or advisory one."""
    inputs = Inputs(document | {"figures": bundle.figures})
    results = [_result(rule, inputs) for rule in bundle.rules]
    worst = max(_WORSE.index(result.outcome) for result in results)
    return PolicyReport(outcome=_WORSE[worst], bundle=bundle.sha256, results=results)


def _result(rule: Rule, inputs: Inputs) -> PolicyResult:
    try:
        for part in rule.parts:
            part.require(inputs)
        if rule.applies is not None and not rule.applies.boolean(inputs):
            return _of(rule, "pass", f"not applicable: {rule.otherwise}", "", "")
        met = rule.condition.boolean(inputs)
        actual, required = rule.actual.text(inputs), rule.required.text(inputs)
    except NotEvaluated as error:
        words = f"This rule could not be evaluated, and so denies: {error}."
        return _of(rule, "fail", "not evaluated", "an answer", words)
    if met:
        return _of(rule, "pass", actual, required, "")
    return _of(rule, "fail" if rule.level == "hard" else "warn", actual, required, rule.message)


def _of(rule: Rule, outcome: Outcome, actual: str, required: str, message: str) -> PolicyResult:
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
