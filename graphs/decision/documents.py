"""The plan documents that are committed beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.schema import label, show
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.plans import Cost, Critique, Plan, PolicyReport, Reconciliation


def documents(state: Mapping[str, Any]) -> dict[str, str]:
    """Markdown by path: the plan with its reasons, the cost with its sources, the policies and the dissent."""
    return {
        "docs/plan.md": plan_document(state["plan"], state["constraints"]),
        "docs/cost.md": cost_document(state["cost_estimate"]),
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
            "## Constraints",
            table(["Field", "Value"], [[label(name), shown(name, item)] for name, item in constraints.root.items()]),
            "## Resources",
            table(
                ["Kind", "Cloud", "Region", "SKU", "Count", "Purchase"],
                [[item.kind, item.cloud, item.region, item.sku, item.count, item.purchase] for item in plan.resources],
            ),
            "## Patterns",
            table(
                ["Pattern", "Why", "From"],
                [[item.name, item.reason, ", ".join(item.from_)] for item in plan.patterns],
            ),
            "## Options considered",
            table(
                ["Option", "USD a month", "Chosen", "Rejected because"],
                [
                    [
                        item.label,
                        "unknown" if item.cost_usd_month is None else item.cost_usd_month,
                        "yes" if item.chosen else "",
                        item.rejected_because or "",
                    ]
                    for item in plan.candidates
                ],
            ),
            "## Assumptions",
            "\n".join(f"- {cell(item)}" for item in plan.assumptions) or "None.",
            "",
        ]
    )


def cost_document(cost: Cost) -> str:
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
            table(["Item", "Quantity", "Unit price", "USD", "Source", "As of"], rows),
            "\n".join(f"- {cell(item)}" for item in cost.assumptions) or "No assumptions.",
            "",
        ]
    )


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
            "\n".join(f"- {item.critic}, {item.severity}: {cell(item.claim)}" for item in dissent) or "None.",
            "## Approved with the comment",
            f"> {cell(comment)}" if comment else "No comment.",
            "",
        ]
    )
