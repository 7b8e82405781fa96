"""The size of a model of which only the kind is said: a language model, or none where something is only searched for.

A language model of unstated size is taken for one of 7 billion parameters, the commonest of the open ones. A search by
meaning runs a network of the size of BERT base over each query (Reimers and Gurevych 2019, "Sentence-BERT").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, denial
from providers.rulebook.reading.candidates import Estimate
from providers.rulebook.reading.patterns import phrases, says
from providers.rulebook.reading.text import Text
from providers.rulebook.workload import BERT_BASE_PARAMS, LANGUAGE_MODEL_PARAMS

_LANGUAGE_MODEL = re.compile(
    r"\b(?:llms?|(?:large )?language models?|(?:große[sn]? )?sprachmodelle?n?|chat-? ?bots?|"
    r"(?:llama|mi[sx]tral|qwen|gemma|deepseek)[\w.-]*)(?!\w)(?! (?:teams?|group|people|logs?|traces?)\b)"
)
_ELSEWHERE = phrases(
    r"openai|anthropic|claude[\w.-]*|gpt-?\d[\w.-]*|gemini|bedrock|(?:hosted|external|vendor's) (?:llms?|models?|apis?)"
)
"""Who runs a language model that the plan need not run."""
_SEARCH = phrases(
    r"(?:vector|similarity|semantic|nearest[- ]neighbou?rs?|ann|knn|embeddings?) (?:search|index|lookups?|retrieval)|"
    r"nearest[- ]neighbou?rs?|pgvector|pinecone|weaviate|qdrant|milvus|vektorsuche|ähnlichkeitssuche"
)
_WORDED = phrases(
    r"rag|retrieval[- ]augmented|answer(?:s|ed|ing)?|repl(?:y|ies)|questions?|q&a|chat\w*|\w*bots?|assistants?|"
    r"copilots?|generat\w+|summar\w+|prompts?|tokens?|antwort\w*|fragen|zusammenfass\w+"
)
"""What comes in sentences of their own, which somebody has to write."""


def language_models(text: Text) -> Iterator[Estimate]:
    if says(_ELSEWHERE, text.working):
        return
    named = list(_LANGUAGE_MODEL.finditer(text.working))
    for match in named:
        if context.claimed(text, *match.span()):
            reason = "a language model of unstated size, taken as the commonest of the open ones"
            yield Estimate("model_size_params", LANGUAGE_MODEL_PARAMS, *match.span(), reason)
            return
    denied = any(denial.denied(text, *match.span()) for match in named)
    search = _SEARCH.search(text.working)
    if search is None or not context.claimed(text, *search.span()):
        return
    if denied or not (named or says(_WORDED, text.working)):
        reason = "a search without a language model, whose queries a small network embeds"
        yield Estimate("model_size_params", BERT_BASE_PARAMS, *search.span(), reason)
