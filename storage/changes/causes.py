"""Which event brought a value: the card a changed path leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.rows import DictRow

from storage.postgres import Connection, every, queries
from storage.records.ids import DecisionSetId

SQL = queries("changes")

TOLD_BY = {
    "plan": "reason-card",
    "candidates": "reason-card",
    "critiques": "reason-card",
    "basis": "reason-card",
    "cost_estimate": "cost-update",
    "policy_results": "policy-update",
    "approval": "gate-answered",
    "validation": "validator-report",
}
"""The event type that tells of a channel's value."""


@dataclass(frozen=True, slots=True)
class Causes:
    """`events`: the newest event of each type, node, step and constraint field, in order of seq; `steps`: for each
    channel the node and base checkpoint that wrote its value."""

    events: list[DictRow]
    steps: dict[str, tuple[str, str | None]]

    def of_constraint(self, field: str) -> int | None:
        """The event that captured the field, else the message in which it was edited."""
        captured = self._last(type="constraint-captured", field=field)
        edits = [row["seq"] for row in self.events if field in (row["edited"] or ())]
        return captured or (edits[-1] if edits else None)

    def of(self, path: str) -> int | None:
        """What the step that wrote the value said of it, or said at all; else the last event that told of its kind."""
        channel, _, rest = path.partition(".")
        channel, _, record = channel.partition("[")
        if channel == "constraints":
            return self.of_constraint(rest)
        if channel == "critiques":
            return self._last(type="reason-card", node=f"critic_{record.removesuffix(']')}")
        told_by = TOLD_BY.get(channel)
        node, base = self.steps.get(channel, ("planner", None))
        step = {"node": node, "base_checkpoint_id": base}
        told = self._last(type=told_by, **step) or self._last(**step)
        return told or (self._last(type=told_by, node=node) if told_by == "reason-card" else self._last(type=told_by))

    def _last(self, **wanted: Any) -> int | None:
        found = [row["seq"] for row in self.events if all(row[name] == value for name, value in wanted.items())]
        return found[-1] if found else None


async def causes(conn: Connection, decision_set: DecisionSetId) -> Causes:
    events = await every(conn, SQL["telling_events"], {"decision_set": decision_set})
    steps = await every(conn, SQL["writing_steps"], {"decision_set": decision_set})
    return Causes(events, {row["channel"]: (row["node"], row["base_checkpoint_id"]) for row in steps})
