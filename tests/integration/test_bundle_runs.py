"""The bundles outside the sandbox: their own tests, the service over HTTP, the jobs against S3 (moto's server)."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from providers.rulebook.bundle import RulebookCodeGen
from tests.bundles import WORKLOADS, code_request

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
CODEGEN = RulebookCodeGen()


def write(folder: Path, workload: str) -> Path:
    for path, data in asyncio.run(CODEGEN.generate(code_request("aws", workload))).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_bundles_own_tests_pass(tmp_path: Path, workload: str) -> None:
    done = run(write(tmp_path, workload), "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-o", "addopts=")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\b\d\d passed in", done.stdout)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_examples_in_the_readme_work(tmp_path: Path, workload: str) -> None:
    readme = (write(tmp_path, workload) / "README.md").read_text()
    command = re.search(r"^python (-m \w+ .*)$", readme, re.MULTILINE)
    if workload == "realtime_inference":
        assert "uvicorn --factory service.app:from_environment" in readme
        return
    assert command is not None
    assert run(tmp_path, *command[1].split()).returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == (
        ["checkpoint-0-of-1.json", "scored-000000.jsonl"]
        if workload == "batch_inference"
        else ["checkpoint.json", "model.json"]
    )


def test_the_service_answers_over_http(tmp_path: Path) -> None:
    write(tmp_path, "realtime_inference")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-B", "-m", "uvicorn", "--factory", "service.app:from_environment", "--port", str(port)]
    service = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT | {"MODEL_URI": "examples/model.json"}, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=0)) as client:
            wait_for(client)
            request = (tmp_path / "examples/request.json").read_bytes()
            answer = client.post("/predict", content=request, headers={"content-type": "application/json"})
            assert (answer.status_code, len(answer.json()["predictions"])) == (200, 2)
            assert client.get("/readyz").json() == {"ready": True}
            assert "predict_latency_seconds_count 1" in client.get("/metrics").text
    finally:
        service.terminate()
        service.wait(10)


def wait_for(client: httpx.Client) -> None:
    for _ in range(200):
        try:
            client.get("/healthz").raise_for_status()
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the service did not start")


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """The environment of a job on AWS, with an empty bucket named `data`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    try:
        client(environment).create_bucket(
            Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield environment
    finally:
        server.stop()


def client(environment: dict[str, str]):
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="eu-central-1",
    )


def test_training_and_scoring_meet_in_object_storage(tmp_path: Path, bucket: dict[str, str]) -> None:
    """Trains from S3 to S3, then two shards score with the model that came out, and are started again."""
    (tmp_path / "train").mkdir()
    (tmp_path / "score").mkdir()
    training, job = write(tmp_path / "train", "training"), write(tmp_path / "score", "batch_inference")
    s3 = client(bucket)
    rows = [{"features": [number, 1.0], "label": int(number >= 20)} for number in range(40)]
    s3.put_object(Bucket="data", Key="in/train.jsonl", Body="".join(json.dumps(row) + "\n" for row in rows))
    lines = [{"id": number, "features": [number, 1.0]} for number in range(40)]
    s3.put_object(Bucket="data", Key="in/score.jsonl", Body="".join(json.dumps(line) + "\n" for line in lines))

    trained = run(
        training, "-m", "training", INPUT_URI="s3://data/in/train.jsonl", OUTPUT_URI="s3://data/model", **bucket
    )
    assert trained.returncode == 0, trained.stderr
    given = {"INPUT_URI": "s3://data/in/score.jsonl", "OUTPUT_URI": "s3://data/out", "SHARD_COUNT": "2"}
    for index in ("0", "1", "0"):
        done = run(
            job,
            "-m",
            "job",
            "--chunk",
            "8",
            MODEL_URI="s3://data/model/model.json",
            SHARD_INDEX=index,
            **given,
            **bucket,
        )
        assert done.returncode == 0, done.stderr

    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="data", Prefix="out/scored-")["Contents"]]
    bodies = [s3.get_object(Bucket="data", Key=key)["Body"].read().decode() for key in sorted(keys)]
    scored = [json.loads(line) for body in bodies for line in body.splitlines()]
    assert [record["id"] for record in scored] == list(range(40))
    assert scored[0]["prediction"] < 0.1 < 0.9 < scored[-1]["prediction"]


def test_a_job_that_is_told_to_stop_goes_on_later(tmp_path: Path) -> None:
    write(tmp_path, "training")
    rows = [{"features": [number, number % 7], "label": number % 2} for number in range(3000)]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-B", "-m", "training", "--input", "data.jsonl", "--output", "out", "--epochs", "40"]
    job = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT | dict(os.environ), stderr=subprocess.DEVNULL)
    checkpoint = tmp_path / "out" / "checkpoint.json"
    while not checkpoint.exists():
        time.sleep(0.01)
    job.terminate()
    assert job.wait(20) == 75
    stopped_after = json.loads(checkpoint.read_text())["epoch"]
    assert 0 < stopped_after < 40
    assert run(tmp_path, *command[2:]).returncode == 0
    assert json.loads(checkpoint.read_text())["epoch"] == 40
    assert (tmp_path / "out" / "model.json").exists()
