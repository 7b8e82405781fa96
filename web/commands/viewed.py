"""A person has looked at a changed file, or takes that back."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

from storage import decision_sets, viewed
from storage.postgres import UnitOfWork
from storage.records.errors import Invalid
from storage.records.ids import DecisionSetId, Sha256
from web.commands.once import Caller

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Look(BaseModel):
    """A file as it was looked at; not `seen` where that is taken back."""

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: Sha256
    seen: bool


async def look(
    work: UnitOfWork, caller: Caller, decision_set: DecisionSetId, path: str, sha256: str, *, seen: bool
) -> Look:
    """Raises Invalid, NotFound."""
    if not path:
        raise Invalid("Name the file that was looked at.", field="path")
    if not _SHA256.fullmatch(sha256):
        raise Invalid("Give the SHA-256 of the file as it was looked at, in hex.", field="sha256")
    await decision_sets.read(work.conn, decision_set)
    if seen:
        await viewed.note(work.conn, caller.name, decision_set, path, sha256)
    else:
        await viewed.forget(work.conn, caller.name, decision_set, path)
    return Look(path=path, sha256=Sha256(sha256), seen=seen)
