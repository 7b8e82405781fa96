"""What is wrong with a request, field by field, with what would put it right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from fastapi.exceptions import RequestValidationError

from infra.faults import reason
from storage.records.errors import DomainError, Invalid, MalformedJson, NotFound, NotText


class FieldError(TypedDict):
    field: str
    message: str


def refusal(error: RequestValidationError) -> tuple[DomainError, list[FieldError]]:
    """The error to answer with, and each field at fault. A malformed id in the address is simply not found."""
    found: list[Mapping[str, Any]] = list(error.errors())
    if any(item["loc"][:1] == ("path",) for item in found):
        return NotFound(), []
    if any(item["type"] == "json_invalid" for item in found):
        said, place = found[0].get("ctx", {}).get("error", "it does not parse"), found[0]["loc"][-1]
        return MalformedJson(f"The request body is not valid JSON: {said} at character {place}."), []
    fields: list[FieldError] = [{"field": _name(item), "message": _message(item)} for item in found[:50]]
    if any(item["type"] == "string_unicode" for item in found):
        return NotText("The request holds characters that are not text."), fields
    return Invalid(_sentence(fields)), fields


def _name(item: Mapping[str, Any]) -> str:
    place = [str(part) for part in item["loc"][1:]]
    return ".".join(place) or "body"


def _message(item: Mapping[str, Any]) -> str:
    match item["type"]:
        case "extra_forbidden":
            return "No such field: remove it."
        case "missing":
            return "This field is missing: add it."
        case "model_attributes_type" | "dict_type" if len(item["loc"]) == 1:
            return "Send a JSON object, with `Content-Type: application/json`."
        case _:
            message = reason(item)
            return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def _sentence(fields: list[FieldError]) -> str:
    return " ".join(f"{item['field']}: {item['message']}" for item in fields[:5])
