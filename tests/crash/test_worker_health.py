"""The worker's health port, asked of a worker in a process of its own."""

from __future__ import annotations

import re
import signal
import socket

import anyio
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.accesses import create_key
from tests.crash.house import House
from tests.decisions import until
from tests.running import KEY, free_port

pytestmark = pytest.mark.anyio

RUN = {
    "extract_constraints",
    "coverage_check",
    "adaptive_questioner",
    "planner",
    "critic_tech",
    "critic_cost",
    "critic_risk",
    "reconcile",
    "policy_eval",
}


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).json() == {"status": "ok"}
    except httpx.TransportError:
        return False


def samples(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Values by label values."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {tuple(sample.labels.values()): sample.value for sample in found if sample.name == name}


async def test_a_worker_shows_what_its_nodes_and_jobs_did(house: House, database_url: str) -> None:
    port = free_port()
    worker = house.start_worker(worker_port=str(port), bootstrap_key=KEY)
    made = await house.create()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await until(lambda: answers(client), 30)
        await house.to_gate(made.id)
        assert (await client.get("/metrics")).json() == {"status": 401, "code": "unauthenticated"}
        assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await client.get("/nothing")).status_code == 404
        for key in (KEY, create_key(database_url, "prometheus", "viewer")):
            shown = await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})
            assert shown.status_code == 200
        assert {node for node, _ in samples(shown.text, "countersign_node_seconds_count")} >= RUN
        assert {outcome for _, outcome in samples(shown.text, "countersign_node_seconds_count")} == {"completed"}
        assert all(spent > 0 for spent in samples(shown.text, "countersign_node_seconds_sum").values())

        async def counted() -> bool:
            text = (await client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})).text
            jobs = samples(text, "countersign_jobs_total")
            # What comes in while a job runs is done by that job, and its own then finds nothing.
            ended = jobs.get(("done",), 0) >= 1 and sum(jobs.values()) >= 2
            return ended and samples(text, "countersign_jobs_running") == {(): 0.0}

        await until(counted, 30)
        worker.send_signal(signal.SIGTERM)
        assert await anyio.to_thread.run_sync(worker.wait, 30) == 0
        assert not await answers(client)


async def test_a_port_that_is_taken_is_named_with_its_setting(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = house.start_worker(worker_port=str(port))
        assert await anyio.to_thread.run_sync(worker.wait, 30) == 1
    said = house.log_text().strip()
    assert re.fullmatch(
        rf"countersign: The worker cannot listen on 127\.0\.0\.1:{port} .* COUNTERSIGN_WORKER_PORT.*", said
    )
