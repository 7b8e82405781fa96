"""The examples in a bundle hold it, and the runner finds the rule that doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.policies import PolicyBundle, PolicyBundleRefused, evaluate_document
from providers.policies.document import TAGS, Document
from providers.policies.testing import contradictions, run_examples
from providers.rulebook.bundle.view import view_of
from tests.bundles import code_request

BUNDLE = """bundle: test
rules:
  - id: budget
    title: Within budget
    level: hard
    applies: constraints.monthly_budget_usd != null
    otherwise: no budget is stated
    condition: cost.likely <= constraints.monthly_budget_usd
    actual: usd(cost.likely)
    required: usd(constraints.monthly_budget_usd)
    message: Too dear.
    remedy: Spend less.
    examples:
"""
MET = "      - {given: {cost.likely: 3000, constraints.monthly_budget_usd: 4000}, expect: met}\n"
UNMET = "      - {given: {cost.likely: 5000, constraints.monthly_budget_usd: 4000}, expect: not met}\n"


def bundle(folder: Path, *examples: str) -> PolicyBundle:
    path = folder / "bundle.yaml"
    path.write_text(BUNDLE + "".join(examples))
    return PolicyBundle.load(path)


def test_every_rule_of_the_baseline_holds_by_its_own_examples() -> None:
    tested = run_examples(PolicyBundle.load())
    assert [(item.rule.id, item.faults) for item in tested if item.faults] == []
    assert len(tested) >= 25


def test_every_hard_rule_of_the_baseline_denies_in_an_example() -> None:
    baseline = PolicyBundle.load()
    for rule in (rule for rule in baseline.rules if rule.level == "hard"):
        denied = [item.document for item in rule.examples if item.expect == "not met"]
        assert denied, rule.id
        for document in denied:
            assert failed(baseline, document, rule.id) == "fail", rule.id


def failed(baseline: PolicyBundle, document: Document, rule: str) -> str:
    report = evaluate_document(baseline, document)
    assert report.outcome == "fail"
    return next(item.outcome for item in report.results if item.id == rule)


def test_a_rule_shown_both_ways_passes(tmp_path: Path) -> None:
    assert [item.faults for item in run_examples(bundle(tmp_path, MET, UNMET))] == [()]


def test_an_example_that_does_not_hold_is_named_with_its_line(tmp_path: Path) -> None:
    wrong = bundle(tmp_path, MET, UNMET, UNMET.replace("not met", "met"))
    (tested,) = run_examples(wrong)
    (fault,) = tested.faults
    assert (fault.line, fault.reason) == (
        16,
        "budget: expected met, found not met ($5,000; required $4,000)",
    )
    assert contradictions(wrong) == [fault]


def test_a_rule_that_is_never_shown_unmet_fails_its_test_but_may_be_used(tmp_path: Path) -> None:
    halved = bundle(tmp_path, MET)
    assert [fault.reason for item in run_examples(halved) for fault in item.faults] == [
        "budget has no example that is not met"
    ]
    assert contradictions(halved) == []


def test_an_example_where_nothing_is_stated(tmp_path: Path) -> None:
    nothing = "      - {specimen: nothing, given: {cost.likely: 5000}, expect: not applicable}\n"
    assert [item.faults for item in run_examples(bundle(tmp_path, MET, UNMET, nothing))] == [()]


def test_calling_the_data_sensitive_makes_it_sensitive(tmp_path: Path) -> None:
    rules = BUNDLE.replace("constraints.monthly_budget_usd != null", "constraints.sensitive")
    path = tmp_path / "bundle.yaml"
    path.write_text(rules + MET.replace("given: {", "given: {constraints.data_sensitivity: public, "))
    (tested,) = run_examples(PolicyBundle.load(path))
    assert "found not applicable" in tested.faults[1].reason


@pytest.mark.parametrize(
    ("example", "line", "reason"),
    [
        ("{given: {cost.lickely: 1}, expect: met}", 14, "unknown name 'cost.lickely'"),
        ("{given: {bill.likely: 1}, expect: met}", 14, "unknown name 'bill.likely'"),
        ("{given: {cost.likely: dear}, expect: met}", 14, "cost.likely is str, not float"),
        ("{given: {plan.spot: 1}, expect: met}", 14, "plan.spot is int, not bool"),
        ("{given: {constraints.cloud: [mars]}, expect: met}", 14, "constraints.cloud: Input should be"),
        ("{given: {cost.likely: 1}, expect: maybe}", 14, "expect is 'maybe'"),
        ("{given: {cost.likely: 1}, expect: met, specimen: half}", 14, "specimen is 'half'"),
        ("{given: {cost.likely: 1}, expect: met, why: not}", 14, "unknown field 'why'"),
        ("{expect: met}", 14, "field 'given' is missing"),
    ],
)
def test_a_wrong_example_refuses_the_bundle(tmp_path: Path, example: str, line: int, reason: str) -> None:
    with pytest.raises(PolicyBundleRefused) as refused:
        bundle(tmp_path, f"      - {example}\n")
    assert refused.value.line == line
    assert reason in refused.value.reason


@pytest.mark.parametrize("residency", ["EU", None])
def test_the_tags_that_rules_see_are_those_that_are_generated(residency: str | None) -> None:
    generated = {key for key, _ in view_of(code_request(values={"data_residency": residency})).tags}
    assert generated == {*TAGS, *(["data_residency"] if residency else [])}
