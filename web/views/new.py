"""The page on which a decision set begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from storage.records.decision_sets import DecisionSet, Project
from web.views.words import field_label, value_words

FIRST_PROJECT = "First project"
EXAMPLES = (
    "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month",
    "Score 3 million product images every night with a PyTorch ResNet-50 on GCP, done within 6 hours, spot is fine",
    "Fine-tune an 8B language model on 40,000 support tickets on AWS within 12 hours, at most $500 a month",
    "Vector search over 25 million embeddings on Azure, 150 queries a second, p95 under 50 ms",
    "Train our XGBoost demand forecast in eu-central-1 on 200 GB of sales, within 4 hours",
)
"""What can be asked for, one of a kind; the first stands in the empty box, too."""


@dataclass(frozen=True, slots=True)
class Inherited:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Example:
    """`address` is the page with the words in its box."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Parent:
    id: str
    number: int
    title: str
    project: str
    constraints: list[Inherited]


@dataclass(frozen=True, slots=True)
class NewDecisionSet:
    """`field` names the input that `error` is about. `new_project` is offered where there is no project yet, `examples`
    where nothing is inherited."""

    projects: list[Project]
    project: str
    new_project: str
    message: str
    parent: Parent | None
    may_write: bool
    key: str
    error: str
    field: str
    examples: Sequence[Example]


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
        examples=[] if parent else [_example(words, project) for words in EXAMPLES],
    )


def _example(words: str, project: str) -> Example:
    query = {"message": words, "project": project}
    return Example(words, f"/decision-sets/new?{urlencode({name: value for name, value in query.items() if value})}")


def _parent(found: DecisionSet) -> Parent:
    known = [
        Inherited(field_label(name), value_words(name, item.value)) for name, item in found.constraints.root.items()
    ]
    return Parent(found.id, found.number, found.title, found.project, known)
