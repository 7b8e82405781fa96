"""What an answer is worth: how far the monthly cost lies apart between the usual answers, and the plans they lead to.

A question is asked when its answers lead to other machines, patterns or policy results, or when the likely cost spans
at least the larger of `LEAST_USD` and `LEAST_SHARE` of what it is assumed to be. Both figures are ours: $25 a month is
less than the time it takes to answer costs, and the cost of a plan is not known to 5 %.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from intake.assumptions import assumptions
from providers.compute import Compute
from providers.inputs import Inputs
from providers.whatif import what_if
from storage.records.canonical import sha256_of
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValues, FieldName
from storage.records.decision_sets import Question
from storage.records.ids import Sha256
from storage.records.steps import RunContext

LEAST_USD = Decimal(25)
LEAST_SHARE = Decimal("0.05")
MOST_NAMED = 3
"""Answers whose costs are named one by one."""
RELAXED = 2
"""Ways out that are named where nothing can be met."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one answer leads: `likely` is US dollars a month, None where no plan meets it or nothing could be priced;
    `policy` stands for the result of each rule; `unmet` says why no plan meets it, and what would."""

    likely: Decimal | None
    machines: Sha256
    patterns: Sha256
    policy: Sha256
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worth:
    """`assumed` is where silence leads; `labels` are those of the answers, in their order."""

    assumed: Outcome | None = None
    answers: tuple[Outcome, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Outcome, ...]:
        return self.answers if self.assumed is None else (self.assumed, *self.answers)

    @property
    def costs(self) -> list[Decimal]:
        return [item.likely for item in self.all if item.likely is not None]

    @property
    def other_plans(self) -> bool:
        return self.other_machines or self.other_patterns

    @property
    def other_machines(self) -> bool:
        return len({item.machines for item in self.all}) > 1

    @property
    def other_patterns(self) -> bool:
        """Between answers alone: a limit that somebody set comes with its alert, whatever it is."""
        return len({item.patterns for item in self.answers}) > 1

    @property
    def other_results(self) -> bool:
        return len({item.policy for item in self.all}) > 1

    @property
    def asks(self) -> bool:
        """Whether an answer can change anything that matters. Where none leads to a plan, none does."""
        return bool(self.costs) and (self.other_plans or self.other_results or self.spans)

    @property
    def spans(self) -> bool:
        costs = self.costs
        return bool(costs) and max(costs) - min(costs) >= max(LEAST_USD, LEAST_SHARE * costs[0])

    @property
    def hopeless(self) -> str:
        """Why nothing can be met whatever the answer, and what would be; empty where something can."""
        unmet = self.all[0].unmet if self.all and not self.costs else ()
        return " ".join(unmet)

    @property
    def words(self) -> str:
        """ "$180–$1,950/mo", or which answer leads where when that is short: "$180/mo with Yes, $1,950/mo with No".
        Empty where nothing can be said."""
        costs = self.costs
        if not costs:
            return "No answer leads to a plan that can be met, as things stand." if self.all else ""
        least, most = _dollars(min(costs)), _dollars(max(costs))
        span = f"{least}–{most}/mo" if least != most else f"{least}/mo"
        if len(costs) < len(self.all):
            return f"{span}; {self._without_plan}"
        if not self.spans:
            return span + self._apart
        return self._each or span

    @property
    def _each(self) -> str:
        """Where each answer leads, the cheapest first; empty where there are more than `MOST_NAMED`, or all cost the
        same."""
        led: dict[str, list[str]] = {}
        for label, item in sorted(zip(self.labels, self.answers, strict=False), key=lambda pair: pair[1].likely or 0):
            led.setdefault(_dollars(item.likely or Decimal(0)), []).append(label)
        if len(led) < 2 or len(self.labels) > MOST_NAMED:
            return ""
        said = [f"{cost}/mo with {_listed(labels)}" for cost, labels in led.items()]
        silent = None if self.assumed is None or self.assumed.likely is None else _dollars(self.assumed.likely)
        if silent is not None and silent not in led:
            said.append(f"{silent}/mo without an answer")
        return ", ".join(said)

    @property
    def _without_plan(self) -> str:
        """Which answers no plan meets."""
        none = [label for label, item in zip(self.labels, self.answers, strict=False) if item.likely is None]
        if self.assumed is not None and self.assumed.likely is None:
            return f"no plan without an answer{f', nor with {_listed(none)}' if none else ''}"
        return f"no plan with {_listed(none)}" if none else "some answers lead to no plan"

    @property
    def _apart(self) -> str:
        """What is different where the cost hardly is."""
        differ = [
            ("machines", self.other_machines),
            ("patterns", self.other_patterns),
            ("policy results", self.other_results),
        ]
        named = [name for name, differs in differ if differs]
        return f", with other {' and '.join(named)}" if named else " by any answer"


def _listed(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"


Weigh = Callable[[ConstraintSchema, Question, RunContext | None], Awaitable[Worth]]


def weighed(current: Callable[[RunContext | None], Awaitable[Inputs]], compute: Compute) -> Weigh:
    """By the built-in planner, whatever the provider: it makes no call. `current` answers the price book and the policy
    bundle in force."""

    async def weigh(known: ConstraintSchema, question: Question, context: RunContext | None) -> Worth:
        inputs = await current(context)
        worth = await compute(outcomes, answered(known, question), inputs, datetime.now(UTC).date())
        return replace(worth, labels=tuple(option.label for option in question.options if option.value is not None))

    return weigh


def answered(known: ConstraintSchema, question: Question) -> list[ConstraintSchema]:
    """What would be planned without an answer, then after each option, with what is missing then assumed."""
    field = question.field
    if field is None:
        return []
    each = [
        known.with_changes({field: Constraint(value=option.value, status="stated")})
        for option in question.options
        if option.value is not None
    ]
    return [schema.with_changes(dict(assumptions(schema))) for schema in (known, *each)]


def outcomes(answers: Sequence[ConstraintSchema], inputs: Inputs, today: date) -> Worth:
    """`answers` begin with what is planned in silence. About 30 ms for each that differs."""
    found: list[tuple[tuple[ConstraintValues, list[FieldName]], Outcome]] = []
    for schema in answers:
        values, assumed = schema.values, schema.assumed
        same = next((outcome for known, outcome in found if known == (values, assumed)), None)
        found.append(((values, assumed), same or _outcome(values, assumed, inputs, today)))
    led = [outcome for _, outcome in found]
    return Worth(led[0], tuple(led[1:])) if led else Worth()


def _outcome(values: ConstraintValues, assumed: Sequence[FieldName], inputs: Inputs, today: date) -> Outcome:
    led = what_if(values, {}, inputs.book, inputs.bundle, assumed=assumed, today=today)
    made = led.plan
    resources = [item.model_dump(mode="json") for item in made.resources]
    return Outcome(
        likely=led.cost.likely if made.feasible and led.cost.lines else None,
        machines=sha256_of([made.feasible, resources, made.zones, made.min_replicas, made.max_replicas]),
        patterns=sha256_of([item.name for item in made.patterns]),
        policy=sha256_of({item.id: item.outcome for item in led.policy.results}),
        unmet=() if made.feasible else (made.summary, *made.relax[:RELAXED]),
    )


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.0f}"
