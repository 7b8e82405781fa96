"""A policy bundle: CEL rules in YAML, refused whole when anything in it is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from providers.policies.document import Document
from providers.policies.expression import Expression, Inputs, NotEvaluated
from providers.policies.refusal import PolicyBundleRefused
from providers.policies.specimens import specimens
from providers.policies.yaml_nodes import Mapping, parsed
from storage.records.canonical import sha256_of_bytes
from storage.records.ids import Sha256

BASELINE = Path(__file__).parent / "baseline.yaml"
Level = Literal["advisory", "soft", "hard"]
LEVELS = ("advisory", "soft", "hard")

_BUNDLE_FIELDS = frozenset({"bundle", "figures", "rules"})
_RULE_REQUIRED = ("id", "title", "level", "condition", "actual", "required", "message", "remedy")
_RULE_FIELDS = frozenset({*_RULE_REQUIRED, "applies", "otherwise"})
_FIGURE_FIELDS = frozenset({"value", "source", "as_of"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` is true when the rule is met. It is asked only where `applies` is true; elsewhere the rule passes
    with the words of `otherwise`."""

    id: str
    title: str
    level: Level
    condition: Expression
    actual: Expression
    required: Expression
    message: str
    remedy: str
    applies: Expression | None = None
    otherwise: str = ""

    @property
    def parts(self) -> tuple[Expression, ...]:
        always = (self.condition, self.actual, self.required)
        return always if self.applies is None else (self.applies, *always)


@dataclass(frozen=True, eq=False)
class PolicyBundle:
    """Immutable; pickles as its path and hash."""

    path: Path
    sha256: Sha256
    name: str
    figures: dict[str, Any]
    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, path: Path = BASELINE) -> PolicyBundle:
        """Raises PolicyBundleRefused with file, line and reason."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PolicyBundleRefused(path.name, 1, f"cannot be read: {error.strerror}") from None
        root = parsed(path.name, data)
        root.only(_BUNDLE_FIELDS)
        figures = {name: _figure(node) for name, node in root.mappings("figures").items()}
        rules: dict[str, Rule] = {}
        for node in root.sequence("rules"):
            rule = _rule(node, figures)
            if rule.id in rules:
                raise node.refuse("id", f"duplicate id {rule.id!r}")
            rules[rule.id] = rule
        return cls(path, sha256_of_bytes(data), root.text("bundle"), figures, tuple(rules.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.path, self.sha256)


@lru_cache(maxsize=4)
def _restored(path: Path, sha256: Sha256) -> PolicyBundle:
    bundle = PolicyBundle.load(path)
    if bundle.sha256 != sha256:
        raise PolicyBundleRefused(path.name, 1, "the bundle changed while it was in use")
    return bundle


def _figure(node: Mapping) -> Any:
    """The value alone; source and date are for the reader, and must be there."""
    node.only(_FIGURE_FIELDS)
    node.text("source")
    node.text("as_of")
    return node.plain("value")


def _rule(node: Mapping, figures: dict[str, Any]) -> Rule:
    node.only(_RULE_FIELDS)
    texts = {name: node.text(name) for name in _RULE_REQUIRED}
    level = texts["level"]
    if level not in LEVELS:
        raise node.refuse("level", f"level is {level!r}, not one of {', '.join(LEVELS)}")
    if node.has("applies") != node.has("otherwise"):
        raise node.refuse("id", "`applies` and `otherwise` go together")
    documents = [document | {"figures": figures} for document in specimens()]
    rule = Rule(
        id=texts["id"],
        title=texts["title"],
        level=level,  # pyright: ignore[reportArgumentType]
        condition=_expression(node, "condition", documents),
        actual=_expression(node, "actual", documents),
        required=_expression(node, "required", documents),
        message=texts["message"],
        remedy=texts["remedy"],
        applies=_expression(node, "applies", documents) if node.has("applies") else None,
        otherwise=node.text("otherwise") if node.has("otherwise") else "",
    )
    for document in documents:
        _try(node, rule, Inputs(document))
    return rule


def _expression(node: Mapping, name: str, documents: list[Document]) -> Expression:
    try:
        expression = Expression.compiled(node.text(name))
    except ValueError as error:
        raise node.refuse(name, f"{name}: {str(error).splitlines()[0]}") from None
    if fault := expression.fault(documents[0]):
        raise node.refuse(name, f"{name}: {fault}")
    return expression


def _try(node: Mapping, rule: Rule, inputs: Inputs) -> None:
    """The types hold for a specimen: a rule that cannot be evaluated there would deny every plan."""
    field = "applies"
    try:
        if rule.applies is not None and not rule.applies.boolean(inputs):
            return
        field = "condition"
        rule.condition.boolean(inputs)
        field = "actual"
        rule.actual.text(inputs)
        field = "required"
        rule.required.text(inputs)
    except NotEvaluated as error:
        raise node.refuse(field, f"{field}: {error}") from None
