"""What the nodes of a finished run were given, folded from the rows of its states, and the hash of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import DictRow

from storage.decision_sets import SummaryRow
from storage.postgres import Connection, every, queries
from storage.records.canonical import sha256_of
from storage.records.ids import DecisionSetId, Sha256

SQL = queries("verification")
ANSWERED = "process_approval_feedback"
"""The node before which a gate has written its answer, which no ledger row holds."""

Start = Callable[[Connection, SummaryRow], Awaitable[dict[str, Any]]]
"""What the decision graph begins with, as JSON by channel, from the decision set's row."""


@dataclass(frozen=True, slots=True)
class Graph:
    """`reads` has the channels of each ledgered node of the decision graph. `unrecorded` are those that a child began
    with and no row of its own holds: its parent may have moved on."""

    start: Start
    reads: Mapping[str, Collection[str]]
    unrecorded: Collection[str] = ("baseline",)


@dataclass(slots=True)
class Replayed:
    """Nodes whose input was derived and is as recorded; those where it could not be; the first step that differs."""

    held: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    differs: tuple[DictRow, Sha256] | None = None


async def inputs(conn: Connection, decision_set: DecisionSetId, row: SummaryRow, graph: Graph) -> Replayed:
    steps = await every(conn, SQL["steps"], {"id": decision_set})
    answers = [found["answer"] for found in await every(conn, SQL["answers"], {"id": decision_set})]
    state, replayed = await graph.start(conn, row), Replayed()
    for step in steps:
        node = step["node"]
        if step["thread_id"] != decision_set:  # the intake began with what people sent, and with its parent's state
            replayed.left.append(node)
            state["constraints"] = step["body"].get("constraints", state["constraints"])
            continue
        if node == ANSWERED and answers:
            state["approval"] = answers.pop(0)
        reads = graph.reads.get(node)
        derived = sha256_of({name: state[name] for name in reads if name in state}) if reads else None
        if derived == step["input_sha"]:
            replayed.held.append(node)
        elif reads is None or (row.parent_id and set(reads) & set(graph.unrecorded)):
            replayed.left.append(node)
        elif derived is not None:
            replayed.differs = (step, derived)
            return replayed
        state |= step["body"]
    return replayed
