"""Every hard rule denies what it must, and what cannot be evaluated denies too."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from providers.policies import PolicyBundle, document_of, evaluate, evaluate_document, input_sha256
from providers.policies.document import Document
from providers.policies.expression import Expression
from providers.whatif import what_if
from storage.records.constraints import ConstraintSchema, FieldName
from storage.records.plans import PolicyReport, PolicyResult

from .plans import Planning


@pytest.fixture(scope="module")
def compliant(planning: Planning) -> Document:
    """What the fraud model's plan comes to with everything else stated as well."""
    values, proposal = planning.fraud(
        availability_slo=99.9, max_replicas=6, cloud=["aws"], regions=["eu-west-1"], spot_ok=False
    )
    assert proposal.plan.feasible
    return document_of(values, proposal.plan, proposal.cost)


def changed(document: Document, path: str, value: Any) -> Document:
    section, name = path.split(".")
    other = copy.deepcopy(document)
    assert name in other[section]
    other[section][name] = value
    return other


def result(report: PolicyReport, rule: str) -> PolicyResult:
    return next(item for item in report.results if item.id == rule)


DENIED = [
    ("feasible", {"plan.feasible": False}),
    ("budget", {"cost.likely": 4000.01}),
    ("residency", {"plan.outside_residency": ["us-east-1"]}),
    ("region-allow-list", {"plan.outside_regions": ["eu-central-1"]}),
    ("cloud-allow-list", {"plan.clouds": ["aws", "gcp"]}),
    ("fedramp-country", {"constraints.compliance": ["fedramp"]}),
    ("sensitive-encryption", {"plan.encrypted": False}),
    ("sensitive-encryption", {"plan.patterns": ["Audit logging"]}),
    ("sensitive-exposure", {"plan.public_endpoint": True}),
    ("sensitive-audit", {"plan.patterns": ["Encryption at rest"]}),
    ("latency", {"plan.latency_p95_ms": 80.1}),
    ("throughput", {"plan.capacity_rps": 299.0}),
    ("replica-cap", {"plan.replicas": 7}),
    ("replica-cap", {"plan.max_replicas": 7}),
    ("replica-cap", {"plan.max_replicas": None}),
    ("zones-for-slo", {"plan.zones": 1}),
    ("spot-for-slo", {"plan.spot": True, "constraints.spot_ok": True}),
    ("spot-agreed", {"plan.spot": True, "constraints.spot_ok": None}),
    ("machines-priced", {"cost.machines_priced": False}),
    ("compliance-audit", {"constraints.compliance": ["soc2"], "plan.patterns": ["Encryption at rest"]}),
    ("bounded-replicas", {"plan.max_replicas": 100}),
    ("bounded-replicas", {"plan.max_replicas": None}),
    ("gpu-refused", {"constraints.gpu_required": False}),
    ("gpu-type", {"constraints.gpu_type": "L4", "plan.other_accelerators": ["T4"]}),
    ("withdrawn-machine", {"plan.skus": ["Standard_NC6s_v3"]}),
]


@pytest.mark.parametrize(("rule", "changes"), DENIED)
def test_a_hard_rule_denies(bundle: PolicyBundle, compliant: Document, rule: str, changes: dict[str, Any]) -> None:
    before = result(evaluate_document(bundle, compliant), rule)
    document = compliant
    for path, value in changes.items():
        document = changed(document, path, value)
    report = evaluate_document(bundle, document)
    after = result(report, rule)
    assert (before.outcome, before.level) == ("pass", "hard")
    assert (after.outcome, report.outcome) == ("fail", "fail")
    assert after.actual != before.actual or after.actual != after.required
    assert after.message
    assert after.remedy


def test_every_hard_rule_has_a_test_that_it_denies(bundle: PolicyBundle) -> None:
    assert {rule.id for rule in bundle.rules if rule.level == "hard"} == {rule for rule, _ in DENIED}


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("priced", "cost.unknown", ["Load balancer"]),
        ("price-age", "cost.price_age_months", 25),
        ("budget-in-a-high-month", "cost.high", 4000.01),
        ("gpu-quota", "plan.gpu_vcpus", 1),
        ("retired-accelerator", "plan.retired", ["V100"]),
        ("canary", "plan.patterns", []),
        ("drift", "plan.patterns", []),
        ("unknown-share", "cost.unknown_share", 0.55),
        ("stale-prices", "cost.ages", [{"days": 400, "usd": 9.0}, {"days": 3, "usd": 1.0}]),
        ("egress-share", "cost.egress_share", 0.31),
        ("gdpr-transfer", "constraints.compliance", ["gdpr"]),
        ("compliance-data-class", "constraints.compliance", ["hipaa"]),
        ("backup", "plan.kinds", ["compute", "database"]),
        ("latency-headroom", "plan.latency_p95_ms", 78.0),
        ("zone-floor", "plan.min_replicas", 1),
        ("scale-to-zero", "constraints.scale_to_zero", True),
        ("spot-serving", "plan.spot", True),
        ("gpu-spot-quota", "plan.spot", True),
        ("tags", "plan.tags", ["project"]),
        ("alerting", "plan.patterns", []),
    ],
)
def test_a_soft_or_advisory_rule_warns(
    bundle: PolicyBundle, compliant: Document, rule: str, path: str, value: Any
) -> None:
    found = result(evaluate_document(bundle, changed(compliant | loose(rule, compliant), path, value)), rule)
    assert (found.outcome, found.level in ("soft", "advisory")) == ("warn", True)


def loose(rule: str, document: Document) -> Document:
    """What else has to hold for a rule to be asked."""
    match rule:
        case "gdpr-transfer":
            return {
                "constraints": document["constraints"] | {"data_residency": None},
                "plan": document["plan"] | {"outside_eea": ["us-east-1"]},
            }
        case "compliance-data-class":
            return {"constraints": document["constraints"] | {"sensitive": False, "data_sensitivity": None}}
        case _:
            return {}


def test_the_fraud_model_is_not_denied(bundle: PolicyBundle, planning: Planning) -> None:
    values, proposal = planning.fraud()
    report = evaluate(bundle, values, proposal.plan, proposal.cost)
    assert report.outcome == "warn"
    assert [item.id for item in report.results if item.outcome != "pass"] == ["gpu-quota"]
    assert report.bundle == bundle.sha256


def test_what_is_not_stated_is_not_applicable_rather_than_met(bundle: PolicyBundle, planning: Planning) -> None:
    values, proposal = planning.of(workload_type="data_pipeline")
    report = evaluate(bundle, values, proposal.plan, proposal.cost, today=date(2026, 9, 1))
    assert [item.id for item in report.results if item.outcome != "pass"] == []
    assert result(report, "budget").actual == "not applicable: no budget is stated"
    assert result(report, "gpu-quota").actual == "not applicable: the plan buys no GPU on demand"


def test_an_infeasible_plan_fails(bundle: PolicyBundle, planning: Planning) -> None:
    values, proposal = planning.fraud(monthly_budget_usd=50)
    report = evaluate(bundle, values, proposal.plan, proposal.cost)
    assert report.outcome == "fail"
    assert [item.id for item in report.results if item.outcome == "fail"] == ["feasible", "budget"]


@pytest.mark.parametrize("level", ["advisory", "soft", "hard"])
@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("no_such_function(cost.likely)", "Undefined variable or function"),
        ("no_such_name", "Undefined variable or function"),
        ("cost.likely > 'a lot'", "No such overload"),
        ("cost.likely + plan.patterns > 1", "Unsupported operation"),
        ("1 / 0 > 1", "division by zero"),
        ("cost.likely", "gives float, not true or false"),
        ("'true'", "gives str, not true or false"),
        ("plan.patterns[99] == 'Canary release'", "index out of bounds"),
        ("plan.no_such_input || true", "the input plan.no_such_input is missing"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_denies(
    bundle: PolicyBundle, compliant: Document, condition: str, why: str, level: Any
) -> None:
    broken = replace(bundle.rules[0], level=level, condition=Expression.compiled(condition))
    report = evaluate_document(replace(bundle, rules=(broken,)), compliant)
    assert (report.outcome, report.results[0].outcome) == ("fail", "fail")
    assert report.results[0].actual == "not evaluated"
    assert why in report.results[0].message


@pytest.mark.parametrize("part", ["applies", "actual", "required"])
def test_any_broken_part_denies(bundle: PolicyBundle, compliant: Document, part: str) -> None:
    rule = next(rule for rule in bundle.rules if rule.id == "budget")
    broken = replace(rule, **{part: Expression.compiled("no_such_name")})
    assert evaluate_document(replace(bundle, rules=(broken,)), compliant).outcome == "fail"


@pytest.mark.parametrize("section", ["constraints", "plan", "cost"])
def test_a_missing_input_denies(bundle: PolicyBundle, compliant: Document, section: str) -> None:
    for name in compliant[section]:
        reads = [rule.id for rule in bundle.rules if any((section, name) in part.paths for part in rule.parts)]
        less = copy.deepcopy(compliant)
        del less[section][name]
        report = evaluate_document(bundle, less)
        assert [item.id for item in report.results if item.outcome == "fail"] == reads


@pytest.mark.parametrize(
    ("assumed", "outcome"),
    [
        ([], "warn"),
        (["latency_p95_ms"], "warn"),
        (["availability_slo"], "warn"),
        (["availability_slo", "latency_p95_ms"], "pass"),
    ],
)
def test_only_a_stated_latency_or_availability_speaks_against_scaling_to_zero(
    bundle: PolicyBundle, planning: Planning, assumed: list[FieldName], outcome: str
) -> None:
    values, proposal = planning.fraud(scale_to_zero=True, availability_slo=99.9)
    report = evaluate(bundle, values, proposal.plan, proposal.cost, assumed=assumed)
    assert result(report, "scale-to-zero").outcome == outcome
    document = document_of(values, proposal.plan, proposal.cost, assumed=assumed)
    assert document["constraints"]["assumed"] == assumed


def test_what_was_seen_of_a_status_is_under_the_logged_hash(planning: Planning) -> None:
    values, proposal = planning.fraud()

    def known(status: str) -> ConstraintSchema:
        return ConstraintSchema.model_validate(
            {
                name: {"value": value, "status": status if name == "latency_p95_ms" else "stated"}
                for name, value in values.model_dump(exclude_none=True).items()
            }
        )

    stated, confirmed, assumed = (
        input_sha256(known(status), proposal.plan, proposal.cost) for status in ("stated", "confirmed", "assumed")
    )
    assert stated == confirmed != assumed


def test_what_somebody_tries_is_no_longer_assumed(planning: Planning, bundle: PolicyBundle) -> None:
    values, _ = planning.fraud(scale_to_zero=True)
    silent = what_if(values, {}, planning.book, bundle, assumed=["latency_p95_ms"])
    tried = what_if(values, {"latency_p95_ms": 80.0}, planning.book, bundle, assumed=["latency_p95_ms"])
    assert [result(item.policy, "scale-to-zero").outcome for item in (silent, tried)] == ["pass", "warn"]


def test_a_quota_that_nobody_set_is_advice_in_plain_words(planning: Planning, bundle: PolicyBundle) -> None:
    values, proposal = planning.fraud(cloud=["aws"])
    report = evaluate(bundle, values, proposal.plan, proposal.cost)
    quota = result(report, "gpu-quota")
    assert (quota.level, quota.outcome) == ("advisory", "warn")
    assert quota.required == "a quota that aws has granted; a new account has none"
    assert [item.id for item in report.results if "quota" in item.id and item.outcome != "pass"] == ["gpu-quota"]
    ours = bundle.data.replace(b"value: {aws: 0, azure: 0}", b"value: {aws: 4, azure: 0}")
    small = result(evaluate(PolicyBundle.of("ours", ours), values, proposal.plan, proposal.cost), "gpu-quota")
    assert small.required == "at most 4 on aws"
