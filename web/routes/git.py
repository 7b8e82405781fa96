"""Each project's repository for `git clone`, read only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from storage import git
from storage.records.errors import NotFound
from web.deps import ConnectionDep

router = APIRouter(include_in_schema=False)

SlugPath = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,63}$")]


@router.get("/git/{slug}.git/{path:path}")
async def read(slug: SlugPath, path: str, conn: ConnectionDep) -> Response:
    """`?service=` of a smart client is passed over: an answer of another type sends it to the dumb protocol."""
    file = await git.serve_path(conn, slug, path)
    if file is None:
        raise NotFound()
    caching = "private, max-age=31536000, immutable" if file.immutable else "no-cache"
    return Response(file.content, 200, {"Cache-Control": caching}, file.media_type)
