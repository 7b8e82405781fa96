"""What is wrong with a request, field by field, with what would put it right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from fastapi.exceptions import RequestValidationError

from infra.faults import reason
from storage.records.errors import DomainError, Invalid, MalformedJson, NotFound, NotText
from web.deps import KEY, SLUG, TEXT, UUID
from web.json_body import shown

_ID = "Give an id as an answer of ours holds it, such as 01890a5d-ac96-774b-bcce-b302099a8057."
_SWITCH = "Give 1, or leave it out."
EXPECTED = {
    UUID: _ID,
    f"^$|{UUID}": _ID,
    KEY: "Use ASCII letters, digits and signs without spaces, at most 200, such as a UUID.",
    TEXT: "Characters that are not text are not taken: leave them out.",
    SLUG: "Use small letters, digits and hyphens, as in an address.",
    "^1?$": _SWITCH,
    "^[01]?$": _SWITCH,
    r"^\d{0,18}$": "Give a whole number of at most 18 digits.",
}
"""What a value has to be, in words, by the regular expression that it did not match."""


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
    """A constraint is named as itself, wherever in the body it stands."""
    place = [shown(str(part)) for part in item["loc"][1:] if part != "[key]"]
    return ".".join(place[1:] if place[:1] == ["constraints"] and len(place) > 1 else place) or "body"


def _message(item: Mapping[str, Any]) -> str:
    match item["type"]:
        case "extra_forbidden":
            return "No such field: remove it."
        case "missing":
            return "This field is missing: add it."
        case "model_attributes_type" | "dict_type" if len(item["loc"]) == 1:
            return "Send a JSON object, with `Content-Type: application/json`."
        case "model_attributes_type" | "model_type" | "dict_type":
            return "Send a JSON object."
        case "string_pattern_mismatch":
            return EXPECTED.get(item["ctx"]["pattern"], "This is not written as it has to be: see /openapi.json.")
        case _:
            message = reason(item)
            return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def _sentence(fields: list[FieldError]) -> str:
    return " ".join(f"{item['field']}: {item['message']}" for item in fields[:5])
