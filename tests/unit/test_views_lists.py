"""Which rows the inbox and the costs show, in which order, and what each says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from storage.inbox import PagedPart
from storage.records.costs import PricedDecisionSet
from storage.records.decision_sets import DecisionSetSummary, Gate, Option, Question
from storage.records.ids import DecisionSetId, GateId, Sha256
from web.views.costs import cost_rows
from web.views.inbox import Rest, groups

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def summary(number: int, status: str, *, waits: int | None = None, question: bool = False) -> DecisionSetSummary:
    at = NOW - timedelta(minutes=number)
    gate = Gate(
        id=GateId("g"),
        allowed=["approve"],
        capsule=Sha256("c" * 64),
        opened_at=NOW - timedelta(minutes=waits or 0),
        expires_at=NOW,
    )
    return DecisionSetSummary(
        id=DecisionSetId(f"d-{number}"),
        number=number,
        project="fraud-model",
        title=f"Title {number}",
        parent_id=None,
        version=1,
        status=status,  # pyright: ignore[reportArgumentType]
        stage="planner",
        created_by="ana",
        created_at=at,
        updated_at=at,
        gate=gate if waits is not None else None,
        question=Question(id="q", field="cloud", text="?", why="", options=[Option(label="a")]) if question else None,
    )


def test_the_inbox_puts_what_needs_a_person_first_and_the_oldest_of_it_on_top() -> None:
    listed = [
        summary(1, "completed"),
        summary(2, "awaiting_approval", waits=5),
        summary(3, "failed"),
        summary(4, "awaiting_approval", waits=90),
        summary(5, "planning"),
        summary(6, "intake", question=True),
        summary(7, "intake"),
    ]
    found = groups(listed, may_write=True, may_decide=True)
    assert [(group.title, [item.number for item in group.items]) for group in found] == [
        ("Needs you", [4, 6, 2]),
        ("Running", [5, 7]),
        ("Failed", [3]),
        ("Decided", [1]),
    ]


@pytest.mark.parametrize(
    ("may_write", "may_decide", "waiting"),
    [
        (True, True, [("Needs you", [4, 6, 2])]),
        (True, False, [("Needs you", [6]), ("Waiting for an approver", [4, 2])]),
        (False, False, [("Waiting for an approver", [4, 2]), ("Waiting for an operator's answer", [6])]),
    ],
)
def test_only_what_the_role_may_do_needs_you(
    may_write: bool, may_decide: bool, waiting: list[tuple[str, list[int]]]
) -> None:
    listed = [
        summary(2, "awaiting_approval", waits=5),
        summary(4, "awaiting_approval", waits=90),
        summary(6, "intake", question=True),
    ]
    found = groups(listed, may_write=may_write, may_decide=may_decide)
    assert [(group.title, [item.number for item in group.items]) for group in found] == waiting
    labels = {item.open_label for group in found if group.title != "Needs you" for item in group.items}
    assert labels <= {"Open"}


def test_a_plan_that_cannot_be_approved_says_so() -> None:
    fine, dear = summary(1, "awaiting_approval", waits=5), summary(2, "awaiting_approval", waits=5)
    assert fine.gate is not None
    shut = fine.gate.model_copy(update={"allowed": ["reject", "request_changes"]})
    dear = dear.model_copy(update={"gate": shut})
    (group,) = groups([fine, dear], may_write=True, may_decide=True)
    assert {item.number: item.detail for item in group.items} == {1: "", 2: "Cannot be approved as is"}
    assert {item.number: item.mark.word for item in group.items} == {1: "Waiting for approval", 2: "Blocked"}


def priced(number: int, likely: str) -> PricedDecisionSet:
    return PricedDecisionSet(
        id=DecisionSetId(f"d-{number}"),
        number=number,
        title=f"Title {number}",
        project="fraud-model",
        status="completed",
        stage="done",
        likely=Decimal(likely),
        delta=None,
        stands=False,
        blocked=False,
    )


@pytest.mark.parametrize(
    ("largest", "shares"), [("1000", [50.0, 100.0, 100.0]), ("0", [100.0] * 3), (None, [100.0] * 3)]
)
def test_a_share_is_of_the_largest_and_never_more_than_all_of_it(largest: str | None, shares: list[float]) -> None:
    items = [priced(1, "500"), priced(2, "1000"), priced(3, "5000000")]
    assert [row.share for row in cost_rows(items, Decimal(largest) if largest else None)] == shares


def test_what_comes_to_nothing_has_no_share_and_says_why() -> None:
    waits = priced(1, "160775").model_copy(update={"status": "awaiting_approval", "blocked": True})
    again = waits.model_copy(update={"status": "planning"})
    ended = priced(2, "2000").model_copy(update={"status": "rejected"})
    rows = cost_rows([waits, again, ended, priced(3, "250")], Decimal(1000))
    assert [(row.mark.word, row.share, row.why) for row in rows] == [
        ("Blocked", None, "cannot be approved"),
        ("Planning", None, "cannot be approved"),
        ("Rejected", None, "rejected"),
        ("Completed", 25.0, ""),
    ]


def test_what_is_not_shown_counts_and_leads_on_where_the_role_looks_for_it() -> None:
    listed = [summary(2, "awaiting_approval", waits=5), summary(6, "intake", question=True), summary(7, "planning")]
    rests: dict[PagedPart, Rest] = {"questions": Rest(30, "/?part=questions", ""), "running": Rest(4, "", "")}
    found = {
        may_write: [
            (group.title, group.count, group.rest.address if group.rest else None)
            for group in groups(listed, may_write=may_write, may_decide=may_write, rests=rests)
        ]
        for may_write in (True, False)
    }
    assert found[True] == [("Needs you", 32, "/?part=questions"), ("Running", 5, "")]
    assert found[False] == [
        ("Waiting for an approver", 1, None),
        ("Waiting for an operator's answer", 31, "/?part=questions"),
        ("Running", 5, ""),
    ]
