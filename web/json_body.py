"""A request body as JSON, read so that it can mean one thing only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from fastapi import Request

from storage.records.errors import MalformedJson, NotText

DEEPEST = 32
"""Lists and objects within each other; no body of ours needs five."""
_SHOWN = 80
"""Characters of a key that an answer repeats."""


class JsonRequest(Request):
    """A request whose `json()` raises MalformedJson or NotText instead of guessing what was meant."""

    async def json(self) -> Any:
        if not hasattr(self, "_read"):
            self._read = parsed(await self.body())
        return self._read


def parsed(body: bytes) -> Any:
    """Raises json.JSONDecodeError where it is not JSON, MalformedJson where it is but says a thing twice, is nested
    beyond DEEPEST or holds a number that Python does not read, NotText where its bytes are not UTF-8 (or 16 or 32)."""
    try:
        value = json.loads(
            body.decode(json.detect_encoding(body)), object_pairs_hook=_object, parse_constant=_no_number
        )
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise NotText("The request body is not UTF-8 text.", field="body") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # Python reads no whole number of more than 4,300 digits
        raise MalformedJson("A number in the request body is too long: shorten it.") from error
    _check_depth(value)
    return value


def shown(key: str) -> str:
    """A key as an answer can repeat it: encodable, and no longer than a name would be."""
    text = key.encode(errors="replace").decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            name = shown(key)
            raise MalformedJson(f"`{name}` stands twice in the same object: send it once.", field=name)
        found[key] = value
    return found


def _no_number(constant: str) -> NoReturn:
    raise MalformedJson(f"{constant} is not a JSON value: send a number, or null.")


def _check_depth(value: Any) -> None:
    """Level by level: a walk into depth would itself run out of stack."""
    level = _nested([value])
    for _ in range(DEEPEST):
        if not level:
            return
        level = [part for item in level for part in _nested(item.values() if isinstance(item, dict) else item)]
    raise _too_deep()


def _nested(items: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    return [item for item in items if isinstance(item, dict | list)]


def _too_deep() -> MalformedJson:
    return MalformedJson(f"The request body is nested too deep: at most {DEEPEST} lists and objects within each other.")
