"""Templates: a whole page, or one of its blocks when htmx asks for a fragment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block

from web.commands.once import Caller
from web.filters import FILTERS

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


@dataclass(frozen=True, slots=True)
class Shell:
    """What the layout around a view needs. `partial` says that only a block of the page is asked for."""

    path: str
    caller: Caller | None
    request_id: str
    partial: bool


@dataclass(frozen=True, slots=True)
class Templates:
    env: Environment

    def shell(self, request: Request) -> Shell:
        return Shell(
            path=request.url.path,
            caller=getattr(request.state, "caller", None),
            request_id=getattr(request.state, "request_id", ""),
            partial=wants_fragment(request),
        )

    def page(
        self,
        request: Request,
        template: str,
        view: object,
        *,
        block: str = "main",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """The whole page, or only `block` when htmx asks."""
        shell = self.shell(request)
        if shell.partial:
            body = self.fragment(template, block, view, shell)
        else:
            body = self.env.get_template(template).render(view=view, shell=shell)
        return HTMLResponse(body, status, {"Vary": "HX-Request", "Cache-Control": "no-store", **(headers or {})})

    def fragment(self, template: str, block: str, view: object, shell: Shell) -> str:
        return render_block(self.env, template, block, view=view, shell=shell)


def wants_fragment(request: Request) -> bool:
    """False for a boosted link and for a history restore, which both replace the whole page."""
    headers = request.headers
    whole = "HX-Boosted" in headers or "HX-History-Restore-Request" in headers
    return headers.get("HX-Request") == "true" and not whole


def build_templates() -> Templates:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(FILTERS)
    env.globals["static"] = static
    return Templates(env)


def static(name: str) -> str:
    """The address of a file below `static/`, with its content's hash, so that a browser may keep it for good. Raises
    FileNotFoundError."""
    path = STATIC / name
    return f"/static/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def _digest(path: Path, modified_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
