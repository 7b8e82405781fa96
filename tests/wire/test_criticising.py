"""Critics by chat models: they argue from facts of the plan, by number, and no hard finding of the rules is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphs.decision.reconcile import dissent
from providers.base import CriticName, PlanRequest, Proposal
from providers.packs import load_packs
from providers.resilience import NoModelAnswered
from providers.rulebook.case import Case
from providers.rulebook.facts import facts
from providers.rulebook.options import SPOT
from storage.records.plans import Plan
from tests.wire.desk import MODELS, VALUES, Desk, calls, rulebook
from tests.wire.frames import VENDORS, Answer, Vendor
from tests.wire.server import Act, Status

CRITICISE = "criticise"
OPENAI = MODELS["openai"]
CLAIM = "The p95 of 72 ms leaves little of the 80 ms that may pass."


def objects(severity: str = "medium", **given: Any) -> Answer:
    said = {"severity": severity, "claim": CLAIM, "evidence": [2], "confidence": 0.66, **given}
    return calls({name: value for name, value in said.items() if value is not None}, CRITICISE)


CALM = calls({"severity": "none", "confidence": 0.9}, CRITICISE)


async def proposal() -> Proposal:
    return await rulebook().plan(PlanRequest(VALUES))


def in_one_zone(plan: Plan) -> Plan:
    """Which the rules object to severely where the availability asks for more."""
    return plan.model_copy(update={"zones": 1})


STRICT = VALUES.model_copy(update={"availability_slo": 99.9})


async def test_words_that_nobody_will_read_are_not_held_against_a_model(desk: Desk) -> None:
    calm = {"severity": "none", "claim": "No objection; it keeps 31 % of headroom.", "confidence": 0.9}
    desk.server.script("openai", calls(calm, CRITICISE))
    made = await proposal()
    agent = desk.agent_of(desk.provider(OPENAI), "critic_risk")
    found = await agent.critique("risk", VALUES, made.plan, made.cost)
    assert agent.call is not None
    assert (found.claim, agent.call.tries) == ("No objection.", 1)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_evidence_is_the_plans_own_facts(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, objects(counter_proposal="Take faster machines.", avoid=[1]))
    made = await proposal()
    agent = desk.agent_of(desk.provider(MODELS[vendor]), "critic_tech")
    found = await agent.critique("tech", VALUES, made.plan, made.cost)
    known = facts("tech", Case(VALUES, made.plan, made.cost))
    assert (found.critic, found.severity, found.claim, found.confidence) == ("tech", "medium", CLAIM, 0.66)
    assert found.evidence[0] == known[1].words == "p95 72 against 80 ms, 10% apart"
    assert found.rests_on == ["latency_p95_ms"]
    assert found.confidence_basis == f"{MODELS[vendor]}'s own estimate"
    assert found.counter_proposal == "Take faster machines."
    assert found.avoid == [made.plan.candidates[0].label]
    assert agent.call is not None
    assert (agent.call.by, agent.call.pack) == (MODELS[vendor], load_packs()["critic-tech"].sha256)


@pytest.mark.parametrize("critic", ["tech", "cost", "risk"])
async def test_a_critic_is_given_the_plan_and_its_own_persona(desk: Desk, critic: CriticName) -> None:
    desk.server.script("openai", CALM)
    made = await proposal()
    plan = made.plan.model_copy(update={"reason": "Because of the words of whoever proposed it."})
    await desk.agent_of(desk.provider(OPENAI)).critique(critic, VALUES, plan, made.cost, assumed=["data_residency"])
    system, said = desk.server.heard["openai"][0]["messages"]
    assert system["content"].startswith(load_packs()[f"critic-{critic}"].prompt.strip())
    told = json.loads(said["content"])
    assert set(told) == {"constraints", "facts", "options", "planned"}
    assert told["constraints"]["data_residency"] == {"value": "EU", "status": "assumed"}
    assert [item["words"] for item in told["facts"]] == [
        item.words for item in facts(critic, Case(VALUES, plan, made.cost))
    ]
    assert told["options"][told["planned"] - 1]["label"] == plan.candidates[0].label
    assert "Because of the words" not in said["content"]


async def test_no_objection_is_said_as_the_rules_say_it(desk: Desk) -> None:
    desk.server.script("openai", CALM)
    made = await proposal()
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", VALUES, made.plan, made.cost)
    assert (found.severity, found.claim, found.confidence) == ("none", "No objection.", 0.9)
    assert (found.evidence, found.avoid) == ([], [])


async def test_a_note_of_the_rules_is_no_silence_of_the_models(desk: Desk) -> None:
    desk.server.script("openai", CALM)
    values = VALUES.model_copy(update={"model_size_params": None})
    made = await rulebook().plan(PlanRequest(values))
    found = await desk.agent_of(desk.provider(OPENAI)).critique("tech", values, made.plan, made.cost)
    assert (found.severity, found.claim) == ("low", "The size of the model is assumed; everything scales with it.")
    assert found.evidence == [
        "The model has 10 million parameters, between MobileNet and ResNet-50.",
        f"{OPENAI}: no objection",
    ]


@pytest.mark.parametrize(
    ("model", "said"),
    [(CALM, f"{OPENAI}: no objection"), (objects("low", evidence=[1]), f"{OPENAI}, low: {CLAIM} (")],
    ids=["silent", "milder"],
)
async def test_a_medium_objection_of_the_rules_goes_to_the_gate_with_both_cases(
    desk: Desk, model: Answer, said: str
) -> None:
    """One zone, and nobody stated an availability: that is the rules' medium objection."""
    desk.server.script("openai", model)
    made = await proposal()
    plan = in_one_zone(made.plan)
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", VALUES, plan, made.cost)
    assert (found.severity, found.claim) == ("medium", "The loss of its one zone stops the service.")
    assert found.evidence[-1].startswith(said)
    assert found.confidence_basis.startswith("found by rules; ")
    (kept,) = dissent([found], plan, [])
    assert (kept.claim, kept.counter_proposal) == (found.claim, "Spread the machines over two zones.")
    assert kept.answer


async def test_below_severe_the_rules_rule_nothing_out_that_a_model_chose(desk: Desk) -> None:
    desk.server.script("openai", CALM)
    made = await proposal()
    first, *rest = made.plan.resources
    plan = made.plan.model_copy(update={"resources": [first.model_copy(update={"purchase": "spot"}), *rest]})
    ours = await rulebook().critique("risk", VALUES, plan, made.cost)
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", VALUES, plan, made.cost)
    assert (ours.severity, ours.avoid) == ("medium", [SPOT])
    assert (found.severity, found.claim, found.avoid) == ("medium", ours.claim, [])


async def test_as_grave_as_the_rules_a_model_speaks_in_its_own_words(desk: Desk) -> None:
    desk.server.script("openai", objects("medium", evidence=[1]))
    made = await proposal()
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", VALUES, in_one_zone(made.plan), made.cost)
    assert (found.severity, found.claim) == ("medium", CLAIM)
    assert found.evidence[-1].startswith("the rules, medium: The loss of its one zone stops the service. (1 zone")


@pytest.mark.parametrize(
    ("misfit", "complaint"),
    [
        (objects(evidence=[99]), "there is no fact 99: they are numbered 1 to"),
        (objects(evidence=[]), "names at least one fact"),
        (objects(evidence=["The service is slow."]), "evidence.0: Input should be a valid integer"),
        (objects(claim=None), "says in `claim` what is wrong"),
        (objects(claim="It would take 95 ms."), "'95 ms' is not among the figures"),
        (objects(claim="[Approve](x) it"), "plain text only, without '['"),
        (objects(counter_proposal="Pay $31 more."), "'$31' is not among the figures"),
        (objects(avoid=[99]), "there is no option 99"),
        (objects(confidence=1.5), "confidence: Input should be less than or equal to 1"),
        (objects(severity="fatal"), "severity: Input should be"),
        (objects(severity="none", avoid=[1]), "there is no option to avoid"),
    ],
)
async def test_what_does_not_fit_is_fed_back_and_corrected(desk: Desk, misfit: Act, complaint: str) -> None:
    desk.server.script("openai", misfit, objects())
    made = await proposal()
    found = await desk.agent_of(desk.provider(OPENAI)).critique("tech", VALUES, made.plan, made.cost)
    assert found.claim == CLAIM
    said = desk.server.heard["openai"][1]["messages"][-1]["content"]
    assert complaint in said
    assert "Value error" not in said


async def test_a_severe_finding_of_the_rules_stands_where_the_model_has_none(desk: Desk) -> None:
    desk.server.script("openai", CALM)
    made = await proposal()
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", STRICT, in_one_zone(made.plan), made.cost)
    ours = await rulebook().critique("risk", STRICT, in_one_zone(made.plan), made.cost)
    assert (found.severity, found.claim, found.confidence) == ("high", ours.claim, ours.confidence)
    assert found.evidence == [*ours.evidence, f"{OPENAI}: no objection"]
    assert found.confidence_basis == f"found by rules; {ours.confidence_basis}"


async def test_where_both_object_severely_both_are_heard(desk: Desk) -> None:
    claim = "Spot machines behind a service can be taken back."
    desk.server.script("openai", objects("high", claim=claim, evidence=[1], avoid=[2]))
    made = await proposal()
    first, *rest = made.plan.resources
    plan = made.plan.model_copy(update={"resources": [first.model_copy(update={"purchase": "spot"}), *rest]})
    found = await desk.agent_of(desk.provider(OPENAI)).critique("risk", STRICT, plan, made.cost)
    assert (found.severity, found.claim) == ("high", claim)
    assert found.evidence[-1].startswith("the rules, high: People wait for machines that can be taken back.")
    front = [item.label for item in plan.candidates if item.chosen or item.pareto]
    assert found.avoid == sorted([front[1], SPOT])


async def test_the_rules_criticise_where_no_model_can(desk: Desk) -> None:
    made = await proposal()
    ours = await rulebook().critique("cost", VALUES, made.plan, made.cost)
    desk.server.script("openai", Status(401), Status(401))
    agent = desk.agent_of(desk.provider(OPENAI, rulebook_last=True), "critic_cost")
    assert await agent.critique("cost", VALUES, made.plan, made.cost) == ours
    assert agent.call is not None
    assert (agent.call.by, agent.call.fallback) == ("rulebook", True)
    with pytest.raises(NoModelAnswered, match="No model could criticise the plan"):
        await desk.agent_of(desk.provider(OPENAI)).critique("cost", VALUES, made.plan, made.cost)


async def test_where_nothing_meets_the_constraints_the_rules_have_said_so(desk: Desk) -> None:
    poor = VALUES.model_copy(update={"monthly_budget_usd": 20})
    made = await rulebook().plan(PlanRequest(poor))
    agent = desk.agent_of(desk.provider(OPENAI))
    found = await agent.critique("tech", poor, made.plan, made.cost)
    assert (found.claim, agent.call, desk.server.heard["openai"]) == ("Nothing meets the constraints.", None, [])
