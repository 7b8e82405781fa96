"""Bytes by their hash, in a folder and in S3 (moto's server), behind one interface."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from storage import decision_sets, projects
from storage.artifacts import ArtifactStore, ArtifactsUnavailable, FolderStore, described, open_store, record
from storage.artifacts.s3 import S3Store, make_client
from storage.postgres import Pool, unit_of_work
from storage.records.canonical import sha256_of_bytes
from storage.records.constraints import ConstraintSchema
from storage.records.errors import ArtifactDamaged, NotFound
from storage.records.ids import DecisionSetId, Sha256, new_id

pytestmark = pytest.mark.anyio

ZIP = b"PK\x05\x06" + bytes(18)
ABSENT = Sha256("0" * 64)


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_client(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {
        "AWS_ENDPOINT_URL_S3": s3_address,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    client = make_client()
    client.create_bucket(Bucket="decisions", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield client
    for item in client.list_objects_v2(Bucket="decisions").get("Contents", []):
        client.delete_object(Bucket="decisions", Key=item["Key"])
    client.delete_bucket(Bucket="decisions")
    client.close()


@pytest.fixture(params=["folder", "s3"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ArtifactStore]:
    if request.param == "folder":
        yield open_store((tmp_path / "artifacts").as_uri())
    else:
        yield S3Store(request.getfixturevalue("s3_client"), "decisions", "team/countersign")


async def test_bytes_come_back_under_their_hash(store: ArtifactStore) -> None:
    name = await store.put(ZIP, "application/zip")
    assert name == sha256_of_bytes(ZIP)
    assert await store.get(name) == ZIP


async def test_storing_the_same_bytes_again_changes_nothing(store: ArtifactStore) -> None:
    names = await asyncio.gather(*(store.put(ZIP, "application/zip") for _ in range(4)))
    assert set(names) == {sha256_of_bytes(ZIP)}
    assert await store.get(names[0]) == ZIP


async def test_the_empty_artifact_is_one_too(store: ArtifactStore) -> None:
    assert await store.get(await store.put(b"", "text/plain")) == b""


@pytest.mark.parametrize("name", [ABSENT, "../../etc/passwd", "", "0" * 63, "G" * 64])
async def test_what_was_never_stored_is_not_found(store: ArtifactStore, name: str) -> None:
    with pytest.raises(NotFound):
        await store.get(Sha256(name))


async def test_a_damaged_file_is_refused_and_put_right_by_the_next_put(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = await store.put(ZIP, "application/zip")
    (tmp_path / name[:2] / name).write_bytes(b"PK\x05\x07" + bytes(18))
    with pytest.raises(ArtifactDamaged):
        await store.get(name)
    await store.put(ZIP, "application/zip")
    assert await store.get(name) == ZIP


async def test_only_the_owner_can_read_the_folder(tmp_path: Path) -> None:
    name = await FolderStore(tmp_path / "artifacts").put(ZIP, "application/zip")
    folder = tmp_path / "artifacts" / name[:2]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder / name, folder)] == [0o600, 0o700]
    assert os.listdir(folder) == [name]


async def test_s3_is_asked_to_encrypt_to_check_and_never_to_overwrite(s3_client: Any) -> None:
    sent: list[dict[str, str]] = []
    s3_client.meta.events.register(
        "before-send.s3.PutObject",
        lambda request, **_: sent.append({key.lower(): _text(value) for key, value in request.headers.items()}),
    )
    store = S3Store(s3_client, "decisions", "team")
    name = await store.put(ZIP, "application/zip")
    assert sent[0]["if-none-match"] == "*"
    assert sent[0]["x-amz-server-side-encryption"] == "AES256"
    assert sent[0]["content-type"] == "application/zip"
    assert base64.b64decode(sent[0]["x-amz-checksum-sha256"]).hex() == name
    head = s3_client.head_object(Bucket="decisions", Key=f"team/artifacts/{name}")
    assert (head["ServerSideEncryption"], head["ContentType"]) == ("AES256", "application/zip")


async def test_s3_keeps_the_first_of_two_puts(s3_client: Any) -> None:
    store = S3Store(s3_client, "decisions")
    name = await store.put(ZIP, "application/zip")
    first = s3_client.head_object(Bucket="decisions", Key=f"artifacts/{name}")
    await store.put(ZIP, "text/plain")
    second = s3_client.head_object(Bucket="decisions", Key=f"artifacts/{name}")
    assert second["ContentType"] == "application/zip"
    assert second["LastModified"] == first["LastModified"]


async def test_damaged_bytes_in_s3_are_refused(s3_client: Any) -> None:
    s3_client.put_object(Bucket="decisions", Key=f"artifacts/{ABSENT}", Body=b"other")
    with pytest.raises(ArtifactDamaged):
        await S3Store(s3_client, "decisions").get(ABSENT)


async def test_a_bucket_that_does_not_exist_is_an_error_not_an_absence(s3_client: Any) -> None:
    with pytest.raises(ArtifactsUnavailable, match=r"failed \(NoSuchBucket\)"):
        await S3Store(s3_client, "elsewhere").get(ABSENT)


async def test_s3_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that nobody listens on; what callers read names neither it nor the bucket."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{held.getsockname()[1]}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "a")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        client = make_client()
        store = S3Store(client, "decisions")
        for attempt in (store.get(ABSENT), store.put(ZIP, "application/zip")):
            with pytest.raises(ArtifactsUnavailable) as refused:
                await attempt
            assert "(EndpointConnectionError)" in refused.value.detail
            assert "127.0.0.1" not in refused.value.detail
            assert "decisions" not in refused.value.detail
        client.close()


async def test_a_folder_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    """A file stands where the folder was: what an unmounted or replaced disk may leave."""
    (tmp_path / "artifacts").write_bytes(b"")
    store = FolderStore(tmp_path / "artifacts")
    for attempt in (store.get(ABSENT), store.put(ZIP, "application/zip")):
        with pytest.raises(ArtifactsUnavailable, match=r"Not a directory|File exists") as refused:
            await attempt
        assert str(tmp_path) not in refused.value.detail


def test_the_address_chooses_the_store(s3_client: Any, tmp_path: Path) -> None:
    assert open_store(f"{(tmp_path / 'a b').as_uri()}") == FolderStore(tmp_path / "a b")
    opened = open_store("s3://decisions/team/countersign")
    assert isinstance(opened, S3Store)
    assert (opened.bucket, opened.prefix) == ("decisions", "team/countersign")
    opened.client.close()


@pytest.mark.parametrize("address", ["file:///", "file://host/folder", "s3://", "http://x/y", "/folder", ""])
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="file:///folder or s3://bucket/prefix"):
        open_store(address)


async def test_a_link_says_whose_the_bytes_are_and_is_made_once(pool: Pool) -> None:
    decision_set = DecisionSetId(new_id())
    async with unit_of_work(pool) as work:
        project = await projects.create(work.conn, "Fraud model", "ana")
        await decision_sets.insert(
            work.conn,
            decision_set,
            project=project.id,
            title="t",
            parent=None,
            by="ana",
            constraints=ConstraintSchema({}),
            inputs_seq=0,
        )
        for _ in range(2):
            await record(work.conn, decision_set, ABSENT, "bundle.zip", "application/zip", 22)
        found = await decision_sets.read(work.conn, decision_set)
        assert [(item.name, item.size) for item in found.artifacts] == [("bundle.zip", 22)]
        assert await described(work.conn, ABSENT) == found.artifacts[0]
        with pytest.raises(NotFound):
            await described(work.conn, Sha256("1" * 64))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
