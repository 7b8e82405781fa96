"""What is done with a model's answer that did not fit its schema."""

from __future__ import annotations

from storage import quarantine
from storage.postgres import UnitOfWork
from storage.quarantine import Quarantined
from storage.records.errors import AlreadyHandled, CommentRequired
from web.commands.once import Caller
from web.commands.text import checked_text


async def handle_quarantined(work: UnitOfWork, caller: Caller, row_id: str, comment: str) -> Quarantined:
    """Raises NotFound, CommentRequired, MessageTooLong, NotText, AlreadyHandled."""
    caller.needs("operator")
    found = await quarantine.read(work.conn, row_id)
    note = checked_text(comment, field="comment", empty_allowed=True).strip()
    if not note:
        raise CommentRequired("Say what was wrong or what you did: a comment is required.")
    if not await quarantine.handle(work.conn, row_id, by=caller.name, note=note):
        by = f" by {found.handled_by}" if found.handled_by else ""
        raise AlreadyHandled(f"This was marked as handled already{by}.")
    return await quarantine.read(work.conn, row_id)
