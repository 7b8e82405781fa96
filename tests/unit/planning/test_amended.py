"""What stays on record of an approved plan when its approval's comment has it fitted again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from graphs.decision.amend import BEFORE_THE_COMMENT, Amended, FeedbackInput
from providers.amendment import Refit
from storage.records.plans import Amendment, Approval, Critique


def critique(critic: Any, claim: str, severity: Any = "high") -> Critique:
    return Critique(critic=critic, claim=claim, evidence=["a figure"], severity=severity, confidence=0.8)


RULES = critique("tech", "The first request after an idle hour waits for a machine to start.")
MODEL = critique("tech", "Whoever comes first in the morning waits.")
CALM = critique("cost", "No objection.", "none")


def amended(approved: list[Critique], by_rules: list[Critique], now: list[Critique]) -> Amended:
    nothing: Any = SimpleNamespace()
    return Amended(
        cast(FeedbackInput, {"critiques": approved}),
        cast(Approval, nothing),
        nothing,
        cast(Amendment, nothing),
        cast(Refit, nothing),
        now,
        by_rules,
    )


def test_what_a_model_said_and_no_rule_repeats_stays_on_record() -> None:
    found = amended([MODEL, CALM], [RULES], [RULES])
    (kept,) = found.kept
    assert (kept.claim, kept.evidence) == (MODEL.claim, ["a figure", BEFORE_THE_COMMENT])
    assert [(item.claim, item.resolution) for item in found.objections] == [
        (RULES.claim, "kept as dissent"),
        (MODEL.claim, "kept as dissent"),
    ]


def test_what_the_rules_said_of_the_approved_plan_asks_for_no_other_approval() -> None:
    assert next(item.resolution for item in amended([MODEL], [], [RULES]).objections) == "asks for approval again"
    assert next(item.resolution for item in amended([MODEL], [RULES], [RULES]).objections) == "kept as dissent"


@pytest.mark.parametrize("now", [[RULES], [CALM]])
def test_what_the_rules_alone_said_is_said_again_or_settled(now: list[Critique]) -> None:
    assert amended([RULES, CALM], [RULES], now).kept == []
