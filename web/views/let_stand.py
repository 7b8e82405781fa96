"""Which unmet policies an approval let stand, and why."""

from __future__ import annotations

from collections.abc import Sequence

from storage.records.events import Event, GateAnswered, GateOpened, PolicyUpdate


def overrides(events: Sequence[Event]) -> dict[int, dict[str, str]]:
    """Of each policy report, what the approval that followed let stand: the words by rule. It goes for what an
    amendment was held against, too, unless that led to another gate."""
    found: dict[int, dict[str, str]] = {}
    standing: dict[str, str] = {}
    report, since = 0, list[int]()
    for event in events:
        match event.typed:
            case PolicyUpdate():
                report = event.seq
                if standing:
                    found[report] = standing
                    since.append(report)
            case GateOpened():
                for seq in since:
                    del found[seq]
                standing, since = {}, []
            case GateAnswered() as answer if answer.action == "approve" and answer.overrides:
                standing = {item.policy: f"{answer.by}: {item.reason}" for item in answer.overrides}
                found[report] = standing
            case _:
                continue
    return found
