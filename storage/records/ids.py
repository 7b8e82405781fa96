"""Identifiers. Each is a string to Postgres and JSON, and a type of its own to the reader and the type checker."""

from typing import NewType

import uuid_utils

DecisionSetId = NewType("DecisionSetId", str)
ProjectId = NewType("ProjectId", str)
RunId = NewType("RunId", str)
GateId = NewType("GateId", str)
TaskId = NewType("TaskId", str)
ThreadId = NewType("ThreadId", str)
CheckpointId = NewType("CheckpointId", str)
UserId = NewType("UserId", str)
Sha256 = NewType("Sha256", str)


def new_id() -> str:
    """A UUID version 7 (RFC 9562): unique on any machine, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())
