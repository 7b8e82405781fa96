"""Holds every template against the view it gets: an attribute that is not there, or that no template uses, is an error.
`python -m web.template_check`

It reads the templates as Jinja does and follows types through loops, includes and macro calls. Where a type is lost, as
in a filter's result, it says nothing.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from jinja2 import Environment, nodes
from pydantic import BaseModel

from web.errors import ErrorPage
from web.routes.sign_in import SignIn
from web.templating import Shell, build_templates
from web.views import (
    cards,
    changes,
    costs,
    decision_set,
    frames,
    inbox,
    intake,
    new,
    past,
    policies,
    projects,
    pulse,
    quarantine,
    settings,
    timeline,
    what_if_page,
)
from web.words import Words

VIEWS: dict[str, type] = {
    "pages/inbox.html": inbox.Inbox,
    "pages/pulse.html": pulse.Pulse,
    "pages/projects.html": projects.Projects,
    "pages/project.html": projects.ProjectPage,
    "pages/costs.html": costs.Costs,
    "pages/policies.html": policies.Policies,
    "pages/settings.html": settings.Settings,
    "pages/packs.html": settings.Packs,
    "pages/quarantine.html": quarantine.QuarantineList,
    "pages/quarantined.html": quarantine.QuarantinedPage,
    "pages/new.html": new.NewDecisionSet,
    "pages/decision_set.html": decision_set.DecisionSetPage,
    "pages/what_if.html": what_if_page.WhatIfPage,
    "pages/worker.html": decision_set.WorkerNote,
    "pages/changes.html": changes.ChangesPage,
    "pages/timeline.html": timeline.Timeline,
    "pages/past.html": past.Past,
    "pages/error.html": ErrorPage,
    "pages/sign_in.html": SignIn,
    "frames/event.html": frames.FrameView,
    "frames/sent.html": frames.Sent,
    "frames/decided.html": frames.Decided,
    "frames/fact.html": intake.FactRow,
    "frames/assumption.html": intake.AssumptionRow,
    "frames/words.html": Words,
    "frames/viewed.html": changes.ViewedFile,
}
"""The view each page and each fragment gets as `view`."""

Scope = Mapping[str, Any]


@dataclass
class Checker:
    """`used` are the attributes read of each class; `problems` what does not hold."""

    env: Environment
    used: dict[type, set[str]] = field(default_factory=dict)
    problems: set[str] = field(default_factory=set)
    _trees: dict[str, nodes.Template] = field(default_factory=dict)
    _walking: set[tuple[str, str]] = field(default_factory=set)

    def tree(self, name: str) -> nodes.Template:
        if name not in self._trees:
            loader = self.env.loader
            assert loader is not None
            self._trees[name] = self.env.parse(loader.get_source(self.env, name)[0], name)
        return self._trees[name]

    def page(self, name: str, view: type) -> None:
        self.template(name, {"view": view, "shell": Shell})

    def template(self, name: str, scope: Scope) -> None:
        mark = (name, repr(sorted((key, str(kind)) for key, kind in scope.items())))
        if mark not in self._walking:
            self._walking.add(mark)
            Walk(self, name, dict(scope)).body(self.tree(name).body)

    def attribute(self, where: str, owner: Any, name: str) -> Any:
        """The type of `owner.name`; None where it is not known."""
        kinds = [kind for kind in _members(owner) if kind is not type(None)]
        found = [self._of(where, kind, name) for kind in kinds]
        return found[0] if found and all(kind == found[0] for kind in found) else None

    def _of(self, where: str, kind: Any, name: str) -> Any:
        if not isinstance(kind, type) or kind in (dict, list, str, int, float, bool):
            return None
        if not (is_dataclass(kind) or issubclass(kind, BaseModel)):
            return None
        self.used.setdefault(kind, set()).add(name)
        hints = typing.get_type_hints(kind)
        if name in hints:
            return hints[name]
        found = getattr(kind, name, None)
        if isinstance(found, property):
            return typing.get_type_hints(found.fget).get("return") if found.fget else None
        if found is None:
            self.problems.add(f"{where}: {kind.__name__} has no {name}")
        return None

    def unused(self) -> set[str]:
        """Fields of the views that no template reads."""
        return {
            f"{kind.__module__}.{kind.__name__}.{item.name} is in no template"
            for kind, names in self.used.items()
            if kind.__module__.startswith("web.views.") and is_dataclass(kind)
            for item in fields(kind)
            if item.name not in names
        }


def _members(kind: Any) -> list[Any]:
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return [member for part in typing.get_args(kind) for member in _members(part)]
    if typing.get_origin(kind) is typing.Annotated:
        return _members(typing.get_args(kind)[0])
    return [] if kind is None else [kind]


def _item(kind: Any) -> Any:
    """What a loop over this gives."""
    for member in _members(kind):
        arguments = typing.get_args(member)
        if typing.get_origin(member) in (list, tuple, set, frozenset) and arguments:
            return arguments[0]
    return None


class Walk:
    """One template with what is known of its variables."""

    def __init__(self, checker: Checker, name: str, scope: dict[str, Any]) -> None:
        self.checker, self.name, self.scope = checker, name, scope
        self.macros: dict[str, tuple[str, nodes.Macro]] = {}

    def body(self, parts: list[nodes.Node]) -> None:
        for part in parts:
            self.node(part)

    def node(self, part: nodes.Node) -> None:
        match part:
            case nodes.For():
                self._within({_name(part.target): _item(self.type(part.iter))}, part.body + part.else_)
            case nodes.With():
                bound = {
                    _name(target): self.type(value) for target, value in zip(part.targets, part.values, strict=True)
                }
                self._within(bound, part.body)
            case nodes.Assign():
                self.scope[_name(part.target)] = self.type(part.node)
            case nodes.Include() | nodes.Extends():
                self._other(part.template)
            case nodes.FromImport():
                self._import(part)
            case nodes.Macro():
                self.macros[part.name] = (self.name, part)
            case nodes.CallBlock():
                self.type(part.call)
                self._within({_name(argument): None for argument in part.args}, part.body)
            case nodes.Expr():
                self.type(part)
            case _:
                for child in part.iter_child_nodes():
                    self.node(child)

    def _within(self, bound: Mapping[str, Any], parts: list[nodes.Node]) -> None:
        outer = self.scope
        self.scope = {**outer, "loop": None, **bound}
        self.body(parts)
        self.scope = outer

    def _other(self, template: nodes.Expr) -> None:
        if isinstance(template, nodes.Const):
            self.checker.template(template.value, self.scope)
        elif isinstance(template, nodes.Getattr) and self.type(template.node) is cards.Entry:
            self.type(template)
            for kind, name in cards.TEMPLATES.items():
                self.checker.template(name, {**self.scope, "card": kind})

    def _import(self, part: nodes.FromImport) -> None:
        if not isinstance(part.template, nodes.Const):
            return
        wanted = {(name if isinstance(name, str) else name[0]) for name in part.names}
        for macro in self.checker.tree(part.template.value).find_all(nodes.Macro):
            if macro.name in wanted:
                self.macros[macro.name] = (part.template.value, macro)

    def type(self, part: nodes.Node) -> Any:
        """The type of an expression, None where it is lost. Every part of it is looked at."""
        match part:
            case nodes.Name():
                return self.scope.get(part.name)
            case nodes.Getattr():
                return self.checker.attribute(f"{self.name}:{part.lineno}", self.type(part.node), part.attr)
            case nodes.Call():
                return self._call(part)
            case nodes.CondExpr():
                kinds = [self.type(child) for child in (part.test, part.expr1, part.expr2) if child is not None]
                return kinds[1]
            case nodes.Getitem():
                kind = self.type(part.node)
                self.type(part.arg)
                return kind if isinstance(part.arg, nodes.Slice) else _item(kind)
            case _:
                for child in part.iter_child_nodes():
                    self.type(child)
                return None

    def _call(self, part: nodes.Call) -> None:
        given = [self.type(argument) for argument in part.args]
        named = {argument.key: self.type(argument.value) for argument in part.kwargs}
        if isinstance(part.node, nodes.Name) and part.node.name in self.macros:
            where, macro = self.macros[part.node.name]
            bound = dict(zip((argument.name for argument in macro.args), given, strict=False)) | named
            inner = Walk(self.checker, where, {name: kind for name, kind in bound.items() if kind is not None})
            inner.body(self._imports(where))
            inner.body(macro.body)
        else:
            self.type(part.node)

    def _imports(self, template: str) -> list[nodes.Node]:
        return [part for part in self.checker.tree(template).body if isinstance(part, nodes.FromImport | nodes.Macro)]


def _name(target: nodes.Node) -> str:
    return target.name if isinstance(target, nodes.Name) else ""


def check() -> list[str]:
    """Every problem, sorted; empty when all holds."""
    env = build_templates().env
    checker = Checker(env)
    for name, view in VIEWS.items():
        checker.page(name, view)
    known = {*VIEWS, *(name for name in env.list_templates() if not name.startswith(("pages/", "frames/")))}
    strangers = {f"{name} has no view" for name in env.list_templates() if name not in known}
    return sorted(checker.problems | checker.unused() | strangers)


def main() -> None:
    problems = check()
    for problem in problems:
        print(problem)
    print(f"{len(VIEWS)} templates with a view of their own, {len(problems)} problems")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
