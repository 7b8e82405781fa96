"""What a vendor's package raises, as what helps against it."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime

from langchain_core.exceptions import ModelTimeoutError

from infra.excerpt import excerpt
from providers.resilience import Refused, Transient

_PASSING = frozenset({408, 409, 425, 429})
"""Statuses below 500 that another call may not get."""


def translated(error: Exception, seconds: float) -> Transient | Refused:
    """`seconds` is how long a call may take."""
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 400 <= status < 600:
        # No answer, or one that broke off: packages give a fault within a stream the status of the stream.
        slow = isinstance(error, (ModelTimeoutError, TimeoutError)) or "Timeout" in type(error).__name__
        return Transient(f"no answer within {seconds:g} s." if slow else f"the connection failed ({_words(error)}).")
    if status >= 500 or status in _PASSING:
        return Transient(f"the provider answered {status} ({_words(error)}).", retry_after=_retry_after(error))
    return Refused(f"the provider refused with {status} ({_words(error)}).{_REMEDIES.get(status, '')}")


_REMEDIES = {
    401: " Check its key.",
    403: " Check what its key may do.",
    404: " Check the model's name and the provider's address.",
}


def _words(error: Exception) -> str:
    """The provider's own words where it sent some, without the package's wrapping."""
    body = getattr(error, "body", None)
    if isinstance(body, Mapping):
        inner = body.get("error")
        found = (inner if isinstance(inner, Mapping) else body).get("message")
        if isinstance(found, str) and found:
            return _sentence(found)
    return _sentence(str(getattr(error, "error", "") or error) or type(error).__name__)


def _sentence(words: str) -> str:
    return excerpt(words.rstrip().rstrip("."), 200)


def _retry_after(error: Exception) -> float | None:
    """Seconds, from a header that holds seconds or a date (RFC 9110, 10.2.3)."""
    # ollama's package drops the response from its own error, and leaves it in the one it was raised for.
    response = getattr(error, "response", None) or getattr(error.__context__, "response", None)
    headers = getattr(response, "headers", None)
    given = headers.get("retry-after") if isinstance(headers, Mapping) else None
    if not isinstance(given, str):
        return None
    if given.replace(".", "", 1).isdecimal():
        return float(given)
    try:
        at = email.utils.parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None
