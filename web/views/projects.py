"""The projects, and one of them."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.decision_sets import Project, ProjectTotals
from web.views.inbox import Group
from web.views.settling import SettlingForm


@dataclass(frozen=True, slots=True)
class Projects:
    """`next` is the address of the projects that follow, or empty."""

    rows: list[ProjectTotals]
    next: str
    may_write: bool
    key: str
    name: str
    error: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """`part` is the only one of its parts that is shown, or empty."""

    project: Project
    clone: str
    groups: list[Group]
    part: str
    twin: str
    may_write: bool
    settling: SettlingForm


def project_page(
    project: Project, groups: list[Group], settling: SettlingForm, *, base_url: str, part: str, may_write: bool
) -> ProjectPage:
    return ProjectPage(
        project=project,
        clone=f"git clone {base_url}/git/{project.slug}.git",
        groups=groups,
        part=part,
        twin=f"/api/decision-sets?project={project.slug}",
        may_write=may_write,
        settling=settling,
    )
