"""What the runs have stored."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response

from storage import artifacts
from storage.records.ids import Sha256
from web.deps import ConsoleDep
from web.routes.api.answers import refusals

router = APIRouter(prefix="/api/artifacts", tags=["artifacts"])


@router.get(
    "/{sha256}",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}},
        304: {"description": "If-None-Match names it: the caller has the bytes."},
        **refusals(404),
    },
)
async def download(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], request: Request, console: ConsoleDep
) -> Response:
    """The bytes; their SHA-256 is the name they are asked for by."""
    async with console.pool.connection() as conn:
        artifact = await artifacts.described(conn, Sha256(sha256))
    caching = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{sha256}"'}
    if _has(request.headers.getlist("If-None-Match"), caching["ETag"]):
        return Response(status_code=304, headers=caching)
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(artifact.name, safe='')}"}
    return Response(await console.artifacts.get(artifact.sha256), 200, {**named, **caching}, artifact.media_type)


def _has(given: list[str], tag: str) -> bool:
    """Weakly compared, as RFC 9110 has it for If-None-Match."""
    tags = {part.strip().removeprefix("W/") for part in ",".join(given).split(",")}
    return tag in tags or tags == {"*"}
