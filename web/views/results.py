"""The cards of figures and checks: cost, policy, validators, commit."""

from __future__ import annotations

from decimal import Decimal

from storage.records.events import CostUpdate, DiffRecorded, Event, PolicyUpdate, ValidatorReport
from web.filters import usd
from web.views import cards
from web.views.card_head import Context, card_head
from web.views.gate import counts_of
from web.views.words import Mark, outcome_mark


def cost(event: Event, payload: CostUpdate, context: Context) -> cards.CostView:
    cost = payload.cost
    axis = max(cost.high, payload.budget or Decimal(0), payload.before or Decimal(0), Decimal(1)) * Decimal("1.1")

    def share(amount: Decimal) -> float:
        return round(float(amount / axis) * 100, 2)

    return cards.CostView(
        head=card_head(
            event, context, "cost", "cost", "Cost", gist=f"{usd(cost.likely)} /mo" if cost.lines else "unknown"
        ),
        cost=cost,
        before=payload.before,
        delta=payload.delta,
        budget=payload.budget,
        left=None if payload.budget is None else payload.budget - cost.likely,
        model_spend=payload.model_spend,
        bar_low=share(cost.low),
        bar_likely=share(cost.likely),
        bar_high=share(cost.high),
        bar_budget=None if payload.budget is None else share(payload.budget),
    )


def policy(event: Event, payload: PolicyUpdate, context: Context) -> cards.PolicyView:
    order = {"fail": 0, "warn": 1, "pass": 2}
    results = sorted(payload.policy.results, key=lambda item: (order.get(item.outcome, 3), item.id))
    blocked = sum(item.outcome == "fail" for item in results)
    let_stand = context.overrides.get(event.seq, {})
    rows = [cards.PolicyRow(outcome_mark(item.outcome), item, let_stand.get(item.id, "")) for item in results]
    return cards.PolicyView(
        head=card_head(event, context, "policy", "policy", "Policy", gist=payload.policy.outcome, opened=blocked > 0),
        passed=sum(item.outcome == "pass" for item in results),
        warned=sum(item.outcome == "warn" for item in results),
        blocked=blocked,
        bundle=payload.policy.bundle,
        attention=[row for row in rows if row.result.outcome != "pass"],
        passing=[row for row in rows if row.result.outcome == "pass"],
    )


def validators(event: Event, payload: ValidatorReport, context: Context) -> cards.ValidatorView:
    order = {"failed": 0, "not_run": 1, "passed": 2}
    checks = sorted(payload.checks, key=lambda item: order.get(item.outcome, 3))
    mark = (
        Mark("done", "Checks passed", "ok") if payload.outcome == "passed" else Mark("failed", "Checks failed", "fail")
    )
    return cards.ValidatorView(
        head=card_head(event, context, "validator", "validator", mark.word, opened=payload.outcome != "passed"),
        mark=mark,
        sandbox=payload.sandbox,
        failed=sum(item.outcome == "failed" for item in checks),
        passed=sum(item.outcome == "passed" for item in checks),
        not_run=sum(item.outcome == "not_run" for item in checks),
        checks=[cards.CheckRow(outcome_mark(item.outcome), item) for item in checks],
    )


def diff(event: Event, payload: DiffRecorded, context: Context) -> cards.DiffView:
    return cards.DiffView(
        head=card_head(event, context, "diff", "diff", "Committed", opened=bool(payload.destructive)),
        commit=payload.commit,
        base=payload.base or "",
        resources=counts_of(payload.resources),
        state=counts_of(payload.state),
        destructive=payload.destructive,
        files=payload.files,
        artifact=payload.artifact,
        changes_link=f"/decision-sets/{context.decision_set}/changes",
    )
