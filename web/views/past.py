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
from web.views.decision_set import Caps, SetHead, set_head
from web.views.feed import Context, feed
from web.views.timeline import Step, steps
from web.views.words import FIELDS, FieldWords, field_label, node_word, value_words


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
class ForkForm:
    """What was typed before a refusal. `field` is the constraint to change."""

    field: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class Past:
    """`verify` is the command that replays the record without a call."""

    head: SetHead
    checkpoint: str
    node: str
    at: datetime
    number: int
    steps: list[Step]
    previous: str
    following: str
    constraints: list[Said]
    plan: Plan | None
    cost: Cost | None
    policy: PolicyCount | None
    entries: list[Entry]
    fields: list[FieldWords]
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
    fork: ForkForm,
) -> Past:
    """`events` are those up to the checkpoint."""
    every = steps(f"/decision-sets/{found.id}", history)
    links = [step.link for step in every]
    here = links.index(f"/decision-sets/{found.id}/at/{row.checkpoint_id}")
    known = ConstraintSchema.model_validate(state.get("constraints") or {})
    policy = state.get("policy_results")
    return Past(
        head=set_head(found, "past"),
        checkpoint=row.checkpoint_id or "",
        node=node_word(row.node),
        at=row.at,
        number=here + 1,
        steps=every,
        previous=links[here - 1] if here else "",
        following=links[here + 1] if here + 1 < len(links) else "",
        constraints=[
            Said(field_label(name), value_words(name, item.value), item.status) for name, item in known.root.items()
        ],
        plan=Plan.model_validate(state["plan"]) if state.get("plan") else None,
        cost=Cost.model_validate(state["cost_estimate"]) if state.get("cost_estimate") else None,
        policy=_counted(PolicyReport.model_validate(policy)) if policy else None,
        entries=feed(events, Context(found.id)),
        fields=list(FIELDS.values()),
        fork=fork,
        may_write=caps.write,
        may_retry=caps.write and found.status == "failed",
        failed_at=found.stage,
        status=found.status,
        verify=f"countersign verify {found.id}",
        key=key,
    )


def _counted(report: PolicyReport) -> PolicyCount:
    outcomes = [item.outcome for item in report.results]
    return PolicyCount(outcomes.count("pass"), outcomes.count("warn"), outcomes.count("fail"))
