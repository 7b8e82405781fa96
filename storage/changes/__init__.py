"""The change summary of two decision sets."""

from storage.changes.destructive import Loss, destructive, losses
from storage.changes.moves import plan_moves, resource_counts
from storage.changes.standing import plan_answered
from storage.changes.state import state_changes, state_counts
from storage.changes.summary import summary

__all__ = [
    "Loss",
    "destructive",
    "losses",
    "plan_answered",
    "plan_moves",
    "resource_counts",
    "state_changes",
    "state_counts",
    "summary",
]
