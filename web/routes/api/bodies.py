"""What a request may hold. Unknown fields are refused, and no text holds what the database cannot keep."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from storage.records.decision_sets import MOST_ROUNDS, Strategy
from storage.records.intake import Choice
from storage.records.plans import GATE_ACTIONS, PolicyOverride
from web.deps import UUID


def _text(value: Any) -> Any:
    """Postgres keeps neither NUL nor half of a surrogate pair, at whatever depth."""
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise PydanticCustomError("string_unicode", "Characters that are not text are not taken")
        case dict():
            for key, item in value.items():
                _text(key)
                _text(item)
        case list():
            for item in value:
                _text(item)
    return value


Text = Annotated[str, AfterValidator(_text)]
ShortText = Annotated[str, Field(max_length=200), AfterValidator(_text)]
Values = Annotated[dict[Text, Annotated[Any, AfterValidator(_text)]], Field(max_length=50)]
"""Constraint fields and their values, checked field by field by the command."""


def _number(value: Any) -> Any:
    """A whole number may be written 3.0."""
    if isinstance(value, bool | str):
        raise PydanticCustomError("number_type", "Input should be a number, not true, false or text")
    return value


Whole = Annotated[int, Field(strict=False), BeforeValidator(_number)]


class Body(BaseModel):
    """Each value has the type that it is described with: true is no number, and neither is "3"."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Nothing(Body):
    """A command that needs no words."""


class NewProject(Body):
    name: ShortText


class SettlingChanges(Body):
    """What is left out stays as it is. `threshold` is a share, or null for the strategy's own: weighted_vote 0.25,
    consensus 0.66; escalate takes none."""

    strategy: Strategy = "weighted_vote"
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    rounds: Annotated[Whole, Field(ge=1, le=MOST_ROUNDS)] = 2


class NewDecisionSet(Body):
    """`message` says what must run. `parent_id` names the decision set this one starts from."""

    project: ShortText
    message: str
    parent_id: Annotated[str, Field(pattern=UUID)] | None = None


class Message(Body):
    """An answer to the open question, or a correction. `replaces` is the seq of an earlier message in whose place this
    one is read from now on."""

    text: str | None = None
    question_id: ShortText | None = None
    choice: Choice | None = None
    replaces: Annotated[Whole, Field(ge=1, le=2**31 - 1)] | None = None


class Override(Body):
    policy: ShortText
    reason: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_text)]

    @property
    def record(self) -> PolicyOverride:
        return PolicyOverride(policy=self.policy, reason=self.reason)


class GateAnswer(Body):
    """`capsule` is the one that was shown: what is approved is exactly that. Which actions a gate allows stands in the
    gate."""

    action: Annotated[ShortText, Field(json_schema_extra={"enum": list(GATE_ACTIONS)})]
    capsule: ShortText
    comment: str = ""
    overrides: Annotated[list[Override], Field(max_length=100)] = []


class Hypothesis(Body):
    constraints: Values


class Fork(Body):
    checkpoint_id: ShortText
    constraints: Values = {}
