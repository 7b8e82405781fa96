"""Artifacts in a folder: the embedded default."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from storage.artifacts.store import checked_bytes, checked_name, unavailable
from storage.records.canonical import sha256_of_bytes
from storage.records.errors import NotFound
from storage.records.ids import Sha256


@dataclass(frozen=True, slots=True)
class FolderStore:
    """One file per artifact, in 256 folders by the first two digits of its name; only the owner may read."""

    root: Path

    async def put(self, data: bytes, media_type: str) -> Sha256:
        sha256 = sha256_of_bytes(data)
        try:
            await asyncio.to_thread(_write, self._path(sha256), data)
        except OSError as error:
            raise unavailable(error.strerror or type(error).__name__) from error
        return sha256

    async def get(self, sha256: Sha256) -> bytes:
        try:
            data = await asyncio.to_thread(self._path(sha256).read_bytes)
        except FileNotFoundError:
            raise NotFound("There is no such artifact.") from None
        except OSError as error:
            raise unavailable(error.strerror or type(error).__name__) from error
        return checked_bytes(sha256, data)

    def _path(self, sha256: Sha256) -> Path:
        name = checked_name(sha256)
        return self.root / name[:2] / name


def _write(path: Path, data: bytes) -> None:
    """A file appears whole or not at all, and stays after a power cut; a damaged one is replaced."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
