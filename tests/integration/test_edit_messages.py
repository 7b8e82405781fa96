"""Editing an earlier message over HTTP: what the API refuses and names, and what a page without a script gives back."""

from __future__ import annotations

import httpx
import pytest

from storage.postgres import Pool
from storage.records.decision_sets import Option, Question
from storage.records.events import MessageReceived, QuestionAsked
from storage.records.ids import DecisionSetId
from tests.decisions import ANA, SENTENCE, change, log, new_decision_set
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

EDITED = SENTENCE.replace("80 ms", "100 ms")
CLOUD = Question(
    id="cloud.1",
    field="cloud",
    text="Which cloud may it run on?",
    why="Prices differ.",
    options=[Option(label="AWS", value=["aws"]), Option(label="Azure", value=["azure"])],
)


async def answered(pool: Pool) -> tuple[DecisionSetId, int]:
    """A decision set with one answered question, and the seq of the answer."""
    decision_set = await new_decision_set(pool)
    await log(pool, decision_set, QuestionAsked(question=CLOUD))
    said = MessageReceived(text="AWS", by=ANA.name, question_id="cloud.1", choice="answer")
    return decision_set, await log(pool, decision_set, said)


async def last_message(api: httpx.AsyncClient, decision_set: DecisionSetId) -> dict[str, object]:
    told = (await api.get(f"/api/decision-sets/{decision_set}/events?limit=200")).json()["items"]
    return [event["payload"] for event in told if event["type"] == "message-received"][-1]


async def test_an_edit_is_a_message_that_replaces_another(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, seq = await answered(pool)
    base = f"/api/decision-sets/{decision_set}"
    taken = await api.post(f"{base}/messages", json={"text": "Azure", "replaces": seq})
    assert (taken.status_code, taken.json()["question"]) == (202, None)
    said = await last_message(api, decision_set)
    assert (said["text"], said["replaces"], said["question_id"]) == ("Azure", seq, "cloud.1")
    first = await api.post(f"{base}/messages", json={"text": EDITED, "replaces": 1})
    assert first.json()["title"] == EDITED[:79].rsplit(" ", 1)[0].rstrip(",") + "…"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"text": EDITED, "replaces": 99}, 422, "invalid", "replaces"),
        ({"text": EDITED, "replaces": 2}, 422, "invalid", "replaces"),
        ({"text": EDITED, "replaces": 0}, 422, "invalid", "replaces"),
        ({"text": EDITED, "replaces": "one"}, 422, "invalid", "replaces"),
        ({"text": EDITED, "replaces": 10**12}, 422, "invalid", "replaces"),
        ({"text": " ", "replaces": 1}, 422, "empty-message", "text"),
        ({"text": "x" * 20_001, "replaces": 1}, 413, "message-too-long", "text"),
        ({"choice": "skip", "replaces": 1}, 422, "invalid", "choice"),
        ({"text": "x", "replaces": 1, "question_id": "cloud.1"}, 422, "invalid", "question_id"),
    ],
)
async def test_a_refusal_names_the_field(
    api: httpx.AsyncClient, pool: Pool, body: dict[str, object], status: int, code: str, field: str
) -> None:
    decision_set, _ = await answered(pool)
    refused = await api.post(f"/api/decision-sets/{decision_set}/messages", json=body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (status, code)
    assert [item["field"] for item in problem["errors"]] == [field]


async def test_the_second_of_two_edits_is_told_of_the_first(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await answered(pool)
    base = f"/decision-sets/{decision_set}"
    assert (await api.post(f"/api{base}/messages", json={"text": EDITED, "replaces": 1})).status_code == 202
    again = await api.post(f"/api{base}/messages", json={"text": SENTENCE, "replaces": 1})
    assert (again.status_code, again.json()["code"]) == (409, "message-replaced")
    page = await api.post(f"{base}/messages", data={"text": "my own words", "replaces": "1"})
    assert page.status_code == 409
    assert "This message was edited meanwhile." in page.text
    assert "my own words</textarea>" in page.text
    assert '<input type="hidden" name="replaces" value="4">' in page.text


async def test_after_the_intake_the_words_are_given_back(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await answered(pool)
    await change(pool, decision_set, status="planning", stage="planner")
    base = f"/decision-sets/{decision_set}"
    refused = await api.post(f"/api{base}/messages", json={"text": EDITED, "replaces": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-in-intake")
    for form in ({"text": "<b>half a thought</b>", "replaces": "1"}, {"text": "<b>half a thought</b>"}):
        page = await api.post(f"{base}/messages", data=form)
        assert page.status_code == 409
        assert "The intake of this decision set is over." in page.text
        assert "Not sent, and kept here" in page.text
        assert "&lt;b&gt;half a thought&lt;/b&gt;" in page.text
    assert "edit-message" not in (await api.get(f"{base}?edit=1")).text


async def test_the_page_opens_one_message_and_shows_the_old_one(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, seq = await answered(pool)
    base = f"/decision-sets/{decision_set}"
    page = (await api.get(f"{base}?edit={seq}")).text
    assert page.count('id="edit-message"') == 1
    assert ">AWS</textarea>" in page
    assert "Which cloud may it run on?" in page
    assert 'name="option" value="Azure"' in page
    picked = await api.post(f"{base}/messages", data={"text": "AWS", "option": "Azure", "replaces": str(seq)})
    assert picked.status_code == 303
    assert (await last_message(api, decision_set))["text"] == "Azure"
    after = (await api.get(base)).text
    assert f'Superseded by <a href="#card-{seq + 1}">message {seq + 1}</a>' in after
    assert f"?edit={seq}" not in after
    assert f"?edit={seq + 1}" in after


async def test_a_viewer_edits_nothing(server: WebServer, pool: Pool) -> None:
    decision_set, _ = await answered(pool)
    async with server.client("viewer") as viewer:
        assert "said-edit" not in (await viewer.get(f"/decision-sets/{decision_set}")).text
        assert "edit-message" not in (await viewer.get(f"/decision-sets/{decision_set}?edit=1")).text
        forced = await viewer.post(f"/decision-sets/{decision_set}/messages", data={"text": "x", "replaces": "1"})
        assert forced.status_code == 403


async def test_an_option_that_is_no_longer_offered_goes_into_the_box(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await change(pool, decision_set, question=CLOUD.model_dump(mode="json"))
    base = f"/decision-sets/{decision_set}/messages"
    gone = await api.post(base, data={"question_id": "latency.1", "option": "50 ms", "text": "or so"})
    assert "50 ms\nor so</textarea>" in gone.text
    moved = await api.post(base, data={"question_id": "cloud.9", "option": "AWS", "text": ""})
    assert 'value="AWS" checked' in moved.text
