"""A repository as git's dumb HTTP protocol reads it (gitprotocol-http, "Dumb clients"): refs, list of packs, packs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.git.publish import MAIN
from storage.postgres import Connection, every, one, queries
from storage.records.ids import ProjectId

SQL = queries("git")

_PACK = re.compile(r"objects/pack/pack-([0-9a-f]{40})\.(pack|idx)")
_MEDIA = {"pack": "application/x-git-packed-objects", "idx": "application/x-git-packed-objects-toc"}


@dataclass(frozen=True, slots=True)
class GitFile:
    """`immutable`: the path names this content for ever, and a cache may keep it."""

    content: bytes
    media_type: str
    immutable: bool = False


async def serve_path(conn: Connection, slug: str, path: str) -> GitFile | None:
    """One file of the repository, `path` relative to it and without a query. None for anything that is not there, loose
    objects and alternates among them: a client goes on to the packs."""
    row = await one(conn, SQL["project_of"], {"slug": slug})
    if row is None:
        return None
    project = ProjectId(row["id"])
    match path:
        case "HEAD":
            return GitFile(f"ref: refs/heads/{MAIN}\n".encode(), "text/plain; charset=utf-8")
        case "info/refs":
            refs = await every(conn, SQL["refs"], {"project": project})
            text = "".join(f"{ref['sha']}\trefs/heads/{ref['name']}\n" for ref in refs)
            return GitFile(text.encode(), "text/plain; charset=utf-8")
        case "objects/info/packs":
            packs = await every(conn, SQL["pack_names"], {"project": project})
            text = "".join(f"P pack-{pack['name']}.pack\n" for pack in packs)
            return GitFile(f"{text}\n".encode(), "text/plain; charset=utf-8")
        case _:
            return await _pack(conn, project, path)


async def _pack(conn: Connection, project: ProjectId, path: str) -> GitFile | None:
    asked = _PACK.fullmatch(path)
    if asked is None:
        return None
    row = await one(conn, SQL[asked[2]], {"project": project, "name": asked[1]})
    return None if row is None else GitFile(row["content"], _MEDIA[asked[2]], immutable=True)
