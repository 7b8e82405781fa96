"""What is seen of a model that planned or criticised: its name, its words, what it took, who failed before it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest

from graphs.decision.critics import Critic
from graphs.decision.documents import plan_document
from graphs.decision.planner import Planner
from graphs.decision.policy_eval import basis_of
from graphs.services import Services
from providers.base import OrchestrationProvider
from providers.capsule import basis_moved
from providers.inputs import Inputs
from providers.packs import Pack, Registry, load_packs
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage.records.canonical import sha256_of
from storage.records.constraints import Constraint, ConstraintSchema
from storage.records.events import CostUpdate, ReasonCard
from storage.records.ids import ThreadId
from storage.records.steps import NodeResult, RunContext
from tests.wire.desk import MODELS, VALUES, Desk, rulebook
from tests.wire.frames import TOKENS_IN, TOKENS_OUT
from tests.wire.server import Status
from tests.wire.test_criticising import CLAIM, objects
from tests.wire.test_proposing import REASON, proposes

PRICED = "openai:gpt-4o"
"""A model that genai-prices knows."""
CONSTRAINTS = ConstraintSchema.model_validate(
    {
        name: Constraint(value=value, status="assumed" if name == "latency_p95_ms" else "stated")
        for name, value in VALUES.model_dump(exclude_none=True).items()
    }
)
INPUTS = Inputs(PriceBook.load(), PolicyBundle.load())


class Serving:
    """What the nodes take from the services, without a database behind it."""

    def __init__(self, orchestration: OrchestrationProvider, spent: str = "0.25") -> None:
        self.orchestration, self._spent = orchestration, Decimal(spent)

    async def current(self, context: object) -> Inputs:
        return INPUTS

    async def model_spend(self, context: object) -> Decimal:
        return self._spent


def context(desk: Desk) -> RunContext:
    return RunContext(desk.decision_set, ThreadId(desk.decision_set), desk.run, 1, desk.pool, "request")


async def planned(desk: Desk, *models: str, rulebook_last: bool = False) -> NodeResult:
    services = cast(Services, Serving(desk.provider(*models, rulebook_last=rulebook_last)))
    return await Planner(services)({"constraints": CONSTRAINTS}, context(desk))


async def test_the_plans_card_and_ledger_name_the_model_and_what_it_took(desk: Desk) -> None:
    left = {"option": 1, "reason": "It leaves less of the target."}
    desk.server.script("openai", proposes(instead=[left]))
    result = await planned(desk, PRICED)
    card, priced, _ = result.cards
    assert isinstance(card, ReasonCard)
    assert isinstance(priced, CostUpdate)
    assert (card.provider, card.model, card.tokens) == ("openai", "gpt-4o", TOKENS_IN + TOKENS_OUT)
    assert card.pack == load_packs()["plan-proposing"].sha256
    assert (result.provider, result.model, result.tokens) == ("openai", "gpt-4o", TOKENS_IN + TOKENS_OUT)
    assert card.evidence[0] == f"{PRICED} proposes it: {REASON}"
    assert card.rejected[0].reason.endswith(f"not proposed. {PRICED}: {left['reason']}")
    assert card.cost_usd is not None
    assert card.cost_usd > 0
    assert priced.model_spend == Decimal("0.25") + card.cost_usd
    assert card.assumptions[-1].startswith(f"1 answer, {TOKENS_IN} tokens in and {TOKENS_OUT} out, $0.0")
    document = plan_document(result.update["plan"], CONSTRAINTS)
    assert f"Proposed by {PRICED}: {REASON}" in document


async def test_a_model_without_a_price_makes_the_spend_unknown(desk: Desk) -> None:
    desk.server.script("openai", proposes())
    _, priced, _ = (await planned(desk, MODELS["openai"])).cards
    assert isinstance(priced, CostUpdate)
    assert priced.model_spend is None


async def test_who_failed_is_said_and_who_answered_instead(desk: Desk) -> None:
    desk.server.script("openai", Status(403, message="no such plan"))
    desk.server.script("ollama", proposes())
    card, *_ = (await planned(desk, MODELS["openai"], MODELS["ollama"])).cards
    assert isinstance(card, ReasonCard)
    assert card.provider == "ollama"
    assert card.assumptions[-1] == (
        "openai:gpt-test: the provider refused with 403 (no such plan). Check what its key may do. Answered by"
        " ollama:llama-test instead."
    )


async def test_the_rulebook_is_named_where_it_stands_in(desk: Desk) -> None:
    desk.server.script("openai", Status(401))
    result = await planned(desk, MODELS["openai"], rulebook_last=True)
    card, *_ = result.cards
    assert isinstance(card, ReasonCard)
    assert (card.provider, card.model, card.pack) == ("rulebook", "rulebook-1", rulebook().pack)
    assert card.assumptions[-1].endswith("Answered by rulebook instead.")
    assert (result.update["plan"].reason, result.update["plan"].proposed_by) == ("", "rulebook:rulebook-1")
    assert not any("proposes it" in line for line in card.evidence)
    assert "Proposed by" not in plan_document(result.update["plan"], CONSTRAINTS)


async def test_a_critics_card_names_the_model_and_what_was_assumed(desk: Desk) -> None:
    desk.server.script("openai", proposes(), objects(claim="The p95 of 71.2 ms leaves little of the target."))
    provider = desk.provider(PRICED)
    services = cast(Services, Serving(provider))
    made = (await Planner(services)({"constraints": CONSTRAINTS}, context(desk))).update
    state: Any = {"constraints": CONSTRAINTS, "plan": made["plan"], "cost_estimate": made["cost_estimate"]}
    result = await Critic(services, "tech")(state, context(desk))
    (card,) = result.cards
    assert isinstance(card, ReasonCard)
    assert (card.provider, card.model, card.pack) == ("openai", "gpt-4o", load_packs()["critic-tech"].sha256)
    assert (result.provider, result.tokens) == ("openai", TOKENS_IN + TOKENS_OUT)
    assert card.chosen == "Objects, severity medium"
    assert card.confidence == pytest.approx(0.56)
    assert card.confidence_basis == f"{PRICED}'s own estimate; assumed: Latency p95"
    assert CLAIM not in card.evidence


def changed(name: str) -> Registry:
    return Registry(
        Pack.model_validate({**pack.model_dump(), "prompt": "Another."}) if pack.id == name else pack
        for pack in load_packs()
    )


async def test_a_changed_model_or_pack_moves_the_basis_by_name(desk: Desk) -> None:
    def basis(provider: OrchestrationProvider):
        return basis_of(cast(Services, Serving(provider)), INPUTS)

    set_to = desk.provider(MODELS["openai"], MODELS["ollama"])
    before = basis(set_to)
    assert (before.provider, before.model) == ("openai", "gpt-test")
    assert before.pack == sha256_of(set_to.planning_packs)
    assert basis_moved(before, basis(desk.provider(MODELS["openai"]))) == []
    assert basis_moved(before, basis(desk.provider(PRICED))) == ["model"]
    assert basis_moved(before, basis(desk.provider(MODELS["anthropic"]))) == ["provider", "model"]
    assert basis_moved(before, basis(rulebook())) == ["provider", "model", "pack"]
    for name in ("plan-proposing", "critic-tech", "critic-cost", "critic-risk"):
        other = type(set_to)(set_to.models, set_to.rulebook, changed(name), desk.pool)
        assert basis_moved(before, basis(other)) == ["pack"]
    worded = type(set_to)(set_to.models, set_to.rulebook, changed("intake-wording"), desk.pool)
    assert basis_moved(before, basis(worded)) == []
