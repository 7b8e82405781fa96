"""Projects, costs, policies and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage.records.decision_sets import DecisionSetSummary, Project
from web.views.decision_set import SILENT
from web.views.inbox import Group, Item, item


@dataclass(frozen=True, slots=True)
class ProjectRow:
    project: Project
    waiting: int
    running: int
    cost_likely: Decimal | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Projects:
    rows: list[ProjectRow]
    may_write: bool
    key: str
    name: str
    error: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """`more` is the address of older decision sets, or empty."""

    project: Project
    clone: str
    groups: list[Group]
    more: str
    twin: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class CostRow:
    item: Item
    likely: Decimal
    delta: Decimal | None
    standing: bool
    share: float


@dataclass(frozen=True, slots=True)
class Costs:
    """`standing` decision sets are the latest completed ones of their project: what runs if everybody did as decided.
    `share` of a row is percent of the largest."""

    rows: list[CostRow]
    total: Decimal
    projects: int
    price_book: PriceBookFacts


@dataclass(frozen=True, slots=True)
class PriceBookFacts:
    sha256: str
    as_of: str
    figures: int


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """`condition` is the CEL text, true when the rule is met; `applies` the one that says where it is asked."""

    id: str
    title: str
    level: str
    condition: str
    applies: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Policies:
    name: str
    sha256: str
    rules: list[PolicyRule]


@dataclass(frozen=True, slots=True)
class Settings:
    name: str
    role: str
    model: str
    base_url: str
    last_heartbeat: datetime | None
    worker_silent: bool


@dataclass(frozen=True, slots=True)
class Pulse:
    """How many decision sets wait for a person, and whether a worker lives. `needs` counts to 100."""

    needs: int
    last_heartbeat: datetime | None
    silent: bool


def pulse(needs: int, last_heartbeat: datetime | None, now: datetime | None = None) -> Pulse:
    silent = last_heartbeat is None or (now or datetime.now(UTC)) - last_heartbeat > SILENT
    return Pulse(needs, last_heartbeat, silent)


def policy_rules(bundle: PolicyBundle) -> list[PolicyRule]:
    """The strictest first."""
    order = {"hard": 0, "soft": 1, "advisory": 2}
    return [
        PolicyRule(
            id=rule.id,
            title=rule.title,
            level=rule.level,
            condition=rule.condition.source,
            applies=rule.applies.source if rule.applies else "",
            message=rule.message,
            remedy=rule.remedy,
        )
        for rule in sorted(bundle.rules, key=lambda rule: order[rule.level])
    ]


def price_book_facts(book: PriceBook) -> PriceBookFacts:
    return PriceBookFacts(book.sha256, book.as_of.isoformat(), len(book.instances))


def project_page(project: Project, groups: list[Group], *, base_url: str, last: str, may_write: bool) -> ProjectPage:
    """`last` is the id of the oldest one shown where there are older ones."""
    return ProjectPage(
        project=project,
        clone=f"git clone {base_url}/git/{project.slug}.git",
        groups=groups,
        more=f"/projects/{project.slug}?before={last}" if last else "",
        twin=f"/api/decision-sets?project={project.slug}",
        may_write=may_write,
    )


def costs(summaries: Sequence[DecisionSetSummary], book: PriceBookFacts) -> Costs:
    rows = cost_rows(summaries)
    standing = [row for row in rows if row.standing]
    return Costs(rows, sum((row.likely for row in standing), Decimal(0)), len(standing), book)


def project_rows(projects: Sequence[Project], summaries: Sequence[DecisionSetSummary]) -> list[ProjectRow]:
    """`summaries` newest first."""
    rows = []
    for project in projects:
        own = [found for found in summaries if found.project == project.slug]
        standing = next((found for found in own if found.status == "completed"), None)
        rows.append(
            ProjectRow(
                project=project,
                waiting=sum(found.gate is not None or found.question is not None for found in own),
                running=sum(found.status in ("planning", "building") for found in own),
                cost_likely=Decimal(standing.cost_likely) if standing and standing.cost_likely else None,
                updated_at=max((found.updated_at for found in own), default=None),
            )
        )
    return rows


def cost_rows(summaries: Sequence[DecisionSetSummary]) -> list[CostRow]:
    """Decision sets that have a price, newest first; the first completed one of each project stands."""
    priced = [found for found in summaries if found.cost_likely is not None]
    largest = max((Decimal(found.cost_likely or 0) for found in priced), default=Decimal(0)) or Decimal(1)
    seen: set[str] = set()
    rows = []
    for found in priced:
        standing = found.status == "completed" and found.project not in seen
        if standing:
            seen.add(found.project)
        likely = Decimal(found.cost_likely or 0)
        rows.append(
            CostRow(
                item=item(found, may_write=False, may_decide=False),
                likely=likely,
                delta=None if found.cost_delta is None else Decimal(found.cost_delta),
                standing=standing,
                share=round(float(likely / largest) * 100, 1),
            )
        )
    return rows
