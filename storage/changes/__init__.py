"""The change summary of two decision sets."""

from storage.changes.destructive import destructive
from storage.changes.state import state_changes, state_counts
from storage.changes.summary import summary

__all__ = ["destructive", "state_changes", "state_counts", "summary"]
