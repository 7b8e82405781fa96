"""Projects: a name for people, a slug for addresses, one git repository each."""

from __future__ import annotations

import re
import unicodedata

from storage.postgres import Connection, every, one, queries
from storage.records.decision_sets import Project
from storage.records.errors import Invalid, NotFound, ProjectExists
from storage.records.ids import new_id

SQL = queries("projects")


def slug_of(name: str) -> str:
    """Lower-case ASCII words joined by hyphens, 63 characters at most. Raises Invalid when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-")
    if not slug:
        raise Invalid("A project's name needs at least one letter or digit.", field="name")
    return slug


async def create(conn: Connection, name: str, by: str) -> Project:
    """Raises Invalid, or ProjectExists when another name has this slug."""
    name = " ".join(name.split())
    if len(name) > 80:
        raise Invalid("A project's name may have 80 characters at most.", field="name")
    row = await one(conn, SQL["insert"], {"id": new_id(), "slug": slug_of(name), "name": name, "by": by})
    if row is None:
        raise ProjectExists()
    return Project.model_validate(row)


async def every_project(conn: Connection, *, after: str | None = None, limit: int = 200) -> list[Project]:
    """By slug; `after` is the last slug of the page before."""
    return [Project.model_validate(row) for row in await every(conn, SQL["every"], {"after": after, "limit": limit})]


async def by_slug(conn: Connection, slug: str) -> Project:
    """Raises NotFound."""
    row = await one(conn, SQL["by_slug"], {"slug": slug})
    if row is None:
        raise NotFound(f"There is no project {slug!r}.")
    return Project.model_validate(row)
