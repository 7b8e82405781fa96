"""One place that turns what went wrong into a status and into the words a caller reads."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from storage.artifacts import ArtifactsUnavailable
from storage.postgres import AWAY
from storage.records.errors import BodyTooLarge, DomainError, Invalid, NotFound, Unauthenticated
from web.console import console_of
from web.security import HEADERS
from web.validation import FieldError, refusal

log = structlog.get_logger(__name__)


class MethodNotAllowed(DomainError):
    """This address does not take that method."""

    code, status = "method-not-allowed", 405


class NotAForm(DomainError):
    """The form came incomplete and could not be read. Go back, where it still stands, and send it again."""

    code, status = "malformed-form", 400


class DatabaseUnavailable(DomainError):
    """The database does not answer. Nothing was lost; try again in a moment."""

    code, status = "database-unavailable", 503


class InternalError(DomainError):
    """Something failed on our side, and nothing of this request was kept. Its request id is in the log."""

    code, status = "internal-error", 500


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The view of `pages/error.html`."""

    status: int
    title: str
    detail: str
    code: str
    request_id: str


def install(app: FastAPI) -> None:
    """Every exception that may leave a route."""
    for kind in (DomainError, RequestValidationError, HTTPException, *AWAY, Exception):
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """Problem details (RFC 9457) for programs, a page or a fragment for people."""
    refused, fields = _as_domain_error(error)
    headers = dict(getattr(error, "headers", None) or {})
    if isinstance(refused, InternalError):
        # Answered outside all of our middleware, which would have set these.
        headers.update(HEADERS, **{"X-Request-ID": getattr(request.state, "request_id", "")})
    if isinstance(refused, MethodNotAllowed):
        headers["Allow"] = ", ".join(_methods(request))
    if isinstance(refused, DatabaseUnavailable):
        log.warning("database unavailable", error=str(error))
    if isinstance(refused, ArtifactsUnavailable):
        log.warning("artifacts unavailable", error=str(error.__cause__ or error))
    if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "2")
    if wants_json(request):
        return problem(request, refused, fields, headers)
    if isinstance(refused, Unauthenticated):
        return sign_in_first(request)
    return page(request, refused, headers)


def wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/git/")) or request.url.path in (
        "/api",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    )


def problem(request: Request, error: DomainError, fields: list[FieldError], headers: dict[str, str]) -> Response:
    """`code` is stable; `errors` names each field at fault with what would put it right."""
    if isinstance(error, Unauthenticated):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="Countersign"')
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if fields:
        body["errors"] = fields
    return JSONResponse(body, error.status, headers, media_type="application/problem+json")


def page(request: Request, error: DomainError, headers: dict[str, str]) -> Response:
    view = ErrorPage(
        status=error.status,
        title=HTTPStatus(error.status).phrase,
        detail=error.detail,
        code=error.code,
        request_id=getattr(request.state, "request_id", ""),
    )
    templates = console_of(request).templates
    return templates.page(request, "pages/error.html", view, status=error.status, headers=headers)


def sign_in_first(request: Request) -> Response:
    """To the sign-in page and back; an htmx request must change the page, not the fragment it asked for."""
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = target if request.method in ("GET", "HEAD") and target != "/" else ""
    address = "/sign-in" + (f"?next={quote(back, safe='/')}" if back else "")
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _as_domain_error(error: Exception) -> tuple[DomainError, list[FieldError]]:
    match error:
        case DomainError():
            return error, _at_fault(error)
        case RequestValidationError():
            return refusal(error)
        case HTTPException():
            refused = _from_status(error)
            return refused, _at_fault(refused)
        case _ if isinstance(error, AWAY):
            return DatabaseUnavailable(), []
        case _:
            return InternalError(), []


def _at_fault(error: DomainError) -> list[FieldError]:
    return [{"field": error.field, "message": error.detail}] if error.field else []


def _methods(request: Request) -> list[str]:
    """Those that the address takes: one address may have a route for each."""
    routes = request.app.routes
    taken = {
        method
        for method in ("GET", "HEAD", "POST", "PATCH")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return sorted(taken | {"HEAD"} if "GET" in taken else taken)


def _from_status(error: HTTPException) -> DomainError:
    match error.status_code:
        case 404:
            return NotFound()
        case 405:
            return MethodNotAllowed()
        case 413:
            return BodyTooLarge()
        case 400 if isinstance(error.__cause__, DomainError):  # FastAPI's own words for what reading a body raised
            return error.__cause__
        case 400:  # the form parser's; JSON is read by ourselves
            return NotAForm()
        case _:
            refused = Invalid(error.detail)
            refused.status = error.status_code
            return refused
