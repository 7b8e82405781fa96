"""A model of which only the kind is said: a language model is none of BERT's size, and a search needs none of 7B."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from intake.assumptions import assumptions
from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from providers.rulebook.workload import BERT_BASE_PARAMS, LANGUAGE_MODEL_PARAMS
from storage.records.constraints import ConstraintSchema
from tests.unit.test_revision import Talk

pytestmark = pytest.mark.anyio
SEARCH = "Vector search over 25 million 768-dim embeddings, 150 q/s, p99 below 50 ms, Azure, 3000 EUR a month"


def known(talk: Talk) -> ConstraintSchema:
    return talk.state.get("constraints") or ConstraintSchema()


@pytest.mark.parametrize(
    ("query", "size", "words"),
    [
        (SEARCH, BERT_BASE_PARAMS, "Vector search"),
        ("Semantic search over our wiki on AWS, 20 rps, no LLM", BERT_BASE_PARAMS, "Semantic search"),
        ("Serve an LLM chatbot on AWS, 5 req/s", LANGUAGE_MODEL_PARAMS, "LLM"),
        ("RAG on AWS, 5 req/s, an LLM answers with pgvector behind it", LANGUAGE_MODEL_PARAMS, "LLM"),
        ("Train a large language model on 2 TB of text on AWS", LANGUAGE_MODEL_PARAMS, "large language model"),
    ],
)
async def test_it_is_assumed_by_its_words(query: str, size: float, words: str) -> None:
    talk = Talk()
    await talk.say(query)

    item = known(talk).root["model_size_params"]
    assert (item.value, item.status) == (size, "assumed")
    assert item.evidence is not None
    assert query[item.evidence.start : item.evidence.end] == words


@pytest.mark.parametrize(
    "query",
    [
        "Serve our xgboost churn model, 200 rps",
        "Answer questions over our wiki with pgvector, 20 rps",
        "The chatbot calls GPT-4 at OpenAI; serve our intent classifier, 50 rps",
        "Another team runs the LLM; serve our ranker, 300 rps",
        "A nightly pipeline over 2 TB that feeds the LLM team's tables",
    ],
)
async def test_nothing_is_assumed_where_the_words_leave_it_open(query: str) -> None:
    talk = Talk()
    await talk.say(query)

    assert "model_size_params" not in known(talk).root


async def test_a_later_word_takes_its_place() -> None:
    talk = Talk()
    await talk.say("RAG over our manuals on AWS, 20 req/s, with a chatbot")
    await talk.say("There is no language model, only nearest-neighbour search with pgvector")
    assert known(talk).root["model_size_params"].value == BERT_BASE_PARAMS

    await talk.say("The embedding model has 300 million parameters")
    item = known(talk).root["model_size_params"]
    assert (item.value, item.status) == (300e6, "stated")


async def test_a_search_is_planned_without_a_language_model() -> None:
    talk = Talk()
    await talk.say(SEARCH)
    whole = known(talk)
    whole = whole.with_changes(dict(assumptions(whole)))
    found = plan(PlanRequest(whole.values, today=date(2026, 11, 22)), PriceBook.load())

    assert found.plan.feasible
    assert not any("tokens of output" in words for words in found.plan.assumptions)
    assert found.cost.likely < Decimal(3460)
    assert all(item.accelerator_count <= 1 for item in found.plan.resources)
    assert any(item.kind == "database" for item in found.plan.resources)
    told = " ".join([*found.plan.assumptions, *(item.reason for item in found.plan.patterns)])
    assert "the model embeds the query" in told
    assert re.search(r"passages|answers to repeated|text to be found", told, re.IGNORECASE) is None
