"""Forms over HTTP, without a browser and without a worker: what is taken, and that a refusal keeps what was typed."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from storage.postgres import Pool
from storage.records.decision_sets import Option, Question
from tests.decisions import SENTENCE, change, new_decision_set, open_gate

pytestmark = pytest.mark.anyio

FRAGMENT = {"HX-Request": "true"}
CLOUD = Question(
    id="cloud.1",
    field="cloud",
    text="Which cloud may it run on?",
    why="Prices differ.",
    options=[Option(label="AWS", value=["aws"]), Option(label="Azure", value=["azure"])],
    worth="$0–$400 a month",
)


async def test_what_was_typed_stands_again_with_the_words_beside_it(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    form = {"project": "fraud-model", "message": "  ", "idempotency_key": "k"}
    empty = await api.post("/decision-sets", data=form)
    assert empty.status_code == 422
    assert "Say in a sentence what must run." in empty.text
    unseen = await api.post("/decision-sets", data={**form, "message": "\u200b\ufeff"})
    assert (unseen.status_code, "Say in a sentence what must run." in unseen.text) == (422, True)
    unknown = await api.post("/decision-sets", data={"project": "nowhere", "message": "Serve <b>it</b>"})
    assert unknown.status_code == 422
    assert "There is no project &#39;nowhere&#39;" in unknown.text
    assert "Serve &lt;b&gt;it&lt;/b&gt;</textarea>" in unknown.text
    long = await api.post("/decision-sets", data={"project": "fraud-model", "message": "x" * 20_001})
    assert long.status_code == 413
    assert "x" * 20_001 in long.text


async def test_a_form_sent_twice_is_one_request_and_an_edited_one_another(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    form = {"project": "fraud-model", "message": SENTENCE, "idempotency_key": "the-same"}
    answers = [await api.post("/decision-sets", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    edited = await api.post("/decision-sets", data={**form, "message": f"{SENTENCE}, on AWS"})
    assert edited.status_code == 303
    assert edited.headers["Location"] != answers[0].headers["Location"]


async def test_a_new_project_is_made_with_its_first_decision_set_or_not_at_all(api: httpx.AsyncClient) -> None:
    refused = await api.post("/decision-sets", data={"new_project": "churn", "message": " "})
    assert refused.status_code == 422
    assert (await api.get("/api/projects")).json()["items"] == []
    made = await api.post("/decision-sets", data={"new_project": "churn", "message": SENTENCE})
    assert made.status_code == 303
    assert [item["slug"] for item in (await api.get("/api/projects")).json()["items"]] == ["churn"]


async def test_where_there_is_no_project_one_is_offered_by_name(api: httpx.AsyncClient, pool: Pool) -> None:
    page = (await api.get("/decision-sets/new")).text
    offered = re.search(r'name="new_project" value="([^"]*)"', page)
    assert offered is not None
    assert offered[1] == "First project"
    made = await api.post("/decision-sets", data={"new_project": offered[1], "message": SENTENCE})
    assert made.status_code == 303
    assert 'name="new_project" value=""' in (await api.get("/decision-sets/new")).text


async def test_an_answer_to_a_question_that_moved_keeps_the_words(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await change(pool, decision_set, question=CLOUD.model_dump(mode="json"))
    form = {"question_id": "latency.1", "text": "80 ms at most", "choice": "answer"}
    for headers in ({}, FRAGMENT):
        answer = await api.post(f"/decision-sets/{decision_set}/messages", data=form, headers=headers)
        assert answer.status_code == 409
        assert "This question has been answered already" in answer.text
        assert "80 ms at most</textarea>" in answer.text
        assert 'value="cloud.1"' in answer.text


async def test_an_option_is_sent_as_its_label(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await change(pool, decision_set, question=CLOUD.model_dump(mode="json"))
    form = {"question_id": "cloud.1", "option": "Azure", "text": "", "choice": "answer"}
    assert (await api.post(f"/decision-sets/{decision_set}/messages", data=form)).status_code == 303
    last = (await api.get(f"/api/decision-sets/{decision_set}/events")).json()["items"][-1]
    assert (last["payload"]["text"], last["payload"]["question_id"]) == ("Azure", "cloud.1")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("latency_p95_ms", "80", 80),
        ("monthly_budget_usd", "$4k", 4000),
        ("model_size_params", "7B", 7_000_000_000),
        ("regions", "eu-west-1, eu-central-1", ["eu-west-1", "eu-central-1"]),
        ("gpu_required", "no", False),
        ("cloud", "aws", ["aws"]),
        ("latency_p95_ms", "", None),
    ],
)
async def test_an_edit_becomes_the_fields_own_type(
    api: httpx.AsyncClient, pool: Pool, field: str, typed: str, value: object
) -> None:
    decision_set = await new_decision_set(pool)
    answer = await api.post(f"/decision-sets/{decision_set}/constraints", data={"field": field, "value": typed})
    assert answer.status_code == 303
    last = (await api.get(f"/api/decision-sets/{decision_set}/events")).json()["items"][-1]
    assert last["payload"]["edits"] == {field: sorted(value) if isinstance(value, list) else value}


async def test_an_edit_that_cannot_be_is_refused_beside_its_field(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    form = {"field": "latency_p95_ms", "value": "fast"}
    answer = await api.post(f"/decision-sets/{decision_set}/constraints", data=form, headers=FRAGMENT)
    assert answer.status_code == 422
    assert 'id="fact-latency_p95_ms"' in answer.text
    assert "Latency p95: type a number of ms, such as 80 or 4k." in answer.text
    assert 'value="fast"' in answer.text
    hidden = {"field": "orchestrator", "value": "k8s\u202e"}
    answer = await api.post(f"/decision-sets/{decision_set}/constraints", data=hidden, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "type it in one line" in answer.text


async def test_a_moved_capsule_gives_the_new_panel_with_the_comment(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set, capsule="d" * 64)
    form = {"action": "approve", "comment": "cap replicas at 6", "capsule": "c" * 64}
    for headers in ({}, FRAGMENT):
        answer = await api.post(f"/decision-sets/{decision_set}/gates/{gate}", data=form, headers=headers)
        assert answer.status_code == 409
        assert "The plan changed since you opened it." in answer.text
        assert "cap replicas at 6</textarea>" in answer.text
        assert f'name="capsule" value="{"d" * 64}"' in answer.text


async def test_two_actions_in_one_form_answer_nothing(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    form = {"action": ["reject", "approve"], "capsule": "c" * 64, "comment": "too dear"}
    answer = await api.post(f"/decision-sets/{decision_set}/gates/{gate}", data=form, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "This gate allows" in answer.text
    assert "too dear" in answer.text
    assert (await api.get(f"/api/decision-sets/{decision_set}")).json()["gate"]["id"] == gate


async def test_a_rejection_needs_a_comment_beside_the_box(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    form = {"action": "reject", "capsule": "c" * 64}
    answer = await api.post(f"/decision-sets/{decision_set}/gates/{gate}", data=form, headers=FRAGMENT)
    assert answer.status_code == 422
    assert re.search(r'id="comment-problem".*?Say why', answer.text, re.DOTALL)
    missing = await api.post(f"/decision-sets/{decision_set}/gates/{gate}", data={"capsule": "c" * 64})
    assert missing.status_code == 422
    assert "Choose one of the actions." in missing.text


async def test_a_file_where_words_belong_is_refused_beside_them(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    answer = await api.post(
        "/decision-sets", data={"project": "fraud-model"}, files={"message": ("a.bin", b"\x00\xff" * 100)}
    )
    assert answer.status_code == 422
    assert "This is a file, and words are expected here. Paste its text." in answer.text
    assert re.search(r'<option value="fraud-model"[^>]*selected', answer.text)
    beside = {"project": (None, "fraud-model"), "message": (None, SENTENCE), "odd": ("a.txt", b"notes")}
    kept = await api.post("/decision-sets", files=beside)
    assert kept.status_code == 422
    assert SENTENCE in html.unescape(kept.text)
    assert len((await api.get("/api/decision-sets")).json()["items"]) == 1


async def test_a_form_that_arrives_in_pieces_says_so_in_words(api: httpx.AsyncClient) -> None:
    for content, body in (
        ("multipart/form-data", b"--x\r\nbad"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
    ):
        for address in ("/decision-sets", "/sign-in"):
            answer = await api.post(address, content=body, headers={"Content-Type": content})
            assert answer.status_code == 400
            assert "The form came incomplete" in answer.text
            assert "JSON" not in answer.text
    many = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.post("/decision-sets", content=b"&".join(b"a=1" for _ in range(1001)), headers=many)
    assert (answer.status_code, "at most 1000 fields" in answer.text) == (400, True)
    assert (await api.post("/decision-sets", json={"message": SENTENCE})).status_code == 400
