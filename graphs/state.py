"""The decision graph's state, and what the checkpointer may decode."""

from __future__ import annotations

import inspect
from functools import cache
from types import ModuleType
from typing import Any, Literal, NotRequired

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict

from storage.records import constraints, decision_sets, intake, plans
from storage.records.constraints import ConstraintSchema
from storage.records.ids import Sha256
from storage.records.plans import (
    Amendment,
    Approval,
    Baseline,
    Bundle,
    Candidate,
    Commit,
    Cost,
    Critique,
    Plan,
    PlanBasis,
    PolicyReport,
    Reconciliation,
    Validation,
)

FeedbackOutcome = Literal["approved", "amended", "unheard", "unread", "request_changes", "rejected"]
"""What became of a gate's answer: `unheard` is an approval, and `unread` a request for changes, in whose comment
nothing was read."""
DecisionOutcome = FeedbackOutcome | Literal["completed"]


class MLOpsProjectState(TypedDict, total=False):
    """`round` counts the plans that were made, by the planner or for a gate that opened again; after `last_round` the
    planner tries no more before a person is asked. `revision` counts the times a person asked for changes; `compared`
    is the plan that the last gate showed, once a person has answered it; `unheard` is why the last approval's comment
    was not acted on. Each critic writes a channel of its own;
    `critiques` is what reconciliation saw; `covered` has a hash of each part under the capsule."""

    project: str
    constraints: ConstraintSchema
    baseline: Baseline | None
    compared: Baseline | None
    candidates: list[Candidate]
    plan: Plan
    cost_estimate: Cost
    round: int
    last_round: int
    revision: int
    avoid: list[str]
    critique_tech: Critique
    critique_cost: Critique
    critique_risk: Critique
    critiques: list[Critique]
    reconciliation: Reconciliation
    policy_results: PolicyReport
    basis: PlanBasis
    capsule: Sha256
    covered: dict[str, Sha256]
    approval: Approval | None
    amendment: Amendment | None
    feedback: str
    unheard: list[str]
    bundle: Bundle
    validation: Validation
    commit: Commit
    outcome: DecisionOutcome


class CriticInput(TypedDict):
    """All that a critic sees: never what another critic said."""

    constraints: ConstraintSchema
    plan: Plan
    cost_estimate: Cost
    round: NotRequired[int]


_MODULES: tuple[ModuleType, ...] = (constraints, decision_sets, intake, plans)


def serializer() -> JsonPlusSerializer:
    """Strict: nothing but the records that make up state is ever decoded."""
    allowed = [
        (module.__name__, name)
        for module in _MODULES
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, BaseModel) and found.__module__ == module.__name__
    ]
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=allowed)


@cache
def _adapter(schema: type) -> TypeAdapter[Any]:
    return TypeAdapter(schema)


def as_json(schema: type, state: Any) -> dict[str, Any]:
    """The channels of a state, or of an update, as plain JSON."""
    return _adapter(schema).dump_python(
        {name: state[name] for name in schema.__annotations__ if name in state}, mode="json"
    )


def from_json(schema: type, body: Any) -> Any:
    """The typed update that `as_json` was given."""
    return _adapter(schema).validate_python(body)
