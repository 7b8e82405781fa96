"""What a store of artifacts must be able to do."""

from __future__ import annotations

import re
from typing import Protocol

from storage.records.canonical import sha256_of_bytes
from storage.records.errors import ArtifactDamaged, DomainError, NotFound
from storage.records.ids import Sha256

_NAME = re.compile(r"[0-9a-f]{64}")


class ArtifactsUnavailable(DomainError):
    """The store of artifacts does not answer. What is stored is kept; try again in a moment."""

    code, status = "artifacts-unavailable", 503


class ArtifactStore(Protocol):
    async def put(self, data: bytes, media_type: str) -> Sha256:
        """Durable when it returns; storing the same bytes again changes nothing. Raises ArtifactsUnavailable."""
        ...

    async def get(self, sha256: Sha256) -> bytes:
        """Raises NotFound, ArtifactsUnavailable, or ArtifactDamaged when the bytes are no longer those of the name."""
        ...


def unavailable(reason: str) -> ArtifactsUnavailable:
    """Callers read the reason: it names no path and no address."""
    return ArtifactsUnavailable(
        f"The store of artifacts failed ({reason}). What is stored is kept; try again in a moment."
    )


def checked_name(sha256: str) -> Sha256:
    """Raises NotFound for anything but 64 hex digits: nothing else was ever stored, and none reaches a path."""
    if not _NAME.fullmatch(sha256):
        raise NotFound("There is no such artifact.")
    return Sha256(sha256)


def checked_bytes(sha256: Sha256, data: bytes) -> bytes:
    """Raises ArtifactDamaged."""
    if sha256_of_bytes(data) != sha256:
        raise ArtifactDamaged(f"The stored bytes of {sha256} do not have that hash any more.")
    return data
