"""How much of what a plan needs is known."""

from __future__ import annotations

from collections.abc import Collection

from intake.requirements import required
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import Coverage


def coverage(schema: ConstraintSchema, disputed: Collection[str] = ()) -> Coverage:
    """The weight of the required facts that are stated or confirmed over the weight of all of them, and the fields that
    are missing, weightiest first. Nothing else moves it: no assumption, not even of the workload, and no message. A
    disputed fact is not resolved. Weights: intake/requirements.py and docs/intake.md."""
    said = ConstraintSchema({name: item for name, item in schema.root.items() if item.status != "assumed"})
    facts = required(said)
    open_facts = [fact for fact in facts if not fact.resolved(said) or any(field in disputed for field in fact.fields)]
    missing = sorted(open_facts, key=lambda fact: -fact.weight)
    total = sum(fact.weight for fact in facts)
    known = total - sum(fact.weight for fact in open_facts)
    return Coverage(score=round(known / total, 4), missing=[fact.field for fact in missing])
