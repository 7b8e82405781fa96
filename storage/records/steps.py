"""What a node hands to its wrapper: an update of the state, cards for people, effects to make true with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from storage.records.events import Payload
from storage.records.ids import DecisionSetId, RunId, TaskId, ThreadId

if TYPE_CHECKING:
    from storage.ledger import Entry
    from storage.postgres import Pool, UnitOfWork

GraphName = Literal["intake", "decision"]
GRAPH_NAMES: tuple[GraphName, ...] = get_args(GraphName)
Effect = Callable[["UnitOfWork"], Awaitable[None]]
"""Runs inside the node's transaction, before its rows, so that a lock on a project's ref comes first."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """`patch` holds the columns of the decision set that move with the update."""

    update: Mapping[str, Any]
    cards: Sequence[Payload] = ()
    patch: Mapping[str, Any] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    provider: str = ""
    model: str = ""
    tokens: int = 0


@dataclass(slots=True)
class RunContext:
    """One job's hold on a decision set. `consult` is true until the job has passed its first superstep: only there can
    a task have finished before. `pending` holds the entries of finished tasks that the checkpointer writes with their
    checkpoint; without it each is written at once."""

    decision_set: DecisionSetId
    thread: ThreadId
    run: RunId
    lease: int
    pool: Pool
    request_id: str
    consult: bool = True
    pending: dict[TaskId, Entry] | None = None


class NodeFailed(Exception):
    """A node could not do its work, and says so in words for the operator. `cards` are kept with the failure."""

    def __init__(self, cause: str, *, next_action: str, cards: Sequence[Payload] = ()) -> None:
        self.cause, self.next_action, self.cards = cause, next_action, list(cards)
        super().__init__(cause)
