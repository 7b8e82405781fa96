"""Each kind of card, rendered from its event as the page and the stream render it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from storage.records.constraints import Evidence
from storage.records.decision_sets import Option, Question
from storage.records.events import (
    TYPE_OF,
    ConstraintCaptured,
    CostUpdate,
    DiffFile,
    DiffRecorded,
    Event,
    GateAnswered,
    GateOpened,
    MessageReceived,
    MessageSent,
    Objection,
    Payload,
    PolicyUpdate,
    QuestionAsked,
    ReasonCard,
    Rejected,
    RunComplete,
    RunFailed,
    StageChanged,
    ValidatorReport,
)
from storage.records.ids import CheckpointId, DecisionSetId, GateId, RunId, Sha256
from storage.records.plans import Check, Commit, Cost, CostLine, Critique, PolicyReport, PolicyResult
from web.templating import build_templates
from web.views.cards import entry
from web.views.feed import Context, card
from web.views.frames import card_only
from web.views.marked import Span

AT = datetime(2026, 3, 1, 10, 4, 31, tzinfo=UTC)
SHA = Sha256("9f2c" * 16)
ENV = build_templates().env
CONTEXT = Context(DecisionSetId("d-1"), spans={7: [Span(0, 17, "max_replicas", "Replicas at most: 6")]})

COST = Cost(
    low=Decimal("1100"),
    likely=Decimal("1550.4"),
    high=Decimal("1900"),
    lines=[
        CostLine(
            item="2 × g6.xlarge",
            quantity=Decimal("1460"),
            unit="hour",
            unit_usd=Decimal("0.8048"),
            usd=Decimal("1175.01"),
            source="a price list",
            as_of="2026-01",
        )
    ],
    price_book=SHA,
    unknown=["egress to a partner"],
)
REPORT = PolicyReport(
    outcome="warn",
    bundle=SHA,
    results=[
        PolicyResult(
            id="residency",
            title="Data stays",
            level="hard",
            outcome="pass",
            actual="eu-west-1",
            required="EU",
            message="",
        ),
        PolicyResult(
            id="zones",
            title="Two zones",
            level="soft",
            outcome="warn",
            actual="1",
            required="2",
            message="One zone.",
            remedy="Use two.",
        ),
    ],
)
REASON = ReasonCard(
    title="Plan",
    decision="An **endpoint** <script>alert(1)</script>",
    chosen="2 × g6.xlarge",
    rejected=[
        Rejected(option="batch", reason="too slow"),
        Rejected(option="3 × g5.xlarge", reason="dearer", usd_month=Decimal("2665.18")),
    ],
    evidence=["300 req/s"],
    assumptions=["one zone"],
    confidence=0.9,
    confidence_basis="all prices known",
    objections=[Objection(critic="cost", claim="dear", resolution="kept")],
    changes=["compute: 1 → 2"],
    provider="rulebook",
    model="rulebook-1",
    pack=SHA,
    tokens=12,
    round=2,
)
GATE = GateOpened(
    gate=GateId("g-1"),
    allowed=["approve", "reject"],
    capsule=SHA,
    opened_at=AT,
    expires_at=AT,
    requested_by="ana",
    changes={"added": 4, "changed": 2, "removed": 1},
    cost_delta=Decimal("310"),
    warnings=["Two zones: One zone."],
    dissent=[Critique(critic="risk", claim="one zone", evidence=[], severity="low", confidence=0.5)],
    reasons=["likely cost up"],
)
CHECKS = [
    Check(tool="ruff", version="0.9", outcome="passed", exit_code=0),
    Check(tool="terraform", version="", outcome="not_run", detail="no binary here"),
    Check(tool="pytest", version="8", outcome="failed", exit_code=1, failures=["test_it"], log_tail="E  assert"),
]
DIFF = DiffRecorded(
    base=None,
    head="a" * 40,
    commit=Commit(sha="a" * 40, branch="main", parent=None, files_added=1, files_changed=0, files_removed=0),
    files=[DiffFile(path="app.py", status="added", additions=12, deletions=0)],
    state={"added": 3},
    resources={"added": 2, "changed": 1},
    destructive=["batch_job.nightly goes"],
    artifact=SHA,
)
QUESTION = Question(
    id="q",
    field="latency_p95_ms",
    text="What p95?",
    why="Batch or endpoint.",
    options=[Option(label="100 ms", value=100.0)],
    worth="$0–$1,900 a month",
)


def event(payload: Payload, seq: int = 7) -> Event:
    return Event(
        decision_set=DecisionSetId("d-1"),
        seq=seq,
        type=TYPE_OF[type(payload)],
        node="planner",
        run_id=RunId("r"),
        checkpoint_id=CheckpointId("c-1"),
        at=AT,
        payload=payload.model_dump(mode="json"),
    )


def shown(payload: Payload) -> str:
    html = ENV.get_template("cards/entry.html").render(entry=entry(card(event(payload), CONTEXT)))
    return re.sub(r"\s+", " ", html)


@pytest.mark.parametrize(
    ("payload", "kind", "words"),
    [
        (
            REASON,
            "reason",
            [
                "<strong>endpoint</strong>",
                '<strong>batch</strong> <span class="muted">— too slow',
                '<strong>3 × g5.xlarge</strong> <span class="number">$2,665 /mo</span>',
                "300 req/s",
                "90 %",
                "dear",
                "12 tokens",
            ],
        ),
        (
            CostUpdate(cost=COST, before=Decimal("1240"), delta=Decimal("310.4"), budget=Decimal("4000")),
            "cost",
            [
                "$1,240 → $1,550 /mo (+$310)",
                "$1,100 – $1,900",
                "1,460 hour × $0.8048",
                "2026-01",
                "egress to a partner",
            ],
        ),
        (PolicyUpdate(policy=REPORT), "policy", ["1 pass · 1 warn · 0 block", "Two zones", "Use two.", "Offending"]),
        (
            QuestionAsked(question=QUESTION),
            "question",
            ["What p95?", "Batch or endpoint.", "$0–$1,900 a month", "100 ms"],
        ),
        (GATE, "gate", ["ana", "+4", "~2", "−1", "+$310 /mo", "likely cost up", "One zone.", "approver, admin"]),
        (
            GateAnswered(gate=GATE.gate, action="approve", by="ana", comment="cap replicas at 6", capsule=SHA),
            "gate",
            ["Approved by ana", 'title="Became Replicas at most: 6">cap replicas at 6</mark>'],
        ),
        (
            ValidatorReport(outcome="failed", sandbox="none", checks=CHECKS),
            "validator",
            ["1 failed · 1 passed · 1 not run", "no binary here", "test_it", "nothing generated was executed"],
        ),
        (
            DIFF,
            "diff",
            ["app.py", "+12", "Resources", "State paths", "destructive", "batch_job.nightly goes", "/changes"],
        ),
    ],
)
def test_a_card_shows_its_fields_under_its_stable_id(payload: Payload, kind: str, words: list[str]) -> None:
    html = shown(payload)
    assert f'<article id="card-7" class="card card-{kind}' in html
    assert f'data-card="{kind}"' in html
    assert [word for word in words if word not in html] == []
    assert "<script" not in html
    assert 'href="/decision-sets/d-1/at/c-1"' in html


def test_what_failed_stands_first() -> None:
    html = shown(ValidatorReport(outcome="failed", sandbox="bubblewrap", checks=CHECKS))
    assert html.index("pytest") < html.index("terraform") < html.index("ruff")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (MessageReceived(text="serve it", by="ana"), ["ana", "serve it"]),
        (MessageReceived(text="", by="ana", choice="skip", question_id="q"), ["Skipped the question"]),
        (MessageReceived(text="", by="ana", edits={"cloud": None}, start=True), ["Cloud: withdrawn", "Start planning"]),
        (MessageSent(text="Latency: 120 % cannot be."), ["Latency: 120 % cannot be."]),
        (
            ConstraintCaptured(
                field="latency_p95_ms",
                value=80.0,
                status="stated",
                evidence=Evidence(message=1, start=0, end=3),
                previous=100.0,
            ),
            ["Latency p95", "80 ms", "was 100 ms"],
        ),
        (StageChanged(stage="critics", status="planning", round=2), ["Critics round 2"]),
        (RunComplete(outcome="waiting"), ["The run waits for a person"]),
        (
            RunFailed(stage="codegen", cause="no disk", effect="no code", next_action="free some"),
            ["no disk", "free some"],
        ),
    ],
)
def test_everything_else_is_a_slim_row_under_the_same_id(payload: Payload, words: list[str]) -> None:
    html = shown(payload)
    assert '<article id="card-7"' in html
    assert "data-card" not in html
    assert [word for word in words if word not in html] == []


def test_an_unknown_type_is_something_new_and_no_error() -> None:
    unknown = event(MessageSent(text="x")).model_copy(update={"type": "deploy-started", "payload": {"a": 1}})
    html = ENV.get_template("cards/entry.html").render(entry=entry(card(unknown, CONTEXT)))
    assert "Something new: deploy-started" in html


def test_the_stream_sends_the_card_of_the_page() -> None:
    happened = event(PolicyUpdate(policy=REPORT))
    page = ENV.get_template("cards/entry.html").render(entry=entry(card(happened, CONTEXT)))
    frame = ENV.get_template("frames/event.html").render(view=card_only(happened, CONTEXT))
    assert page.strip() in frame
    assert 'hx-swap-oob="beforeend:#cards"' in frame
    assert "<html" not in frame
