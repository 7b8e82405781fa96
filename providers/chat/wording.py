"""A question in a model's words: prose that is checked for what a question of the intake may be."""

from __future__ import annotations

import json
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from providers.base import WordingRequest
from providers.chat.prose import plain

LONGEST_REPLY, LONGEST_QUESTION = 400, 300


class Wording(BaseModel):
    """Two paragraphs, or the question alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=LONGEST_REPLY + LONGEST_QUESTION + 10)]

    @property
    def reply(self) -> str:
        return " ".join(" ".join(self._paragraphs[:-1]).split())

    @property
    def question(self) -> str:
        return " ".join(self._paragraphs[-1].split())

    @property
    def _paragraphs(self) -> list[str]:
        return [part for part in re.split(r"\n\s*\n", self.text.strip()) if part.strip()]

    @field_validator("text")
    @classmethod
    def _is_a_question(cls, text: str) -> str:
        parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
        if not 1 <= len(parts) <= 2:
            raise ValueError("write two paragraphs: one sentence back, then the question")
        if not parts[-1].endswith("?"):
            raise ValueError("the last paragraph must be the question, and end with a question mark")
        if len(parts[-1]) > LONGEST_QUESTION or len(parts[0]) > LONGEST_REPLY:
            raise ValueError(f"the reply may have {LONGEST_REPLY} characters, and the question {LONGEST_QUESTION}")
        return plain(text)


def asked(request: WordingRequest) -> str:
    """What the model is given, as JSON: one thing cannot pass for another."""
    given = {
        "wrote": request.wrote[:2000],
        "understood": dict(request.understood),
        "asks_for": request.asks_for,
        "question": request.question.text,
        "why": request.question.why,
    }
    return json.dumps(given, ensure_ascii=False)
