"""Plans and criticises by chat models: a model chooses among options that the rules found, and argues from facts that
they worked out. It calculates nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel

from providers.base import CriticName, ModelCall, PlanRequest, Proposal
from providers.chat import criticising, proposing
from providers.chat.described import offered
from providers.chat.prompting import system_for
from providers.chat.shared import Shared
from providers.resilience import Ask, NoModelAnswered, Prompt, Tool, Turn
from providers.rulebook.case import Case
from providers.rulebook.facts import facts
from storage.events import Origin
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Cost, Critique, Plan

T = TypeVar("T", bound=BaseModel)

PROPOSING = "plan-proposing"
CRITICS: dict[CriticName, str] = {"tech": "critic-tech", "cost": "critic-cost", "risk": "critic-risk"}
PLANNING = (PROPOSING, *CRITICS.values())


@dataclass
class ChatAgent:
    """One node's."""

    shared: Shared
    origin: Origin
    call: ModelCall | None = None

    async def plan(self, request: PlanRequest) -> Proposal:
        """Raises NoModelAnswered, unless the rulebook may choose instead. Where nothing meets the constraints there is
        nothing to propose, and no model is asked."""
        by_rank = await self.shared.rulebook.plan(request)
        if not by_rank.plan.feasible:
            return by_rank
        found = offered(by_rank.plan)
        told = proposing.given(request, found)
        proposed = await self._answer(
            PROPOSING,
            ("planning", "propose a plan"),
            told,
            proposing.tool(),
            proposing.Proposed,
            lambda answer: proposing.check(answer, told, len(found)),
        )
        if proposed is None or self.call is None:
            return by_rank
        taken = found[proposed.option - 1]
        made = by_rank if taken.chosen else await self.shared.rulebook.plan(replace(request, take=taken.label))
        said = {"reason": proposed.reason, "proposed_by": self.call.by}
        left = {found[item.option - 1].label: item.reason for item in proposed.instead}
        return replace(made, plan=made.plan.model_copy(update=said), left=left)

    async def critique(
        self,
        critic: CriticName,
        values: ConstraintValues,
        plan: Plan,
        cost: Cost,
        *,
        assumed: Collection[FieldName] = (),
    ) -> Critique:
        """Raises NoModelAnswered, unless the rulebook may criticise instead. Where nothing meets the constraints the
        rules have said so, and no model is asked."""
        by_rules = await self.shared.rulebook.critique(critic, values, plan, cost)
        if not plan.feasible:
            return by_rules
        case = Case(values, plan, cost)
        known = facts(critic, case)
        told = criticising.given(case, known, assumed)
        criticised = await self._answer(
            CRITICS[critic],
            ("criticism", "criticise the plan"),
            told,
            criticising.tool(),
            criticising.Criticised,
            lambda answer: criticising.check(answer, told, facts=len(known), options=len(offered(plan))),
        )
        if criticised is None or self.call is None:
            return by_rules
        by_model = criticising.critique_of(criticised, critic, case, known, self.call.by)
        return criticising.with_rules(by_model, by_rules, self.call.by)

    async def _answer(
        self,
        pack: str,
        words: tuple[str, str],
        told: str,
        tool: Tool,
        schema: type[T],
        check: Callable[[T], None],
    ) -> T | None:
        """None where the rulebook stands in for models that failed. `words` are the call's task and purpose."""
        found, (task, purpose) = self.shared.packs[pack], words
        ask = Ask(
            task=task,
            purpose=purpose,
            pack=found.sha256,
            prompt=Prompt(system_for(found, tool.name), (Turn("operator", told),), tool),
            schema=schema,
            origin=self.origin,
            check=check,
        )
        try:
            answered = await self.shared.models.ask(ask)
        except NoModelAnswered as error:
            if not self.shared.rulebook_last:
                raise
            rulebook, self.call = self.shared.rulebook, error.call
            self.call.provider, self.call.model, self.call.pack = rulebook.name, rulebook.model, rulebook.pack
            return None
        self.call = answered.call
        return answered.value
