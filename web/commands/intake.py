"""Commands of the intake: say something, edit what was understood, start planning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage import checkpoints, decision_sets, events, runs
from storage.decision_sets import DecisionSetRow
from storage.events import log_event
from storage.jobs import defer_advance
from storage.postgres import UnitOfWork
from storage.records.decision_sets import ENDED, DecisionSet
from storage.records.errors import AlreadyEnded, Cancelled, Invalid, MessageReplaced, NotInIntake, QuestionMoved
from storage.records.events import MessageReceived
from storage.records.ids import DecisionSetId
from storage.records.intake import WORDLESS, Choice
from web.commands.edits import checked_edits
from web.commands.once import Caller
from web.commands.text import checked_text, title_of


async def send_message(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    *,
    text: str | None = None,
    question_id: str | None = None,
    choice: Choice | None = None,
    replaces: int | None = None,
) -> DecisionSet:
    """`replaces` is the seq of an earlier message, anybody's, in whose place these words are read from now on; they
    answer the question which that message answered. Raises NotInIntake, Cancelled, QuestionMoved, MessageReplaced,
    Invalid, EmptyMessage, MessageTooLong, NotText."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    _in_intake(row)
    if replaces is not None:
        return await _replace(work, caller, row, replaces, text=text, question_id=question_id, choice=choice)
    if question_id is not None and (row.question is None or row.question.id != question_id):
        raise QuestionMoved()
    if choice is not None and question_id is None:
        raise Invalid("A choice needs the id of the question it answers.", field="question_id")
    said = checked_text(text or "", field="text", empty_allowed=choice in WORDLESS)
    payload = MessageReceived(text=said, by=caller.name, question_id=question_id, choice=choice)
    return await _hand_in(work, caller, decision_set, row.version, payload)


def _in_intake(row: DecisionSetRow) -> None:
    """Raises NotInIntake, Cancelled."""
    if row.status != "intake":
        raise NotInIntake()
    if row.is_cancelled:
        raise Cancelled()


async def _replace(
    work: UnitOfWork,
    caller: Caller,
    row: DecisionSetRow,
    seq: int,
    *,
    text: str | None,
    question_id: str | None,
    choice: Choice | None,
) -> DecisionSet:
    decision_set = row.id
    said = await events.messages(work.conn, decision_set)
    found = said.get(seq)
    if found is None:
        raise Invalid(f"There is no message {seq} in this decision set.", field="replaces")
    if any(other.replaces == seq for other in said.values()):
        raise MessageReplaced()
    if not editable(found):
        raise Invalid(f"Message {seq} holds no words: change the constraint itself.", field="replaces")
    if question_id not in (None, found.question_id):
        raise Invalid("An edit answers what its message answered: leave question_id out.", field="question_id")
    if choice in WORDLESS and found.question_id is None:
        raise Invalid(f"Message {seq} answers no question: it can only be put in other words.", field="choice")
    words = checked_text(text or "", field="text", empty_allowed=choice in WORDLESS)
    payload = MessageReceived(text=words, by=caller.name, question_id=found.question_id, choice=choice, replaces=seq)
    title = title_of(words) if _is_first(said, seq) else None
    return await _hand_in(work, caller, decision_set, row.version, payload, title=title)


def editable(message: MessageReceived) -> bool:
    """Words and answers can be edited; what was done beside the chat is simply done again."""
    return message.edits is None and not message.start


def _is_first(said: Mapping[int, MessageReceived], seq: int) -> bool:
    """Whether a message stands where the decision set began."""
    replaces = said[seq].replaces
    return seq == min(said) if replaces is None else _is_first(said, replaces)


async def edit_constraints(
    work: UnitOfWork, caller: Caller, decision_set: DecisionSetId, edits: Mapping[str, Any]
) -> DecisionSet:
    """Raises NotInIntake, Cancelled, Invalid."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    _in_intake(row)
    if not edits:
        raise Invalid("Name at least one constraint to change.", field="constraints")
    checked = checked_edits(edits)
    payload = MessageReceived(text="", by=caller.name, edits=checked)
    return await _hand_in(work, caller, decision_set, row.version, payload)


async def start(work: UnitOfWork, caller: Caller, decision_set: DecisionSetId) -> DecisionSet:
    """Plans with what is missing assumed; nothing changes once it has started. Raises AlreadyEnded."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    if row.status in ENDED:
        raise AlreadyEnded()
    if row.is_cancelled:
        raise Cancelled()
    if row.status != "intake" or row.start_asked:
        return await decision_sets.read(work.conn, decision_set)
    payload = MessageReceived(text="", by=caller.name, start=True)
    return await _hand_in(work, caller, decision_set, row.version, payload, start_asked=True)


async def _hand_in(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    version: int,
    payload: MessageReceived,
    *,
    start_asked: bool = False,
    title: str | None = None,
) -> DecisionSet:
    run = await runs.open_run(work.conn, decision_set, "resume", caller.request_id)
    seq = await log_event(work, await checkpoints.origin_of(work.conn, decision_set, run), payload)
    patch: dict[str, Any] = {"inputs_seq": seq, "question": None}
    if start_asked:
        patch["start_asked"] = True
    if title is not None:
        patch["title"] = title
    await decision_sets.change(work.conn, decision_set, version, patch)
    await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)
