"""The capsule: one SHA-256 over what an approval covers. Prose is left out, so that rewording moves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storage.records.canonical import sha256_of
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.ids import Sha256
from storage.records.plans import Cost, Plan, PlanBasis, PolicyReport

_PLAN_PROSE = {
    "summary": True,
    "reason": True,
    "relax": True,
    "assumptions": True,
    "risks": True,
    "traces": True,
    "fell_out": True,
    "patterns": {"__all__": {"reason"}},
    "candidates": {"__all__": {"rejected_because", "saves_usd_month", "pareto", "risks", "run_hours"}},
}
"""Words, and what follows from figures that are covered."""
_POLICY_PROSE = {"results": {"__all__": {"title", "message", "remedy"}}}

Parts = dict[str, Any]


def covered(plan: Plan, cost: Cost, policy: PolicyReport, basis: PlanBasis, constraints: ConstraintSchema) -> Parts:
    """Exactly what is hashed, as plain JSON data."""
    return {
        "plan": _plan(plan),
        "cost": cost.model_dump(mode="json", exclude={"assumptions"}),
        "policy": policy.model_dump(mode="json", exclude=_POLICY_PROSE),  # pyright: ignore[reportArgumentType]
        "basis": basis.model_dump(mode="json"),
        "constraints": _constraints(constraints.root),
    }


def seals(parts: Parts) -> dict[str, Sha256]:
    """A hash of each covered part but the basis, whose fields are names and hashes themselves: which part moved can
    then be said when the whole does not match."""
    return {name: sha256_of(part) for name, part in parts.items() if name != "basis"}


def capsule(plan: Plan, cost: Cost, policy: PolicyReport, basis: PlanBasis, constraints: ConstraintSchema) -> Sha256:
    return sha256_of(covered(plan, cost, policy, basis, constraints))


def amended(amends: Sha256, changes: Mapping[FieldName, Constraint], plan: Plan) -> Sha256:
    """The capsule that stands for an approval whose comment changed constraints, and so the plan."""
    return sha256_of({"capsule": amends, "amendment": _constraints(changes), "plan": _plan(plan)})


def moved(before: Parts, after: Parts) -> list[str]:
    """The covered fields that differ, as dotted paths such as `cost.likely` or `plan.resources.0.count`, in order."""
    return list(_moved("", before, after))


def basis_moved(before: PlanBasis, after: PlanBasis) -> list[str]:
    """The names of what a plan was made with that are no longer the same."""
    return [name for name in PlanBasis.model_fields if getattr(before, name) != getattr(after, name)]


def _plan(plan: Plan) -> Any:
    return plan.model_dump(mode="json", exclude=_PLAN_PROSE)  # pyright: ignore[reportArgumentType]


def _constraints(constraints: Mapping[FieldName, Constraint]) -> Any:
    """Values and how sure they are; where they were said is prose."""
    return {name: item.model_dump(mode="json", include={"value", "status"}) for name, item in constraints.items()}


def _moved(path: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _moved(f"{path}.{name}" if path else name, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _moved(f"{path}.{index}", old, new)
    elif before != after or type(before) is not type(after):
        yield path
