"""Bundles as bytes: safe paths, and a zip that is the same for the same files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first instant a zip can hold."""
_READABLE = 0o644 << 16
_PART = re.compile(r"[A-Za-z0-9._@+ -]+")


class UnsafePath(ValueError):
    """A bundle path that is absolute, leaves the bundle, or has characters that are not plain."""


def safe_path(path: str) -> PurePosixPath:
    """The path, relative and within the bundle. Raises UnsafePath otherwise."""
    found = PurePosixPath(path)
    plain = all(_PART.fullmatch(part) and part not in (".", "..", ".git") for part in found.parts)
    if not found.parts or found.is_absolute() or str(found) != path or not plain:
        raise UnsafePath(f"{path!r} is not a plain path within the bundle")
    return found


def zip_bundle(files: Mapping[str, bytes]) -> bytes:
    """Deterministic: sorted, with one fixed time and mode. Raises UnsafePath."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(str(safe_path(path)), _EPOCH)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def unzip_bundle(archive: bytes) -> dict[str, bytes]:
    """The files by path. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
