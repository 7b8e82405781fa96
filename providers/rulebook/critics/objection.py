"""What a critic has to say against a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["low", "medium", "high"]
ORDER: tuple[Severity, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Objection:
    """`kind` is what the planner's answer goes by."""

    kind: str
    severity: Severity
    claim: str
    evidence: tuple[str, ...]
    about: str = ""
    """The look it is taken from; empty for what is read off the plan."""
    counter_proposal: str | None = None
    avoid: tuple[str, ...] = ()
