"""A policy bundle: CEL rules in YAML, refused whole when anything in it is wrong."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from providers.policies.examples import Example, examples
from providers.policies.expression import Expression, Inputs, NotEvaluated
from providers.policies.refusal import PolicyBundleRefused
from providers.policies.specimens import specimens
from providers.policies.yaml_nodes import Mapping, parsed
from storage.records.canonical import sha256_of_bytes
from storage.records.ids import Sha256
from storage.records.plans import POLICY_LEVELS, PolicyLevel

BASELINE = Path(__file__).parent / "baseline.yaml"

_LEVELS: dict[str, PolicyLevel] = {level: level for level in POLICY_LEVELS}
_BUNDLE_FIELDS = frozenset({"bundle", "figures", "rules"})
_RULE_REQUIRED = ("id", "title", "level", "condition", "actual", "required", "message", "remedy")
_RULE_FIELDS = frozenset({*_RULE_REQUIRED, "applies", "otherwise", "examples"})
_FIGURE_FIELDS = frozenset({"value", "source", "as_of"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number the rules compare with, where it comes from, and when it stood there."""

    value: Any
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` is true when the rule is met. It is asked only where `applies` is true; elsewhere the rule passes
    with the words of `otherwise`. `line` is where the rule begins in its file."""

    id: str
    title: str
    level: PolicyLevel
    condition: Expression
    actual: Expression
    required: Expression
    message: str
    remedy: str
    applies: Expression | None = None
    otherwise: str = ""
    examples: tuple[Example, ...] = ()
    line: int = 1

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures it compares with."""
        return tuple(sorted({name for part in self.parts for section, name in part.paths if section == "figures"}))

    @property
    def parts(self) -> tuple[Expression, ...]:
        always = (self.condition, self.actual, self.required)
        return always if self.applies is None else (self.applies, *always)


@dataclass(frozen=True, eq=False)
class PolicyBundle:
    """Immutable; pickles as its bytes and hash, and is compiled once in each process that gets it."""

    file: str
    data: bytes = field(repr=False)
    sha256: Sha256
    name: str
    sources: dict[str, Figure]
    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, path: Path = BASELINE) -> PolicyBundle:
        """Raises PolicyBundleRefused with file, line and reason."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PolicyBundleRefused(path.name, 1, f"cannot be read: {error.strerror}") from None
        return cls.of(path.name, data)

    @classmethod
    def of(cls, file: str, data: bytes) -> PolicyBundle:
        """The bundle of this content; `file` is what a refusal names. Raises PolicyBundleRefused."""
        root = parsed(file, data)
        root.only(_BUNDLE_FIELDS)
        sources = {name: _figure(node) for name, node in root.mappings("figures").items()}
        figures = {name: figure.value for name, figure in sources.items()}
        tried = [Inputs(document | {"figures": figures}) for document in specimens()]
        rules: dict[str, Rule] = {}
        for node in root.sequence("rules"):
            rule = _rule(node, tried)
            if rule.id in rules:
                raise node.refuse("id", f"duplicate id {rule.id!r}, first on line {rules[rule.id].line}")
            rules[rule.id] = rule
        return cls(file, data, sha256_of_bytes(data), root.text("bundle"), sources, tuple(rules.values()))

    @property
    def figures(self) -> dict[str, Any]:
        """What the rules see as `figures`."""
        return {name: figure.value for name, figure in self.sources.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.file, self.data, self.sha256)


_RESTORED: OrderedDict[Sha256, PolicyBundle] = OrderedDict()
_KEPT = 4


def _restored(file: str, data: bytes, sha256: Sha256) -> PolicyBundle:
    """The bundle of that hash, compiled the first time that this process meets it."""
    if sha256 not in _RESTORED:
        _RESTORED[sha256] = PolicyBundle.of(file, data)
        if len(_RESTORED) > _KEPT:
            _RESTORED.popitem(last=False)
    return _RESTORED[sha256]


def _figure(node: Mapping) -> Figure:
    """Source and date are for the reader, and must be there."""
    node.only(_FIGURE_FIELDS)
    return Figure(node.plain("value"), node.text("source"), node.text("as_of"))


def _rule(node: Mapping, tried: list[Inputs]) -> Rule:
    node.only(_RULE_FIELDS)
    texts = {name: node.text(name) for name in _RULE_REQUIRED}
    level = _LEVELS.get(texts["level"])
    if level is None:
        raise node.refuse("level", f"level is {texts['level']!r}, not one of {', '.join(_LEVELS)}")
    if node.has("applies") != node.has("otherwise"):
        raise node.refuse("id", "`applies` and `otherwise` go together")
    rule = Rule(
        id=texts["id"],
        title=texts["title"],
        level=level,
        condition=_expression(node, "condition", tried),
        actual=_expression(node, "actual", tried),
        required=_expression(node, "required", tried),
        message=texts["message"],
        remedy=texts["remedy"],
        applies=_expression(node, "applies", tried) if node.has("applies") else None,
        otherwise=node.text("otherwise") if node.has("otherwise") else "",
        examples=examples(node),
        line=node.line,
    )
    for inputs in tried:
        _try(node, rule, inputs)
    return rule


def _expression(node: Mapping, name: str, tried: list[Inputs]) -> Expression:
    try:
        expression = Expression.compiled(node.text(name))
    except ValueError as error:
        raise node.refuse(name, f"{name}: {str(error).splitlines()[0]}") from None
    if fault := expression.fault(tried[0].document):
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
