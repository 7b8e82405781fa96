"""What stands when planning starts although something is in doubt, or begins anew because more came in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intake.schema import label, show
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.intake import Contradiction


@dataclass(frozen=True, slots=True)
class Settled:
    """`left` are those that somebody was asked about and passed over: there the earlier value stands."""

    changes: dict[FieldName, Constraint]
    left: list[Contradiction]
    words: str


def settle(contradictions: Sequence[Contradiction], passed_over: Collection[FieldName]) -> Settled:
    """Of two values, the later one where nobody was asked."""
    open_ones = [item for item in contradictions if item.field not in passed_over]
    changes: dict[FieldName, Constraint] = {
        item.field: Constraint(value=item.later, status="stated", evidence=item.evidence, source=item.source)
        for item in open_ones
    }
    words = "; ".join(
        f"{label(item.field)}: {show(item.field, item.earlier)} and {show(item.field, item.later)}"
        for item in open_ones
    )
    left = [item for item in contradictions if item.field in passed_over]
    said = f"Two values were given, and the later one is planned with. {words}." if words else ""
    return Settled(changes, left, said)


def without_assumptions(constraints: ConstraintSchema, given: ConstraintSchema) -> ConstraintSchema:
    """As it was before planning was decided: without what was assumed since, but for what it began with and what words
    come to."""
    return ConstraintSchema(
        {
            name: item
            for name, item in constraints.root.items()
            if item.status != "assumed" or item.evidence is not None or name in given.root
        }
    )
