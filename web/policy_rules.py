"""The rules in force and how they fared, as their page and its JSON twin show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from providers.policies import PolicyBundle, Rule
from storage.policy_decisions import Unmet
from storage.records.ids import Sha256
from storage.records.plans import PolicyLevel
from web.price_book import InForce

_ORDER = {"hard": 0, "soft": 1, "advisory": 2}


class RuleFigure(BaseModel):
    """A number a rule compares with."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: Any
    source: str
    as_of: str


class RuleFacts(BaseModel):
    """`condition` is CEL, true when the rule is met, and asked only where `applies` is true; `failed` and `warned`
    count the evaluations in which it was not met."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    level: PolicyLevel
    condition: str
    applies: str
    message: str
    remedy: str
    figures: list[RuleFigure]
    failed: int
    warned: int


class BundleFacts(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    sha256: Sha256
    in_force: InForce


def rule_facts(bundle: PolicyBundle, unmet: Mapping[str, Unmet]) -> list[RuleFacts]:
    """The strictest first, then in the bundle's own order."""
    return [
        _facts(bundle, rule, unmet.get(rule.id, Unmet()))
        for rule in sorted(bundle.rules, key=lambda rule: _ORDER[rule.level])
    ]


def _facts(bundle: PolicyBundle, rule: Rule, unmet: Unmet) -> RuleFacts:
    figures = [(name, bundle.sources[name]) for name in rule.figures]
    return RuleFacts(
        id=rule.id,
        title=rule.title,
        level=rule.level,
        condition=rule.condition.source,
        applies=rule.applies.source if rule.applies else "",
        message=rule.message,
        remedy=rule.remedy,
        figures=[
            RuleFigure(name=name, value=figure.value, source=figure.source, as_of=figure.as_of)
            for name, figure in figures
        ],
        failed=unmet.failed,
        warned=unmet.warned,
    )
