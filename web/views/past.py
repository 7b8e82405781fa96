"""A decision set as it stood at a checkpoint: read only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.checkpoints import CheckpointRow
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event
from storage.records.plans import Cost, Plan, PolicyReport
from web.views.cards import Entry
from web.views.decision_set import Caps
from web.views.feed import Context, decisions, feed
from web.views.fork import Asked, ForkForm, fork_form
from web.views.rounds import folded, headings, superseded
from web.views.set_head import SetHead, set_head
from web.views.steps import Walk, steps, walk_of
from web.views.words import field_label, node_word, value_words


@dataclass(frozen=True, slots=True)
class Said:
    label: str
    value: str
    status: str


@dataclass(frozen=True, slots=True)
class PolicyCount:
    passed: int
    warned: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Past:
    """`verify` is the command that replays the record without a call."""

    head: SetHead
    checkpoint: str
    node: str
    at: datetime
    number: int
    total: int
    walk: Walk | None
    constraints: list[Said]
    plan: Plan | None
    cost: Cost | None
    policy: PolicyCount | None
    entries: list[Entry]
    fork: ForkForm
    may_write: bool
    may_retry: bool
    failed_at: str
    status: str
    verify: str
    key: str


def past(
    found: DecisionSet,
    row: CheckpointRow,
    *,
    state: Mapping[str, Any],
    history: Sequence[CheckpointRow],
    events: Sequence[Event],
    caps: Caps,
    key: str,
    fork: Asked,
) -> Past:
    """`events` are those up to the checkpoint."""
    base = f"/decision-sets/{found.id}"
    every = steps(base, history)
    here = next(step for step in every if step.link == f"{base}/at/{row.checkpoint_id}")
    known = ConstraintSchema.model_validate(state.get("constraints") or {})
    policy = state.get("policy_results")
    return Past(
        head=set_head(found, "past"),
        checkpoint=row.checkpoint_id or "",
        node=node_word(row.node),
        at=row.at,
        number=here.number,
        total=len(every),
        walk=walk_of(every, here, f"{base}/at", {}, [step.link for step in every]),
        constraints=[
            Said(field_label(name), value_words(name, item.value), item.status) for name, item in known.root.items()
        ],
        plan=Plan.model_validate(state["plan"]) if state.get("plan") else None,
        cost=Cost.model_validate(state["cost_estimate"]) if state.get("cost_estimate") else None,
        policy=_counted(PolicyReport.model_validate(policy)) if policy else None,
        entries=feed(events, _as_it_stood(found, events)),
        fork=fork_form(known, fork),
        may_write=caps.write,
        may_retry=caps.write and found.status == "failed",
        failed_at=found.stage,
        status=found.status,
        verify=f"countersign verify {found.id}",
        key=key,
    )


def _as_it_stood(found: DecisionSet, events: Sequence[Event]) -> Context:
    gone = superseded(events)
    replaced, line = gone | headings(events), folded(events, gone)
    return Context(found.id, superseded=replaced, folded=line, decisions=decisions(events))


def _counted(report: PolicyReport) -> PolicyCount:
    outcomes = [item.outcome for item in report.results]
    return PolicyCount(outcomes.count("pass"), outcomes.count("warn"), outcomes.count("fail"))
