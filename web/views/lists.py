"""Projects, and whether a worker lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from storage.records.decision_sets import DecisionSetSummary, Project
from web.views.decision_set import SILENT
from web.views.inbox import Group
from web.views.settling import SettlingForm


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
    settling: SettlingForm


@dataclass(frozen=True, slots=True)
class Pulse:
    """How many decision sets wait for a person, and whether a worker lives. `needs` counts to 100."""

    needs: int
    last_heartbeat: datetime | None
    silent: bool


def pulse(needs: int, last_heartbeat: datetime | None, now: datetime | None = None) -> Pulse:
    silent = last_heartbeat is None or (now or datetime.now(UTC)) - last_heartbeat > SILENT
    return Pulse(needs, last_heartbeat, silent)


def project_page(
    project: Project, groups: list[Group], settling: SettlingForm, *, base_url: str, last: str, may_write: bool
) -> ProjectPage:
    """`last` is the id of the oldest one shown where there are older ones."""
    return ProjectPage(
        project=project,
        clone=f"git clone {base_url}/git/{project.slug}.git",
        groups=groups,
        more=f"/projects/{project.slug}?before={last}" if last else "",
        twin=f"/api/decision-sets?project={project.slug}",
        may_write=may_write,
        settling=settling,
    )


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
