"""Commands of the intake: say something, edit what was understood, start planning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage import checkpoints, decision_sets, runs
from storage.events import Origin, log_event
from storage.jobs import defer_advance
from storage.postgres import UnitOfWork
from storage.records.decision_sets import ENDED, DecisionSet
from storage.records.errors import AlreadyEnded, Invalid, NotInIntake, QuestionMoved
from storage.records.events import MessageReceived
from storage.records.ids import DecisionSetId, ThreadId
from storage.records.intake import Choice
from web.commands.edits import checked_edits
from web.commands.once import Caller
from web.commands.text import checked_text


async def send_message(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    *,
    text: str | None = None,
    question_id: str | None = None,
    choice: Choice | None = None,
) -> DecisionSet:
    """Raises NotInIntake, QuestionMoved, EmptyMessage, MessageTooLong, NotText."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    if row["status"] != "intake":
        raise NotInIntake()
    if question_id is not None and (row["question"] or {}).get("id") != question_id:
        raise QuestionMoved()
    if choice is not None and question_id is None:
        raise Invalid("A choice needs the id of the question it answers.", field="question_id")
    without_words = choice in ("skip", "dont_know", "assume")
    said = checked_text(text or "", field="text", empty_allowed=without_words)
    payload = MessageReceived(text=said, by=caller.name, question_id=question_id, choice=choice)
    return await _hand_in(work, caller, decision_set, row["version"], payload)


async def edit_constraints(
    work: UnitOfWork, caller: Caller, decision_set: DecisionSetId, edits: Mapping[str, Any]
) -> DecisionSet:
    """Raises NotInIntake, Invalid."""
    caller.needs("operator")
    if not edits:
        raise Invalid("Name at least one constraint to change.", field="constraints")
    checked = checked_edits(edits)
    row = await decision_sets.lock(work.conn, decision_set)
    if row["status"] != "intake":
        raise NotInIntake()
    payload = MessageReceived(text="", by=caller.name, edits=checked)
    return await _hand_in(work, caller, decision_set, row["version"], payload)


async def start(work: UnitOfWork, caller: Caller, decision_set: DecisionSetId) -> DecisionSet:
    """Plans with what is missing assumed; nothing changes once it has started. Raises AlreadyEnded."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    if row["status"] in ENDED:
        raise AlreadyEnded()
    if row["status"] != "intake" or row["start_asked"]:
        return await decision_sets.read(work.conn, decision_set)
    payload = MessageReceived(text="", by=caller.name, start=True)
    return await _hand_in(work, caller, decision_set, row["version"], payload, start_asked=True)


async def _hand_in(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    version: int,
    payload: MessageReceived,
    *,
    start_asked: bool = False,
) -> DecisionSet:
    thread = ThreadId(decision_sets.intake_thread(decision_set))
    run = await runs.open_run(work.conn, decision_set, "resume", caller.request_id)
    checkpoint = await checkpoints.standing(work.conn, thread)
    seq = await log_event(work, Origin(decision_set, thread, run, checkpoint=checkpoint), payload)
    patch: dict[str, Any] = {"inputs_seq": seq, "question": None}
    if start_asked:
        patch["start_asked"] = True
    await decision_sets.change(work.conn, decision_set, version, patch)
    await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)
