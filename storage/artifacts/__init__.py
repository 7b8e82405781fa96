"""Bytes by their SHA-256: a folder, or S3. Rows say what they are and which decision set they belong to."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from storage.artifacts.folder import FolderStore
from storage.artifacts.rows import described, record
from storage.artifacts.store import ArtifactStore, ArtifactsUnavailable

__all__ = ["ArtifactStore", "ArtifactsUnavailable", "FolderStore", "described", "open_store", "record"]


def open_store(url: str) -> ArtifactStore:
    """`file:///folder`, or `s3://bucket/prefix` with the AWS SDK's own variables. Raises ValueError for anything else.
    Connects to nothing yet."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        from storage.artifacts.s3 import S3Store, make_client  # boto3 takes a third of a second to import

        return S3Store(make_client(), parts.netloc, parts.path.strip("/"))
    raise ValueError("artifacts are kept at file:///folder or s3://bucket/prefix")
