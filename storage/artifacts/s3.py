"""Artifacts in an S3 bucket, encrypted with the bucket's own keys (SSE-S3)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from storage.artifacts.store import checked_bytes, checked_name, unavailable
from storage.records.canonical import sha256_of_bytes
from storage.records.errors import NotFound
from storage.records.ids import Sha256

_TRIES = 3
"""Puts of one name that may collide with another's before its 409 is an error."""


def make_client() -> Any:
    """An S3 client by the AWS SDK's own variables; boto3 has no types. It is safe to share between threads."""
    return boto3.client(
        "s3", config=Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})
    )


@dataclass(frozen=True, slots=True)
class S3Store:
    """Objects `{prefix}/artifacts/{sha256}`."""

    client: Any
    bucket: str
    prefix: str = ""

    async def put(self, data: bytes, media_type: str) -> Sha256:
        sha256 = sha256_of_bytes(data)
        with _failures_named():
            await asyncio.to_thread(self._put, sha256, data, media_type)
        return sha256

    async def get(self, sha256: Sha256) -> bytes:
        with _failures_named():
            data = await asyncio.to_thread(self._get, self._key(sha256))
        return checked_bytes(sha256, data)

    def _key(self, sha256: Sha256) -> str:
        return "/".join(filter(None, [self.prefix, "artifacts", checked_name(sha256)]))

    def _put(self, sha256: Sha256, data: bytes, media_type: str) -> None:
        for attempt in range(_TRIES):
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=self._key(sha256),
                    Body=data,
                    ContentType=media_type,
                    IfNoneMatch="*",
                    ServerSideEncryption="AES256",
                    ChecksumSHA256=base64.b64encode(hashlib.sha256(data).digest()).decode(),
                )
                return
            except ClientError as error:
                match _status(error):
                    case 412:  # it is there already
                        return
                    case 409 if attempt < _TRIES - 1:  # another put of the same name is under way, and may yet fail
                        time.sleep(0.2 * 2**attempt)
                    case _:
                        raise

    def _get(self, key: str) -> bytes:
        try:
            with self.client.get_object(Bucket=self.bucket, Key=key)["Body"] as body:
                return body.read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                raise NotFound("There is no such artifact.") from None
            raise


@contextmanager
def _failures_named() -> Iterator[None]:
    """Raises ArtifactsUnavailable for whatever S3 or the way to it fails at, with the SDK's name for it."""
    try:
        yield
    except ClientError as error:
        raise unavailable(error.response.get("Error", {}).get("Code") or "an error without a code") from error
    except (BotoCoreError, OSError) as error:
        raise unavailable(type(error).__name__) from error


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
