"""The API's own description, with the payload of each event type: they travel inside events and streams, where no route
names them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from storage.records.events import PAYLOADS, Event
from web.routes.api.answers import Problem
from web.words import AssistantDelta

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = (
    "Every decision, with its reasons, its cost and its gate. Errors are RFC 9457 problem details with a "
    "stable `code`. A 202 is durable. Every POST takes an `Idempotency-Key`."
)


def describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, found = models_json_schema(
        [(model, "serialization") for model in (Event, Problem, AssistantDelta, *PAYLOADS.values())],
        ref_template=REFERENCE,
    )
    for name, schema in found["$defs"].items():
        schemas.setdefault(name, schema)
    schemas["EventPayload"] = {
        "description": "The payload of an event, by the event's `type`.",
        "x-event-types": {kind: REFERENCE.format(model=model.__name__) for kind, model in PAYLOADS.items()},
        "anyOf": [{"$ref": REFERENCE.format(model=model.__name__)} for model in PAYLOADS.values()],
    }
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"key": []}]
    for path in ("/healthz", "/readyz"):
        document["paths"][path]["get"]["security"] = []
    return document


def install(app: FastAPI) -> None:
    """Made when it is first asked for, and kept."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi
