"""How a project settles objections: by the API and by its page, for those who may, and in words when it can't be."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.web_server import WebServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(shared_server: WebServer) -> WebServer:
    return shared_server


@pytest.fixture
async def slug(api: httpx.AsyncClient) -> str:
    made = await api.post("/api/projects", json={"name": f"settled {uuid4().hex[:8]}"})
    assert made.status_code == 201
    return made.json()["slug"]


def settling(project: dict[str, Any]) -> tuple[str, float | None, int]:
    return project["strategy"], project["threshold"], project["rounds"]


async def test_a_new_project_votes_by_weight_in_two_rounds(api: httpx.AsyncClient, slug: str) -> None:
    assert settling((await api.get(f"/api/projects/{slug}")).json()) == ("weighted_vote", None, 2)


async def test_what_is_left_out_stays_and_a_threshold_belongs_to_its_strategy(
    api: httpx.AsyncClient, slug: str
) -> None:
    given = [{"threshold": 0.4}, {"rounds": 3}, {"strategy": "consensus"}, {"threshold": 1}, {"threshold": None}]
    seen = [settling((await api.patch(f"/api/projects/{slug}", json=item)).json()) for item in given]
    assert seen == [
        ("weighted_vote", 0.4, 2),
        ("weighted_vote", 0.4, 3),
        ("consensus", None, 3),
        ("consensus", 1.0, 3),
        ("consensus", None, 3),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"strategy": "coin_toss"}, "strategy"),
        ({"threshold": 0}, "threshold"),
        ({"threshold": 1.5}, "threshold"),
        ({"rounds": 0}, "rounds"),
        ({"rounds": 6}, "rounds"),
        ({"strategy": "escalate", "threshold": 0.5}, "threshold"),
        ({"colour": "red"}, "colour"),
        ({}, "strategy"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    api: httpx.AsyncClient, slug: str, body: dict[str, Any], field: str
) -> None:
    answer = await api.patch(f"/api/projects/{slug}", json=body)
    assert answer.status_code == 422
    assert field in answer.text
    assert settling((await api.get(f"/api/projects/{slug}")).json()) == ("weighted_vote", None, 2)


async def test_an_operator_may_not_and_a_project_must_be_there(
    api: httpx.AsyncClient, server: WebServer, slug: str
) -> None:
    async with server.client("operator") as operator:
        for body in ({"rounds": 1}, {"rounds": 99}):
            answer = await operator.patch(f"/api/projects/{slug}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "role")
        page = await operator.get(f"/projects/{slug}")
        assert "An approver or an admin changes this." in page.text
        assert f'action="/projects/{slug}/settling"' not in page.text
    assert (await api.patch("/api/projects/not-there", json={"rounds": 1})).status_code == 404
    assert (await api.get("/api/projects/not-there")).status_code == 404


async def test_the_page_shows_changes_and_keeps_what_was_refused(api: httpx.AsyncClient, slug: str) -> None:
    page = (await api.get(f"/projects/{slug}")).text
    assert "Weighted vote, threshold 0.25, 2 rounds at most" in page
    form = {"strategy": "consensus", "threshold": "0,5", "rounds": "3", "idempotency_key": "a"}
    saved = await api.post(f"/projects/{slug}/settling", data=form)
    assert (saved.status_code, saved.headers["location"]) == (303, f"/projects/{slug}#settling")
    page = (await api.get(f"/projects/{slug}")).text
    assert "Consensus, threshold 0.5, 3 rounds at most" in page
    assert "Last changed by" in page
    assert (await api.get(f"/api/projects/{slug}")).json()["settings_by"]

    refused = await api.post(f"/projects/{slug}/settling", data={**form, "rounds": "many", "idempotency_key": "b"})
    assert refused.status_code == 422
    assert "Give a whole number from 1 to 5." in refused.text
    assert 'value="many"' in refused.text
