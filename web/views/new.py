"""The page on which a decision set begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records.decision_sets import DecisionSet, Project
from web.views.words import field_label, value_words

FIRST_PROJECT = "First project"


@dataclass(frozen=True, slots=True)
class Inherited:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Parent:
    id: str
    number: int
    title: str
    project: str
    constraints: list[Inherited]


@dataclass(frozen=True, slots=True)
class NewDecisionSet:
    """`field` names the input that `error` is about. `new_project` is offered where there is no project yet."""

    projects: list[Project]
    project: str
    new_project: str
    message: str
    parent: Parent | None
    may_write: bool
    key: str
    error: str
    field: str


def new_decision_set(
    projects: Sequence[Project],
    parent: DecisionSet | None,
    *,
    key: str,
    may_write: bool,
    project: str = "",
    new_project: str = "",
    message: str = "",
    error: str = "",
    field: str = "",
) -> NewDecisionSet:
    return NewDecisionSet(
        projects=list(projects),
        project=parent.project if parent else project,
        new_project=new_project or ("" if projects or parent else FIRST_PROJECT),
        message=message,
        parent=_parent(parent) if parent else None,
        may_write=may_write,
        key=key,
        error=error,
        field=field,
    )


def _parent(found: DecisionSet) -> Parent:
    known = [
        Inherited(field_label(name), value_words(name, item.value)) for name, item in found.constraints.root.items()
    ]
    return Parent(found.id, found.number, found.title, found.project, known)
