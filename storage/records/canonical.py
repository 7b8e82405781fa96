"""One spelling for every value, so that a hash means the same on any machine (RFC 8785)."""

import hashlib
from decimal import Decimal
from typing import Annotated, Any

import rfc8785
from pydantic import BaseModel, PlainSerializer

from storage.records.ids import Sha256


def _plain(amount: Decimal) -> str:
    return format(amount, "f")


Money = Annotated[Decimal, PlainSerializer(_plain, return_type=str)]
"""US dollars; a decimal string in JSON, because a float or jsonb would change its last digits."""


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a pydantic model or of plain JSON data. Raises rfc8785.CanonicalizationError on NaN,
    infinities and integers beyond 2**53."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return rfc8785.dumps(value)


def sha256_of(value: Any) -> Sha256:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return Sha256(hashlib.sha256(canonical_json(value)).hexdigest())


def sha256_of_bytes(data: bytes) -> Sha256:
    return Sha256(hashlib.sha256(data).hexdigest())
