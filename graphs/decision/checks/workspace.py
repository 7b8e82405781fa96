"""The bundle on disk, for tools that read files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from providers.rulebook.bundle import UnsafePath, safe_path

MAX_FILES = 500
MAX_BYTES = 16 << 20


class BundleRefused(Exception):
    """The bundle is not written anywhere: too large, or with a path that leaves it."""


def write_bundle(files: Mapping[str, bytes], folder: Path) -> None:
    """Raises BundleRefused before anything is written."""
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise BundleRefused(f"the bundle is larger than {MAX_FILES} files or {MAX_BYTES >> 20} MiB")
    try:
        paths = {safe_path(path): data for path, data in files.items()}
    except UnsafePath as error:
        raise BundleRefused(str(error)) from error
    for path in paths:
        if any(parent in paths for parent in path.parents):
            raise BundleRefused(f"{path} lies within a file")
    for path, data in paths.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
