"""A model's words as they come, put together for one viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from storage.deltas import Delta
from storage.records.ids import RunId


class AssistantDelta(BaseModel):
    """On the stream alone, without an id: words of a message that is not there yet. `offset` counts the code points of
    the reply before `text`; 0 begins it, and takes the place of whatever was shown. The next `message-sent`,
    `question-asked`, `run-failed` or `run-complete` takes the place of all of it."""

    model_config = ConfigDict(frozen=True)

    run_id: RunId
    reply: str
    offset: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """`said` is the reply so far, `delta` what is new of it."""

    said: str
    delta: AssistantDelta


@dataclass(slots=True)
class Preview:
    """What one viewer was told of a reply. `after` is the last row they have."""

    after: int = 0
    _reply: str = ""
    _said: str = ""
    _passed: set[str] = field(default_factory=set)

    def add(self, rows: Sequence[Delta]) -> Words | None:
        """None when nothing new is said. A reply whose place another has taken says no more: its worker was slow."""
        if not rows:
            return None
        self.after = rows[-1].id
        offset, last = len(self._said), None
        for row in rows:
            if row.reply in self._passed:
                continue
            if row.reply != self._reply:
                self._passed.add(self._reply)
                self._reply, self._said, offset = row.reply, "", 0
            self._said += row.text
            last = row
        if last is None:
            return None
        delta = AssistantDelta(run_id=last.run, reply=last.reply, offset=offset, text=self._said[offset:], at=last.at)
        return Words(self._said, delta)
