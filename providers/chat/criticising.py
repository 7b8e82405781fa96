"""The critics' tool: what a model holds against a plan, by facts of the plan that it was given."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from providers.base import CriticName
from providers.chat.described import constraints, offered, options
from providers.chat.figures import Given
from providers.chat.prose import line
from providers.resilience import Tool
from providers.rulebook.case import Case
from providers.rulebook.facts import Fact
from storage.records.constraints import FieldName
from storage.records.plans import Critique

TOOL = "criticise"
LONGEST_CLAIM, LONGEST_COUNTER, MOST_EVIDENCE, MOST_AVOIDED = 300, 300, 8, 12
Number = Annotated[int, Field(ge=1)]
Severity = Literal["none", "low", "medium", "high"]
GRAVITY: tuple[Severity, ...] = get_args(Severity)


class Criticised(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity
    claim: Annotated[str, Field(max_length=LONGEST_CLAIM), AfterValidator(line)] = "No objection."
    evidence: Annotated[list[Number], Field(max_length=MOST_EVIDENCE, description="numbers of facts")] = Field(
        default_factory=list
    )
    counter_proposal: Annotated[str, Field(max_length=LONGEST_COUNTER), AfterValidator(line)] | None = None
    avoid: Annotated[list[Number], Field(max_length=MOST_AVOIDED, description="numbers of options")] = Field(
        default_factory=list
    )
    confidence: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _is_whole(self) -> Criticised:
        if self.severity == "none":
            if self.avoid:
                raise ValueError("without an objection there is no option to avoid")
        elif "claim" not in self.model_fields_set:
            raise ValueError("an objection says in `claim` what is wrong")
        elif not self.evidence:
            raise ValueError("an objection names at least one fact in `evidence`, by its number")
        return self


@cache
def tool() -> Tool:
    return Tool(TOOL, "Says what speaks against the plan, or that nothing does.", Criticised.model_json_schema())


def given(case: Case, facts: Sequence[Fact], assumed: Collection[FieldName]) -> str:
    """All that the model is given, as JSON; nothing in it is another critic's."""
    found = offered(case.plan)
    told = {
        "constraints": constraints(case.values, assumed),
        "facts": [{"fact": number, "words": item.words} for number, item in enumerate(facts, 1)],
        "options": options(found, case.values),
        "planned": next(number for number, item in enumerate(found, 1) if item.chosen),
    }
    return json.dumps(told, ensure_ascii=False)


def check(criticised: Criticised, told: str, *, facts: int, options: int) -> None:
    """Raises ValueError for a fact, an option or a figure that was not given."""
    if unknown := next((number for number in criticised.evidence if number > facts), None):
        raise ValueError(f"there is no fact {unknown}: they are numbered 1 to {facts}")
    if unknown := next((number for number in criticised.avoid if number > options), None):
        raise ValueError(f"there is no option {unknown}: they are numbered 1 to {options}")
    if criticised.severity != "none":  # else no word of it is shown
        Given(told).check(criticised.claim, criticised.counter_proposal or "")


def critique_of(criticised: Criticised, critic: CriticName, case: Case, facts: Sequence[Fact], by: str) -> Critique:
    """`by` names the model."""
    used = [facts[number - 1] for number in dict.fromkeys(criticised.evidence)]
    objects, labels = criticised.severity != "none", [item.label for item in offered(case.plan)]
    return Critique(
        critic=critic,
        claim=criticised.claim if objects else "No objection.",
        evidence=[item.words for item in used],
        severity=criticised.severity,
        confidence=round(criticised.confidence, 2),
        confidence_basis=f"{by}'s own estimate",
        rests_on=sorted({name for item in used for name in item.rests_on}),
        counter_proposal=criticised.counter_proposal if objects else None,
        avoid=sorted({labels[number - 1] for number in criticised.avoid}),
    )


def with_rules(model: Critique, rules: Critique, by: str) -> Critique:
    """What `by`, a model, and the rules hold against the plan: the graver is the claim, the model's where both are as
    grave, and the other stands in its evidence. Only a severe finding of the rules rules options out."""
    if rules.severity == "none":
        return model
    avoid = sorted({*model.avoid, *rules.avoid}) if rules.severity == "high" else model.avoid
    if GRAVITY.index(rules.severity) > GRAVITY.index(model.severity):
        basis = f"found by rules; {rules.confidence_basis}"
        evidence = [*rules.evidence, _note(model, by)]
        return rules.model_copy(update={"evidence": evidence, "confidence_basis": basis, "avoid": avoid})
    return model.model_copy(update={"evidence": [*model.evidence, _note(rules, "the rules")], "avoid": avoid})


def _note(critique: Critique, by: str) -> str:
    if critique.severity == "none":
        return f"{by}: no objection"
    rests = f" ({'; '.join(critique.evidence)})" if critique.evidence else ""
    return f"{by}, {critique.severity}: {critique.claim}{rests}"
