"""One process at a time per data folder, and word of who it is."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path

from infra.embedded.errors import DataFolderInUse


class FolderLock:
    """A flock, which the kernel frees when its holder dies; the file's content says where the holder is found."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir
        self._path = data_dir / "lock"
        self._descriptor: int | None = None

    def acquire(self, address: str) -> None:
        """Raises DataFolderInUse, which names the holder, or OSError."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 4096, 0)
            os.close(descriptor)
            raise DataFolderInUse(
                f"{self._folder} is in use by {_describe(holder)}: "
                "use that one, stop it, or choose another folder with --data-dir."
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"address": address, "pid": os.getpid()}).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def holder_address(data_dir: Path) -> str | None:
    """What the holder of this folder said of where it is found; None where nobody holds it."""
    try:
        descriptor = os.open(data_dir / "lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(ValueError):  # between the lock and the write that follows it
            return json.loads(os.pread(descriptor, 4096, 0))["address"]
    finally:
        os.close(descriptor)
    return None


def _describe(content: bytes) -> str:
    try:
        holder = json.loads(content)
    except ValueError:
        # Between the lock and the write that follows it.
        return "another Countersign that is just starting"
    return f"Countersign at {holder['address']} (process {holder['pid']})"
