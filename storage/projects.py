"""Projects: a name for people, a slug for addresses, one git repository each."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from storage.postgres import Connection, every, one, queries
from storage.records.decision_sets import Project, ProjectSettings, ProjectTotals, Settling
from storage.records.errors import Invalid, NotFound, ProjectExists
from storage.records.ids import DecisionSetId, new_id

SQL = queries("projects")


def slug_of(name: str) -> str:
    """Lower-case ASCII words joined by hyphens, 63 characters at most; `project-` and eight digits of a hash for a name
    in another script. Raises Invalid for a name without a letter or digit of any."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-")
    if slug:
        return slug
    if not any(letter.isalnum() for letter in name):
        raise Invalid("A project's name needs at least one letter or digit.", field="name")
    return f"project-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


async def create(conn: Connection, name: str, by: str) -> Project:
    """Raises Invalid, or ProjectExists when another name has this slug."""
    name = " ".join(name.split())
    if len(name) > 80:
        raise Invalid("A project's name may have 80 characters at most.", field="name")
    row = await one(conn, SQL["insert"], {"id": new_id(), "slug": slug_of(name), "name": name, "by": by})
    if row is None:
        raise ProjectExists()
    return Project.model_validate(row)


async def every_project(conn: Connection, *, after: str | None = None, limit: int | None = None) -> list[Project]:
    """By slug, all of them without a limit; `after` is the last slug of the page before."""
    return [Project.model_validate(row) for row in await every(conn, SQL["every"], {"after": after, "limit": limit})]


async def totals(conn: Connection, *, limit: int, after: str | None = None) -> list[ProjectTotals]:
    """By slug; `after` is the last slug of the page before."""
    rows = await every(conn, SQL["totals"], {"after": after, "limit": limit})
    return [ProjectTotals.model_validate(row) for row in rows]


async def by_slug(conn: Connection, slug: str) -> Project:
    """Raises NotFound."""
    row = await one(conn, SQL["by_slug"], {"slug": slug})
    if row is None:
        raise NotFound(f"There is no project {slug!r}.")
    return Project.model_validate(row)


async def settings(conn: Connection, slug: str) -> ProjectSettings:
    """Raises NotFound."""
    row = await one(conn, SQL["settings"], {"slug": slug})
    if row is None:
        raise NotFound(f"There is no project {slug!r}.")
    return ProjectSettings.model_validate(row)


async def settle(conn: Connection, slug: str, settling: Settling, by: str) -> ProjectSettings:
    """Raises NotFound."""
    row = await one(conn, SQL["settle"], {**settling.model_dump(), "slug": slug, "by": by})
    if row is None:
        raise NotFound(f"There is no project {slug!r}.")
    return ProjectSettings.model_validate(row)


async def settling_of(conn: Connection, decision_set: DecisionSetId) -> Settling:
    """Raises NotFound."""
    row = await one(conn, SQL["settling_of"], {"decision_set": decision_set})
    if row is None:
        raise NotFound(f"There is no decision set {decision_set}.")
    return Settling.model_validate(row)
