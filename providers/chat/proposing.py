"""The planner's tool: which option a model takes, and why. Sizes, prices and patterns are the rulebook's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from providers.base import PlanRequest
from providers.chat.described import constraints, options
from providers.chat.figures import Given
from providers.chat.prose import line
from providers.resilience import Tool
from storage.records.plans import Candidate

TOOL = "propose_plan"
LONGEST, LONGEST_LEFT, MOST_LEFT = 600, 300, 12
Number = Annotated[int, Field(ge=1, description="an option's number")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Left(_Strict):
    option: Number
    reason: Annotated[str, Field(max_length=LONGEST_LEFT), AfterValidator(line)]


class Proposed(_Strict):
    option: Number
    reason: Annotated[str, Field(max_length=LONGEST), AfterValidator(line)]
    instead: Annotated[list[Left], Field(max_length=MOST_LEFT, description="options weighed and left")] = Field(
        default_factory=list
    )


@cache
def tool() -> Tool:
    return Tool(TOOL, "Proposes one of the options, with the reason.", Proposed.model_json_schema())


def given(request: PlanRequest, found: Sequence[Candidate]) -> str:
    """All that the model is given, as JSON. `found` holds the rules' own choice, marked as chosen."""
    told = {
        "constraints": constraints(request.values, request.assumed),
        "options": options(found, request.values),
        "by_rank": next(number for number, item in enumerate(found, 1) if item.chosen),
        "ruled_out_by_critics": sorted(request.avoid),
        "round": request.round,
    }
    return json.dumps(told, ensure_ascii=False)


def check(proposed: Proposed, told: str, count: int) -> None:
    """Raises ValueError for an option that is not among the `count` given, or a figure that is not."""
    named = [proposed.option, *(item.option for item in proposed.instead)]
    if unknown := next((number for number in named if number > count), None):
        raise ValueError(f"there is no option {unknown}: they are numbered 1 to {count}")
    if len(set(named)) < len(named):
        raise ValueError("`instead` names each option once, and never the one that is proposed")
    Given(told).check(proposed.reason, *(item.reason for item in proposed.instead))
