"""What people were shown and said, as events have it, beside the rows that the work was done from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg.rows import DictRow

from storage.records.constraints import ConstraintSchema
from storage.records.intake import IntakeInput

_SAID = ("text", "by", "question_id", "choice", "edits", "start", "replaces")
_ANSWERED = ("action", "by", "comment", "capsule", "overrides")


class Pair(NamedTuple):
    """Two records of one thing."""

    what: str
    told: object
    kept: object


def pairs(
    events: Sequence[DictRow], gates: Sequence[DictRow], served: ConstraintSchema, state: Mapping[str, Any]
) -> Iterator[Pair]:
    """`state` is each channel as JSON, `served` the constraints that the decision set shows."""
    told = {event["seq"]: event for event in events}
    for item in state.get("intake_messages") or []:
        said = IntakeInput.model_validate(item).model_dump(mode="json")
        event = told.get(said["seq"])
        yield Pair(
            f"message {said['seq']}",
            _part(event["payload"], _SAID) if event else None,
            _part(said, _SAID),
        )
    kept = {gate["id"]: gate for gate in gates}
    for event in events:
        payload = event["payload"]
        gate = kept.get(payload.get("gate"), {})
        if event["type"] == "gate-opened":
            yield Pair(f"event {event['seq']}: the capsule of its gate", payload["capsule"], gate.get("capsule"))
        elif event["type"] == "gate-answered" and payload.get("kept_from") is None:
            answer = _part(gate.get("answer") or {}, _ANSWERED)
            yield Pair(f"event {event['seq']}: the answer to its gate", _part(payload, _ANSWERED), answer)
    if "constraints" in state:
        yield Pair("the constraints that are served", served.model_dump(mode="json"), state["constraints"])


def _part(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What is left out counts as empty: a record may be older than a field."""
    return {name: record[name] for name in names if record.get(name)}
