"""The plan documents that are committed beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from intake.schema import label, show
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.plans import Candidate, Cost, Critique, Plan, PolicyReport, Reconciliation


def documents(state: Mapping[str, Any]) -> dict[str, str]:
    """Markdown by path: the plan with its reasons, the cost with its sources, the policies and the dissent."""
    return {
        "docs/plan.md": plan_document(state["plan"], state["constraints"]),
        "docs/cost.md": cost_document(state["cost_estimate"], state["constraints"].values.monthly_budget_usd),
        "docs/policy.md": policy_document(
            state["policy_results"], state.get("reconciliation"), state.get("feedback", "")
        ),
    }


def cell(text: object) -> str:
    """Text for one table cell, which it can't leave."""
    plain = " ".join(str(text).split())
    return plain.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def table(head: list[str], rows: list[list[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell(item) for item in row)} |" for row in rows]
    return "\n".join(lines)


def shown(name: FieldName, item: Constraint) -> str:
    return show(name, item.value) + (" (assumed)" if item.status == "assumed" else "")


def plan_document(plan: Plan, constraints: ConstraintSchema) -> str:
    return "\n\n".join(
        [
            "# Plan",
            cell(plan.summary),
            *([f"Proposed by {cell(plan.proposed_by)}: {cell(plan.reason)}"] if plan.reason else []),
            "## Constraints",
            table(["Field", "Value"], [[label(name), shown(name, item)] for name, item in constraints.root.items()]),
            "## Resources",
            table(
                ["Kind", "Cloud", "Region", "SKU", "Count", "Purchase"],
                [[item.kind, item.cloud, item.region, item.sku, item.count, item.purchase] for item in plan.resources],
            ),
            table(
                ["Kind", "Why", "From"],
                [[item.kind, item.reason, ", ".join(item.from_)] for item in plan.traces],
            ),
            "## Patterns",
            table(
                ["Pattern", "Why", "From"],
                [[item.name, item.reason, ", ".join(item.from_)] for item in plan.patterns],
            ),
            "## Options considered",
            "On the front: no option that meets the constraints is better in one of cost, latency and risk and no worse"
            " in the others.",
            table(
                ["Option", "USD a month", "Latency", "Risks", "On the front", "Chosen", "Rejected because"],
                [option_row(item) for item in plan.candidates],
            ),
            "## Clouds and regions that are not used",
            table(
                ["Cloud", "Regions", "Why", "From"],
                [[item.cloud, ", ".join(item.places), item.reason, ", ".join(item.from_)] for item in plan.fell_out],
            ),
            "## Assumptions",
            "\n".join(f"- {cell(item)}" for item in plan.assumptions) or "None.",
            "",
        ]
    )


def option_row(item: Candidate) -> list[object]:
    latency = f"p95 {item.latency_p95_ms:g} ms" if item.latency_p95_ms is not None else ""
    return [
        item.label,
        "unknown" if item.cost_usd_month is None else item.cost_usd_month,
        latency or (f"{item.run_hours:g} hours a run" if item.run_hours is not None else ""),
        "; ".join(item.risks),
        "yes" if item.pareto else "",
        "yes" if item.chosen else "",
        item.rejected_because or "",
    ]


def cost_document(cost: Cost, budget: float | None) -> str:
    """`budget` is in US dollars a month."""
    rows: list[list[object]] = [
        [
            item.item,
            f"{item.quantity} {item.unit}",
            "unknown" if item.unit_usd is None else item.unit_usd,
            "unknown" if item.usd is None else item.usd,
            item.source,
            item.as_of,
        ]
        for item in cost.lines
    ]
    return "\n\n".join(
        [
            "# Cost, US dollars a month",
            f"Low {cost.low}, likely {cost.likely}, high {cost.high}. Price book {cost.price_book}.",
            against(cost, budget),
            table(["Item", "Quantity", "Unit price", "USD", "Source", "As of"], rows),
            "\n".join(f"- {cell(item)}" for item in cost.assumptions) or "No assumptions.",
            "",
        ]
    )


def dissent_row(item: Critique) -> list[object]:
    sure = f"{item.confidence:.0%}{f' ({item.confidence_basis})' if item.confidence_basis else ''}"
    evidence = "; ".join(item.evidence)
    return [item.critic, item.severity, item.claim, evidence, item.counter_proposal or "", sure, item.answer]


def against(cost: Cost, budget: float | None) -> str:
    if budget is None:
        return "No budget is stated."
    left, high = Decimal(repr(budget)) - cost.likely, Decimal(repr(budget)) - cost.high
    return f"Budget {budget:,.2f}: {left:,.2f} left in the likely month, {high:,.2f} in a high one."


def policy_document(report: PolicyReport, found: Reconciliation | None, comment: str) -> str:
    dissent: list[Critique] = found.dissent if found else []
    return "\n\n".join(
        [
            "# Policy",
            f"Outcome: {report.outcome}. Bundle {report.bundle}.",
            table(
                ["Rule", "Level", "Result", "Found", "Required"],
                [[item.title, item.level, item.outcome, item.actual, item.required] for item in report.results],
            ),
            "## Dissent",
            table(
                ["Critic", "Severity", "Claim", "Evidence", "Proposes", "Confidence", "The planner's answer"],
                [dissent_row(item) for item in dissent],
            )
            if dissent
            else "None.",
            "## Approved with the comment",
            f"> {cell(comment)}" if comment else "No comment.",
            "",
        ]
    )
